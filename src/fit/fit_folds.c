/* More slices for the blend. One slice of a small graph is nearly blind: which tenth of
 * the interactions was held out decides whether the ranker seems to help. Three slices
 * ask three times as many users, and what wins by two standard errors on them is taken;
 * eight teach a gate more. Each costs a fit of every channel, with the settings that the
 * first has chosen. */
#include "fit/blend/samples_build.h"
#include "fit/fit_run.h"

enum { N_FOLDS = 3, BEST_FOLDS = 8, CHEAP_WORK = 100000000 /* users x items */ };

static int pays(const rg_fit_run *run)
{
    const rg_csr *rows = run->graph->by_user;
    return run->options.preset == REGATTA_PRESET_BEST ||
           rows->n_rows * rows->n_cols <= CHEAP_WORK;
}

int rg_fit_folds(const rg_fit_run *run)
{
    int n_on = 0;
    for (int a = 0; a < RG_N_CHANNELS; a++) n_on += run->choice.on[a];
    if (n_on < 2 || !pays(run)) return 0;
    return (run->options.preset == REGATTA_PRESET_BEST ? BEST_FOLDS : N_FOLDS) - 1;
}

/* Every channel of the choice on the fold's slice. */
static regatta_status fit_channels(rg_fit_run *fold, int number, int steps)
{
    regatta_status status = REGATTA_OK;
    const rg_fit_choice *c = &fold->choice;
    rg_fitted *fitted = &fold->slice;
    if (c->on[RG_CHANNEL_ITEMS] || c->item_graph) {
        RG_TRY(rg_fitted_items(fold->ctx, fitted, c));
        if (c->item_graph) RG_TRY(rg_fitted_item_graph(fold->ctx, fitted));
        rg_plan_did(fold->plan, fitted->exact ? RG_WORK_EXACT : RG_WORK_LOCAL, 1.0);
    }
    if (c->on[RG_CHANNEL_VECTORS]) {
        rg_train_job job = rg_fit_job(fold, 1, "fold");
        job.validate = NULL;
        job.options.max_steps = (uint32_t)steps;
        job.steps_before = (number - 1) * steps;
        job.stage_steps = rg_fit_folds(fold) * steps;
        RG_TRY(rg_fit_train(fold, &fitted->vectors, &job));
        fold->finished = fitted->vectors->finished_early;
    }
    if (c->on[RG_CHANNEL_ITEMS])
        RG_TRY(rg_fitted_reweight(fold->ctx, fitted, &c->reweight));
    RG_TRY(rg_fit_last_channels(fold, fitted, "fold"));
    RG_TRY(rg_fit_stage(fold, "fold"));
done:
    return status;
}

static regatta_status samples_of(rg_fit_run *run, rg_samples **out,
                                 const regatta_model *model)
{
    const rg_holdout *held = rg_scenarios_expected(run->scenarios);
    const regatta_status status =
        rg_samples_build(run->ctx, out, model, held, run->choice.on);
    if (status == REGATTA_OK && pays(run))
        rg_samples_set_other(*out, run->options.expect == REGATTA_EXPECT_BOTH
                                       ? &run->scenarios->tilted
                                       : held);
    return status;
}

/* Another slice with all its channels, its samples appended. A fold that the caller ended
 * is left out. */
static regatta_status add_fold(rg_fit_run *run, rg_samples **samples, int number)
{
    regatta_status status = REGATTA_OK;
    rg_fit_run fold = {.ctx = run->ctx,
                       .full = run->full,
                       .graph = run->graph,
                       .options = run->options,
                       .batch_users = run->batch_users,
                       .started = run->started,
                       .weighting = run->weighting,
                       .plan = run->plan,
                       .sample = run->sample,
                       .choice = run->choice};
    regatta_model *model = NULL;
    rg_samples *more = NULL;
    const rg_vectors *found = run->slice.vectors;
    fold.options.seed = run->options.seed + (uint64_t)number;
    RG_TRY(rg_fit_take_slice(&fold));
    if (fold.validation == NULL) goto done;
    RG_TRY(fit_channels(&fold, number, found != NULL ? found->best_step : 0));
    run->finished |= fold.finished;
    if (fold.finished) goto done;
    RG_TRY(rg_fitted_model(run->ctx, &model, &fold.slice, fold.choice.on,
                           fold.choice.blend));
    RG_TRY(samples_of(&fold, &more, model));
    rg_plan_did(run->plan, RG_WORK_SAMPLES, 1.0);
    RG_TRY(rg_samples_append(run->ctx, samples, more));
done:
    rg_samples_free(more);
    regatta_model_free(model);
    rg_fitted_free(run->ctx, &fold.slice);
    rg_scenarios_free(fold.scenarios);
    rg_validation_free(fold.validation);
    return status;
}

regatta_status rg_fit_samples(rg_fit_run *run, rg_samples **out,
                              const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(samples_of(run, out, model));
    rg_plan_did(run->plan, RG_WORK_SAMPLES, 1.0);
    const int n = rg_fit_folds(run);
    for (int k = 1; k <= n && !run->finished; k++) {
        rg_fit_replan(run, RG_FIT_AT_FOLDS, n - k + 1);
        RG_TRY(rg_fit_stage(run, "fold"));
        if (!run->finished) RG_TRY(add_fold(run, out, k));
    }
done:
    return status;
}
