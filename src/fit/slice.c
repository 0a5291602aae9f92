#include "fit/slice.h"

/* The largest number of scores (users times items) of one measurement: of vectors during
 * training, and of a choice. Training measures often; a choice is measured a few times,
 * and small differences need many users. */
enum { TRAINING_WORK = 160000000, TRAINING_LEAST = 2000, TRAINING_MOST = 10000 };
static const int64_t CHOICE_WORK[] = {[REGATTA_PRESET_DEFAULT] = 800000000,
                                      [REGATTA_PRESET_FAST] = 200000000,
                                      [REGATTA_PRESET_BEST] = 1600000000};
enum { CHOICE_LEAST = 2000, CHOICE_MOST = 50000 };

static int64_t users_for(int64_t work, int64_t n_items, int64_t least, int64_t most)
{
    const int64_t n = work / n_items;
    return n < least ? least : n > most ? most : n;
}

regatta_status rg_slice_scenarios(regatta_ctx *ctx, rg_scenarios **out,
                                  const rg_slice *slice, const rg_holdout *holdout,
                                  const rg_fit_options *o)
{
    regatta_status status = REGATTA_OK;
    const rg_validation *v = slice->validation;
    const int64_t n_items = v->train->n_own_items;
    uint32_t *degree = NULL;
    RG_NEW(ctx->mem, degree, n_items);
    for (int64_t j = 0; j < n_items; j++)
        degree[j] = (uint32_t)rg_bipartite_own_users(v->train, j);
    RG_TRY(rg_scenarios_create(ctx, out, holdout, degree, n_items, o->seed, o->expect,
                               v->is_latest));
done:
    rg_free(ctx->mem, degree);
    return status;
}

/* Picks the users whom training measures from those of the choices. */
static regatta_status pick_measured(regatta_ctx *ctx, rg_slice *slice)
{
    regatta_status status = REGATTA_OK;
    const rg_validation *v = slice->validation;
    const int64_t most =
        users_for(TRAINING_WORK, v->train->n_own_items, TRAINING_LEAST, TRAINING_MOST);
    const int64_t n = v->holdout.n_users;
    RG_TRY(rg_holdout_create(ctx->mem, &slice->measured, n, v->holdout.offset[n],
                             v->holdout.at != NULL));
    rg_holdout_pick(&slice->measured, &v->holdout, 0, (n + most - 1) / most, NULL);
done:
    return status;
}

int64_t rg_slice_users(const regatta_graph *graph, const rg_fit_options *options)
{
    const int64_t most = users_for(CHOICE_WORK[options->preset], graph->n_own_items,
                                   CHOICE_LEAST, CHOICE_MOST);
    return most < graph->by_user->n_rows ? most : graph->by_user->n_rows;
}

regatta_status rg_slice_take(regatta_ctx *ctx, rg_slice *slice,
                             const regatta_graph *graph, const rg_fit_options *options,
                             const rg_weighting *weighting)
{
    regatta_status status = REGATTA_OK;
    const rg_validation_spec spec = {.share = (double)options->valid_share,
                                     .latest = options->valid_latest,
                                     .max_users = rg_slice_users(graph, options),
                                     .seed = options->seed};
    RG_TRY(rg_validation_create(ctx, &slice->validation, graph, &spec));
    if (slice->validation->n_holdout == 0) { /* no user has two items */
        rg_validation_free(slice->validation);
        slice->validation = NULL;
        return REGATTA_OK;
    }
    RG_TRY(rg_fitted_begin(ctx, &slice->fitted, slice->validation->train, weighting));
    RG_TRY(rg_slice_scenarios(ctx, &slice->scenarios, slice, &slice->validation->holdout,
                              options));
    RG_TRY(pick_measured(ctx, slice));
    RG_TRY(rg_slice_scenarios(ctx, &slice->few, slice, &slice->measured, options));
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
    rg_scenarios_free(slice->few);
    rg_holdout_free(ctx->mem, &slice->measured);
    rg_validation_free(slice->validation);
    *slice = (rg_slice){0};
}
