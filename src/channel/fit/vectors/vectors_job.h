/* Jobs of training node vectors, with the time left in their progress. */
#ifndef RG_CHANNEL_FIT_VECTORS_JOB_H
#define RG_CHANNEL_FIT_VECTORS_JOB_H
#include "channel/fit/channel_fit.h"

/* Kinds of work. */
enum {
    /* Steps, in seconds of the plan's processor: */
    RG_VECTORS_TRIALS, /* of short runs, for choices */
    RG_VECTORS_STEPS,  /* of all others */
    RG_VECTORS_STARTS, /* SVD starts */
    RG_VECTORS_WORKS
};

/* Returns 1 for data that is learned in a few steps: below 500,000 interactions. Its
 * learning rate is smaller, and validation chooses where biases start, because they do
 * not move far. */
int rg_vectors_few(const regatta_graph *graph);
/* Returns the default of users per step on a graph of n_users. */
uint32_t rg_fit_batch(int64_t n_users);
/* Returns the cost of a step, in seconds of the plan's processor. */
double rg_vectors_step(const regatta_graph *graph, const rg_fit_options *o, int64_t dim,
                       uint32_t batch_users);
/* Returns a job on all interactions of `fitted`, without a validator. */
rg_train_job rg_vectors_job(const rg_fit_env *env, const rg_fitted *fitted,
                            const char *stage);
/* Calls rg_train_vectors and adds the time left to its progress. `kind` is TRIALS or
 * STEPS. */
regatta_status rg_vectors_train(rg_fit_env *env, rg_vectors **out, rg_train_job *job,
                                int kind);
#endif
