/* The graph that layers propagate over: users and items as one set of nodes. */
#ifndef RG_GAT_ADJACENCY_H
#define RG_GAT_ADJACENCY_H
#include "base/ranks/ranks.h"
#include "graph/bipartite.h"

/* Nodes 0..n_users-1 are users, then items. Symmetric: edge v->w has w->v, found by
 * `reverse`, so a scatter along edges is a gather along reversed ones. */
typedef struct rg_adjacency {
    rg_mem mem;
    int64_t n_users, n_items, n_nodes;
    int64_t n_edges;    /* directed */
    int64_t *offset;    /* [n_nodes + 1] */
    uint32_t *target;   /* [n_edges] ascending within a row */
    float *edge_weight; /* [n_edges] q_vw = w_vw (D_v D_w)^-1/2, D the sum of a node's w
                     towards the other side; edges of the item graph keep their value */
    int64_t *reverse;   /* [n_edges], or NULL */
    double *degree;     /* [n_nodes] D_v */
    /* For dynamic attention (attention/dynamic.h); NULL: not filled. */
    float *log_degree; /* [n_nodes] */
    float *log_age; /* [n_edges] from an interaction to the latest one of the row; 0 for
                       edges of the item graph */
    /* Users divided among ranks: the users here are first_user .. first_user + n_users -
     * 1 of all_users, the rows of items have the edges to them, and those of the last
     * rank the edges of the item graph. NULL: every node and edge is here. */
    const rg_shares *share;
    regatta_ctx *ctx; /* of the ranks */
    int64_t first_user, all_users;
} rg_adjacency;

/* From `graph` with the edge weights weight[n_edges] (by_user's order; NULL = all 1).
 * item_graph (may be NULL) is a symmetric items x items CSR with values and without a
 * diagonal, added to the items' rows unscaled. */
regatta_status rg_adjacency_build(regatta_ctx *ctx, rg_adjacency **out,
                                  const regatta_graph *graph, const float *weight,
                                  const rg_csr *item_graph);
/* Without `reverse`, half of the memory: for layers without attention and dropout, whose
 * weights are the same in both directions. share (borrowed, from rg_row_share): the users
 * of this rank, and the part of the items' rows that belongs to them; NULL: all. */
regatta_status rg_adjacency_build_symmetric(regatta_ctx *ctx, rg_adjacency **out,
                                            const regatta_graph *graph,
                                            const float *weight, const rg_csr *item_graph,
                                            const rg_shares *share);
/* Fills log_degree and, if `ages`, log_age, for a graph with times. */
regatta_status rg_adjacency_fill_dynamic(regatta_ctx *ctx, rg_adjacency *adj,
                                         const regatta_graph *graph, int ages);
void rg_adjacency_free(rg_adjacency *adj);
#endif
