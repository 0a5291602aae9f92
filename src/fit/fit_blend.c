/* The last choices on the slice: attention over the item graph (fit_attend.c), and what
 * the score makes of all channels. */
#include "fit/fit_run.h"
#include "rank/measure.h"

/* The second scenario that a gate learns from: as scenarios.c has it, but over the whole
 * range of degrees, for a gate sees degrees. */
static const double GATE_TILT = 0.25;

static regatta_status go_on(void *state)
{
    return rg_fit_stage(state, "blend");
}

/* Builds what is left to build, and the blend; channels it leaves out are left out of
 * the model. */
static regatta_status choose_weights(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    rg_fit_choice *c = &run->choice;
    regatta_model *model = NULL;
    rg_samples *samples = NULL;
    const rg_holdout *held = &run->scenarios->past;
    float start[RG_MAX_CHANNELS];
    int seen_only[RG_MAX_CHANNELS];
    rg_channel_start(start);
    rg_channel_seen_only(seen_only);
    RG_TRY(rg_fit_last_channels(run, &run->slice, "blend"));
    rg_fitted_start(c->blend, c->on);
    RG_TRY(rg_fitted_model(run->ctx, &model, &run->slice, c->on, c->blend));
    RG_TRY(rg_fit_samples(run, &samples, model));
    const rg_blend_task task = {
        .on = c->on,
        .seen_only = seen_only,
        .start = start,
        .richest =
            run->options.preset == REGATTA_PRESET_FAST ? RG_BLEND_LINEAR : RG_BLEND_GATED,
        .gate = {.tilt = run->options.expect == REGATTA_EXPECT_BOTH ? GATE_TILT : 0.0,
                 .seed = run->options.seed},
        .step = go_on,
        .step_state = run};
    RG_TRY(rg_fit_stage(run, "blend"));
    RG_TRY(rg_blend_choose(run->ctx, c->blend, &run->report, samples, &task));
    rg_plan_did(run->plan, RG_WORK_BLEND, 1.0 + (double)rg_fit_folds(run));
    c->blended = 1;
    /* Vectors stay in the model whatever the blend says: embed and similar need them. */
    for (int a = 0; a < RG_N_CHANNELS; a++)
        c->on[a] = c->blend->on[a] != 0.0f || (a == RG_CHANNEL_VECTORS && c->on[a]);
    regatta_model_free(model);
    model = NULL;
    RG_TRY(rg_fitted_model(run->ctx, &model, &run->slice, c->on, c->blend));
    RG_TRY(rg_measure(run->ctx, &run->valid_ndcg, &run->valid_recall, model, held));
done:
    rg_samples_free(samples);
    regatta_model_free(model);
    return status;
}

/* A single channel has no blend; its quality is what there is to report. */
static regatta_status measure_single(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = NULL;
    const int *on = run->choice.on;
    if (on[RG_CHANNEL_VECTORS]) return REGATTA_OK; /* the main run has measured it */
    if (on[RG_CHANNEL_ITEMS]) {
        rg_scenarios_of_holder(run->scenarios, &run->valid_ndcg, &run->valid_recall);
        return REGATTA_OK;
    }
    RG_TRY(rg_fit_last_channels(run, &run->slice, "blend"));
    RG_TRY(rg_fitted_model(run->ctx, &model, &run->slice, on, NULL));
    RG_TRY(rg_measure(run->ctx, &run->valid_ndcg, &run->valid_recall, model,
                      &run->scenarios->past));
done:
    regatta_model_free(model);
    return status;
}

regatta_status rg_fit_choose_blend(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    const int *on = run->choice.on;
    int n_on = 0;
    for (int a = 0; a < RG_N_CHANNELS; a++) n_on += on[a];
    RG_TRY(rg_fit_stage(run, "blend"));
    if (n_on < 2) return measure_single(run);
    if (on[RG_CHANNEL_VECTORS] && on[RG_CHANNEL_ITEMS])
        RG_TRY(rg_fit_choose_reweighting(run));
    RG_TRY(choose_weights(run));
done:
    return status;
}
