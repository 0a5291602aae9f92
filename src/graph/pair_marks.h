/* Marks: pairs of a user and an item that are no interactions.
 *
 * Impressions are rows with the weight RG_IMPRESSION. Dislikes are other rows with a
 * weight below 0. The latest of these and of the rows with a weight of 0 or above (the
 * last one of equal or unknown times) says what a pair is: a dislike, or an interaction
 * of its rows with a weight of 0 or above. So a later dislike takes a like back, and a
 * later like a dislike. Impressions decide nothing; of a pair the first RG_MOST_SHOWN
 * count. */
#ifndef RG_GRAPH_PAIR_MARKS_H
#define RG_GRAPH_PAIR_MARKS_H
#include "graph/bipartite.h"
#include "graph/holdout.h"

enum { RG_MOST_SHOWN = 31 };

/* Fills g->disliked, g->shown and their times from rows with a weight below 0, and stores
 * the other rows of pairs that are not disliked in *likes, whose ids are those of
 * `edges`. *likes is NULL if there is no such row. O(edges log). */
regatta_status rg_marks_take(regatta_ctx *ctx, regatta_graph *g, rg_edges **likes,
                             const rg_edges *edges);
/* Frees *likes, and no ids. NULL is a no-op. */
void rg_marks_drop(rg_edges *likes);

/* Nodes of a graph that stay: users in order, and items with keep_item[i] != 0 (NULL:
 * all), whose new numbers are new_item[i]. */
typedef struct rg_kept {
    const uint32_t *users;
    uint32_t n_users;
    const uint8_t *keep_item;
    const uint32_t *new_item;
} rg_kept;

/* Gives g, cut out of `from`, the marks of the nodes that stay. */
regatta_status rg_marks_cut(regatta_ctx *ctx, regatta_graph *g, const regatta_graph *from,
                            rg_kept kept);
/* Gives g, whose first nodes are those of `from`, its marks. */
regatta_status rg_marks_widen(regatta_ctx *ctx, regatta_graph *g,
                              const regatta_graph *from);
/* Returns 1 if the graph has marks. */
int rg_has_marks(const regatta_graph *graph);
/* Appends the marks of a user to a list of rows, dislikes with the weight -1: those that
 * are not later than `last`, or all of a graph without times. */
regatta_status rg_marks_add(regatta_ctx *ctx, rg_edges *edges, const regatta_graph *graph,
                            uint32_t user, int64_t last);
/* Removes the impressions of the users of `holdout` that are not earlier than their
 * holdout->at. No effect without times. */
void rg_shown_before(regatta_graph *graph, const rg_holdout *holdout);
#endif
