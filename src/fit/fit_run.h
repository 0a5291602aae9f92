/* The state of a running fit, shared by its stages. */
#ifndef RG_FIT_FIT_RUN_H
#define RG_FIT_FIT_RUN_H
#include "fit/blend/blend_choose.h"
#include "fit/denoise/denoise_choose.h"
#include "fit/hubs.h"
#include "fit/slice.h"

typedef struct rg_fit_run {
    rg_fit_env env;            /* env.graph: `full` with the histories of hubs sampled */
    const regatta_graph *full; /* the graph of the model */
    const rg_domains *domains; /* the choice of this graph */
    const rg_denoise *denoise; /* weights of unsupported interactions; NULL: none */
    rg_hubs hubs;
    rg_fit_options options; /* env.options */
    rg_fit_plan plan;       /* env.plan */
    int named;              /* 1: the caller named the channels */
    rg_weighting weighting; /* computed from all interactions */
    regatta_graph *sample;  /* sampled users for choices on a large graph, else NULL */
    rg_fit_choice choice;
    rg_slice slice;
    rg_fitted whole;        /* the parts of the model, fitted on all interactions */
    rg_blend_report report; /* report of the blend, if there is one */
    regatta_calibration calibration; /* of the score; its form is NONE without one */
    float knots[RG_CALIBRATION_FLOATS];
    double valid_ndcg, valid_recall;
    int64_t valid_users; /* of these two */
} rg_fit_run;

/* Reports to the caller that a stage begins or continues: REGATTA_CANCEL becomes
 * REGATTA_ESTOPPED, REGATTA_FINISH sets *finished. started: on rg_clock. */
regatta_status rg_fit_tell(const rg_fit_options *options, const char *stage,
                           double started, double seconds_left, int *finished);
/* Begins the fit of domains->graph: finds hubs, resolves options and settings, sets
 * weights and takes the slice. Free `run` also after a failure. */
regatta_status rg_fit_run_begin(regatta_ctx *ctx, rg_fit_run *run,
                                const rg_domains *domains, const rg_fit_options *options);
/* Returns the graph on which choices are made: the sample or env.graph. */
const regatta_graph *rg_fit_run_chosen_on(const rg_fit_run *run);
void rg_fit_run_free(rg_fit_run *run);
#endif
