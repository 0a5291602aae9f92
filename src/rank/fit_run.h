/* One fit while it is going on: what its stages share. */
#ifndef RG_RANK_FIT_RUN_H
#define RG_RANK_FIT_RUN_H
#include "rank/fit.h"
#include "rank/validation.h"

enum { RG_MAX_TRIALS = 8 };

/* A temperature that was tried. */
typedef struct rg_trial {
    float temperature;
    double ndcg;
} rg_trial;

typedef struct rg_fit_run {
    regatta_ctx *ctx;
    const regatta_graph *graph;
    regatta_train_options options; /* resolved; temperature 0 until it is chosen */
    rg_shape shape;
    double started;
    float *weight;             /* of graph's edges, NULL = all 1 */
    float *train_weight;       /* of the validation's training edges */
    rg_validation *validation; /* NULL without a slice */
    int n_trials;
    rg_trial trial[RG_MAX_TRIALS];
    rg_vectors *chosen; /* the run that was validated; NULL without a slice */
    double valid_ndcg, valid_recall;
    rg_vectors *final; /* what the model holds: over all interactions */
    int finished;      /* the caller said REGATTA_FINISH */
} rg_fit_run;

/* A job with the run's options: on the training part of the slice with its validator, or
 * on all interactions without one. */
rg_train_job rg_fit_job(const rg_fit_run *run, int on_slice, const char *stage);

/* Chooses options.temperature by short runs on the slice. When the caller ends one of
 * them early its vectors become run->chosen. */
regatta_status rg_fit_temperature(rg_fit_run *run);

/* The model of run->final. */
regatta_status rg_fit_model(rg_fit_run *run, regatta_model **out);
/* Its settings as JSON, without anything that depends on time or machine. */
regatta_status rg_fit_json(rg_fit_run *run, char **out);
#endif
