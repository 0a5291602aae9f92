#include "fit/fit_blend.h"
#include "fit/folds.h"
#include "rank/measure.h"
#include <math.h>

/* The exponent of the popularity-tilted scenario of the gate: as in scenarios.c, but over
 * the whole range of degrees, because the gate reads degrees. */
static const double GATE_TILT = 0.25;

static regatta_status go_on(void *state)
{
    rg_fit_env *env = state;
    return env->stage(env, "blend");
}

static regatta_status measure(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = run->env.ctx;
    regatta_model view;
    RG_TRY(rg_fitted_view(ctx, &view, &run->slice.fitted, run->choice.on, NULL));
    RG_TRY(rg_measure(ctx, &run->valid_ndcg, &run->valid_recall, &view,
                      &run->slice.measured));
    run->valid_users = run->slice.measured.n_users;
done:
    return status;
}

/* Chooses the blend; channels that it drops are not in the model. The calibration, which
 * scores the users whom training measures, notes its quality. */
static regatta_status choose_weights(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    rg_fit_env *env = &run->env;
    rg_fit_choice *c = &run->choice;
    const rg_fit_options *o = &run->options;
    rg_samples *samples = NULL;
    float start[RG_MAX_CHANNELS];
    int seen_only[RG_MAX_CHANNELS];
    RG_TRY(rg_fold_samples(run, &samples));
    rg_channel_start(start);
    rg_channel_seen_only(seen_only);
    const rg_blend_task task = {
        .on = c->on,
        .seen_only = seen_only,
        .start = start,
        .richest = o->preset == REGATTA_PRESET_FAST ? RG_BLEND_LINEAR : RG_BLEND_GATED,
        .gate = {.tilt = rg_scenarios_both(run->slice.scenarios) ? GATE_TILT : 0.0,
                 .seed = o->seed},
        .step = go_on,
        .step_state = env};
    RG_TRY(env->stage(env, "blend"));
    RG_TRY(rg_blend_choose(env->ctx, c->blend, &run->report, samples, &task));
    rg_plan_did(env->plan, RG_WORK_BLEND, 1.0 + (double)rg_fold_count(env, c));
    c->blended = 1;
    for (int a = 0; a < rg_n_channels; a++)
        c->on[a] = c->blend->on[a] != 0.0f || (rg_channels[a]->kept && c->on[a]);
done:
    rg_samples_free(samples);
    return status;
}

/* Measures the quality of a single channel, which has no blend, unless it was measured
 * when its settings were chosen. */
static regatta_status measure_single(rg_fit_run *run)
{
    const rg_validation *v = run->slice.validation;
    if (isfinite(v->best_ndcg)) { /* measured in training */
        run->valid_ndcg = v->best_ndcg;
        run->valid_recall = v->best_recall;
        run->valid_users = run->slice.measured.n_users;
        return REGATTA_OK;
    }
    run->valid_users = run->slice.scenarios->past.n_users;
    if (rg_scenarios_incumbent(run->slice.scenarios, &run->valid_ndcg,
                               &run->valid_recall))
        return REGATTA_OK;
    return measure(run);
}

/* Gives a single channel a blend in which it is alone, as a model with channels apart
 * from the score needs one. */
static void blend_single(rg_fit_run *run)
{
    rg_fit_choice *c = &run->choice;
    rg_blend_report *r = &run->report;
    rg_channel_blend_start(c->blend, c->on);
    c->blended = 1;
    r->kind = RG_BLEND_START;
    for (int k = 0; k < RG_N_BLEND_KINDS; k++)
        r->by_kind[k] = r->kind_error[k] = (double)NAN;
    for (int a = 0; a < rg_n_channels; a++)
        r->alone[a] = r->without[a] = r->without_error[a] = (double)NAN;
    r->ndcg = r->ungated = r->by_kind[RG_BLEND_START] = run->valid_ndcg;
}

regatta_status rg_fit_choose_blend(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    rg_fit_choice *c = &run->choice;
    for (int a = 0; a < rg_n_channels; a++) c->on[a] &= !c->apart[a];
    RG_TRY(run->env.stage(&run->env, "blend"));
    RG_TRY(rg_count_on(c->on) < 2 ? measure_single(run) : choose_weights(run));
    if (!c->blended && rg_count_on(c->apart) > 0) blend_single(run);
    for (int a = 0; a < rg_n_channels; a++) c->on[a] |= c->apart[a];
    rg_plan_did(run->env.plan, RG_WORK_BLEND, 0.0); /* the measurement */
done:
    return status;
}
