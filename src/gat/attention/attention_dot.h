/* Dot-product attention between projected queries and keys. */
#ifndef RG_GAT_ATTENTION_DOT_H
#define RG_GAT_ATTENTION_DOT_H
#include "gat/adjacency.h"

/* score [heads][n_edges] from queries and keys [n_nodes][dim]; factor 1 (dot) or
 * 1 / sqrt(dim / heads) (scaled dot). */
void rg_dot_forward(float *score, const float *query, const float *key, float factor,
                    const rg_adjacency *adj, int64_t dim, int heads, int threads);
/* Overwrites dquery and dkey. flip [heads][n_edges] is scratch. */
void rg_dot_backward(float *dquery, float *dkey, float *flip, const float *dscore,
                     const float *query, const float *key, float factor,
                     const rg_adjacency *adj, int64_t dim, int heads, int threads);
#endif
