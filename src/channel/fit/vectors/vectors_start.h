/* The own vectors X_0 of new nodes, from those of the nodes that they interact with. */
#ifndef RG_CHANNEL_FIT_VECTORS_START_H
#define RG_CHANNEL_FIT_VECTORS_START_H
#include "graph/bipartite.h"

/* The nodes of a graph are users, then items; new ones are the users from old_users and
 * the items from old_items on. */
typedef struct rg_fold_nodes {
    const rg_csr *by_user; /* with weights, NULL = all 1 */
    int64_t old_users, old_items, dim;
} rg_fold_nodes;

/* Fills the rows of x0[n_users + n_items][dim] of the new nodes that have interactions;
 * the others stay. With A the normalised adjacency, n the new and o the old nodes,
 *
 *   ((1 + RG_FOLD_DAMPING) I - A_nn) X_n = A_no X_o,
 *
 * one sparse system that CHOLMOD factorises once for all columns. The rows of a side are
 * then scaled by the number that maps (A X)_v best to X_v over its old nodes. O(edges
 * dim) and the factor. REGATTA_ENOMEM, REGATTA_EIO (CHOLMOD cannot be loaded) */
#define RG_FOLD_DAMPING 0.1
regatta_status rg_fold_new_nodes(regatta_ctx *ctx, float *x0, const rg_fold_nodes *nodes);
#endif
