/* Initial vectors: singular vectors of the normalised adjacency. */
#ifndef RG_GAT_SVD_START_H
#define RG_GAT_SVD_START_H
#include "gat/adjacency.h"

/* x0[n_nodes][dim]: users U S^1/2, items V S^1/2 of the users x items
 * edge weights (5 iterations), scaled to an element deviation of 0.1. Columns beyond the
 * rank are normal with deviation 0.01, so that they can learn. O(edges dim + nodes
 * dim^2). REGATTA_ENOMEM */
regatta_status rg_svd_start(regatta_ctx *ctx, float *x0, const rg_adjacency *adj,
                            int64_t dim, uint64_t seed);
#endif
