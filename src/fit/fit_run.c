#include "fit/fit_run.h"
#include "base/clock.h"
#include "fit/memory/fit_memory.h"
#include "fit/outlook.h"
#include "fit/resolve.h"
#include <math.h>

regatta_status rg_fit_tell(const rg_fit_options *o, const char *stage, double started,
                           double seconds_left, int *finished)
{
    const regatta_progress progress = {.struct_size = sizeof progress,
                                       .stage = stage,
                                       .loss = (double)NAN,
                                       .valid_ndcg = (double)NAN,
                                       .best_ndcg = (double)NAN,
                                       .seconds = rg_clock() - started,
                                       .seconds_left = seconds_left};
    if (o->progress == NULL) return REGATTA_OK;
    const int answer = o->progress(o->progress_state, &progress);
    if (answer == REGATTA_FINISH) *finished = 1;
    return answer == REGATTA_CANCEL ? REGATTA_ESTOPPED : REGATTA_OK;
}

static regatta_status tell_stage(rg_fit_env *env, const char *stage)
{
    return rg_fit_tell(env->options, stage, env->started,
                       rg_plan_seconds_left(env->plan, RG_NO_WORK, 0), &env->finished);
}

const regatta_graph *rg_fit_run_chosen_on(const rg_fit_run *run)
{
    return run->sample != NULL ? run->sample : run->env.graph;
}

/* Without a refit a channel would lack the nodes outside the sample. */
static regatta_status check_refit(const rg_fit_run *run)
{
    if (run->sample == NULL || run->options.refit) return REGATTA_OK;
    for (int c = 0; c < rg_n_channels; c++)
        if (run->choice.on[c] && rg_channels[c]->fit->refits)
            return rg_fail(run->env.ctx, REGATTA_EINVAL,
                           "refit 0: the %s of a graph of more than %d interactions are "
                           "validated on a sample, and have to be fitted on all",
                           rg_channels[c]->name, RG_FIT_SAMPLE_EDGES);
    return REGATTA_OK;
}

static regatta_status take_slice(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = run->env.ctx;
    RG_TRY(rg_fit_sample(ctx, &run->sample, run->env.graph,
                         run->env.graph->by_user->n_edges, run->options.seed));
    RG_TRY(check_refit(run));
    RG_TRY(rg_slice_take(ctx, &run->slice, rg_fit_run_chosen_on(run), &run->options,
                         &run->weighting));
done:
    return status;
}

regatta_status rg_fit_run_begin(regatta_ctx *ctx, rg_fit_run *run,
                                const rg_domains *domains, const rg_fit_options *options)
{
    regatta_status status = REGATTA_OK;
    const regatta_graph *graph = domains->graph;
    *run = (rg_fit_run){.full = graph,
                        .domains = domains,
                        .options = *options,
                        .named = rg_count_on(options->on) > 0,
                        .valid_ndcg = (double)NAN,
                        .valid_recall = (double)NAN};
    run->env = (rg_fit_env){.ctx = ctx,
                            .graph = graph,
                            .options = &run->options,
                            .batch_users = options->batch_users,
                            .started = domains->started,
                            .finished = domains->finished,
                            .plan = &run->plan,
                            .stage = tell_stage};
    rg_text_begin(&run->env.trials, ctx->mem);
    RG_TRY(rg_hubs_find(ctx, &run->hubs, graph, options->seed));
    if (run->hubs.core != NULL) run->env.graph = run->hubs.core;
    RG_TRY(rg_fit_choice_create(ctx, &run->choice));
    rg_fit_resolve(&run->options, &run->choice, run->env.graph);
    rg_fit_estimate(&run->env);
    RG_TRY(rg_weighting_choose(ctx, &run->weighting, graph, domains->weighting));
    RG_TRY(rg_fitted_begin(ctx, &run->whole, run->env.graph, &run->weighting));
    if (run->options.valid_share > 0.0f) RG_TRY(take_slice(run));
    RG_TRY(rg_fit_memory_check(ctx, rg_fit_run_chosen_on(run), run->env.graph,
                               &run->options, &run->choice));
    run->plan.part = run->slice.validation != NULL ? RG_PART_SLICE : RG_PART_WHOLE;
    rg_plan_did(&run->plan, RG_WORK_DATA, 1.0);
done:
    return status;
}

void rg_fit_run_free(rg_fit_run *run)
{
    regatta_ctx *ctx = run->env.ctx;
    rg_slice_free(ctx, &run->slice);
    rg_fitted_free(ctx, &run->whole);
    rg_fit_choice_free(ctx, &run->choice);
    rg_hubs_free(ctx, &run->hubs);
    regatta_graph_free(run->sample);
    rg_free(ctx->mem, run->env.trials.bytes);
}
