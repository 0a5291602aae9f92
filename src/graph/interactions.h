/* What happened, beside the graph's rows: the interactions of each user in order, a pair
 * of user and item as often as it came. The order is that of time, and of the input's
 * rows where times are equal or none are given. */
#ifndef RG_GRAPH_INTERACTIONS_H
#define RG_GRAPH_INTERACTIONS_H
#include "graph/bipartite.h"

/* Makes g->sequences. place[edge of e] is its item's place among the ascending items of
 * its user, for which by_user is made. O(edges), and O(n log n) of a user whose n rows
 * are not in order of time. */
regatta_status rg_interactions_build(regatta_ctx *ctx, regatta_graph *g,
                                     const rg_edges *e, const uint32_t *place);
/* Makes g->sequences from those of the graph that it is cut from: user u was users[u];
 * place[edge of from] is its new place in its row, REGATTA_NONE for an edge that went.
 * All interactions of a pair go or stay with it. */
regatta_status rg_interactions_cut(regatta_ctx *ctx, regatta_graph *g,
                                   const regatta_graph *from, const uint32_t *users,
                                   const uint32_t *place);

/* All interactions of a graph, repeats counted, and those of one user. */
int64_t rg_interactions_count(const regatta_graph *graph);
int64_t rg_interactions_of(const regatta_graph *graph, int64_t user);
/* Those of one user: position[n], and where they are not NULL time[n] of a graph with
 * times, weight[n]. */
void rg_interactions_fill(const regatta_graph *graph, int64_t user, uint32_t *position,
                          int64_t *time, float *weight);

/* Reads one user after another. Zeros are one that may be closed. */
typedef struct rg_interactions {
    const regatta_graph *graph;
    rg_mem mem;
    uint32_t *position;
    int64_t *time;  /* NULL for a graph without times */
    float *weight;  /* NULL where all are 1 */
    uint32_t *last; /* [degree] last step of each pair; NULL = repeats are kept */
    rg_steps now;   /* the user read last, by these arrays */
} rg_interactions;

/* merged: a pair that came several times is read once, where it came last, with the
 * weight and time of its edge. */
regatta_status rg_interactions_open(regatta_ctx *ctx, rg_interactions *in,
                                    const regatta_graph *graph, int merged);
void rg_interactions_read(rg_interactions *in, int64_t user);
void rg_interactions_close(rg_interactions *in);

/* Everything a model keeps of them: the order, the times, and the weights where they are
 * not those of counted[n_edges] (NULL = all 1) or a pair comes twice and has any. NULL
 * where rows say it all. */
regatta_status rg_interactions_pack(regatta_ctx *ctx, rg_sequences **out,
                                    const regatta_graph *graph, const float *counted);
#endif
