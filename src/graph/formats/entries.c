#include "graph/formats/entries.h"
#include "graph/edge_spill.h"
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

regatta_status rg_entries_begin(regatta_ctx *ctx, rg_entries *e, int has_value,
                                const regatta_read_options *opts,
                                regatta_read_report *report)
{
    *e = (rg_entries){.ctx = ctx, .opts = opts, .report = report, .last_row = -1};
    const int has_weight = has_value && opts->weight_column != REGATTA_COLUMN_NONE;
    if (opts->use_min_weight && !has_weight && opts->like == NULL)
        return rg_fail(ctx, REGATTA_EFORMAT,
                       "the matrix has no values, but a minimum weight is set");
    return rg_edges_create(ctx, &e->edges, has_weight, 0);
}

/* Adds the id of row (side 0) or column `number`. */
static regatta_status add_number(rg_entries *e, rg_idmap *map, int side, int64_t number,
                                 uint32_t *out)
{
    char id[24];
    if (e->names[side].text != NULL) {
        const int64_t size = e->names[side].size;
        const char *text = e->names[side].text + number * size;
        return rg_idmap_add(e->ctx, map, text, (int64_t)strnlen(text, (size_t)size), out);
    }
    const int n = snprintf(id, sizeof id, "%" PRId64, number);
    return rg_idmap_add(e->ctx, map, id, n, out);
}

static const char *why_bad(rg_entries *e, double value)
{
    e->bad = isfinite((float)value) ? REGATTA_BAD_WEIGHT_NEGATIVE : REGATTA_BAD_WEIGHT;
    if (isfinite(value) && !isfinite((float)value))
        return "the value is larger than a float can store (--skip-bad drops such "
               "entries)";
    if (!isfinite(value))
        return "the value is not finite (--skip-bad drops such entries)";
    if (value < 0.0)
        return "the value is negative (--skip-bad and --min-rating 0 drop such entries)";
    return NULL;
}

regatta_status rg_entries_add(rg_entries *e, int64_t row, int64_t column, double value,
                              const char **wrong)
{
    regatta_status status = REGATTA_OK;
    uint32_t item = 0;
    *wrong = NULL;
    if (!e->edges->has_weight) value = 1.0;
    if (e->opts->use_min_weight && e->edges->has_weight && value < e->opts->min_weight) {
        e->report->n_below++;
        return REGATTA_OK;
    }
    *wrong = why_bad(e, value);
    if (*wrong != NULL) return REGATTA_OK;
    if (value > 0.0 && value < (double)FLT_TRUE_MIN) value = (double)FLT_TRUE_MIN;
    RG_TRY(rg_spill_rest(e->edges));
    if (e->edges->users->n == 0) e->last_row = -1;
    if (row != e->last_row) RG_TRY(add_number(e, e->edges->users, 0, row, &e->last_user));
    e->last_row = row;
    RG_TRY(add_number(e, e->edges->items, 1, column, &item));
    RG_TRY(rg_edges_add(e->ctx, e->edges, e->last_user, item, (float)value, 0));
done:
    return status;
}

void rg_entries_end(rg_entries *e, rg_edges **out, int64_t n_lines)
{
    regatta_read_report *const r = e->report;
    r->has_weight = (uint32_t)e->edges->has_weight;
    r->n_lines = n_lines;
    r->n_rows = e->edges->n_before + e->edges->n;
    snprintf(r->columns, sizeof r->columns, "user = %s, item = %s%s",
             e->names[0].text != NULL ? "users.npy" : "row",
             e->names[1].text != NULL ? "items.npy" : "column",
             e->edges->has_weight ? ", weight = value" : "");
    *out = e->edges;
    e->edges = NULL;
}
