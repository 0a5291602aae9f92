/* One fit while it is going on: what its stages share. */
#ifndef RG_FIT_FIT_RUN_H
#define RG_FIT_FIT_RUN_H
#include "fit/fit.h"
#include "fit/fit_plan.h"
#include "fit/fitted.h"
#include "fit/hubs.h"
#include "fit/scenarios.h"
#include "fit/validation.h"
#include "ridge/reweight_learn.h"

enum { RG_MAX_TRIALS = 16 };

/* Something that was tried on the slice: its value and ndcg@20. */
typedef struct rg_trial {
    double value, ndcg;
} rg_trial;

typedef struct rg_trials {
    int n;
    rg_trial trial[RG_MAX_TRIALS];
} rg_trials;

/* A kind of attention over the item graph that was tried; name is static. */
enum { RG_MAX_REWEIGHTS = 4 };
typedef struct rg_reweight_trial {
    const char *name;
    rg_reweighting how;
    double ndcg;
} rg_reweight_trial;

typedef struct rg_fit_run {
    regatta_ctx *ctx;
    const regatta_graph *full;  /* what the model is of */
    const regatta_graph *graph; /* what is learned from: the same but for hubs */
    rg_hubs hubs;
    regatta_train_options options; /* resolved; temperature 0 until it is chosen */
    uint32_t batch_users;          /* as given; 0 = by the graph that a run is on */
    double started;
    rg_weighting weighting; /* by all interactions */
    rg_fit_plan *plan;      /* of the whole fit, shared by its folds */
    regatta_graph *sample;  /* users that choices are made on, when there are too many */
    rg_validation *validation; /* NULL without a slice */
    rg_fit_choice choice;
    rg_fitted slice;         /* fitted on validation->train */
    rg_fitted whole;         /* what the model holds: fitted on all interactions */
    rg_scenarios *scenarios; /* what choices are measured in; NULL without a slice */
    rg_trials powers, temperatures, item_graphs;
    int n_reweights;
    rg_reweight_trial reweights[RG_MAX_REWEIGHTS];
    rg_learned learned;     /* strengths of attention, by the slice */
    rg_blend_report report; /* of the blend, when there is one */
    double valid_ndcg, valid_recall;
    int finished; /* the caller said REGATTA_FINISH */
} rg_fit_run;

/* Records a trial; the oldest are kept when there are too many. */
void rg_trials_add(rg_trials *trials, double value, double ndcg);

/* Tells the caller which stage begins, or that it goes on; FINISH is remembered in
 * run->finished, CANCEL is REGATTA_ESTOPPED. */
regatta_status rg_fit_stage(rg_fit_run *run, const char *stage);

/* Where a fit stands: what comes from here on is counted anew by the choices so far. */
typedef enum rg_fit_point {
    RG_FIT_AT_ITEMS,
    RG_FIT_AT_SHORT_RUNS,
    RG_FIT_AT_MAIN_RUN,
    RG_FIT_AT_BLEND,
    RG_FIT_AT_FOLDS,
    RG_FIT_AT_WHOLE
} rg_fit_point;
/* n_folds are still to be fitted. */
void rg_fit_replan(rg_fit_run *run, rg_fit_point at, int n_folds);
/* Slices beside the first that the blend will be learned on. */
int rg_fit_folds(const rg_fit_run *run);

/* What is fitted after the vectors: user attention and the spectral filter; tells the
 * caller of `stage` as it goes on. */
regatta_status rg_fit_last_channels(rg_fit_run *run, rg_fitted *fitted,
                                    const char *stage);

/* Steps after which early stopping has often ended the main run. */
#define RG_FIT_USUAL_STEPS 90.0

/* rg_train_vectors, with the time left in its progress. */
regatta_status rg_fit_train(rg_fit_run *run, rg_vectors **out, rg_train_job *job);

/* A job with the run's options: on the slice with its validator, or on all interactions
 * without one. */
rg_train_job rg_fit_job(const rg_fit_run *run, int on_slice, const char *stage);

/* The stages, each on the slice (fit_items.c, temperature.c, fit_blend.c). */
regatta_status rg_fit_choose_items(rg_fit_run *run);
/* Chooses options.temperature by short runs. When the caller ends one of them early its
 * vectors become the slice's. */
regatta_status rg_fit_temperature(rg_fit_run *run);
/* Whether vectors propagate over the item graph: a short run with it against the best
 * short run without. */
regatta_status rg_fit_choose_item_graph(rg_fit_run *run);
/* Attention over the item graph by the slice's vectors. */
regatta_status rg_fit_choose_reweighting(rg_fit_run *run);
/* That, then the blend of all channels. */
regatta_status rg_fit_choose_blend(rg_fit_run *run);

/* Holds out a slice of the sample or of all interactions by options.seed: validation
 * (NULL where nobody has two items), the slice's fitted, scenarios. */
regatta_status rg_fit_take_slice(rg_fit_run *run);
/* What the blend is fitted on: the samples of run's slice, by `model` of its channels,
 * and where it pays those of more slices. */
regatta_status rg_fit_samples(rg_fit_run *run, rg_samples **out,
                              const regatta_model *model);

/* The model of run->whole. */
regatta_status rg_fit_model(rg_fit_run *run, regatta_model **out);
/* Its settings as JSON, without anything that depends on time or machine. */
regatta_status rg_fit_json(rg_fit_run *run, char **out);
#endif
