/* The largest sub-graph in which every node has enough neighbours. */
#ifndef RG_GRAPH_KCORE_H
#define RG_GRAPH_KCORE_H
#include "graph/bipartite.h"

/* Sets keep_user[n_users], keep_item[n_items] to 1 for nodes that stay, and *n_edges to
 * the remaining edges. O(edges): removes nodes with too few neighbours one after another
 * and decrements the counts of their neighbours. */
regatta_status rg_kcore(regatta_ctx *ctx, uint8_t *keep_user, uint8_t *keep_item,
                        int64_t *n_edges, const regatta_graph *graph, uint32_t min_user,
                        uint32_t min_item);
#endif
