#include "graph/readers/reader_rows.h"
#include "graph/edge_spill.h"
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct cell {
    const char *text;
    int64_t length;
} cell;

static cell cell_at(const rg_rows *rows, int column)
{
    cell c = {rows->fields.text[column], rows->fields.length[column]};
    rg_field_trim(&c.text, &c.length);
    return c;
}

void rg_rows_name(rg_rows *rows)
{
    const int *const column = rows->columns.at;
    for (int r = 0; r < RG_N_ROLES; r++) {
        if (column[r] < 0) continue;
        snprintf(rows->name[r], sizeof rows->name[r], " (column %d)", column[r] + 1);
        if (!rows->columns.has_header || column[r] >= rows->fields.n) continue;
        rg_id_take(&rows->user, rows->fields.text[column[r]],
                   rows->fields.length[column[r]]);
        snprintf(rows->name[r], sizeof rows->name[r], " (column '%.*s')",
                 rg_shown(rows->user.length), rows->user.text);
    }
}

/* Fails for a weight that cannot be used; `what` has the reason and the options. */
static regatta_status refuse_weight(rg_rows *rows, cell c, regatta_bad_row bad,
                                    const char *what)
{
    rows->bad = bad;
    return rg_reader_fail(rows->ctx, rows->in, "the weight '%.*s'%s is %s",
                          rg_shown(c.length), c.text, rows->name[RG_ROLE_WEIGHT], what);
}

int rg_rows_weight(const char *text, int64_t length, double *weight)
{
    rg_field_trim(&text, &length);
    if (rg_is_impression(text, length)) {
        *weight = (double)RG_IMPRESSION;
        return 1;
    }
    if (!rg_field_number(text, length, weight)) return 0;
    if (*weight == (double)RG_IMPRESSION) *weight = -DBL_MAX; /* -inf is not the word */
    if (*weight > 0.0 && *weight < (double)FLT_TRUE_MIN) *weight = (double)FLT_TRUE_MIN;
    return 1;
}

int rg_rows_weigh(const rg_rows *rows, double weight, double event, float *out)
{
    const regatta_read_options *o = rows->opts;
    const int is_below = o->use_dislike_below && weight < o->dislike_below;
    const double product = weight * event;
    *out = RG_IMPRESSION;
    if (weight == (double)RG_IMPRESSION || event == (double)RG_IMPRESSION) return 1;
    if (!isfinite((float)weight) || (weight < 0.0 && !is_below)) return 0;
    *out = -1.0f;
    if (is_below || event < 0.0) return 1;
    *out =
        product > 0.0 && product < (double)FLT_TRUE_MIN ? FLT_TRUE_MIN : (float)product;
    return isfinite(*out);
}

int rg_rows_below(const rg_rows *rows, double weight)
{
    return rows->opts->use_min_weight && weight != (double)RG_IMPRESSION &&
           weight < rows->opts->min_weight;
}

/* Reads the weight of the current row; *below is 1 if min_weight drops it. */
static regatta_status read_weight(rg_rows *rows, double *weight, int *below)
{
    const cell c = cell_at(rows, rows->columns.at[RG_ROLE_WEIGHT]);
    if (!rg_rows_weight(c.text, c.length, weight))
        return refuse_weight(rows, c, REGATTA_BAD_WEIGHT,
                             "not a number (--skip-bad drops such rows, --weight-column "
                             "takes another column or, 0, none)");
    rg_signs_take(&rows->signs[RG_ROLE_WEIGHT], c.text, c.length,
                  rg_input_line_number(rows->in));
    *below = rg_rows_below(rows, *weight);
    return REGATTA_OK;
}

/* Returns why a weight that is not negative, or any that a float cannot store, is
 * refused: by its text, since -inf and 1e999 are stored as other numbers. */
static const char *why_unstorable(cell c, double weight)
{
    const int sign = c.length > 0 && (c.text[0] == '-' || c.text[0] == '+');
    const char first = c.length > sign ? c.text[sign] : 'n';
    if (isfinite((float)weight))
        return "with that of its event larger than a float can store (--skip-bad drops "
               "such rows)";
    if ((first >= '0' && first <= '9') || first == '.')
        return "larger than a float can store (--skip-bad drops such rows)";
    return "not finite (--skip-bad drops such rows)";
}

/* Computes the weight of the current row from those of its cells. */
static regatta_status weigh(rg_rows *rows, double weight, double event, float *out)
{
    if (rg_rows_weigh(rows, weight, event, out)) return REGATTA_OK;
    const cell c = cell_at(rows, rows->columns.at[RG_ROLE_WEIGHT]);
    if (!(weight < 0.0) || !isfinite((float)weight))
        return refuse_weight(rows, c, REGATTA_BAD_WEIGHT, why_unstorable(c, weight));
    return refuse_weight(rows, c, REGATTA_BAD_WEIGHT_NEGATIVE,
                         "negative (--weight-column 0 leaves the weights out, --skip-bad "
                         "and --min-rating 0 drop such rows, --dislike-below 0 reads "
                         "them as dislikes)");
}

static regatta_status read_time(rg_rows *rows, int64_t *time)
{
    const cell c = cell_at(rows, rows->columns.at[RG_ROLE_TIME]);
    const char *reason = "is empty";
    rows->bad = c.length == 0 ? REGATTA_BAD_TIME_EMPTY : REGATTA_BAD_TIME;
    if (c.length > 0)
        reason = rg_times_take(&rows->times, c.text, c.length,
                               rg_input_line_number(rows->in), time);
    if (reason == NULL) return REGATTA_OK;
    return rg_reader_fail(rows->ctx, rows->in,
                          "the time '%.*s'%s %s (--skip-bad drops such rows, "
                          "--time-format says how times are written, --time-column "
                          "takes another column or, 0, none)",
                          rg_shown(c.length), c.text, rows->name[RG_ROLE_TIME], reason);
}

static int same_name(const rg_idmap *map, uint32_t k, const rg_id *id)
{
    const int64_t begin = map->offset[k], end = map->offset[(int64_t)k + 1] - 1;
    return end - begin == id->length &&
           memcmp(map->bytes + begin, id->text, (size_t)id->length) == 0;
}

static regatta_status take_id(rg_rows *rows, regatta_side side, rg_id *id, int column)
{
    rg_id_take(id, rows->fields.text[column], rows->fields.length[column]);
    return rg_reader_check_id(rows->ctx, rows->in, side, id, rows->name[side],
                              (int)rows->opts->keep_null_words, &rows->bad);
}

/* Reads the weight of the current row's kind of event. */
static regatta_status read_event(rg_rows *rows, double *weight)
{
    const cell c = cell_at(rows, rows->columns.at[RG_ROLE_EVENT]);
    if (rg_event_weight(rows->events, c.text, c.length, weight)) return REGATTA_OK;
    rows->bad = REGATTA_BAD_EVENT;
    return rg_reader_fail(rows->ctx, rows->in,
                          "the event '%.*s'%s has no weight: give it one in "
                          "--event-weights, or all others by *=W (--skip-bad drops such "
                          "rows)",
                          rg_shown(c.length), c.text, rows->name[RG_ROLE_EVENT]);
}

/* What a number of logged feedback may be. */
typedef struct limits {
    double low, high;
    int whole;
    const char *words;
} limits;

/* Reads the number of a role in the current row. */
static regatta_status read_number(rg_rows *rows, rg_role role, limits l, double *number)
{
    const cell c = cell_at(rows, rows->columns.at[role]);
    if (rg_field_number(c.text, c.length, number) && *number >= l.low &&
        *number <= l.high && (!l.whole || *number == floor(*number))) {
        rg_signs_take(&rows->signs[role], c.text, c.length,
                      rg_input_line_number(rows->in));
        return REGATTA_OK;
    }
    return rg_reader_fail(rows->ctx, rows->in, "the %s '%.*s'%s is not %s",
                          rg_role_name_of(role, rows->opts), rg_shown(c.length), c.text,
                          rows->name[role], l.words);
}

/* Reads what a row of logged feedback has beyond user, item and time. */
static regatta_status read_record(rg_rows *rows, rg_record *record)
{
    static const limits reward = {-1e30, 1e30, 0, "a number up to 1e30"},
                        propensity = {DBL_MIN, 1.0, 0,
                                      "a probability above 0 and at most 1"},
                        place = {0.0, 1e9, 1, "a whole number from 0 to 1e9"};
    regatta_status status = REGATTA_OK;
    double position = 0.0;
    RG_TRY(read_number(rows, RG_ROLE_WEIGHT, reward, &record->reward));
    RG_TRY(read_number(rows, RG_ROLE_PROPENSITY, propensity, &record->propensity));
    if (rows->columns.at[RG_ROLE_POSITION] >= 0)
        RG_TRY(read_number(rows, RG_ROLE_POSITION, place, &position));
    record->position = (uint32_t)position;
    record->line = rg_input_line_number(rows->in);
done:
    return status;
}

static regatta_status add_row(rg_rows *rows, float weight, int64_t time,
                              const rg_record *record)
{
    const rg_idmap *users = rows->edges->users;
    uint32_t u = rows->last_user, i = 0;
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_spill_rest(rows->edges));
    if (u >= users->n || !same_name(users, u, &rows->user))
        RG_TRY(rg_reader_add_id(rows->ctx, rows->edges->users, &rows->user, &u,
                                &rows->report->n_recoded));
    rows->last_user = u;
    RG_TRY(rg_reader_add_id(rows->ctx, rows->edges->items, &rows->item, &i,
                            &rows->report->n_recoded));
    RG_TRY(rg_edges_add(rows->ctx, rows->edges, u, i, weight, time));
    if (rows->edges->record != NULL) rows->edges->record[rows->edges->n - 1] = *record;
done:
    return status;
}

/* Checks the whole row before adding it. */
regatta_status rg_rows_add(rg_rows *rows)
{
    double weight = 1.0, event = 1.0;
    int64_t time = 0;
    int below = 0;
    float stored = 1.0f;
    rg_record record = {0};
    regatta_status status = REGATTA_OK;
    const int has_weight = rows->columns.at[RG_ROLE_WEIGHT] >= 0 && !rows->opts->logged;
    const rg_fields *f = &rows->fields;
    rows->bad = REGATTA_BAD_COLUMNS;
    if (f->n < rows->needed ||
        (f->n > rows->columns.n && !rg_fields_empty_from(f, rows->columns.n)))
        return rg_reader_fail(rows->ctx, rows->in,
                              "%d column%s where the first line has %d (--skip-bad drops "
                              "such rows)",
                              f->n, f->n == 1 ? "" : "s", rows->columns.n);
    if (rows->events != NULL) RG_TRY(read_event(rows, &event));
    if (event == 0.0) {
        rows->report->n_left_out++;
        return REGATTA_OK;
    }
    if (has_weight) RG_TRY(read_weight(rows, &weight, &below));
    if (below) {
        rows->report->n_below++;
        return REGATTA_OK;
    }
    RG_TRY(take_id(rows, REGATTA_USERS, &rows->user, rows->columns.at[RG_ROLE_USER]));
    RG_TRY(take_id(rows, REGATTA_ITEMS, &rows->item, rows->columns.at[RG_ROLE_ITEM]));
    RG_TRY(weigh(rows, weight, event, &stored));
    if (rows->columns.at[RG_ROLE_TIME] >= 0) RG_TRY(read_time(rows, &time));
    if (rows->opts->logged) RG_TRY(read_record(rows, &record));
    RG_TRY(add_row(rows, stored, time, &record));
done:
    return status;
}

regatta_status rg_rows_drop(rg_rows *rows, regatta_status status)
{
    if (status != REGATTA_EFORMAT || !rows->opts->skip_bad) return status;
    rg_reader_count_bad(rows->report, rows->bad, rows->in,
                        rg_input_line_number(rows->in));
    return REGATTA_OK;
}

regatta_status rg_rows_create(regatta_ctx *ctx, rg_rows **out, rg_input *in,
                              const regatta_read_options *opts,
                              regatta_read_report *report)
{
    *out = rg_alloc(ctx->mem, 1, sizeof **out);
    if (*out == NULL) return REGATTA_ENOMEM;
    (*out)->ctx = ctx;
    (*out)->in = in;
    (*out)->own = *opts;
    (*out)->opts = &(*out)->own;
    (*out)->report = report;
    (*out)->last_user = REGATTA_NONE;
    if (opts->event_weights == NULL) return REGATTA_OK;
    return rg_event_weights_create(ctx, &(*out)->events, opts->event_weights);
}

/* Drops the rules of a model that need a column which the file does not have. */
static void drop_rules(rg_rows *rows)
{
    if (rows->opts->like == NULL) return;
    if (rows->columns.at[RG_ROLE_EVENT] < 0) {
        rg_event_weights_free(rows->events);
        rows->events = NULL;
        rows->own.event_weights = NULL;
    }
    if (rows->columns.at[RG_ROLE_WEIGHT] < 0)
        rows->own.use_dislike_below = rows->own.use_min_weight = 0;
}

regatta_status rg_rows_resolve(rg_rows *rows, rg_sample *sample, regatta_format format)
{
    regatta_status status = REGATTA_OK;
    rg_time_format time_format = RG_TIMES_AUTO;
    rg_columns *const c = &rows->columns;
    RG_TRY(rg_columns_resolve(rows->ctx, c, rows->in, sample, format, rows->opts,
                              rows->report));
    for (int r = 0; r < RG_N_ROLES; r++)
        if (c->at[r] >= rows->needed) rows->needed = c->at[r] + 1;
    drop_rules(rows);
    if (rows->opts->use_dislike_below && c->at[RG_ROLE_WEIGHT] < 0) {
        status = rg_reader_fail_at(rows->ctx, rows->in, 0,
                                   "no weight column, but weights below a number are "
                                   "dislikes: give --weight-column");
        goto done;
    }
    if (rows->opts->use_min_weight && c->at[RG_ROLE_WEIGHT] < 0) {
        status = rg_reader_fail_at(
            rows->ctx, rows->in, 0,
            "no weight column, but a minimum weight is set: give --weight-column");
        goto done;
    }
    rg_rows_name(rows);
    rg_time_format_find(rows->opts->time_format, &time_format);
    rg_times_begin(&rows->times, time_format, rows->opts->time_format);
    RG_TRY(rg_edges_create(rows->ctx, &rows->edges,
                           (c->at[RG_ROLE_WEIGHT] >= 0 && !rows->opts->logged) ||
                               rows->events != NULL,
                           c->at[RG_ROLE_TIME] >= 0));
    if (rows->opts->logged) RG_TRY(rg_edges_keep_records(rows->ctx, rows->edges));
done:
    return status;
}

static regatta_status finish_times(rg_rows *rows)
{
    rg_time_fault fault;
    const regatta_status status = rg_spill_times(rows->edges, &rows->times);
    if (status != REGATTA_OK) return status;
    if (rg_times_end(&rows->times, rows->edges->time, rows->edges->n, &fault))
        return REGATTA_OK;
    return rg_reader_fail_at(rows->ctx, rows->in, fault.line, "the time '%s'%s %s",
                             fault.text, rows->name[RG_ROLE_TIME], fault.reason);
}

/* Refuses a column of numbers whose decimal signs contradict each other. */
static regatta_status check_signs(const rg_rows *rows)
{
    regatta_status status = REGATTA_OK;
    for (int r = 0; r < RG_N_ROLES && status == REGATTA_OK; r++)
        status = rg_signs_check(rows->ctx, rows->in, &rows->signs[r],
                                rg_role_name_of((rg_role)r, rows->opts), rows->name[r]);
    return status;
}

regatta_status rg_rows_end(rg_rows *rows, rg_edges **out)
{
    regatta_read_report *const report = rows->report;
    regatta_status status = check_signs(rows);
    if (status == REGATTA_OK && rows->edges->has_time) status = finish_times(rows);
    if (status != REGATTA_OK) return status;
    report->has_header = (uint32_t)rows->columns.has_header;
    report->has_weight = (uint32_t)rows->edges->has_weight;
    report->has_time = (uint32_t)rows->edges->has_time;
    report->n_lines = rg_input_line_number(rows->in);
    report->n_rows = rows->edges->n_before + rows->edges->n;
    *out = rows->edges;
    rows->edges = NULL;
    return REGATTA_OK;
}

void rg_rows_free(rg_rows *rows)
{
    if (rows == NULL) return;
    rg_edges_free(rows->edges);
    rg_event_weights_free(rows->events);
    rg_free(rows->ctx->mem, rows);
}
