/* Reads rows of columns in all formats with separators. */
#include "graph/readers/reader.h"
#include "graph/readers/reader_columns.h"
#include "graph/readers/reader_time.h"
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { USER, ITEM, WEIGHT, TIME, N_ROLES };

typedef struct cell {
    const char *text;
    int64_t length;
} cell;

typedef struct table {
    regatta_ctx *ctx;
    rg_input *in;
    const regatta_read_options *opts;
    regatta_read_report *report;
    regatta_format format;
    rg_columns columns;
    int needed; /* columns a row must have */
    rg_edges *edges;
    rg_fields fields;
    rg_id user, item; /* of the current row */
    rg_times times;
    regatta_bad_row bad;               /* why the current row is bad */
    char name[N_ROLES][RG_SHOWN + 24]; /* " (column 'userId')" */
    char *header;                      /* the line of it; NULL = none */
    int64_t header_length;
    int has_open_quote; /* the rows after it are unknown, so none can be skipped */
    uint32_t last_user; /* rows of one user often follow each other */
} table;

static cell cell_at(const table *t, int column)
{
    cell c = {t->fields.text[column], t->fields.length[column]};
    rg_field_trim(&c.text, &c.length);
    return c;
}

/* Sets the names of columns in messages: from the header, which is in t->fields, or by
 * number. */
static void name_columns(table *t)
{
    const int column[N_ROLES] = {t->columns.user, t->columns.item, t->columns.weight,
                                 t->columns.time};
    for (int r = 0; r < N_ROLES; r++) {
        if (column[r] < 0) continue;
        snprintf(t->name[r], sizeof t->name[r], " (column %d)", column[r] + 1);
        if (!t->columns.has_header || column[r] >= t->fields.n) continue;
        rg_id_take(&t->user, t->fields.text[column[r]], t->fields.length[column[r]]);
        snprintf(t->name[r], sizeof t->name[r], " (column '%.*s')",
                 rg_shown(t->user.length), t->user.text);
    }
}

/* Fails for a weight that cannot be used; `what` has the reason and the options. */
static regatta_status refuse_weight(table *t, cell c, regatta_bad_row bad,
                                    const char *what)
{
    t->bad = bad;
    return rg_reader_fail(t->ctx, t->in, "the weight '%.*s'%s is %s", rg_shown(c.length),
                          c.text, t->name[WEIGHT], what);
}

/* Reads the weight of the current row; *below is 1 if min_weight drops it. A positive
 * weight does not become 0. */
static regatta_status read_weight(table *t, double *weight, int *below)
{
    const cell c = cell_at(t, t->columns.weight);
    if (!rg_field_number(c.text, c.length, weight))
        return refuse_weight(t, c, REGATTA_BAD_WEIGHT,
                             "not a number (--skip-bad drops such rows, --weight-column "
                             "takes another column or, 0, none)");
    if (*weight > 0.0 && *weight < (double)FLT_TRUE_MIN) *weight = (double)FLT_TRUE_MIN;
    *below = t->opts->use_min_weight && *weight < t->opts->min_weight;
    return REGATTA_OK;
}

static regatta_status check_weight(table *t, double weight)
{
    if (isfinite((float)weight) && weight >= 0.0) return REGATTA_OK;
    const cell c = cell_at(t, t->columns.weight);
    if (!isfinite((float)weight))
        return refuse_weight(t, c, REGATTA_BAD_WEIGHT,
                             "not finite (--skip-bad drops such rows)");
    return refuse_weight(t, c, REGATTA_BAD_WEIGHT_NEGATIVE,
                         "negative (--skip-bad and --min-rating 0 drop such rows)");
}

static regatta_status read_time(table *t, int64_t *time)
{
    const cell c = cell_at(t, t->columns.time);
    const char *reason = "is empty";
    t->bad = c.length == 0 ? REGATTA_BAD_TIME_EMPTY : REGATTA_BAD_TIME;
    if (c.length > 0)
        reason =
            rg_times_take(&t->times, c.text, c.length, rg_input_line_number(t->in), time);
    if (reason == NULL) return REGATTA_OK;
    return rg_reader_fail(t->ctx, t->in,
                          "the time '%.*s'%s %s (--skip-bad drops such rows, "
                          "--time-format says how times are written, --time-column "
                          "takes another column or, 0, none)",
                          rg_shown(c.length), c.text, t->name[TIME], reason);
}

static int same_name(const rg_idmap *map, uint32_t k, const rg_id *id)
{
    const int64_t begin = map->offset[k], end = map->offset[(int64_t)k + 1] - 1;
    return end - begin == id->length &&
           memcmp(map->bytes + begin, id->text, (size_t)id->length) == 0;
}

static regatta_status take_id(table *t, regatta_side side, rg_id *id, int column)
{
    rg_id_take(id, t->fields.text[column], t->fields.length[column]);
    return rg_reader_check_id(t->ctx, t->in, side, id, t->name[side],
                              (int)t->opts->keep_null_words, &t->bad);
}

static regatta_status add_row(table *t, float weight, int64_t time)
{
    const rg_idmap *users = t->edges->users;
    uint32_t u = t->last_user, i = 0;
    regatta_status status = REGATTA_OK;
    if (u >= users->n || !same_name(users, u, &t->user))
        RG_TRY(rg_reader_add_id(t->ctx, t->edges->users, &t->user, &u,
                                &t->report->n_recoded));
    t->last_user = u;
    RG_TRY(
        rg_reader_add_id(t->ctx, t->edges->items, &t->item, &i, &t->report->n_recoded));
    RG_TRY(rg_edges_add(t->ctx, t->edges, u, i, weight, time));
done:
    return status;
}

/* Checks the whole row before adding it. */
static regatta_status read_row(table *t, char *line, int64_t length)
{
    double weight = 1.0;
    int64_t time = 0;
    int below = 0;
    regatta_status status = REGATTA_OK;
    rg_fields *f = &t->fields;
    const char *reason = NULL;
    t->bad = REGATTA_BAD_COLUMNS;
    status = rg_reader_split(t->ctx, t->in, f, line, length, t->format, &reason);
    t->has_open_quote = reason == rg_fields_open;
    if (status != REGATTA_OK) return status;
    if (reason != NULL)
        return rg_reader_fail(t->ctx, t->in, "%s (--skip-bad drops such rows)", reason);
    if (f->n < t->needed ||
        (f->n > t->columns.n && !rg_fields_empty_from(&t->fields, t->columns.n)))
        return rg_reader_fail(t->ctx, t->in,
                              "%d column%s where the first line has %d (--skip-bad drops "
                              "such rows)",
                              f->n, f->n == 1 ? "" : "s", t->columns.n);
    if (t->columns.weight >= 0) RG_TRY(read_weight(t, &weight, &below));
    if (below) {
        t->report->n_below++;
        return REGATTA_OK;
    }
    RG_TRY(take_id(t, REGATTA_USERS, &t->user, t->columns.user));
    RG_TRY(take_id(t, REGATTA_ITEMS, &t->item, t->columns.item));
    if (t->columns.weight >= 0) RG_TRY(check_weight(t, weight));
    if (t->columns.time >= 0) RG_TRY(read_time(t, &time));
    RG_TRY(add_row(t, (float)weight, time));
done:
    return status;
}

static regatta_status take_header(table *t, char *line, int64_t length)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(t->ctx->mem, t->header, length + 1);
    memcpy(t->header, line, (size_t)length);
    t->header_length = length;
    if (rg_fields_split(&t->fields, line, length, t->format) == NULL) {
        if (t->columns.has_row_names) rg_fields_shift(&t->fields);
        name_columns(t);
    }
done:
    return status;
}

/* Concatenated files have headers between rows. In a file of regatta_graph_write without
 * numbers it may be a user and an item. */
static int repeats_header(const table *t, const char *line, int64_t length)
{
    if (t->columns.is_own && t->columns.n == 2) return 0;
    return t->header != NULL && length == t->header_length &&
           memcmp(line, t->header, (size_t)length) == 0;
}

static regatta_status read_line(table *t, char *line, int64_t length)
{
    if (!repeats_header(t, line, length)) return read_row(t, line, length);
    t->bad = REGATTA_BAD_HEADER;
    return rg_reader_fail(t->ctx, t->in,
                          "a repeated header (--skip-bad drops such rows)");
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
        if (n++ == 0 && t->columns.has_header) {
            status = take_header(t, line, length);
            if (status != REGATTA_OK) return status;
            continue;
        }
        status = read_line(t, line, length);
        if (status == REGATTA_EFORMAT && t->opts->skip_bad && !t->has_open_quote) {
            rg_reader_count_bad(t->report, t->bad, rg_input_line_number(t->in));
            continue;
        }
        if (status != REGATTA_OK) return status;
    }
}

/* Resolves the columns from the first rows, before any is consumed. */
static regatta_status resolve(table *t)
{
    regatta_status status = REGATTA_OK;
    rg_sample sample = {0};
    RG_TRY(rg_sample_take(t->ctx, &sample, t->in));
    if (sample.n == 0) {
        status = rg_reader_fail_at(t->ctx, t->in, 0, "contains no interaction");
        goto done;
    }
    rg_sample_find_quote(&sample, t->format);
    t->fields.quote = sample.quote;
    RG_TRY(rg_columns_resolve(t->ctx, &t->columns, t->in, &sample, t->opts, t->report));
    const int all[] = {t->columns.user, t->columns.item, t->columns.weight,
                       t->columns.time};
    for (int k = 0; k < 4; k++)
        if (all[k] >= t->needed) t->needed = all[k] + 1;
    if (t->opts->use_min_weight && t->columns.weight < 0)
        status = rg_reader_fail_at(
            t->ctx, t->in, 0,
            "no weight column, but a minimum weight is set: give --weight-column");
done:
    rg_free(t->ctx->mem, sample.scratch);
    return status;
}

static regatta_status finish_times(table *t)
{
    rg_time_fault fault;
    if (rg_times_end(&t->times, t->edges->time, t->edges->n, &fault)) return REGATTA_OK;
    return rg_reader_fail_at(t->ctx, t->in, fault.line, "the time '%s'%s %s", fault.text,
                             t->name[TIME], fault.reason);
}

regatta_status rg_read_table(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                             const regatta_read_options *opts,
                             regatta_read_report *report)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    table *t = NULL;
    rg_time_format time_format = RG_TIMES_AUTO;
    RG_NEW(ctx->mem, t, 1);
    t->ctx = ctx;
    t->in = in;
    t->opts = opts;
    t->report = report;
    t->format = (regatta_format)report->format;
    t->last_user = REGATTA_NONE;
    RG_TRY(resolve(t));
    name_columns(t);
    rg_time_format_find(opts->time_format, &time_format);
    rg_times_begin(&t->times, time_format, opts->time_format);
    RG_TRY(rg_edges_create(ctx, &t->edges, t->columns.weight >= 0, t->columns.time >= 0));
    RG_TRY(read_rows(t));
    if (t->edges->has_time) RG_TRY(finish_times(t));
    report->has_header = (uint32_t)t->columns.has_header;
    report->has_weight = (uint32_t)t->edges->has_weight;
    report->has_time = (uint32_t)t->edges->has_time;
    report->n_lines = rg_input_line_number(in);
    report->n_rows = t->edges->n;
    *out = t->edges;
    t->edges = NULL;
done:
    if (t != NULL) {
        rg_edges_free(t->edges);
        rg_free(ctx->mem, t->header);
    }
    rg_free(ctx->mem, t);
    return status;
}
