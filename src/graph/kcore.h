/* The largest sub-graph in which every node has enough neighbours. */
#ifndef RG_GRAPH_KCORE_H
#define RG_GRAPH_KCORE_H
#include "graph/bipartite.h"

/* keep_user[n_users], keep_item[n_items] := 1 where the node stays. O(edges): nodes with
 * too few neighbours go, one after another, and take one from each neighbour's count.
 * Returns the edges that are left in *n_edges. */
regatta_status rg_kcore(regatta_ctx *ctx, uint8_t *keep_user, uint8_t *keep_item,
                        int64_t *n_edges, const regatta_graph *graph, uint32_t min_user,
                        uint32_t min_item);
#endif
