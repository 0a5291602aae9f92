/* What a fit has still to do, in seconds: the time left that progress reports. Kinds of
 * work are counted ahead by the sizes of the data and the choices made so far; seconds of
 * a kind are measured once some of it is done, and before that the estimate for a
 * processor of 2022 times how much slower this machine was so far. */
#ifndef RG_FIT_FIT_PLAN_H
#define RG_FIT_FIT_PLAN_H
#include "fit/fitted.h"

typedef enum rg_work {
    RG_WORK_LOCAL,    /* local ridges between items */
    RG_WORK_EXACT,    /* exact ridges */
    RG_WORK_MEASURE,  /* measurements of a choice */
    RG_WORK_START,    /* spectral starts */
    RG_WORK_STEPS,    /* optimizer steps, in rg_plan_step_units */
    RG_WORK_REWEIGHT, /* choices of attention over the item graph */
    RG_WORK_USERS,    /* user attention */
    RG_WORK_SPECTRAL, /* spectral filters */
    RG_WORK_SAMPLES,  /* what a slice's channels propose */
    RG_WORK_BLEND,    /* choices of the blend, per slice */
    RG_N_WORKS
} rg_work;

typedef struct rg_fit_plan {
    double unit[RG_N_WORKS]; /* seconds of one, estimated */
    double left[RG_N_WORKS]; /* how many are to come */
    double done[RG_N_WORKS], spent[RG_N_WORKS];
    double mark; /* the clock when the last work ended */
} rg_fit_plan;

/* Estimates for a graph of these sizes. */
void rg_plan_begin(rg_fit_plan *plan, const regatta_graph *graph);
/* What a step of vectors of this length costs, against the others of the plan. */
double rg_plan_step_units(const regatta_graph *graph,
                          const regatta_train_options *options, int64_t dim);
/* n of a kind are done since the last call. */
void rg_plan_did(rg_fit_plan *plan, rg_work work, double n);
/* Of all kinds, or of all but the steps. */
double rg_plan_seconds_left(const rg_fit_plan *plan, int with_steps);
#endif
