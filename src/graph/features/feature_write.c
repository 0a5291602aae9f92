#include "graph/features/feature_write.h"
#include "base/text/float_text.h"
#include "base/text/text.h"
#include "graph/features/feature_evidence.h"
#include "graph/features/feature_read.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef struct writer {
    regatta_ctx *ctx;
    const regatta_features_options *opts;
    const char *path;
    regatta_format format;
    rg_output *out;
    rg_text cell;
    int n_cells; /* of the row so far */
    int64_t n_rows;
    const rg_input *in;
    const rg_feature_columns *columns;
} writer;

static int is_recbole(const writer *w)
{
    return w->format == REGATTA_FORMAT_RECBOLE;
}

/* ---- cells ---- */

static void begin_cell(writer *w)
{
    w->cell.n = 0;
}

/* Appends text of a cell; control characters, which would break rows, become blanks. */
static void append(writer *w, const char *text, int64_t n)
{
    const int64_t at = w->cell.n;
    rg_text_append_bytes(&w->cell, text, n);
    if (w->cell.status != REGATTA_OK) return;
    for (int64_t k = at; k < w->cell.n; k++)
        if ((unsigned char)w->cell.bytes[k] < 0x20) w->cell.bytes[k] = ' ';
}

/* True if a reader would take the first row for a comment, which begins so. */
static int begins_comment(const writer *w)
{
    if (w->n_rows > 0 || w->n_cells > 0) return 0;
    /* "#" alone is a comment only without a second cell, and every row has two. */
    return w->cell.n > 1 && rg_reader_is_comment(w->cell.bytes, w->cell.n);
}

/* True if CSV needs quotes around the cell, or a reader would take it for quoted. */
static int needs_quotes(const writer *w)
{
    if (w->format != REGATTA_FORMAT_CSV || w->cell.n == 0) return 0;
    return strpbrk(w->cell.bytes, ",\"") != NULL || w->cell.bytes[0] == '\'' ||
           begins_comment(w);
}

static regatta_status write_quoted(writer *w)
{
    regatta_status status = rg_output_write(w->out, "\"", 1);
    for (int64_t k = 0; k < w->cell.n && status == REGATTA_OK; k++) {
        if (w->cell.bytes[k] == '"') status = rg_output_write(w->out, "\"", 1);
        if (status == REGATTA_OK) status = rg_output_write(w->out, &w->cell.bytes[k], 1);
    }
    return status == REGATTA_OK ? rg_output_write(w->out, "\"", 1) : status;
}

/* Writes the cell behind those of the row. */
static regatta_status end_cell(writer *w)
{
    const int is_csv = w->format == REGATTA_FORMAT_CSV;
    regatta_status status = w->cell.status;
    if (status == REGATTA_OK && begins_comment(w) && !is_csv)
        status = rg_fail(w->ctx, REGATTA_EFORMAT,
                         "%s: the first row begins with '%.80s' and would be read as a "
                         "comment: convert to CSV, which has quotes",
                         w->path, w->cell.bytes);
    if (status == REGATTA_OK && w->n_cells > 0)
        status = rg_output_write(w->out, is_csv ? "," : "\t", 1);
    if (status == REGATTA_OK)
        status = needs_quotes(w) ? write_quoted(w)
                                 : rg_output_write(w->out, w->cell.bytes, w->cell.n);
    w->n_cells++;
    return status;
}

static regatta_status put_cell(writer *w, const char *text, int64_t n)
{
    begin_cell(w);
    append(w, text, n);
    return end_cell(w);
}

static regatta_status end_row(writer *w)
{
    w->n_cells = 0;
    w->n_rows++;
    return rg_output_write(w->out, "\n", 1);
}

/* ---- wide to wide ---- */

static const char *type_of(rg_feature_kind kind)
{
    switch (kind) {
    case RG_FEATURE_NUMBER: return ":float";
    case RG_FEATURE_LIST:
    case RG_FEATURE_TEXT: return ":token_seq";
    default: return ":token";
    }
}

static regatta_status put_header(void *state, const rg_input *in,
                                 const rg_feature_columns *columns)
{
    writer *const w = state;
    regatta_status status = REGATTA_OK;
    w->in = in;
    w->columns = columns;
    for (int c = 0; c < columns->n; c++) {
        const rg_feature_column *column = &columns->column[c];
        if (column->kind == RG_FEATURE_SKIP) continue;
        begin_cell(w);
        append(w, column->name, (int64_t)strlen(column->name));
        if (is_recbole(w)) {
            const char *type = type_of(column->kind);
            append(w, type, (int64_t)strlen(type));
        }
        RG_TRY(end_cell(w));
    }
    RG_TRY(end_row(w));
done:
    return status;
}

static regatta_status fail_cell(const writer *w, int c, const char *text, int64_t length,
                                const char *reason)
{
    return rg_reader_fail(w->ctx, w->in, "'%.*s' (column '%s') %s", rg_shown(length),
                          text, w->columns->column[c].name, reason);
}

/* Appends a text as UTF-8. */
static regatta_status append_text(writer *w, int c, const char *text, int64_t length)
{
    rg_id id;
    rg_id_take(&id, text, length);
    if (id.is_recoded < 0)
        return fail_cell(w, c, text, length, "is not UTF-8: convert the file first");
    append(w, id.text, id.length);
    return REGATTA_OK;
}

static regatta_status append_list(writer *w, int c, const char *text, int64_t length)
{
    const char separator = w->columns->column[c].separator, *part = NULL;
    const char join = is_recbole(w) ? ' ' : '|';
    int64_t size = 0;
    int n = 0;
    if (separator == RG_LIST_BRACKETS && length >= 2 && text[0] == '[') {
        text++;
        length -= 2;
    }
    const char *at = text, *const end = text + length;
    while (rg_feature_next_part(&at, end, separator, &part, &size)) {
        if (rg_feature_is_missing(part, size, (int)w->opts->keep_null_words)) continue;
        if (memchr(part, join, (size_t)size) != NULL)
            return fail_cell(w, c, part, size,
                             is_recbole(w)
                                 ? "holds a blank, which separates the parts of "
                                   "a list of RecBole"
                                 : "holds a |, which separates the parts of a "
                                   "list");
        if (n++ > 0) append(w, &join, 1);
        const regatta_status status = append_text(w, c, part, size);
        if (status != REGATTA_OK) return status;
    }
    return REGATTA_OK;
}

static regatta_status append_number(writer *w, int c, const char *text, int64_t length)
{
    double value = 0.0;
    char digits[32];
    if (!rg_field_number(text, length, &value) || !isfinite(value))
        return fail_cell(w, c, text, length, "is not a finite number");
    if (memchr(text, ',', (size_t)length) == NULL) {
        append(w, text, length);
        return REGATTA_OK;
    }
    append(w, digits, snprintf(digits, sizeof digits, "%.17g", value)); /* 1,5 */
    return REGATTA_OK;
}

static regatta_status put_value(writer *w, const rg_fields *fields, int c)
{
    regatta_status status = REGATTA_OK;
    const char *text = fields->text[c];
    int64_t length = fields->length[c];
    rg_field_trim(&text, &length);
    begin_cell(w);
    if (!rg_feature_is_missing(text, length, (int)w->opts->keep_null_words))
        switch (w->columns->column[c].kind) {
        case RG_FEATURE_LIST: RG_TRY(append_list(w, c, text, length)); break;
        case RG_FEATURE_NUMBER: RG_TRY(append_number(w, c, text, length)); break;
        default: RG_TRY(append_text(w, c, text, length)); break;
        }
    RG_TRY(end_cell(w));
done:
    return status;
}

static regatta_status put_row(void *state, const rg_fields *fields, const char *id)
{
    writer *const w = state;
    regatta_status status = REGATTA_OK;
    for (int c = 0; c < w->columns->n; c++) {
        if (w->columns->column[c].kind == RG_FEATURE_SKIP) continue;
        RG_TRY(c == w->columns->node ? put_cell(w, id, (int64_t)strlen(id))
                                     : put_value(w, fields, c));
    }
    RG_TRY(end_row(w));
done:
    return status;
}

/* ---- from features ---- */

/* The features of one node, in the order of modalities. */
typedef struct node_features {
    const rg_features *features;
    uint32_t node;
    int modality;
    int64_t at;
} node_features;

/* Takes the next feature of the node; NULL: there are no more. */
static const char *next_feature(node_features *n, float *weight)
{
    for (; n->modality < n->features->n_modalities; n->modality++, n->at = 0) {
        const rg_modality *m = &n->features->modality[n->modality];
        if (n->node >= m->n_rows) continue;
        const int64_t e = m->rows->offset[n->node] + n->at;
        if (e >= m->rows->offset[(int64_t)n->node + 1]) continue;
        n->at++;
        *weight = m->rows->value != NULL ? m->rows->value[e] : 1.0f;
        return rg_idmap_name(m->feature, m->rows->target[e]);
    }
    return NULL;
}

static int has_weights(const rg_features *f)
{
    for (int m = 0; m < f->n_modalities; m++) {
        const rg_csr *rows = f->modality[m].rows;
        for (int64_t e = 0; rows->value != NULL && e < rows->n_edges; e++)
            if (rows->value[e] != 1.0f) return 1;
    }
    return 0;
}

static regatta_status write_long(writer *w, const rg_features *f)
{
    regatta_status status = REGATTA_OK;
    const int weights = has_weights(f);
    float weight = 0.0f;
    char number[RG_FLOAT_BYTES];
    for (uint32_t k = 0; k < f->ids->n; k++) {
        node_features n = {f, k, 0, 0};
        const char *id = rg_idmap_name(f->ids, k), *feature = NULL;
        while ((feature = next_feature(&n, &weight)) != NULL) {
            RG_TRY(put_cell(w, id, (int64_t)strlen(id)));
            RG_TRY(put_cell(w, feature, (int64_t)strlen(feature)));
            if (weights) RG_TRY(put_cell(w, number, rg_format_float(number, weight)));
            RG_TRY(end_row(w));
        }
    }
done:
    return status;
}

/* A column with the features of each node. */
static regatta_status write_lists(writer *w, const rg_features *f)
{
    regatta_status status = REGATTA_OK;
    const char join = is_recbole(w) ? ' ' : '|', *feature = NULL;
    float weight = 0.0f;
    if (has_weights(f))
        return rg_fail(w->ctx, REGATTA_EFORMAT,
                       "%s: a row for each node holds no weights of features", w->path);
    const char *node = w->opts->side == REGATTA_USERS ? "user_id" : "item_id";
    begin_cell(w);
    append(w, node, (int64_t)strlen(node));
    if (is_recbole(w)) append(w, ":token", 6);
    RG_TRY(end_cell(w));
    RG_TRY(is_recbole(w) ? put_cell(w, "features:token_seq", 18)
                         : put_cell(w, "features", 8));
    RG_TRY(end_row(w));
    for (uint32_t k = 0; k < f->ids->n; k++) {
        node_features n = {f, k, 0, 0};
        const char *id = rg_idmap_name(f->ids, k);
        RG_TRY(put_cell(w, id, (int64_t)strlen(id)));
        begin_cell(w);
        while ((feature = next_feature(&n, &weight)) != NULL) {
            if (strchr(feature, join) != NULL)
                return rg_fail(w->ctx, REGATTA_EFORMAT,
                               "%s: the feature '%.80s' holds a %s, which separates "
                               "features",
                               w->path, feature, is_recbole(w) ? "blank" : "|");
            if (w->cell.n > 0) append(w, &join, 1);
            append(w, feature, (int64_t)strlen(feature));
        }
        RG_TRY(end_cell(w));
        RG_TRY(end_row(w));
    }
done:
    return status;
}

/* ---- the whole ---- */

static regatta_status find_format(regatta_ctx *ctx, regatta_format *format,
                                  const char *path)
{
    static const struct {
        const char *extension;
        regatta_format format;
    } names[] = {{".tsv", REGATTA_FORMAT_TSV},
                 {".csv", REGATTA_FORMAT_CSV},
                 {".item", REGATTA_FORMAT_RECBOLE},
                 {".user", REGATTA_FORMAT_RECBOLE},
                 {"-", REGATTA_FORMAT_TSV}};
    const rg_pack pack = rg_pack_of(path);
    const size_t packed = pack == RG_PACK_GZIP ? 3 : pack == RG_PACK_ZSTD ? 4 : 0;
    const size_t n = strlen(path) - packed;
    for (size_t k = 0; *format == REGATTA_FORMAT_AUTO && k < sizeof names / sizeof *names;
         k++) {
        const size_t length = strlen(names[k].extension);
        if (n >= length &&
            strncasecmp(path + n - length, names[k].extension, length) == 0)
            *format = names[k].format;
    }
    if (*format != REGATTA_FORMAT_AUTO) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL,
                   "%s: no format of side tables has this extension: choose "
                   "--output-format (.tsv, .csv, .item and .user have one)",
                   path);
}

static regatta_status write_features(writer *w, const rg_features *f, int is_long)
{
    for (int m = 0; m < f->n_modalities; m++)
        if (f->modality[m].rows == NULL)
            return rg_fail(w->ctx, REGATTA_EFORMAT,
                           "%s: holds vectors: convert them with --vectors",
                           f->modality[m].name);
    return is_long ? write_long(w, f) : write_lists(w, f);
}

regatta_status rg_features_convert(regatta_ctx *ctx, const char *from,
                                   const regatta_features_options *opts, const char *to,
                                   const regatta_features_output *output,
                                   regatta_features_report *report)
{
    regatta_status status = REGATTA_OK;
    rg_features *features = NULL;
    regatta_features_options o = *opts;
    writer w = {.ctx = ctx, .opts = &o, .path = to};
    rg_feature_sink sink = {.state = &w, .header = put_header, .row = put_row};
    int to_long = output->layout == REGATTA_FEATURES_LONG;
    w.format = (regatta_format)output->format;
    rg_text_begin(&w.cell, ctx->mem);
    if (o.max_features == 0) o.max_features = UINT32_MAX - 1; /* none is hashed */
    RG_TRY(find_format(ctx, &w.format, to));
    if (to_long && is_recbole(&w)) {
        status = rg_fail(ctx, REGATTA_EINVAL,
                         "%s: RecBole has a row for each node, not for each feature", to);
        goto done;
    }
    RG_TRY(rg_features_create(ctx, &features));
    RG_TRY(rg_output_open(ctx, &w.out, to, rg_pack_of(to)));
    rg_text_append_bytes(&w.cell, "", 0); /* an empty cell is a text */
    RG_TRY(rg_features_read(ctx, features, from, &o, report, to_long ? NULL : &sink));
    if (!sink.is_used) {
        if (output->layout == REGATTA_FEATURES_AUTO && !is_recbole(&w)) to_long = 1;
        RG_TRY(write_features(&w, features, to_long));
    }
    status = rg_output_commit(w.out);
    w.out = NULL;
done:
    rg_output_abandon(w.out);
    rg_free(ctx->mem, w.cell.bytes);
    rg_features_free(features);
    return status;
}
