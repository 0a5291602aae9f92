/* Pruning of the attention between items and between users: the weights that matter least
 * to the ridge whose solution they are go, and the ridge is solved again on the others.
 *
 *   effect of w_ij = w_ij^2 (G_ii + Lambda_i)
 *
 * is the loss of the objective of target j when w_ij becomes 0 and the other weights move
 * to their best, w_ij^2 / [(G_NN + Lambda_N)^-1]_ii (Hassibi and Stork, NeurIPS 1992),
 * with 1 / (G_ii + Lambda_i) for the diagonal of the inverse. It is divided by the root
 * of the target's sum, between plain effects, which leave rare targets without weights,
 * and shares of the target; and by the sum of its channel, so that the channels compare
 * (prune_balance.h divides the weights among them).
 */
#ifndef RG_FIT_PRUNE_PRUNE_H
#define RG_FIT_PRUNE_PRUNE_H
#include "fit/prune/prune_drop.h"
#include "fit/update/update_run.h"

/* The weights of a channel. */
typedef struct rg_prune_part {
    int channel;
    rg_channel_ridge ridge;
    rg_csr *by_target;   /* with values, as the model has them */
    float *size;         /* [rows] G_ii + Lambda_i */
    const float *effect; /* [edges of by_target] */
    rg_cooccurrence *g;  /* NULL: the weights are not solved again */
    int by_history;      /* 1: a row of the model has the targets of a history's item */
} rg_prune_part;

typedef struct rg_prune {
    regatta_ctx *ctx;
    const regatta_model *model;
    const rg_prune_drop *drop; /* channels that go; NULL: none */
    rg_update_job job;
    rg_update_run run; /* the graph of the histories, and the settings */
    rg_prune_part part[RG_MAX_CHANNELS];
    int n_parts;
    int64_t n_edges;
    float *effect;    /* [n_edges] of the parts in order */
    int64_t n_solved; /* edges of the parts that are solved again */
} rg_prune;

/* Computes the effects of all weights of the channels that stay; `drop` (borrowed) has
 * those that go, NULL: none. solve 1: weights are solved again, where histories and
 * settings of the model allow it. Free *p also after a failure. O(edges), and the
 * co-occurrence's cost. REGATTA_EINVAL: the model has no attention weights, and no
 * channel goes; REGATTA_ENOMEM */
regatta_status rg_prune_open(regatta_ctx *ctx, rg_prune *p, const regatta_model *model,
                             const rg_prune_drop *drop, int solve);
/* Creates the model of the channels that stay with n_keep of their n_edges weights: those
 * with the largest effects, of equal ones the first by target. solve 0: the values
 * of kept weights stay. With n_keep == n_edges they stay too. Same bits at any thread
 * count. REGATTA_ENOMEM */
regatta_status rg_prune_cut(rg_prune *p, regatta_model **out, int64_t n_keep, int solve);
/* Returns the number of attention weights of a model. */
int64_t rg_prune_count(const regatta_model *model);
void rg_prune_close(rg_prune *p);
#endif
