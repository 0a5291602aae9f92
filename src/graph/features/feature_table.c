#include "graph/features/feature_table.h"
#include "base/text/letters.h"
#include "base/text/utf8.h"
#include "graph/features/feature_bins.h"
#include "graph/features/feature_bound.h"
#include "graph/features/feature_columns.h"
#include "graph/features/feature_evidence.h"
#include "graph/readers/decimal_signs.h"
#include "graph/readers/reader.h"
#include "graph/readers/reader_known.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct table {
    regatta_ctx *ctx;
    rg_input *in;
    const regatta_features_options *opts;
    regatta_features_report *report;
    rg_feature_sink *sink; /* NULL: rows give features */
    rg_features *features;
    const char *name;
    regatta_format format;
    int has_rows; /* 1: a row that is no header was read */
    rg_fields fields;
    rg_id id;
    uint32_t node; /* of the current row */
    uint8_t *seen; /* [n_seen] 1: the node has a row */
    int64_t n_seen;
    char *text; /* the name of a feature, or a cell */
    rg_feature_columns columns;
    rg_feature_pairs *pairs;                /* of all columns without a modality */
    rg_feature_pairs *words[RG_MAX_FIELDS]; /* of text columns */
    rg_numbers numbers[RG_MAX_FIELDS];
    rg_decimal_signs signs[RG_MAX_FIELDS]; /* of the numbers */
    int n_bins[RG_MAX_FIELDS];
} table;

enum { TEXT_BYTES = RG_FEATURE_COLUMN + RG_MAX_ID + 2, FIRST_SEEN = 1024 };

static const char *noun(const table *t)
{
    return t->opts->side == REGATTA_USERS ? "user" : "item";
}

static regatta_status fail_cell(table *t, int c, const char *text, int64_t length,
                                const char *reason)
{
    const rg_feature_column *column = &t->columns.column[c];
    return rg_reader_fail(t->ctx, t->in, "'%.*s' (column '%s') %s", rg_shown(length),
                          text, column->name, reason);
}

/* Adds "COLUMN-SEPARATOR-VALUE", or the value alone for separator '\0', to the features
 * of the row's node. */
static regatta_status add_value(table *t, int c, char separator, const char *value,
                                int64_t length, float weight)
{
    int64_t n = 0;
    rg_id_take(&t->id, value, length);
    if (t->id.length == 0) return REGATTA_OK;
    const char *const wrong = rg_reader_id_wrong(&t->id);
    if (wrong != NULL) return fail_cell(t, c, value, length, wrong);
    if (separator != '\0') {
        n = (int64_t)strlen(t->columns.column[c].name);
        memcpy(t->text, t->columns.column[c].name, (size_t)n);
        t->text[n++] = separator;
    }
    memcpy(t->text + n, t->id.text, (size_t)t->id.length);
    n += t->id.length;
    t->report->n_recoded += t->id.is_recoded > 0;
    return rg_feature_pairs_add(t->ctx, t->pairs, t->node, t->text, n, weight);
}

static regatta_status add_list(table *t, int c, const char *text, int64_t length)
{
    const char separator = t->columns.column[c].separator;
    if (separator == RG_LIST_BRACKETS && length >= 2 && text[0] == '[') {
        text++;
        length -= 2;
    }
    const char *at = text, *const end = text + length, *part = NULL;
    int64_t size = 0;
    while (rg_feature_next_part(&at, end, separator, &part, &size)) {
        if (rg_feature_is_missing(part, size, (int)t->opts->keep_null_words)) continue;
        const regatta_status status = add_value(t, c, '=', part, size, 1.0f);
        if (status != REGATTA_OK) return status;
    }
    return REGATTA_OK;
}

static regatta_status add_number(table *t, int c, const char *text, int64_t length)
{
    double value = 0.0;
    char reason[RG_FEATURE_COLUMN + 120];
    if (!rg_field_number(text, length, &value)) {
        const char *column = t->columns.column[c].name;
        snprintf(reason, sizeof reason,
                 "is not a number: --feature-columns %s=category or %s=skip", column,
                 column);
        return fail_cell(t, c, text, length, reason);
    }
    if (!isfinite(value)) return fail_cell(t, c, text, length, "is not finite");
    rg_signs_take(&t->signs[c], text, length, rg_input_line_number(t->in));
    return rg_numbers_add(&t->numbers[c], t->node, value);
}

static regatta_status add_words(table *t, int c, const char *text, int64_t length)
{
    regatta_status status = REGATTA_OK;
    rg_words words = {.at = text, .end = text + length};
    const size_t n = strlen(t->columns.column[c].name);
    if (!rg_utf8_is_valid(text, length)) {
        rg_id_take(&t->id, text, length);
        if (t->id.is_recoded < 0)
            return fail_cell(t, c, text, length, rg_reader_id_wrong(&t->id));
        t->report->n_recoded++;
        words.at = t->id.text;
        words.end = t->id.text + t->id.length;
    }
    memcpy(t->text, t->columns.column[c].name, n);
    t->text[n] = ':';
    while (rg_words_next(&words)) {
        memcpy(t->text + n + 1, words.word, (size_t)words.length);
        RG_TRY(rg_feature_pairs_add(t->ctx, t->words[c], t->node, t->text,
                                    (int64_t)n + 1 + words.length, 1.0f));
    }
done:
    return status;
}

static regatta_status add_cell(table *t, int c)
{
    const char *text = t->fields.text[c];
    int64_t length = t->fields.length[c];
    const rg_feature_kind kind = t->columns.column[c].kind;
    if (kind == RG_FEATURE_ID || kind == RG_FEATURE_SKIP) return REGATTA_OK;
    rg_field_trim(&text, &length);
    if (rg_feature_is_missing(text, length, (int)t->opts->keep_null_words))
        return REGATTA_OK;
    switch (kind) {
    case RG_FEATURE_LIST: return add_list(t, c, text, length);
    case RG_FEATURE_NUMBER: return add_number(t, c, text, length);
    case RG_FEATURE_TEXT: return add_words(t, c, text, length);
    default: return add_value(t, c, '=', text, length, 1.0f);
    }
}

/* The feature of a row of a long table, with its weight. */
static regatta_status add_long(table *t)
{
    const int w = t->columns.weight, c = t->columns.feature;
    double weight = 1.0;
    if (w >= 0) {
        const char *text = t->fields.text[w];
        int64_t length = t->fields.length[w];
        rg_field_trim(&text, &length);
        if (!rg_field_number(text, length, &weight) || !isfinite(weight))
            return fail_cell(t, w, text, length, "is not a finite weight");
        if (!isfinite((float)weight))
            return fail_cell(t, w, text, length, "is larger than a float can store");
        rg_signs_take(&t->signs[w], text, length, rg_input_line_number(t->in));
    }
    const char *text = t->fields.text[c];
    int64_t length = t->fields.length[c];
    rg_field_trim(&text, &length);
    if (rg_feature_is_missing(text, length, (int)t->opts->keep_null_words))
        return rg_reader_fail(t->ctx, t->in, "the feature '%.*s' is a missing value",
                              (int)length, text);
    return add_value(t, c, '\0', text, length, (float)weight);
}

/* Marks the node of the row; *again is 1 if it had a row. */
static regatta_status mark(table *t, int *again)
{
    if (t->node >= t->n_seen) {
        int64_t most = t->n_seen == 0 ? FIRST_SEEN : t->n_seen * 2;
        if (most <= t->node) most = (int64_t)t->node + 1;
        uint8_t *const seen = rg_grow(t->ctx->mem, t->seen, t->n_seen, most, 1);
        if (seen == NULL) return REGATTA_ENOMEM;
        t->seen = seen;
        t->n_seen = most;
    }
    *again = t->seen[t->node];
    t->seen[t->node] = 1;
    t->report->n_nodes += !*again;
    return REGATTA_OK;
}

static regatta_status take_node(table *t, int *again)
{
    const int c = t->columns.node;
    const char *const name = t->columns.column[c].name;
    regatta_status status = REGATTA_OK;
    rg_id_take(&t->id, t->fields.text[c], t->fields.length[c]);
    if (!t->opts->keep_null_words && rg_reader_is_null_word(t->id.text, t->id.length))
        return rg_reader_fail(t->ctx, t->in,
                              "the %s (column '%s') is '%.*s', a missing value", noun(t),
                              name, (int)t->id.length, t->id.text);
    const char *const wrong = rg_reader_id_wrong(&t->id);
    if (wrong != NULL)
        return rg_reader_fail(t->ctx, t->in, "the %s (column '%s') %s", noun(t), name,
                              wrong);
    RG_TRY(rg_reader_add_id(t->ctx, t->features->ids, &t->id, &t->node,
                            &t->report->n_recoded));
    RG_TRY(mark(t, again));
done:
    return status;
}

static regatta_status read_row(table *t, char *line, int64_t length)
{
    regatta_status status = REGATTA_OK;
    const char *reason = NULL;
    int again = 0;
    RG_TRY(rg_reader_split(t->ctx, t->in, &t->fields, line, length, t->format, &reason));
    if (reason != NULL) return rg_reader_fail(t->ctx, t->in, "%s", reason);
    if (t->fields.n < t->columns.n ||
        (t->fields.n > t->columns.n && !rg_fields_empty_from(&t->fields, t->columns.n)))
        return rg_reader_fail(t->ctx, t->in, "%d column%s where the first line has %d",
                              t->fields.n, t->fields.n == 1 ? "" : "s", t->columns.n);
    if (!t->has_rows && t->columns.has_header) {
        t->has_rows = 1;
        return REGATTA_OK;
    }
    t->has_rows = 1;
    RG_TRY(take_node(t, &again));
    t->report->n_rows++;
    if (t->columns.is_long) return add_long(t);
    if (again)
        return rg_reader_fail(
            t->ctx, t->in,
            "the %s '%.*s' has an earlier row: a table of one feature a "
            "row needs --feature-columns COLUMN=feature",
            noun(t), rg_shown(t->id.length), t->id.text);
    if (t->sink != NULL) {
        const char *id = rg_idmap_name(t->features->ids, t->node);
        return t->sink->row(t->sink->state, &t->fields, id);
    }
    for (int c = 0; c < t->columns.n; c++) RG_TRY(add_cell(t, c));
done:
    return status;
}

static regatta_status read_rows(table *t)
{
    const int skips_comments = rg_reader_skips_comments(t->format);
    for (;;) {
        char *line = NULL;
        int64_t length = 0;
        regatta_status status = rg_input_line(t->in, &line, &length);
        if (status != REGATTA_OK || line == NULL) return status;
        if (rg_reader_is_blank(line, length, t->format)) continue;
        if (skips_comments && rg_reader_is_comment(line, length)) continue;
        status = read_row(t, line, length);
        if (status != REGATTA_OK) return status;
    }
}

/* Finds the separator, the header and the columns from the first rows. */
static regatta_status resolve(table *t)
{
    regatta_status status = REGATTA_OK;
    rg_sample sample = {0};
    const char *bytes = NULL;
    int64_t n = 0;
    RG_TRY(rg_input_peek(t->in, 512, &bytes, &n));
    RG_TRY(rg_refuse_binary(t->ctx, t->in, bytes, n));
    RG_TRY(rg_sample_take(t->ctx, &sample, t->in));
    if (sample.n == 0) {
        status = rg_reader_fail_at(t->ctx, t->in, 0, "contains no row");
        goto done;
    }
    if (rg_known_is_object(&sample)) {
        status = rg_reader_fail_at(t->ctx, t->in, sample.number[0],
                                   "is JSON, but a side table has rows and columns, such "
                                   "as CSV: convert the file first");
        goto done;
    }
    RG_TRY(rg_refuse_text(t->ctx, t->in, &sample));
    t->format = (regatta_format)t->opts->format;
    if (t->format == REGATTA_FORMAT_AUTO)
        RG_TRY(
            rg_reader_separator(t->ctx, &t->format, t->in, &sample, "--feature-format"));
    if (t->format == REGATTA_FORMAT_AUTO) t->format = REGATTA_FORMAT_SSV;
    rg_sample_find_quote(&sample, t->format);
    t->fields.quote = sample.quote;
    RG_TRY(rg_feature_columns_resolve(t->ctx, &t->columns, t->in, &sample, t->format,
                                      t->opts, t->name));
done:
    rg_free(t->ctx->mem, sample.scratch);
    return status;
}

/* Creates the pairs that the columns fill. */
static regatta_status begin(table *t)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(t->ctx->mem, t->text, TEXT_BYTES);
    for (int c = 0; c < t->columns.n; c++) {
        const rg_feature_kind kind = t->columns.column[c].kind;
        t->numbers[c].mem = t->ctx->mem;
        if (kind == RG_FEATURE_TEXT)
            RG_TRY(rg_feature_pairs_create(t->ctx, &t->words[c], 0));
        else if (kind <= RG_FEATURE_NAME && t->pairs == NULL)
            RG_TRY(rg_feature_pairs_create(t->ctx, &t->pairs, !t->columns.is_long));
    }
done:
    return status;
}

/* Returns the features of this modality in the earlier table, NULL if it has none. */
static const rg_idmap *known_features(const table *t, const char *name)
{
    const rg_features *const like = t->opts->like;
    for (int m = 0; like != NULL && m < like->n_modalities; m++)
        if (strcmp(like->modality[m].name, name) == 0) return like->modality[m].feature;
    return NULL;
}

/* Bounds the features of a modality and adds it. */
static regatta_status close_pairs(table *t, rg_feature_pairs *pairs, const char *name)
{
    regatta_status status = REGATTA_OK;
    rg_feature_bound bound;
    const int64_t most =
        t->opts->max_features > 0 ? t->opts->max_features : REGATTA_MAX_FEATURES;
    RG_TRY(rg_feature_bound_apply(t->ctx, &bound, pairs, most, known_features(t, name)));
    RG_TRY(rg_feature_pairs_close(t->ctx, pairs, t->features, name));
    const rg_modality *m = &t->features->modality[t->features->n_modalities - 1];
    t->report->n_modalities++;
    t->report->n_hashed += bound.n_hashed;
    t->report->n_buckets += bound.n_buckets;
    t->report->n_features += m->n_columns;
    t->report->n_values += m->rows->n_edges;
done:
    return status;
}

static regatta_status finish(table *t)
{
    regatta_status status = REGATTA_OK;
    char name[RG_MODALITY_NAME + RG_FEATURE_COLUMN];
    for (int c = 0; c < t->columns.n; c++) {
        rg_bins bins;
        snprintf(name, sizeof name, " (column '%s')", t->columns.column[c].name);
        RG_TRY(rg_signs_check(t->ctx, t->in, &t->signs[c], "number", name));
        if (t->columns.column[c].kind != RG_FEATURE_NUMBER) continue;
        RG_TRY(rg_numbers_close(t->ctx, &t->numbers[c], t->pairs, &bins,
                                known_features(t, t->name), t->columns.column[c].name));
        t->n_bins[c] = bins.n;
    }
    if (t->pairs != NULL) RG_TRY(close_pairs(t, t->pairs, t->name));
    for (int c = 0; c < t->columns.n; c++) {
        if (t->words[c] == NULL) continue;
        snprintf(name, sizeof name, "%s.%s", t->name, t->columns.column[c].name);
        RG_TRY(close_pairs(t, t->words[c], name));
    }
done:
    return status;
}

/* Writes the columns of a kind: "list = genres (|), tags (;)". */
static void describe_kind(const table *t, rg_feature_kind kind, char *text, size_t size)
{
    int n = 0;
    for (int c = 0; c < t->columns.n; c++) {
        const rg_feature_column *column = &t->columns.column[c];
        const size_t at = strlen(text);
        char note[32] = "";
        if (column->kind != kind) continue;
        if (kind == RG_FEATURE_NUMBER && t->n_bins[c] > 0)
            snprintf(note, sizeof note, " (%d bin%s)", t->n_bins[c],
                     t->n_bins[c] == 1 ? "" : "s");
        if (kind == RG_FEATURE_LIST)
            snprintf(note, sizeof note,
                     column->separator == ' '                ? " (blank)"
                     : column->separator == RG_LIST_BRACKETS ? " (brackets)"
                                                             : " (%c)",
                     column->separator);
        if (n++ > 0)
            snprintf(text + at, size - at, ", %s%s", column->name, note);
        else if (kind == RG_FEATURE_SKIP)
            snprintf(text + at, size - at, "%snot used: %s", at > 0 ? "; " : "",
                     column->name);
        else
            snprintf(text + at, size - at, "%s%s = %s%s", at > 0 ? ", " : "",
                     rg_feature_kind_name(kind), column->name, note);
    }
}

static void describe(const table *t)
{
    static const rg_feature_kind kinds[] = {
        RG_FEATURE_ID,   RG_FEATURE_NAME,   RG_FEATURE_WEIGHT, RG_FEATURE_CATEGORY,
        RG_FEATURE_LIST, RG_FEATURE_NUMBER, RG_FEATURE_TEXT,   RG_FEATURE_SKIP};
    regatta_features_report *const report = t->report;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        describe_kind(t, kinds[k], report->columns, sizeof report->columns);
    report->layout = t->columns.is_long ? REGATTA_FEATURES_LONG : REGATTA_FEATURES_WIDE;
    report->format = t->format;
    report->gzip = (uint32_t)rg_input_is_gzip(t->in);
    report->has_header = (uint32_t)t->columns.has_header;
    report->n_lines = rg_input_line_number(t->in);
    report->entries = t->columns.entries;
}

static void drop(table *t)
{
    if (t == NULL) return;
    rg_feature_pairs_free(t->pairs);
    for (int c = 0; c < t->columns.n; c++) {
        rg_feature_pairs_free(t->words[c]);
        if (t->numbers[c].value != NULL || t->numbers[c].node != NULL)
            rg_numbers_drop(&t->numbers[c]);
    }
    rg_free(t->ctx->mem, t->seen);
    rg_free(t->ctx->mem, t->text);
    rg_free(t->ctx->mem, t);
}

regatta_status rg_feature_table_read(regatta_ctx *ctx, rg_features *features,
                                     rg_input *in, const regatta_features_options *opts,
                                     const char *name, regatta_features_report *report,
                                     rg_feature_sink *sink)
{
    regatta_status status = REGATTA_OK;
    table *t = NULL;
    RG_NEW(ctx->mem, t, 1);
    t->ctx = ctx;
    t->in = in;
    t->opts = opts;
    t->report = report;
    t->features = features;
    t->name = name;
    RG_TRY(resolve(t));
    if (sink != NULL && !t->columns.is_long) {
        t->sink = sink;
        sink->is_used = 1;
        RG_TRY(sink->header(sink->state, in, &t->columns));
    }
    RG_TRY(begin(t));
    RG_TRY(read_rows(t));
    if (report->n_rows == 0) {
        status = rg_reader_fail_at(ctx, in, 0, "contains no row after the header");
        goto done;
    }
    if (t->sink == NULL) RG_TRY(finish(t));
    describe(t);
done:
    drop(t);
    return status;
}
