/* A model that takes in new interactions, users and items, with its choices: weights
 * between items and between users are fitted again in closed form, new nodes are folded
 * into the vectors, and learned parameters are trained for a few steps. */
#ifndef RG_FIT_UPDATE_UPDATE_H
#define RG_FIT_UPDATE_UPDATE_H
#include "fit/update/update_graph.h"

typedef struct rg_update_job {
    const regatta_model *model;
    rg_update_rows rows;
    int frozen;     /* 1: the states of channels stay; histories and nodes are new */
    uint32_t steps; /* of vectors */
    regatta_progress_fn progress; /* may be NULL */
    void *progress_state;
    /* Receive the systems of item attention, ordered or not, that were solved, and all of
     * them; may be NULL. */
    int64_t *n_solved, *n_targets;
} rg_update_job;

/* Stores a new model in *out.
 *   REGATTA_EINVAL   a model of an earlier version whose settings or vectors are not
 *                    complete; a model that is fitted from the beginning (refit.c) with
 *                    features or steps, or of several domains with weights; new
 *                    interactions without times for a model with times
 *   REGATTA_ENOMEM, REGATTA_EIO (CHOLMOD cannot be loaded), REGATTA_ENUMERIC,
 *   REGATTA_ESTOPPED */
regatta_status rg_update(regatta_ctx *ctx, regatta_model **out, const rg_update_job *job);
#endif
