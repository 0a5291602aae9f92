#include "fit/slice.h"

/* The largest number of scores (users times items) of one measurement, of vectors in
 * training or of a choice. With few items all users are measured, which resolves small
 * differences. */
enum { MEASURED_WORK = 160000000 };
static const int64_t CHOICE_WORK[] = {[REGATTA_PRESET_DEFAULT] = 100000000,
                                      [REGATTA_PRESET_FAST] = 50000000,
                                      [REGATTA_PRESET_BEST] = 400000000};
enum { MEASURED_LEAST = 2000, MEASURED_MOST = 10000, CHOICE_LEAST = 1000 };

static int64_t users_for(int64_t work, int64_t n_items, int64_t least)
{
    const int64_t n = work / n_items;
    return n < least ? least : n > MEASURED_MOST ? MEASURED_MOST : n;
}

/* Creates both scenarios from the held-out items of the validation users. */
static regatta_status make_scenarios(regatta_ctx *ctx, rg_slice *slice,
                                     const rg_fit_options *o)
{
    regatta_status status = REGATTA_OK;
    const rg_validation *v = slice->validation;
    const rg_csr *by_item = v->train->by_item;
    uint32_t *degree = NULL;
    RG_NEW(ctx->mem, degree, by_item->n_rows);
    for (int64_t j = 0; j < by_item->n_rows; j++)
        degree[j] = (uint32_t)rg_csr_degree(by_item, j);
    RG_TRY(rg_scenarios_create(
        ctx, &slice->scenarios, &v->holdout, degree, by_item->n_rows,
        users_for(CHOICE_WORK[o->preset], by_item->n_rows, CHOICE_LEAST), o->seed,
        o->expect));
done:
    rg_free(ctx->mem, degree);
    return status;
}

regatta_status rg_slice_take(regatta_ctx *ctx, rg_slice *slice,
                             const regatta_graph *graph, const rg_fit_options *options,
                             const rg_weighting *weighting)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = graph->by_user->n_cols;
    RG_TRY(rg_validation_create(ctx, &slice->validation, graph,
                                (double)options->valid_share, options->seed,
                                users_for(MEASURED_WORK, n_items, MEASURED_LEAST)));
    if (slice->validation->n_holdout == 0) { /* no user has two items */
        rg_validation_free(slice->validation);
        slice->validation = NULL;
        return REGATTA_OK;
    }
    RG_TRY(rg_fitted_begin(ctx, &slice->fitted, slice->validation->train, weighting));
    RG_TRY(make_scenarios(ctx, slice, options));
done:
    return status;
}

const rg_fitted *rg_slice_fitted(const rg_slice *slice)
{
    return slice->validation != NULL ? &slice->fitted : NULL;
}

void rg_slice_free(regatta_ctx *ctx, rg_slice *slice)
{
    rg_fitted_free(ctx, &slice->fitted);
    rg_scenarios_free(slice->scenarios);
    rg_validation_free(slice->validation);
    *slice = (rg_slice){0};
}
