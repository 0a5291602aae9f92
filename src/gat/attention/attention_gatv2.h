/* Additive attention: GATv2. */
#ifndef RG_GAT_ATTENTION_GATV2_H
#define RG_GAT_ATTENTION_GATV2_H
#include "gat/adjacency.h"

/* Scores from queries and keys [n_nodes][dim] and a [dim]. */
void rg_gatv2_forward(float *score, const float *query, const float *key, const float *a,
                      const rg_adjacency *adj, int64_t dim, int heads, int threads);
/* One pair's score in a head: `width` columns of query, key and a. */
float rg_gatv2_score(const float *query, const float *key, const float *a, int64_t width);
/* Overwrites dquery and dkey, adds to da. part is scratch. */
void rg_gatv2_backward(float *dquery, float *dkey, float *da, double *part,
                       const float *dscore, const float *query, const float *key,
                       const float *a, const rg_adjacency *adj, int64_t dim, int heads,
                       int threads);
#endif
