/* The temperature of the softmax by validation: a walk over a geometric grid from its
 * middle in the direction that improves, each step a short run. Quality has one maximum
 * over the temperature, so the walk ends at the first step that does not improve. Sharp
 * temperatures learn faster at first: fewer steps than these would favour them on dense
 * data. */
#include "fit/fit_run.h"
#include <math.h>

enum { SHORT_STEPS = 40, SHORT_EVERY = 20, N_GRID = 7, MIDDLE = 3 };

static const float GRID[N_GRID] = {0.06f, 0.08f, 0.11f, 0.15f, 0.20f, 0.27f, 0.37f};

static uint32_t short_steps(const rg_fit_run *run)
{
    return run->options.max_steps < SHORT_STEPS ? run->options.max_steps : SHORT_STEPS;
}

/* Runs with GRID[at]; *ndcg its best. A run that the caller ends becomes the slice's. */
static regatta_status try_temperature(rg_fit_run *run, int at, double *ndcg)
{
    regatta_status status = REGATTA_OK;
    rg_vectors *vectors = NULL;
    rg_train_job job = rg_fit_job(run, 1, "temperature");
    job.options.temperature = GRID[at];
    job.options.max_steps = short_steps(run);
    job.options.eval_every = SHORT_EVERY;
    RG_TRY(rg_fit_train(run, &vectors, &job));
    *ndcg = vectors->best_ndcg;
    rg_trials_add(&run->temperatures, (double)GRID[at], *ndcg);
    if (vectors->finished_early) {
        run->finished = 1;
        run->options.temperature = GRID[at];
        run->slice.vectors = vectors;
        vectors = NULL;
    }
done:
    rg_vectors_free(vectors);
    return status;
}

/* Walks from MIDDLE by `step` while it improves on *best. */
static regatta_status walk(rg_fit_run *run, int step, double *best)
{
    regatta_status status = REGATTA_OK;
    for (int at = MIDDLE + step; at >= 0 && at < N_GRID && !run->finished; at += step) {
        double ndcg = 0.0;
        RG_TRY(try_temperature(run, at, &ndcg));
        if (run->finished || !(ndcg > *best)) break;
        *best = ndcg;
        run->options.temperature = GRID[at];
    }
done:
    return status;
}

regatta_status rg_fit_temperature(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    double best = 0.0;
    RG_TRY(try_temperature(run, MIDDLE, &best));
    if (run->finished) return REGATTA_OK;
    run->options.temperature = GRID[MIDDLE];
    RG_TRY(walk(run, -1, &best));
    /* Sharper did not help: maybe softer does. */
    if (!run->finished && run->options.temperature == GRID[MIDDLE])
        RG_TRY(walk(run, 1, &best));
done:
    return status;
}

regatta_status rg_fit_choose_item_graph(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    rg_vectors *vectors = NULL;
    double with = 0.0, without = 0.0;
    for (int k = 0; k < run->temperatures.n; k++) /* the same run, done already */
        without = fmax(without, run->temperatures.trial[k].ndcg);
    int use = run->temperatures.n > 0;
    for (; use < 2 && !run->finished; use++) {
        if (use) RG_TRY(rg_fitted_item_graph(run->ctx, &run->slice));
        rg_train_job job = rg_fit_job(run, 1, "item graph");
        job.options.max_steps = short_steps(run);
        job.options.eval_every = SHORT_EVERY;
        rg_vectors_free(vectors);
        vectors = NULL;
        RG_TRY(rg_fit_train(run, &vectors, &job));
        *(use ? &with : &without) = vectors->best_ndcg;
        run->finished |= vectors->finished_early;
    }
    rg_trials_add(&run->item_graphs, 0.0, without);
    rg_trials_add(&run->item_graphs, 1.0, with);
    run->choice.item_graph = with > without;
    if (run->finished) { /* the run that was ended is what there is */
        run->choice.item_graph = use > 1;
        run->slice.vectors = vectors;
        vectors = NULL;
    }
    if (!run->choice.item_graph) {
        rg_csr_free(run->slice.item_graph);
        run->slice.item_graph = NULL;
    }
done:
    rg_vectors_free(vectors);
    return status;
}
