/* The assignment of edges to the parts of a split. */
#ifndef RG_GRAPH_SPLIT_H
#define RG_GRAPH_SPLIT_H
#include "graph/bipartite.h"

enum { RG_PART_TRAIN = 0, RG_PART_VALID = 1, RG_PART_TEST = 2 };

/* part[n_edges], in by_user's order. Options are checked by the caller.
 *   RATIO       of a user's n items round(n * share) go to test and to valid, chosen
 *               at random as a function of (seed, user)
 *   LEAVE_LAST  by time; items of equal time in the order of their numbers
 *   TIME        everything before opts->time to train, everything else to test; a user
 *               or item that begins later has no training row
 * If RATIO or LEAVE_LAST would leave a user without a training item, valid gets fewer
 * items, then test. */
regatta_status rg_split_assign(regatta_ctx *ctx, uint8_t *part,
                               const regatta_graph *graph,
                               const regatta_split_options *opts);
#endif
