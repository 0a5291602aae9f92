/* The interactions of each user in order, in addition to the graph's rows, with repeats
 * of a pair of user and item. The order is that of time; interactions of equal or unknown
 * time are in the order of the rows of the input. */
#ifndef RG_GRAPH_INTERACTIONS_H
#define RG_GRAPH_INTERACTIONS_H
#include "graph/bipartite.h"
#include "graph/build/rows_by_user.h"

/* Builds g->sequences; by_user is built before. `rows` are those of e by user, with
 * numbers if e has weights or times; place[rows->offset[u] + r] is the place of the item
 * of the r-th row of u among the ascending items of u. O(edges), and O(n log n) of a user
 * whose n rows are not in order of time. */
regatta_status rg_interactions_build(regatta_ctx *ctx, regatta_graph *g,
                                     const rg_edges *e, const rg_by_user *rows,
                                     const uint32_t *place);
/* Builds g->sequences of a sub-graph from those of `from`: user u was users[u];
 * place[edge of from] is its new place in its row, REGATTA_NONE for a removed edge. All
 * interactions of a removed pair are removed. */
regatta_status rg_interactions_cut(regatta_ctx *ctx, regatta_graph *g,
                                   const regatta_graph *from, const uint32_t *users,
                                   const uint32_t *place);

/* Return the number of interactions of a graph, and of one user, repeats included. */
int64_t rg_interactions_count(const regatta_graph *graph);
int64_t rg_interactions_of(const regatta_graph *graph, int64_t user);
/* Writes the interactions of one user: position[n], and unless NULL weight[n], and
 * time[n] of a graph with times. */
void rg_interactions_fill(const regatta_graph *graph, int64_t user, uint32_t *position,
                          int64_t *time, float *weight);

/* Returns 1 if the graph has times and those of some user differ in the target domain:
 * the order of its interactions then means something. O(edges). */
int rg_interactions_timed(const regatta_graph *graph);

/* A reader of one user after another. A zeroed one may be closed. */
typedef struct rg_interactions {
    const regatta_graph *graph;
    rg_mem mem;
    uint32_t *position;
    int64_t *time;  /* NULL for a graph without times */
    float *weight;  /* NULL if all are 1 */
    uint32_t *last; /* [degree] last step of each pair; NULL = keep repeats */
    rg_steps now;   /* the current user; points to these arrays */
} rg_interactions;

/* merged: a repeated pair is read once, at its last position, with the weight and time of
 * its edge. */
regatta_status rg_interactions_open(regatta_ctx *ctx, rg_interactions *in,
                                    const regatta_graph *graph, int merged);
void rg_interactions_read(rg_interactions *in, int64_t user);
void rg_interactions_close(rg_interactions *in);

/* Writes the items of all users in order, and their times unless `time` is NULL: user u
 * has item[offset[u]..offset[u+1]). offset[n_users + 1], item and time of
 * rg_interactions_count. O(interactions). REGATTA_ENOMEM. */
regatta_status rg_interactions_items(regatta_ctx *ctx, const regatta_graph *graph,
                                     int64_t *offset, uint32_t *item, int64_t *time);

/* Creates the sequences of a model: order, times, and weights if they differ from
 * counted[n_edges] (NULL = all 1) or a pair is repeated in a graph with weights. Stores
 * NULL if the rows contain the same information. */
regatta_status rg_interactions_pack(regatta_ctx *ctx, rg_sequences **out,
                                    const regatta_graph *graph, const float *counted);
#endif
