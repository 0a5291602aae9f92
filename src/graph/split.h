/* The assignment of interactions to the parts of a split. */
#ifndef RG_GRAPH_SPLIT_H
#define RG_GRAPH_SPLIT_H
#include "graph/interactions.h"

enum {
    RG_PART_TRAIN = 0,
    RG_PART_VALID = 1,
    RG_PART_TEST = 2,
    RG_PART_NEW = 3 /* what an update has not seen, with all marks */
};

/* part[rg_interactions_count], user after user, in order. Options are checked by the
 * caller.
 *   RATIO       of a user's n items round(n * share) go to test and to valid, chosen
 *               at random as a function of (seed, user), each with all its interactions
 *   LEAVE_LAST  the last interactions in order
 *   TIME        everything before opts->time to train, everything else to test; a user
 *               or item that begins later has no training row
 * In a graph that merges repeats by max or last, an item goes to one part with all its
 * interactions, by the latest. If RATIO or LEAVE_LAST would leave a user without a
 * training interaction, valid gets fewer, then test. */
regatta_status rg_split_assign(regatta_ctx *ctx, uint8_t *part,
                               const regatta_graph *graph,
                               const regatta_split_options *opts);
/* Creates the graph of one part, with all nodes of `graph`. */
regatta_status rg_split_part(regatta_ctx *ctx, regatta_graph **out,
                             const regatta_graph *graph, const uint8_t *part,
                             uint8_t which);
#endif
