/* The temperature of the softmax by validation: a walk over a geometric grid from its
 * middle in the direction that improves, each step a short run. Quality has one maximum
 * over the temperature, so the walk ends at the first step that does not improve. Sharp
 * temperatures learn faster at first: fewer steps than these would favour them on dense
 * data. */
#include "rank/fit_run.h"
#include <math.h>

enum { SHORT_STEPS = 40, SHORT_EVERY = 20, N_GRID = 7, MIDDLE = 3, USUAL_TRIALS = 3 };

static const float GRID[N_GRID] = {0.06f, 0.08f, 0.11f, 0.15f, 0.20f, 0.27f, 0.37f};

static uint32_t short_steps(const rg_fit_run *run)
{
    return run->options.max_steps < SHORT_STEPS ? run->options.max_steps : SHORT_STEPS;
}

/* Runs with GRID[at]; *ndcg its best. A run that the caller ends becomes the chosen. */
static regatta_status try_temperature(rg_fit_run *run, int at, double *ndcg)
{
    regatta_status status = REGATTA_OK;
    rg_vectors *vectors = NULL;
    rg_train_job job = rg_fit_job(run, 1, "temperature");
    const double left = fmax(0.0, (double)(USUAL_TRIALS - 1 - run->n_trials));
    const double later = run->options.refit ? 1.0 : 0.5;
    job.options.temperature = GRID[at];
    job.options.max_steps = short_steps(run);
    job.options.eval_every = SHORT_EVERY;
    job.steps_after =
        left * (double)job.options.max_steps + later * (double)run->options.max_steps;
    RG_TRY(rg_train_vectors(run->ctx, &vectors, &job));
    *ndcg = vectors->best_ndcg;
    run->trial[run->n_trials++] = (rg_trial){GRID[at], *ndcg};
    if (vectors->finished_early) {
        run->finished = 1;
        run->options.temperature = GRID[at];
        run->chosen = vectors;
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
