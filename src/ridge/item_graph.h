/* The item graph that vectors propagate over. */
#ifndef RG_RIDGE_ITEM_GRAPH_H
#define RG_RIDGE_ITEM_GRAPH_H
#include "linalg/csr.h"

/* S = D^-1/2 (T + T')/2 D^-1/2 with T the k largest positive weights of each row of
 * `by_target` (ties to the lower id) and D the row sums of (T + T')/2. Symmetric to the
 * bit, no diagonal, values in (0, 1]; what rg_adjacency_build takes. O(edges). */
regatta_status rg_item_graph_build(regatta_ctx *ctx, rg_csr **out,
                                   const rg_csr *by_target, int64_t k);
#endif
