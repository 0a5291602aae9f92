/* The work of a fit from a point on, by what has been chosen so far. */
#include "fit/fit_run.h"
#include <math.h>
#include <string.h>

static const double USUAL_BEST = 50.0; /* the step that the main run often keeps */
enum {
    EXACT_ITEMS = 8400, /* more are beyond the dense ridge (exact_ridge.h) */
    TRIALS = 3,
    TRIAL_STEPS = 40,
    TRIAL_DIM = 64
};

static double units(const rg_fit_run *run, int64_t dim)
{
    return rg_plan_step_units(run->slice.graph != NULL ? run->slice.graph : run->graph,
                              &run->options, dim);
}

/* Steps of all runs to come; the folds and the fit on all take as many as were best. */
static double step_units(const rg_fit_run *run, rg_fit_point at, int n_folds)
{
    const regatta_train_options *o = &run->options;
    const rg_vectors *found = run->slice.vectors;
    const double most = (double)o->max_steps, full = units(run, (int64_t)o->dim);
    const double trial =
        fmin(most, TRIAL_STEPS) * units(run, o->dim < TRIAL_DIM ? o->dim : TRIAL_DIM);
    const double best = found != NULL ? (double)found->best_step : fmin(most, USUAL_BEST);
    double sum = (double)n_folds * best * full;
    if (at <= RG_FIT_AT_SHORT_RUNS)
        sum += trial * ((o->temperature > 0.0f ? 0.0 : TRIALS) +
                        (run->choice.on[RG_CHANNEL_ITEMS] ? 1.5 : 0.0));
    if (at <= RG_FIT_AT_MAIN_RUN) sum += fmin(most, RG_FIT_USUAL_STEPS) * full;
    if (run->validation == NULL)
        sum = most * full;
    else if (o->refit)
        sum += best * rg_plan_step_units(run->graph, o, (int64_t)o->dim);
    return sum;
}

void rg_fit_replan(rg_fit_run *run, rg_fit_point at, int n_folds)
{
    const rg_fit_choice *c = &run->choice;
    rg_fit_plan *plan = run->plan;
    const int vectors = c->on[RG_CHANNEL_VECTORS], items = c->on[RG_CHANNEL_ITEMS];
    const double fits = (double)n_folds + 1.0;
    int n_on = 0;
    for (int a = 0; a < RG_N_CHANNELS; a++) n_on += c->on[a];
    const int blends = at <= RG_FIT_AT_BLEND && n_on > 1;
    double *left = plan->left;
    memset(left, 0, sizeof plan->left);
    if (items && at == RG_FIT_AT_ITEMS) {
        left[RG_WORK_LOCAL] += 1.0;
        left[RG_WORK_MEASURE] += 2.0;
        left[RG_WORK_EXACT] += run->graph->by_user->n_cols < EXACT_ITEMS;
    }
    const int exact =
        at == RG_FIT_AT_ITEMS ? run->graph->by_user->n_cols < EXACT_ITEMS : c->exact;
    if (items) left[exact ? RG_WORK_EXACT : RG_WORK_LOCAL] += fits;
    if (vectors) {
        left[RG_WORK_START] += fits + (at <= RG_FIT_AT_SHORT_RUNS ? 2.0 : 0.0);
        left[RG_WORK_STEPS] = step_units(run, at, n_folds);
    }
    if (c->on[RG_CHANNEL_USERS]) left[RG_WORK_USERS] += fits + blends;
    if (c->on[RG_CHANNEL_SPECTRAL]) left[RG_WORK_SPECTRAL] += fits + blends;
    left[RG_WORK_SAMPLES] += (double)n_folds + blends;
    if (blends && vectors && items) left[RG_WORK_REWEIGHT] += 1.0;
    if (at <= RG_FIT_AT_FOLDS && n_on > 1)
        left[RG_WORK_BLEND] += 1.0 + (double)rg_fit_folds(run);
}

regatta_status rg_fit_train(rg_fit_run *run, rg_vectors **out, rg_train_job *job)
{
    const double unit =
        rg_plan_step_units(job->graph, &job->options, (int64_t)job->shape.dim);
    const double own = job->usual_steps > 0.0
                           ? fmin(job->usual_steps, (double)job->options.max_steps)
                           : (double)job->options.max_steps;
    rg_fit_plan *plan = run->plan;
    job->steps_after = fmax(0.0, plan->left[RG_WORK_STEPS] / unit - own);
    job->seconds_after = rg_plan_seconds_left(plan, 0);
    const regatta_status status = rg_train_vectors(run->ctx, out, job);
    if (status == REGATTA_OK)
        rg_plan_did(plan, RG_WORK_STEPS, (double)(*out)->n_steps * unit);
    if (job->start == NULL && job->from == NULL)
        plan->left[RG_WORK_START] = fmax(0.0, plan->left[RG_WORK_START] - 1.0);
    return status;
}
