#include "graph/features/feature_columns.h"
#include "graph/features/feature_bins.h"
#include "graph/features/feature_evidence.h"
#include "graph/features/feature_spec.h"
#include "graph/readers/column_names.h"
#include "graph/readers/reader_header.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { REASON_BYTES = 320 };

/* The arguments of the resolution. */
typedef struct resolution {
    regatta_ctx *ctx;
    rg_feature_columns *columns;
    const rg_input *in;
    const regatta_features_options *opts;
    const char *modality;
    rg_feature_sample sample;
} resolution;

static rg_role role_of(const regatta_features_options *opts)
{
    return opts->side == REGATTA_USERS ? RG_ROLE_USER : RG_ROLE_ITEM;
}

/* Row 1 is a header if it says so by content, or by the name of an id that does not occur
 * again in its column. */
static int has_header(const resolution *r)
{
    rg_sample *const s = r->sample.lines;
    rg_fields f;
    char name[RG_FEATURE_COLUMN];
    if (r->opts->header != REGATTA_HEADER_AUTO)
        return r->opts->header == REGATTA_HEADER_YES;
    const rg_header found = rg_header_detect(s, r->sample.format);
    if (found == RG_HEADER_YES || found == RG_HEADER_SHOWN) return 1;
    if (rg_sample_split(s, 0, r->sample.format, &f) != NULL) return 0;
    int id = -1;
    for (int c = 0; c < f.n && id < 0; c++) {
        const rg_column_name known = rg_column_name_of(f.text[c], f.length[c]);
        if (known.role == role_of(r->opts) || known.is_key) id = c;
    }
    if (id < 0 || f.length[id] >= RG_FEATURE_COLUMN) return 0;
    const int64_t length = f.length[id];
    memcpy(name, f.text[id], (size_t)length);
    for (int k = 1; k < s->n; k++)
        if (rg_sample_split(s, k, r->sample.format, &f) == NULL && id < f.n &&
            f.length[id] == length && memcmp(f.text[id], name, (size_t)length) == 0)
            return 0;
    return 1;
}

static regatta_status name_columns(const resolution *r)
{
    rg_fields f;
    rg_id id;
    rg_feature_columns *const columns = r->columns;
    const char *reason = rg_sample_split(r->sample.lines, 0, r->sample.format, &f);
    if (reason != NULL)
        return rg_reader_fail_at(r->ctx, r->in, r->sample.lines->number[0], "%s", reason);
    columns->n = f.n;
    for (int c = 0; c < f.n; c++) {
        rg_feature_column *column = &columns->column[c];
        rg_id_take(&id, f.text[c], f.length[c]);
        if (!columns->has_header || id.length == 0) {
            snprintf(column->name, RG_FEATURE_COLUMN, "column%d", c + 1);
            continue;
        }
        const char *wrong = rg_reader_id_wrong(&id);
        if (id.length >= RG_FEATURE_COLUMN) wrong = "is longer than 127 bytes";
        if (wrong != NULL)
            return rg_reader_fail_at(r->ctx, r->in, r->sample.lines->number[0],
                                     "the name of column %d %s", c + 1, wrong);
        memcpy(column->name, id.text, (size_t)id.length);
        column->name[id.length] = '\0';
    }
    return REGATTA_OK;
}

/* The column of ids: given, else with the best name of an id, else the first. */
static int find_node(const resolution *r)
{
    int best = -1, best_rank = 0;
    const rg_feature_columns *const columns = r->columns;
    for (int c = 0; c < columns->n; c++)
        if (columns->column[c].kind == RG_FEATURE_ID) return c;
    for (int c = 0; columns->has_header && c < columns->n; c++) {
        const char *name = columns->column[c].name;
        const rg_column_name known = rg_column_name_of(name, (int64_t)strlen(name));
        if (known.role != role_of(r->opts) || (best >= 0 && known.rank >= best_rank))
            continue;
        best = c;
        best_rank = known.rank;
    }
    return best < 0 ? 0 : best;
}

/* Returns 1 if a node has several rows of the sample. */
static regatta_status nodes_repeat(const resolution *r, int *out)
{
    rg_fields f;
    rg_idmap *seen = NULL;
    regatta_status status = REGATTA_OK;
    const int node = r->columns->node;
    *out = 0;
    RG_TRY(rg_idmap_create(r->ctx, &seen));
    for (int k = r->sample.first; k < r->sample.lines->n && !*out; k++) {
        uint32_t number = 0;
        const uint32_t before = seen->n;
        if (rg_sample_split(r->sample.lines, k, r->sample.format, &f) != NULL ||
            node >= f.n)
            continue;
        RG_TRY(rg_idmap_add(r->ctx, seen, f.text[node], f.length[node], &number));
        *out = number < before;
    }
done:
    rg_idmap_free(seen);
    return status;
}

/* Returns 1 if all cells of a column are numbers. */
static int has_numbers(const resolution *r, int column)
{
    rg_fields f;
    int n = 0;
    for (int k = r->sample.first; k < r->sample.lines->n; k++) {
        double number = 0.0;
        if (rg_sample_split(r->sample.lines, k, r->sample.format, &f) != NULL ||
            column >= f.n)
            continue;
        const char *text = f.text[column];
        int64_t length = f.length[column];
        rg_field_trim(&text, &length);
        if (!rg_field_number(text, length, &number)) return 0;
        n++;
    }
    return n > 0;
}

/* Returns 1 if a feature begins with the name of the column and '='. */
static int has_values(const rg_idmap *known, const char *name)
{
    const size_t n = strlen(name);
    for (uint32_t c = 0; c < known->n; c++) {
        const char *feature = rg_idmap_name(known, c);
        if (strncmp(feature, name, n) == 0 && feature[n] == '=') return 1;
    }
    return 0;
}

/* Returns 1 if most features are "column=value". */
static int are_values(const rg_idmap *known)
{
    uint32_t n = 0;
    for (uint32_t c = 0; c < known->n; c++)
        n += strchr(rg_idmap_name(known, c), '=') != NULL;
    return 2 * n > known->n;
}

/* How the table of the training with this name was read: 1 by rows `node feature
 * [weight]`, 0 by a column for each property; -1: there is none. */
static int was_long(const resolution *r)
{
    char text[RG_FEATURE_COLUMN + RG_MODALITY_NAME];
    const rg_features *const like = r->opts->like;
    int found = -1;
    for (int m = 0; like != NULL && m < like->n_modalities; m++) {
        const rg_modality *known = &like->modality[m];
        if (known->feature == NULL) continue;
        if (strcmp(known->name, r->modality) == 0) {
            if (!r->columns->has_header && are_values(known->feature)) return 0;
            found = 1;
        }
        for (int c = 0; c < r->columns->n; c++) {
            const char *name = r->columns->column[c].name;
            snprintf(text, sizeof text, "%s.%s", r->modality, name);
            if (strcmp(known->name, text) == 0) return 0;
            if (strcmp(known->name, r->modality) == 0 && has_values(known->feature, name))
                return 0;
        }
    }
    return found;
}

/* Columns with these names are a feature and its weight. */
static int are_named(const resolution *r, const int others[2], int n)
{
    const rg_feature_column *column = r->columns->column;
    return strcasecmp(column[others[0]].name, "feature") == 0 &&
           (n == 1 || strcasecmp(column[others[1]].name, "weight") == 0);
}

/* Gives the columns of a long table their kinds, if it is one: the columns that are
 * neither the node nor skipped are a feature and a weight. A table of new nodes has the
 * layout of the training's. */
static regatta_status find_long(const resolution *r)
{
    rg_feature_columns *const columns = r->columns;
    int others[2] = {-1, -1}, n = 0, given = 0, repeats = 0;
    columns->feature = columns->weight = -1;
    for (int c = 0; c < columns->n; c++) {
        const rg_feature_kind kind = columns->column[c].kind;
        if (kind == RG_FEATURE_NAME) columns->feature = c;
        if (kind == RG_FEATURE_WEIGHT) columns->weight = c;
        if (c == columns->node || kind == RG_FEATURE_SKIP) continue;
        given |= kind != RG_FEATURE_OPEN;
        if (n < 2) others[n] = c;
        n++;
    }
    columns->is_long = columns->feature >= 0;
    if (columns->is_long || r->opts->layout == REGATTA_FEATURES_WIDE) return REGATTA_OK;
    const int asked = r->opts->layout == REGATTA_FEATURES_LONG;
    if (n < 1 || n > 2 || (given && !asked)) return REGATTA_OK;
    const int weighted = n == 2 && has_numbers(r, others[1]);
    if (n == 2 && !weighted) return REGATTA_OK;
    const int before = was_long(r);
    if (before == 0 && !asked) return REGATTA_OK;
    if (columns->has_header && !asked && before < 0 && !are_named(r, others, n)) {
        const regatta_status status = nodes_repeat(r, &repeats);
        if (status != REGATTA_OK || !repeats) return status;
    }
    columns->is_long = 1;
    columns->feature = others[0];
    columns->weight = weighted ? others[1] : -1;
    return REGATTA_OK;
}

static regatta_status check_long(const resolution *r)
{
    rg_feature_columns *const columns = r->columns;
    if (!columns->is_long && r->opts->layout == REGATTA_FEATURES_LONG)
        return rg_reader_fail_at(
            r->ctx, r->in, 0,
            "is not a table of node, feature and perhaps weight: name "
            "them, such as 1=id,2=feature,3=weight");
    if (!columns->is_long && columns->weight >= 0)
        return rg_reader_fail_at(r->ctx, r->in, 0,
                                 "column '%s' is a weight, but none is a feature",
                                 columns->column[columns->weight].name);
    for (int c = 0; columns->is_long && c < columns->n; c++) {
        rg_feature_column *column = &columns->column[c];
        if (c == columns->feature)
            column->kind = RG_FEATURE_NAME;
        else if (c == columns->weight)
            column->kind = RG_FEATURE_WEIGHT;
        else if (c != columns->node && column->kind == RG_FEATURE_OPEN)
            column->kind = RG_FEATURE_SKIP;
        else if (c != columns->node && column->kind != RG_FEATURE_SKIP)
            return rg_reader_fail_at(
                r->ctx, r->in, 0,
                "column '%s' is a feature a row, so column '%s' cannot "
                "be a %s",
                columns->column[columns->feature].name, column->name,
                rg_feature_kind_name(column->kind));
    }
    return REGATTA_OK;
}

/* Sets the kind of a column by the features of an earlier table; *has_known is 1 if it
 * had categories or lists. */
static void find_known(const resolution *r, rg_feature_column *column, int *has_known)
{
    char text[RG_FEATURE_COLUMN + RG_MODALITY_NAME];
    const rg_features *const like = r->opts->like;
    *has_known = 0;
    snprintf(text, sizeof text, "%s.%s", r->modality, column->name);
    for (int m = 0; like != NULL && m < like->n_modalities; m++) {
        const rg_modality *known = &like->modality[m];
        if (known->feature == NULL) continue;
        if (strcmp(known->name, text) == 0) column->kind = RG_FEATURE_TEXT;
        if (strcmp(known->name, r->modality) != 0) continue;
        if (rg_bins_known(known->feature, column->name).n > 0)
            column->kind = RG_FEATURE_NUMBER;
        else
            *has_known = has_values(known->feature, column->name);
    }
}

static regatta_status find_kinds(const resolution *r)
{
    regatta_status status = REGATTA_OK;
    rg_feature_columns *const columns = r->columns;
    for (int c = 0; c < columns->n; c++) {
        rg_feature_column *column = &columns->column[c];
        int has_known = 0;
        const int lacks_separator =
            column->kind == RG_FEATURE_LIST && column->separator == '\0';
        if (c == columns->node) column->kind = RG_FEATURE_ID;
        if (c == 0 && columns->has_header && column->kind == RG_FEATURE_OPEN &&
            rg_header_is_index(column->name, (int64_t)strlen(column->name)))
            column->kind = RG_FEATURE_SKIP;
        if (column->kind == RG_FEATURE_OPEN && !column->is_given)
            find_known(r, column, &has_known);
        if (lacks_separator || (column->kind == RG_FEATURE_OPEN && !column->is_given))
            RG_TRY(rg_feature_evidence_find(r->ctx, column, c, has_known, &r->sample));
    }
done:
    return status;
}

/* Refuses a table with open columns, in one line that shows how to give their kinds. */
static regatta_status check_open(const resolution *r)
{
    char first[RG_FEATURE_COLUMN + 112] = "", kinds[REASON_BYTES] = "";
    int n = 0, length = 0;
    for (int c = 0; c < r->columns->n; c++) {
        const rg_feature_column *column = &r->columns->column[c];
        if (column->kind != RG_FEATURE_OPEN) continue;
        if (n++ == 0)
            snprintf(first, sizeof first, "'%s' (%s)", column->name, column->why);
        if (length < REASON_BYTES / 2)
            length += snprintf(kinds + length, sizeof kinds - (size_t)length, "%s%s=KIND",
                               n > 1 ? "," : "", column->name);
    }
    if (n == 0) return REGATTA_OK;
    return rg_reader_fail_at(
        r->ctx, r->in, 0,
        "the kind of column %s%s is not evident: give "
        "--feature-columns %s with KIND category, number, list, text "
        "or skip",
        first, n > 1 ? " and others" : "", kinds);
}

/* A wide table needs a header or the kinds of all columns. */
static regatta_status check_header(const resolution *r)
{
    const rg_feature_columns *const columns = r->columns;
    int n_given = 0;
    for (int c = 0; c < columns->n; c++)
        n_given += columns->column[c].is_given || c == columns->node;
    if (columns->has_header || n_given == columns->n) return REGATTA_OK;
    return rg_reader_fail_at(
        r->ctx, r->in, 0,
        "has %d columns and no header: name the kinds of all of them "
        "(--feature-columns 1=id,2=text,3=skip), or pass --feature-header yes",
        columns->n);
}

static regatta_status check_features(const resolution *r)
{
    for (int c = 0; c < r->columns->n; c++) {
        const rg_feature_kind kind = r->columns->column[c].kind;
        if (kind > RG_FEATURE_OPEN && kind <= RG_FEATURE_TEXT) return REGATTA_OK;
    }
    return rg_reader_fail_at(r->ctx, r->in, 0, "has no column with features");
}

regatta_status rg_feature_columns_resolve(regatta_ctx *ctx, rg_feature_columns *out,
                                          const rg_input *in, rg_sample *sample,
                                          regatta_format format,
                                          const regatta_features_options *opts,
                                          const char *name)
{
    regatta_status status = REGATTA_OK;
    resolution r = {.ctx = ctx, .columns = out, .in = in, .opts = opts, .modality = name};
    r.sample = (rg_feature_sample){sample, 0, format, opts->keep_null_words != 0};
    *out = (rg_feature_columns){.feature = -1, .weight = -1};
    out->has_header = has_header(&r);
    r.sample.first = out->has_header;
    RG_TRY(name_columns(&r));
    rg_feature_types_apply(out);
    rg_feature_spec_apply(out, opts->columns, name);
    out->node = find_node(&r);
    out->column[out->node].kind = RG_FEATURE_ID;
    RG_TRY(find_long(&r));
    RG_TRY(check_long(&r));
    if (out->is_long) return REGATTA_OK;
    RG_TRY(check_header(&r));
    RG_TRY(find_kinds(&r));
    RG_TRY(check_open(&r));
    RG_TRY(check_features(&r));
done:
    return status;
}
