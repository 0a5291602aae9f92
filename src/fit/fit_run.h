/* One fit while it is going on: what its stages share. */
#ifndef RG_FIT_FIT_RUN_H
#define RG_FIT_FIT_RUN_H
#include "fit/blend/blend_choose.h"
#include "fit/hubs.h"
#include "fit/slice.h"

typedef struct rg_fit_run {
    rg_fit_env env;            /* its graph is what is learned from: full but for hubs */
    const regatta_graph *full; /* what the model is of */
    rg_hubs hubs;
    rg_fit_options options; /* env.options */
    rg_fit_plan plan;       /* env.plan */
    int named;              /* 1: the caller named the channels */
    rg_weighting weighting; /* by all interactions */
    regatta_graph *sample;  /* users that choices are made on, when there are too many */
    rg_fit_choice choice;
    rg_slice slice;
    rg_fitted whole;        /* what the model holds: fitted on all interactions */
    rg_blend_report report; /* of the blend, when there is one */
    double valid_ndcg, valid_recall;
} rg_fit_run;

/* Hubs, options, settings, weights and the slice. On failure `run` is to be freed too. */
regatta_status rg_fit_run_begin(regatta_ctx *ctx, rg_fit_run *run,
                                const regatta_graph *graph,
                                const rg_fit_options *options);
/* What choices are made on: the sample or all that is learned from. */
const regatta_graph *rg_fit_run_chosen_on(const rg_fit_run *run);
void rg_fit_run_free(rg_fit_run *run);
#endif
