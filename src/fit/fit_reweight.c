/* Attention over the item graph on the slice: none, the vectors' cosine with strengths
 * learned from what users of the slice took (one a head), or the trained layers' own
 * scores; by both scenarios of item attention and vectors together. */
#include "fit/blend/samples_build.h"
#include "fit/fit_run.h"
#include "ridge/reweight_learn.h"

static const int ON[RG_N_CHANNELS] = {[RG_CHANNEL_VECTORS] = 1, [RG_CHANNEL_ITEMS] = 1};

/* By weights that are good everywhere; the choice changes when `how` is better. */
static regatta_status try_reweighting(rg_fit_run *run, const char *name,
                                      const rg_reweighting *how)
{
    regatta_status status = REGATTA_OK;
    rg_blend *blend = NULL;
    regatta_model *model = NULL;
    double ndcg = 0.0;
    int better = 0;
    RG_TRY(rg_fitted_blend(run->ctx, &blend));
    rg_fitted_start(blend, ON);
    RG_TRY(rg_fitted_reweight(run->ctx, &run->slice, how));
    RG_TRY(rg_fitted_model(run->ctx, &model, &run->slice, ON, blend));
    RG_TRY(rg_scenarios_measure(run->ctx, &ndcg, &better, model, run->scenarios));
    run->reweights[run->n_reweights++] = (rg_reweight_trial){name, *how, ndcg};
    if (better) run->choice.reweight = *how;
    rg_plan_did(run->plan, RG_WORK_REWEIGHT, 0.25);
    RG_TRY(rg_fit_stage(run, "blend"));
done:
    rg_blend_free(blend);
    regatta_model_free(model);
    return status;
}

/* Strengths from the samples of the slice's channels as they are without attention. */
static regatta_status learn(rg_fit_run *run, rg_reweight_strength *strength)
{
    regatta_status status = REGATTA_OK;
    const rg_reweighting none = {.kind = RG_REWEIGHT_NONE};
    rg_fitted *fitted = &run->slice;
    const rg_shape *s = &fitted->vectors->shape;
    regatta_model *model = NULL;
    rg_samples *samples = NULL;
    float *known = NULL;
    RG_TRY(rg_fitted_reweight(run->ctx, fitted, &none));
    RG_TRY(rg_fitted_model(run->ctx, &model, fitted, ON, NULL));
    RG_TRY(rg_samples_build(run->ctx, &samples, model, &run->scenarios->past, ON));
    RG_NEW(run->ctx->mem, known, samples->n_samples);
    for (int64_t o = 0; o < samples->n_samples; o++)
        known[o] = samples->s[o * samples->n_channels + RG_CHANNEL_VECTORS];
    const rg_choices choices = {.n_users = samples->n_users,
                                .offset = samples->offset,
                                .item = samples->item,
                                .known = known,
                                .label = samples->label,
                                .user = run->scenarios->past.user,
                                .history = &fitted->rows,
                                .candidate = fitted->items->scale};
    RG_TRY(rg_attention_learn(run->ctx, &run->learned, fitted->items->by_target,
                              fitted->vectors->y + s->n_users * s->dim, s->dim,
                              (int)run->options.heads, &choices));
    *strength = run->learned.strength;
    rg_plan_did(run->plan, RG_WORK_REWEIGHT, 0.25);
    RG_TRY(rg_fit_stage(run, "blend"));
done:
    rg_free(run->ctx->mem, known);
    rg_samples_free(samples);
    regatta_model_free(model);
    return status;
}

regatta_status rg_fit_choose_reweighting(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    rg_reweighting how = {.kind = RG_REWEIGHT_NONE};
    rg_scenarios_begin(run->scenarios);
    RG_TRY(try_reweighting(run, "none", &how));
    how.kind = RG_REWEIGHT_COSINE;
    RG_TRY(learn(run, &how.strength));
    /* Half of it first: most of the gain, and half of the noise that the two scenarios'
     * bar is made of. */
    for (int h = 0; h < how.strength.heads; h++) how.strength.beta[h] *= 0.5f;
    RG_TRY(try_reweighting(run, "cosine", &how));
    how.strength = run->learned.strength;
    RG_TRY(try_reweighting(run, "cosine", &how));
    if (run->slice.vectors->shape.attention != REGATTA_ATTENTION_NONE) {
        how = (rg_reweighting){.kind = RG_REWEIGHT_LAYER};
        RG_TRY(try_reweighting(run, "layer", &how));
    }
    RG_TRY(rg_fitted_reweight(run->ctx, &run->slice, &run->choice.reweight));
done:
    return status;
}
