#include "fit/folds.h"
#include "base/checkpoint/checkpoint.h"
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

/* The samples of a slice, a unit of a checkpoint. */
typedef struct task {
    rg_fit_run *run;
    int number;          /* of the fold */
    rg_samples *samples; /* the result; NULL: none */
} task;

static regatta_status visit(rg_archive *archive, void *state)
{
    task *t = state;
    const regatta_graph *graph = rg_fit_run_chosen_on(t->run);
    return rg_samples_archive(archive, &t->samples, graph->by_user->n_rows,
                              graph->by_user->n_cols);
}

/* With the channels that the fold left on. */
static regatta_status visit_fold(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    task *t = state;
    int some = t->samples != NULL;
    for (int c = 0; c < rg_n_channels; c++)
        RG_TRY(rg_archive_number(archive, &t->run->choice.on[c], 0, 1));
    RG_TRY(rg_archive_number(archive, &some, 0, 1));
    if (some) RG_TRY(visit(archive, state));
done:
    return status;
}

/* Fits all channels on another slice and makes its samples. A fold that the caller ended
 * has none. */
static regatta_status fit_fold(regatta_ctx *ctx, void *state)
{
    regatta_status status = REGATTA_OK;
    task *t = state;
    rg_fit_run *run = t->run;
    rg_fit_choice *choice = &run->choice;
    rg_fit_options options = run->options;
    rg_fit_env env = run->env;
    rg_slice slice = {0};
    const rg_fit_task how = {.stage = "fold",
                             .slice = &run->slice.fitted,
                             .same_nodes = 1,
                             .fold = t->number,
                             .n_folds = rg_fold_count(&run->env, choice)};
    options.seed += (uint64_t)t->number;
    env.options = &options;
    RG_TRY(
        rg_slice_take(ctx, &slice, rg_fit_run_chosen_on(run), &options, &run->weighting));
    rg_plan_did(env.plan, RG_WORK_DATA, 1.0);
    if (slice.validation == NULL) goto done;
    RG_TRY(rg_fit_channels(&env, &slice.fitted, choice, &how));
    RG_TRY(env.stage(&env, "fold"));
    run->env.finished |= env.finished;
    if (env.finished) goto done;
    RG_TRY(samples_of(&env, &t->samples, &slice, choice->on));
done:
    rg_slice_free(ctx, &slice);
    return status;
}

/* Appends the samples of a fold. */
static regatta_status add_fold(rg_fit_run *run, rg_samples **samples, int number)
{
    regatta_status status = REGATTA_OK;
    task t = {.run = run, .number = number};
    const rg_unit unit = {"fold", fit_fold, visit_fold, &t};
    RG_TRY(rg_unit_run(run->env.ctx, &unit));
    if (t.samples != NULL) RG_TRY(rg_samples_append(run->env.ctx, samples, t.samples));
done:
    rg_samples_free(t.samples);
    return status;
}

static regatta_status sample_slice(regatta_ctx *ctx, void *state)
{
    task *t = state;
    (void)ctx;
    return samples_of(&t->run->env, &t->samples, &t->run->slice, t->run->choice.on);
}

regatta_status rg_fold_samples(rg_fit_run *run, rg_samples **out)
{
    regatta_status status = REGATTA_OK;
    rg_fit_env *env = &run->env;
    const int n = rg_fold_count(env, &run->choice);
    task t = {.run = run};
    const rg_unit unit = {"samples", sample_slice, visit, &t};
    status = rg_unit_run(env->ctx, &unit);
    *out = t.samples;
    if (status != REGATTA_OK) goto done;
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
