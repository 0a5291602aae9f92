/* From a graph to a model, one stage after another:
 *   hubs         cut histories that tell no taste out of what is learned from (hubs.c)
 *   slice        hold out a share of the interactions
 *   items        item attention on the rest, local or exact, its exponent
 *   temperature  short runs of short vectors (unless it is given)
 *   item graph   a short run with it: do the vectors gain?
 *   validate     the main run, stopped early, its best state kept
 *   blend        attention over the item graph, user attention, spectral filter, and the
 *                weights of all channels
 *   fold         more slices with all channels, so that more users tell the weights,
 *                where that is cheap or asked for (fit_folds.c)
 *   refit        every channel that was kept, on all interactions
 *   model        unit vectors, histories, names, settings
 * Without a slice there is one fit with defaults on all interactions. */
#include "base/clock.h"
#include "fit/fit_options.h"
#include "fit/fit_run.h"
#include <math.h>

/* Users times items that one measurement may score: of the vectors as they train, and of
 * a choice, on some of the same users. Where items are few all users take part, and small
 * differences can show. */
enum { MEASURED_WORK = 160000000 };
static const int64_t CHOICE_WORK[] = {[REGATTA_PRESET_DEFAULT] = 100000000,
                                      [REGATTA_PRESET_FAST] = 50000000,
                                      [REGATTA_PRESET_BEST] = 400000000};
enum { MEASURED_LEAST = 2000, MEASURED_MOST = 10000, CHOICE_LEAST = 1000 };
enum { TRIAL_DIM = 64 };

static int64_t users_for(int64_t work, int64_t n_items, int64_t least)
{
    const int64_t n = work / n_items;
    return n < least ? least : n > MEASURED_MOST ? MEASURED_MOST : n;
}

/* Held-out items by the users of the validation, thinned and tilted. */
static regatta_status make_scenarios(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    const rg_validation *v = run->validation;
    const rg_csr *by_item = run->slice.graph->by_item;
    const rg_holdout held = {
        .n_users = v->n_users, .user = v->user, .offset = v->offset, .item = v->item};
    const int64_t work = CHOICE_WORK[run->options.preset];
    uint32_t *degree = NULL;
    RG_NEW(run->ctx->mem, degree, by_item->n_rows);
    for (int64_t j = 0; j < by_item->n_rows; j++)
        degree[j] = (uint32_t)rg_csr_degree(by_item, j);
    RG_TRY(rg_scenarios_create(run->ctx, &run->scenarios, &held, degree, by_item->n_rows,
                               users_for(work, by_item->n_rows, CHOICE_LEAST),
                               run->options.seed, (regatta_expect)run->options.expect));
done:
    rg_free(run->ctx->mem, degree);
    return status;
}

regatta_status rg_fit_take_slice(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    const regatta_train_options *o = &run->options;
    RG_TRY(rg_validation_create(
        run->ctx, &run->validation, run->sample != NULL ? run->sample : run->graph,
        (double)o->valid_share, o->seed,
        users_for(MEASURED_WORK, run->graph->by_user->n_cols, MEASURED_LEAST), o->dim));
    if (run->validation->n_holdout ==
        0) { /* nobody has two items: nothing to learn from */
        rg_validation_free(run->validation);
        run->validation = NULL;
        return REGATTA_OK;
    }
    RG_TRY(
        rg_fitted_begin(run->ctx, &run->slice, run->validation->train, &run->weighting));
    RG_TRY(make_scenarios(run));
done:
    return status;
}

/* Weights of all interactions, and the slice that choices are made on. */
static regatta_status begin(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    const regatta_train_options *o = &run->options;
    RG_TRY(rg_weighting_choose(run->ctx, &run->weighting, run->full,
                               (regatta_weighting)o->weighting));
    RG_TRY(rg_fitted_begin(run->ctx, &run->whole, run->graph, &run->weighting));
    if (!(o->valid_share > 0.0f)) return REGATTA_OK;
    RG_TRY(rg_fit_sample(run->ctx, &run->sample, run->graph, o->seed));
    if (run->sample != NULL && !o->refit && run->choice.on[RG_CHANNEL_VECTORS])
        return rg_fail(run->ctx, REGATTA_EINVAL,
                       "refit 0: the vectors of a graph of more than %d interactions are "
                       "validated on a sample, and have to be fitted on all",
                       RG_FIT_SAMPLE_EDGES);
    RG_TRY(rg_fit_take_slice(run));
done:
    return status;
}

rg_train_job rg_fit_job(const rg_fit_run *run, int on_slice, const char *stage)
{
    const rg_fitted *fitted = on_slice ? &run->slice : &run->whole;
    rg_train_job job = {.graph = fitted->graph,
                        .weight = fitted->weight,
                        .item_graph = fitted->item_graph,
                        .start = fitted->start,
                        .shape = rg_fit_shape(&run->options, fitted->graph),
                        .options = run->options,
                        .stage = stage,
                        .started = run->started};
    if (run->batch_users == 0)
        job.options.batch_users = rg_fit_batch(fitted->graph->by_user->n_rows);
    if (on_slice) {
        rg_validation_reset(run->validation, job.shape.dim);
        job.validate = rg_validation_measure;
        job.validate_state = run->validation;
    }
    return job;
}

void rg_trials_add(rg_trials *trials, double value, double ndcg)
{
    if (trials->n < RG_MAX_TRIALS) trials->trial[trials->n++] = (rg_trial){value, ndcg};
}

regatta_status rg_fit_stage(rg_fit_run *run, const char *stage)
{
    regatta_progress progress = {.struct_size = sizeof progress,
                                 .stage = stage,
                                 .loss = (double)NAN,
                                 .valid_ndcg = (double)NAN,
                                 .best_ndcg = (double)NAN,
                                 .seconds = rg_clock() - run->started,
                                 .seconds_left = rg_plan_seconds_left(run->plan, 1)};
    if (run->options.progress == NULL) return REGATTA_OK;
    const int answer = run->options.progress(run->options.progress_state, &progress);
    if (answer == REGATTA_FINISH) run->finished = 1;
    return answer == REGATTA_CANCEL ? REGATTA_ESTOPPED : REGATTA_OK;
}

static regatta_status main_run(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    rg_train_job job = rg_fit_job(run, 1, "validate");
    job.usual_steps = RG_FIT_USUAL_STEPS;
    RG_TRY(rg_fit_train(run, &run->slice.vectors, &job));
    run->finished |= run->slice.vectors->finished_early;
done:
    return status;
}

/* The slice's parameters read out over all interactions: nodes are the same. */
static regatta_status read_out_all(rg_fit_run *run)
{
    rg_train_job job = rg_fit_job(run, 0, "read out");
    job.options.max_steps = 0;
    job.from = run->slice.vectors->params;
    return rg_fit_train(run, &run->whole.vectors, &job);
}

static regatta_status refit_vectors(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    const rg_vectors *found = run->slice.vectors;
    const int same_nodes = run->sample == NULL && found != NULL;
    rg_train_job job = rg_fit_job(run, 0, found != NULL ? "refit" : "train");
    if (same_nodes && (!run->options.refit || run->finished)) return read_out_all(run);
    if (found != NULL) job.options.max_steps = (uint32_t)found->best_step;
    RG_TRY(rg_fit_train(run, &run->whole.vectors, &job));
    if (run->whole.vectors->finished_early && same_nodes) {
        /* Half a refit is worse than what was validated. */
        rg_vectors_free(run->whole.vectors);
        run->whole.vectors = NULL;
        RG_TRY(read_out_all(run));
    }
done:
    return status;
}

regatta_status rg_fit_last_channels(rg_fit_run *run, rg_fitted *fitted, const char *stage)
{
    regatta_status status = REGATTA_OK;
    const rg_fit_choice *c = &run->choice;
    if (c->on[RG_CHANNEL_USERS]) {
        RG_TRY(rg_fit_stage(run, stage));
        RG_TRY(rg_fitted_users(run->ctx, fitted, c));
        rg_plan_did(run->plan, RG_WORK_USERS, 1.0);
    }
    if (c->on[RG_CHANNEL_SPECTRAL]) {
        RG_TRY(rg_fit_stage(run, stage));
        RG_TRY(rg_fitted_spectral(run->ctx, fitted, run->options.seed));
        rg_plan_did(run->plan, RG_WORK_SPECTRAL, 1.0);
    }
done:
    return status;
}

/* Every channel of the choice, on all interactions. */
static regatta_status fit_whole(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    rg_fit_replan(run, RG_FIT_AT_WHOLE, 0);
    const rg_fit_choice *c = &run->choice;
    rg_fitted *fitted = &run->whole;
    if (c->on[RG_CHANNEL_ITEMS] || c->item_graph) {
        RG_TRY(rg_fit_stage(run, "item attention"));
        RG_TRY(rg_fitted_items(run->ctx, fitted, c));
        if (c->item_graph) RG_TRY(rg_fitted_item_graph(run->ctx, fitted));
        rg_plan_did(run->plan, fitted->exact ? RG_WORK_EXACT : RG_WORK_LOCAL, 1.0);
    }
    if (c->on[RG_CHANNEL_VECTORS]) RG_TRY(refit_vectors(run));
    if (c->on[RG_CHANNEL_ITEMS])
        RG_TRY(rg_fitted_reweight(run->ctx, fitted, &c->reweight));
    RG_TRY(rg_fit_last_channels(run, fitted, "last channels"));
done:
    return status;
}

/* One spectral start for all runs of this length of vectors on the slice. */
static regatta_status share_start(rg_fit_run *run)
{
    rg_free(run->ctx->mem, run->slice.start);
    run->slice.start = NULL;
    const rg_train_job job = rg_fit_job(run, 1, "start");
    if (run->options.start != REGATTA_START_SPECTRAL) return REGATTA_OK;
    const regatta_status status = rg_train_start(run->ctx, &run->slice.start, &job);
    rg_plan_did(run->plan, RG_WORK_START, 1.0);
    return status;
}

/* The caller has said FINISH before any vectors were trained: a middle temperature, and
 * the main run will take one step from the spectral start. */
static regatta_status settle_early(rg_fit_run *run)
{
    if (!(run->options.temperature > 0.0f))
        run->options.temperature = RG_MIDDLE_TEMPERATURE;
    run->options.max_steps = 1;
    return share_start(run);
}

/* Temperature and item graph, by short runs of short vectors: what they prefer, longer
 * ones prefer too. A run that the caller ends is kept with the length it has. */
static regatta_status short_runs(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    const uint32_t dim = run->options.dim, heads = run->options.heads;
    const uint32_t trial_dim = (TRIAL_DIM + heads - 1) / heads * heads;
    if (run->finished) return settle_early(run);
    if (dim > trial_dim) run->options.dim = trial_dim;
    RG_TRY(share_start(run));
    if (!(run->options.temperature > 0.0f)) RG_TRY(rg_fit_temperature(run));
    if (run->choice.on[RG_CHANNEL_ITEMS] && !run->finished)
        RG_TRY(rg_fit_choose_item_graph(run));
    if (run->slice.vectors != NULL || run->options.dim == dim) return REGATTA_OK;
    run->options.dim = dim;
    RG_TRY(share_start(run));
done:
    return status;
}

/* Everything that validation decides. */
static regatta_status choose(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    const int *on = run->choice.on, folds = rg_fit_folds(run);
    rg_fit_replan(run, RG_FIT_AT_ITEMS, folds);
    if (on[RG_CHANNEL_ITEMS]) RG_TRY(rg_fit_choose_items(run));
    if (on[RG_CHANNEL_VECTORS]) {
        rg_fit_replan(run, RG_FIT_AT_SHORT_RUNS, folds);
        RG_TRY(short_runs(run));
        rg_fit_replan(run, RG_FIT_AT_MAIN_RUN, folds);
        if (run->slice.vectors == NULL) RG_TRY(main_run(run));
        /* of the run that the slice's vectors are from: the last one */
        run->valid_ndcg = run->validation->best_ndcg;
        run->valid_recall = run->validation->best_recall;
    }
    rg_fit_replan(run, RG_FIT_AT_BLEND, folds);
    RG_TRY(rg_fit_choose_blend(run));
done:
    return status;
}

static int anybody_has_two(const rg_csr *rows)
{
    for (int64_t u = 0; u < rows->n_rows; u++)
        if (rg_csr_degree(rows, u) > 1) return 1;
    return 0;
}

/* Without a slice there is one fit with defaults. Where nobody has two items no channel
 * has anything to learn: of those that the caller did not name the cheapest stays. */
static void settle_defaults(rg_fit_run *run, const char *channels)
{
    if (channels == NULL && !anybody_has_two(run->graph->by_user))
        for (int a = 0; a < RG_N_CHANNELS; a++) run->choice.on[a] = a == RG_CHANNEL_ITEMS;
    rg_fit_defaults(&run->options, &run->choice);
}

regatta_status rg_fit(regatta_ctx *ctx, regatta_model **out, const regatta_graph *graph,
                      const regatta_train_options *opts)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_fit_plan plan;
    rg_fit_run run = {
        .ctx = ctx, .full = graph, .graph = graph, .started = rg_clock(), .plan = &plan};
    run.valid_ndcg = run.valid_recall = (double)NAN;
    run.batch_users = opts->batch_users;
    RG_TRY(rg_hubs_find(ctx, &run.hubs, graph, opts->seed));
    if (run.hubs.core != NULL) run.graph = run.hubs.core;
    rg_fit_resolve(&run.options, &run.choice, run.graph, opts);
    RG_TRY(rg_fitted_blend(ctx, &run.choice.blend));
    rg_plan_begin(&plan, run.graph);
    RG_TRY(begin(&run));
    if (run.validation != NULL)
        RG_TRY(choose(&run));
    else
        settle_defaults(&run, opts->channels);
    RG_TRY(fit_whole(&run));
    RG_TRY(rg_hubs_spread(ctx, &run.hubs, &run.whole, run.full, &run.weighting));
    RG_TRY(rg_fit_model(&run, out));
done:
    rg_fitted_free(ctx, &run.slice);
    rg_fitted_free(ctx, &run.whole);
    rg_hubs_free(ctx, &run.hubs);
    rg_blend_free(run.choice.blend);
    rg_scenarios_free(run.scenarios);
    rg_validation_free(run.validation);
    regatta_graph_free(run.sample);
    return status;
}
