/* Cosine attention: similar neighbours count more. */
#ifndef RG_GAT_ATTENTION_COSINE_H
#define RG_GAT_ATTENTION_COSINE_H
#include "gat/adjacency.h"

/* score [heads][n_edges] from unit rows (length 1 in each head) and beta [heads]. */
void rg_cosine_forward(float *score, const float *unit, const float *beta,
                       const rg_adjacency *adj, int64_t dim, int heads, int threads);
/* Overwrites dunit, adds to dbeta. flip [heads][n_edges] and part are scratch. */
void rg_cosine_backward(float *dunit, float *dbeta, float *flip, double *part,
                        const float *dscore, const float *unit, const float *beta,
                        const rg_adjacency *adj, int64_t dim, int heads, int threads);
#endif
