/* From a graph to a model, one stage after another:
 *   slice        hold out a share of the interactions
 *   temperature  short runs on the rest (unless it is given)
 *   validate     the main run, stopped early, its best state kept
 *   refit        the same number of steps on all interactions
 *   model        unit vectors, histories, names, settings
 * Without a slice there is one run of max_steps on all interactions. */
#include "base/clock.h"
#include "rank/fit_run.h"
#include "rank/weighting.h"
#include <math.h>

enum { DEFAULT_STEPS = 200, SMALL_GRAPH = 10000, MEASURED_USERS = 20000 };

/* Without a slice nothing can choose: between what sparse and dense data want. */
static const float MIDDLE_TEMPERATURE = 0.15f;

static void resolve(rg_fit_run *run, const regatta_train_options *opts)
{
    const rg_csr *rows = run->graph->by_user;
    regatta_train_options *o = &run->options;
    *o = *opts;
    if (o->max_steps == 0) o->max_steps = DEFAULT_STEPS;
    if (!(o->learning_rate > 0.0f))
        o->learning_rate = rows->n_rows + rows->n_cols < SMALL_GRAPH ? 0.03f : 0.06f;
    run->shape = (rg_shape){.attention = (regatta_attention)o->attention,
                            .combine = (regatta_combine)o->combine,
                            .heads = (int)o->heads,
                            .layers = (int)o->layers,
                            .dim = (int64_t)o->dim,
                            .n_users = rows->n_rows,
                            .n_items = rows->n_cols};
    run->valid_ndcg = run->valid_recall = (double)NAN;
}

static regatta_status take_slice(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    const regatta_train_options *o = &run->options;
    const regatta_weighting weighting = (regatta_weighting)o->weighting;
    RG_TRY(rg_weighting_apply(run->ctx, &run->weight, run->graph, weighting));
    if (!(o->valid_share > 0.0f)) return REGATTA_OK;
    RG_TRY(rg_validation_create(run->ctx, &run->validation, run->graph,
                                (double)o->valid_share, o->seed, MEASURED_USERS,
                                run->shape.dim));
    if (run->validation->n_held == 0) { /* nobody has two items: nothing to learn from */
        rg_validation_free(run->validation);
        run->validation = NULL;
        return REGATTA_OK;
    }
    RG_TRY(rg_weighting_apply(run->ctx, &run->train_weight, run->validation->train,
                              weighting));
done:
    return status;
}

rg_train_job rg_fit_job(const rg_fit_run *run, int on_slice, const char *stage)
{
    rg_train_job job = {.graph = on_slice ? run->validation->train : run->graph,
                        .weight = on_slice ? run->train_weight : run->weight,
                        .shape = run->shape,
                        .options = run->options,
                        .stage = stage,
                        .started = run->started};
    if (on_slice) {
        rg_validation_reset(run->validation);
        job.validate = rg_validation_measure;
        job.validate_state = run->validation;
    }
    return job;
}

static regatta_status main_run(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    rg_train_job job = rg_fit_job(run, 1, "validate");
    /* Where early stopping will cut is unknown; half of the steps is a fair guess. */
    job.steps_after = run->options.refit ? 0.5 * (double)run->options.max_steps : 0.0;
    RG_TRY(rg_train_vectors(run->ctx, &run->chosen, &job));
    run->finished = run->chosen->finished_early;
done:
    return status;
}

/* The chosen parameters read out over all interactions. */
static regatta_status read_out_all(rg_fit_run *run)
{
    rg_train_job job = rg_fit_job(run, 0, "read out");
    job.options.max_steps = 0;
    job.from = run->chosen->params;
    return rg_train_vectors(run->ctx, &run->final, &job);
}

static regatta_status refit(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    rg_train_job job = rg_fit_job(run, 0, "refit");
    job.options.max_steps = (uint32_t)run->chosen->best_step;
    RG_TRY(rg_train_vectors(run->ctx, &run->final, &job));
    if (run->final->finished_early) { /* half a refit is worse than what was validated */
        rg_vectors_free(run->final);
        run->final = NULL;
        RG_TRY(read_out_all(run));
    }
done:
    return status;
}

static regatta_status run_stages(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    if (run->validation == NULL) {
        if (!(run->options.temperature > 0.0f))
            run->options.temperature = MIDDLE_TEMPERATURE;
        const rg_train_job job = rg_fit_job(run, 0, "train");
        return rg_train_vectors(run->ctx, &run->final, &job);
    }
    if (!(run->options.temperature > 0.0f)) RG_TRY(rg_fit_temperature(run));
    if (!run->finished) RG_TRY(main_run(run));
    run->valid_ndcg = run->validation->best_ndcg;
    run->valid_recall = run->validation->best_recall;
    if (run->options.refit && !run->finished)
        RG_TRY(refit(run));
    else
        RG_TRY(read_out_all(run));
done:
    return status;
}

regatta_status rg_fit(regatta_ctx *ctx, regatta_model **out, const regatta_graph *graph,
                      const regatta_train_options *opts)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_fit_run run = {.ctx = ctx, .graph = graph, .started = rg_clock()};
    resolve(&run, opts);
    RG_TRY(take_slice(&run));
    RG_TRY(run_stages(&run));
    RG_TRY(rg_fit_model(&run, out));
done:
    rg_vectors_free(run.final);
    rg_vectors_free(run.chosen);
    rg_validation_free(run.validation);
    rg_free(ctx->mem, run.train_weight);
    rg_free(ctx->mem, run.weight);
    return status;
}
