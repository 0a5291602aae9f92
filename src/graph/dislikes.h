/* Dislikes: rows of interactions with a weight below 0. The latest row of a pair (the
 * last one of equal or unknown times) says which it is: a dislike, or an interaction of
 * its rows with a weight of 0 or above. So a later dislike takes a like back, and a later
 * like a dislike. */
#ifndef RG_GRAPH_DISLIKES_H
#define RG_GRAPH_DISLIKES_H
#include "graph/bipartite.h"

/* Fills g->disliked and its times from rows with a weight below 0, and stores the rows of
 * all other pairs without such rows in *likes, whose ids are those of `edges`. *likes is
 * NULL if there is no such row. O(edges log). */
regatta_status rg_dislikes_take(regatta_ctx *ctx, regatta_graph *g, rg_edges **likes,
                                const rg_edges *edges);
/* Frees *likes, and no ids. NULL is a no-op. */
void rg_dislikes_drop(rg_edges *likes);

/* Nodes of a graph that stay: users in order, and items with keep_item[i] != 0 (NULL:
 * all), whose new numbers are new_item[i]. */
typedef struct rg_kept {
    const uint32_t *users;
    uint32_t n_users;
    const uint8_t *keep_item;
    const uint32_t *new_item;
} rg_kept;

/* Gives g, cut out of `from`, the dislikes of the nodes that stay. */
regatta_status rg_dislikes_cut(regatta_ctx *ctx, regatta_graph *g,
                               const regatta_graph *from, rg_kept kept);
/* Gives g, whose first nodes are those of `from`, its dislikes. */
regatta_status rg_dislikes_widen(regatta_ctx *ctx, regatta_graph *g,
                                 const regatta_graph *from);
/* Appends the dislikes of a user to a list of rows, with the weight -1: those that are
 * not later than `last`, or all of a graph without times. */
regatta_status rg_dislikes_add(regatta_ctx *ctx, rg_edges *edges,
                               const regatta_graph *graph, uint32_t user, int64_t last);
#endif
