#include "fit/folds.h"
#include "fit/blend/samples_build.h"
#include "fit/fit_channels.h"
#include "fit/outlook.h"

enum { N_FOLDS = 3, BEST_FOLDS = 8, CHEAP_WORK = 100000000 /* users x items */ };

/* More slices help if one slice has few users, and cost little if there are few scores.
 * Slices of the latest items are all the same. */
static int pays(const rg_fit_env *env)
{
    const rg_csr *rows = env->graph->by_user;
    if (env->graph->time != NULL) return 0;
    return env->options->preset == REGATTA_PRESET_BEST ||
           rows->n_rows * rows->n_cols <= CHEAP_WORK;
}

int rg_fold_count(const rg_fit_env *env, const rg_fit_choice *choice)
{
    if (rg_count_on(choice->on) < 2 || !pays(env)) return 0;
    return (env->options->preset == REGATTA_PRESET_BEST ? BEST_FOLDS : N_FOLDS) - 1;
}

static regatta_status samples_of(rg_fit_env *env, rg_samples **out, rg_slice *slice,
                                 const int *on)
{
    regatta_status status = REGATTA_OK;
    const rg_scenarios *scenarios = slice->scenarios;
    const rg_holdout *expected = rg_scenarios_expected(scenarios);
    regatta_model view;
    RG_TRY(rg_fitted_view(env->ctx, &view, &slice->fitted, on, NULL));
    RG_TRY(rg_samples_build(env->ctx, out, &view, expected, on));
    rg_samples_set_other(*out,
                         rg_scenarios_both(scenarios) ? &scenarios->tilted : expected);
    rg_plan_did(env->plan, RG_WORK_SAMPLES, 1.0);
done:
    return status;
}

/* Fits all channels on another slice and appends its samples. A fold that the caller
 * ended is skipped. */
static regatta_status add_fold(rg_fit_run *run, rg_samples **samples, int number)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = run->env.ctx;
    rg_fit_choice *choice = &run->choice;
    rg_fit_options options = run->options;
    rg_fit_env env = run->env;
    rg_slice slice = {0};
    rg_samples *more = NULL;
    const rg_fit_task task = {.stage = "fold",
                              .slice = &run->slice.fitted,
                              .fold = number,
                              .n_folds = rg_fold_count(&run->env, choice)};
    options.seed += (uint64_t)number;
    env.options = &options;
    RG_TRY(
        rg_slice_take(ctx, &slice, rg_fit_run_chosen_on(run), &options, &run->weighting));
    rg_plan_did(env.plan, RG_WORK_DATA, 1.0);
    if (slice.validation == NULL) goto done;
    RG_TRY(rg_fit_channels(&env, &slice.fitted, choice, &task));
    RG_TRY(env.stage(&env, "fold"));
    run->env.finished |= env.finished;
    if (env.finished) goto done;
    RG_TRY(samples_of(&env, &more, &slice, choice->on));
    RG_TRY(rg_samples_append(ctx, samples, more));
done:
    rg_samples_free(more);
    rg_slice_free(ctx, &slice);
    return status;
}

regatta_status rg_fold_samples(rg_fit_run *run, rg_samples **out)
{
    regatta_status status = REGATTA_OK;
    rg_fit_env *env = &run->env;
    const int n = rg_fold_count(env, &run->choice);
    RG_TRY(samples_of(env, out, &run->slice, run->choice.on));
    env->plan->part = RG_PART_FOLDS;
    for (int k = 1; k <= n && !env->finished; k++) {
        rg_fit_replan(env, &run->choice, &run->slice.fitted, RG_AHEAD_FOLDS, n - k + 1,
                      n);
        RG_TRY(env->stage(env, "fold"));
        if (!env->finished) RG_TRY(add_fold(run, out, k));
    }
    env->plan->part = RG_PART_SLICE;
done:
    return status;
}
