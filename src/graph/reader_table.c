/* Rows of columns, whatever separates them. */
#include "graph/reader.h"
#include "graph/reader_columns.h"
#include "graph/reader_time.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { MAX_JOINED = 1000 }; /* lines of a row with line breaks in quotes */

typedef struct table {
    regatta_ctx *ctx;
    rg_input *in;
    const regatta_read_options *opts;
    regatta_format format;
    rg_columns columns;
    int needed; /* columns a row must have */
    rg_edges *edges;
    rg_fields fields;
    uint32_t last_user; /* rows of one user often follow each other */
    int64_t n_below, n_recoded;
} table;

/* The weight of the row in hand; *below 1 when min_weight drops it. */
static regatta_status read_weight(table *t, double *weight, int *below)
{
    const char *text = t->fields.text[t->columns.weight];
    int64_t length = t->fields.length[t->columns.weight];
    rg_field_trim(&text, &length);
    if (!rg_field_number(text, length, weight))
        return rg_reader_fail(t->ctx, t->in, "weight '%.*s' is not a number",
                              rg_shown(length), text);
    *below = t->opts->use_min_weight && *weight < t->opts->min_weight;
    if (*below) return REGATTA_OK;
    if (!isfinite((float)*weight))
        return rg_reader_fail(t->ctx, t->in, "weight '%.*s' is not finite",
                              rg_shown(length), text);
    if (*weight < 0.0)
        return rg_reader_fail(t->ctx, t->in,
                              "weight '%.*s' is negative (a least weight drops such "
                              "rows)",
                              rg_shown(length), text);
    return REGATTA_OK;
}

static regatta_status read_time(table *t, int64_t *time)
{
    const char *text = t->fields.text[t->columns.time];
    int64_t length = t->fields.length[t->columns.time];
    rg_field_trim(&text, &length);
    if (rg_time_parse(text, length, time) == RG_TIME_NONE)
        return rg_reader_fail(t->ctx, t->in,
                              "time '%.*s' is neither a number nor an ISO date",
                              rg_shown(length), text);
    return REGATTA_OK;
}

static int same_name(const rg_idmap *map, uint32_t k, const char *text, int64_t length)
{
    const int64_t begin = map->offset[k], end = map->offset[(int64_t)k + 1] - 1;
    return end - begin == length && memcmp(map->bytes + begin, text, (size_t)length) == 0;
}

static regatta_status read_user(table *t, uint32_t *user)
{
    const char *text = t->fields.text[t->columns.user];
    const int64_t length = t->fields.length[t->columns.user];
    const rg_idmap *users = t->edges->users;
    if (t->last_user < users->n && same_name(users, t->last_user, text, length)) {
        *user = t->last_user;
        return REGATTA_OK;
    }
    const regatta_status status = rg_reader_id(t->ctx, t->in, t->edges->users, "user",
                                               text, length, user, &t->n_recoded);
    t->last_user = *user;
    return status;
}

/* A row of which a quoted field goes on in the lines behind it. */
static regatta_status join_row(table *t, const char **reason)
{
    const int64_t first = rg_input_line_number(t->in);
    for (int k = 0; k < MAX_JOINED && *reason == rg_fields_open; k++) {
        char *line = NULL;
        int64_t length = 0;
        const regatta_status status = rg_input_join(t->in, &line, &length);
        if (status != REGATTA_OK) return status;
        if (line == NULL) break;
        *reason = rg_fields_split(&t->fields, line, length, t->format);
    }
    if (*reason != rg_fields_open) return REGATTA_OK;
    return rg_reader_fail_at(t->ctx, t->in, first, "%s", rg_fields_open);
}

/* The cells behind the columns of the first row are empty: a separator at the end. */
static int has_empty_tail(const table *t)
{
    for (int k = t->columns.n; k < t->fields.n; k++)
        if (t->fields.length[k] > 0) return 0;
    return 1;
}

static regatta_status read_row(table *t, char *line, int64_t length)
{
    double weight = 1.0;
    int64_t time = 0;
    int below = 0;
    uint32_t user = 0, item = 0;
    regatta_status status = REGATTA_OK;
    rg_fields *f = &t->fields;
    const char *reason = rg_fields_split(f, line, length, t->format);
    if (reason == rg_fields_open) RG_TRY(join_row(t, &reason));
    if (reason != NULL) return rg_reader_fail(t->ctx, t->in, "%s", reason);
    if (f->n < t->needed || (f->n > t->columns.n && !has_empty_tail(t)))
        return rg_reader_fail(t->ctx, t->in, "%d column%s where the first line has %d",
                              f->n, f->n == 1 ? "" : "s", t->columns.n);
    if (t->columns.weight >= 0) RG_TRY(read_weight(t, &weight, &below));
    if (below) {
        t->n_below++;
        return REGATTA_OK;
    }
    if (t->columns.time >= 0) RG_TRY(read_time(t, &time));
    RG_TRY(read_user(t, &user));
    RG_TRY(rg_reader_id(t->ctx, t->in, t->edges->items, "item", f->text[t->columns.item],
                        f->length[t->columns.item], &item, &t->n_recoded));
    RG_TRY(rg_edges_add(t->ctx, t->edges, user, item, (float)weight, time));
done:
    return status;
}

static regatta_status read_rows(table *t)
{
    const int skips_comments = rg_reader_skips_comments(t->format);
    for (int64_t n = 0;;) {
        char *line = NULL;
        int64_t length = 0;
        regatta_status status = rg_input_line(t->in, &line, &length);
        if (status != REGATTA_OK || line == NULL) return status;
        if (rg_reader_is_blank(line, length, t->format)) continue;
        if (skips_comments && rg_reader_is_comment(line, length)) continue;
        if (n++ == 0 && t->columns.has_header) continue;
        status = read_row(t, line, length);
        if (status != REGATTA_OK) return status;
    }
}

/* The columns by the first rows, before any is consumed. */
static regatta_status resolve(table *t, regatta_read_report *report)
{
    regatta_status status = REGATTA_OK;
    rg_sample sample = {0};
    RG_TRY(rg_sample_take(t->ctx, &sample, t->in));
    if (sample.n == 0) {
        status = rg_reader_fail_at(t->ctx, t->in, 0, "no interaction in it");
        goto done;
    }
    rg_sample_find_quote(&sample, t->format);
    t->fields.quote = sample.quote;
    RG_TRY(rg_columns_resolve(t->ctx, &t->columns, t->in, &sample, t->opts, report));
    const int all[] = {t->columns.user, t->columns.item, t->columns.weight,
                       t->columns.time};
    for (int k = 0; k < 4; k++)
        if (all[k] >= t->needed) t->needed = all[k] + 1;
    if (t->opts->use_min_weight && t->columns.weight < 0)
        status = rg_reader_fail_at(t->ctx, t->in, 0,
                                   "no weight column, but a least weight is asked for: "
                                   "give --weight-column");
done:
    rg_free(t->ctx->mem, sample.scratch);
    return status;
}

regatta_status rg_read_table(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                             const regatta_read_options *opts,
                             regatta_read_report *report)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    table *t = NULL;
    RG_NEW(ctx->mem, t, 1);
    t->ctx = ctx;
    t->in = in;
    t->opts = opts;
    t->format = (regatta_format)report->format;
    t->last_user = REGATTA_NONE;
    RG_TRY(resolve(t, report));
    RG_TRY(rg_edges_create(ctx, &t->edges, t->columns.weight >= 0, t->columns.time >= 0));
    RG_TRY(read_rows(t));
    if (t->edges->has_time && !rg_time_to_seconds(t->edges->time, t->edges->n)) {
        status =
            rg_reader_fail_at(ctx, in, 0,
                              "times mix units: some are above 1e11 (milliseconds?), "
                              "some are not");
        goto done;
    }
    report->has_header = (uint32_t)t->columns.has_header;
    report->has_weight = (uint32_t)t->edges->has_weight;
    report->has_time = (uint32_t)t->edges->has_time;
    report->n_lines = rg_input_line_number(in);
    report->n_rows = t->edges->n;
    report->n_below = t->n_below;
    report->n_recoded = t->n_recoded;
    *out = t->edges;
    t->edges = NULL;
done:
    if (t != NULL) rg_edges_free(t->edges);
    rg_free(ctx->mem, t);
    return status;
}
