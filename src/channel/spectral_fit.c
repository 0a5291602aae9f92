#include "channel/spectral_fit.h"
#include "channel/channel_spectral.h"
#include "model/model.h"
#include "ridge/spectral_filter.h"

enum { RANK = 128 };

static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&rg_spectral_fit);
    rg_spectral_filter *filter = NULL;
    (void)choice;
    (void)task;
    RG_TRY(rg_spectral_filter_build(env->ctx, &filter, &fitted->rows, RANK,
                                    env->options->seed));
    rg_fitted_drop(env->ctx, fitted, self);
    if (filter->rank > 0) { /* of a graph without any interaction nothing is left */
        fitted->part[self] = filter;
        filter = NULL;
    }
    rg_channel_did(env, &rg_spectral_fit, 0, 1.0);
done:
    rg_spectral_filter_free(filter);
    return status;
}

static regatta_status serve(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted)
{
    const rg_spectral_filter *f = fitted->part[rg_channel_of(&rg_spectral_fit)];
    rg_spectral_state *to = state;
    const int64_t n = f->n_items * f->rank;
    const float *in = rg_model_copied(model, f->in, n, sizeof *in);
    const float *out = rg_model_copied(model, f->out, n, sizeof *out);
    (void)ctx;
    if (in == NULL || out == NULL) return REGATTA_ENOMEM;
    to->in = rg_rows_f32(in, f->n_items, f->rank);
    to->out = rg_rows_f32(out, f->n_items, f->rank);
    return REGATTA_OK;
}

/* Items beside the core have zero rows. */
static regatta_status spread(const rg_spread *s, void *part)
{
    regatta_status status = REGATTA_OK;
    rg_spectral_filter *f = part;
    RG_TRY(rg_spread_floats(s, &f->in, 1, 0, f->rank, 0.0f));
    RG_TRY(rg_spread_floats(s, &f->out, 1, 0, f->rank, 0.0f));
    f->n_items = s->n_items;
done:
    return status;
}

static void free_part(regatta_ctx *ctx, void *part)
{
    (void)ctx;
    rg_spectral_filter_free(part);
}

static void units(double *unit, const rg_fit_env *env)
{
    const rg_csr *rows = env->graph->by_user;
    unit[0] = 3e-5 * (double)(rows->n_rows + rows->n_cols) + 2e-7 * (double)rows->n_edges;
}

static void count(double *left, const rg_outlook *o)
{
    left[0] += (double)o->n_folds + 1.0 + (o->progress < RG_CHOICE_DONE ? 1.0 : 0.0);
}

const rg_channel_fit_ops rg_spectral_fit = {.order = 3,
                                            .stage = "last channels",
                                            .fit = fit,
                                            .serve = serve,
                                            .spread = spread,
                                            .free = free_part,
                                            .n_works = 1,
                                            .units = units,
                                            .count = count};
