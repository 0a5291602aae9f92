/* Many interactions of one user within a minute: scripts, imports. */
#ifndef RG_FIT_SPREES_H
#define RG_FIT_SPREES_H
#include "graph/bipartite.h"

enum { RG_SPREE_SECONDS = 60 };

/* What is usual in a data set, and what is a spree. */
typedef struct rg_spree_bounds {
    uint32_t usual; /* 95 % of the users have at most so many within a minute, at least
                       5 */
    uint32_t above; /* a spree has more: 4 times as many */
} rg_spree_bounds;

/* Stores count[n_edges], in by_user's order: the interactions in the fullest minute
 * (RG_SPREE_SECONDS) of the user, for interactions in a spree, else 0. A pair that is
 * repeated counts once, at its latest time. All 0, and bounds of 0, for a graph without
 * times. O(edges log). REGATTA_ENOMEM */
regatta_status rg_sprees_find(regatta_ctx *ctx, uint32_t *count, rg_spree_bounds *bounds,
                              const regatta_graph *graph);
#endif
