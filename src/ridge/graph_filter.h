/* A low-rank filter of the normalised graph. */
#ifndef RG_RIDGE_GRAPH_FILTER_H
#define RG_RIDGE_GRAPH_FILTER_H
#include "linalg/csr.h"

/* With D_u^-1/2 R D_i^-1/2 ~ U S V', D the sums of weights: the factors `in` of
 * history items and `out` of candidates, so that x_uj = D_u^-1/2 sum_{i in u} r_ui
 * <in_i, out_j>. */
typedef struct rg_graph_filter {
    rg_mem mem;
    int64_t n_items, rank;
    float *in;  /* [n_items][rank] D_i^-1/2 V S^1/2; zeros without edges */
    float *out; /* [n_items][rank] V D_i^1/4 */
} rg_graph_filter;

/* By randomised SVD (3 iterations) of `by_user` (value NULL = all 1). The rank is cut to
 * the smaller side. O(edges rank + nodes rank^2). Same bits at any thread count.
 *   REGATTA_ENOMEM */
regatta_status rg_graph_filter_build(regatta_ctx *ctx, rg_graph_filter **out,
                                     const rg_csr *by_user, int64_t rank, uint64_t seed);
void rg_graph_filter_free(rg_graph_filter *f); /* NULL is a no-op */
#endif
