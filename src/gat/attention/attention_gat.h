/* Additive attention: GAT. */
#ifndef RG_GAT_ATTENTION_GAT_H
#define RG_GAT_ATTENTION_GAT_H
#include "gat/adjacency.h"

/* The slope of the leaky ReLU below 0, as in both papers. */
#define RG_LEAKY_SLOPE 0.2f

/* GAT. score [heads][n_edges] from projected rows u [n_nodes][dim] and a [2][dim].
 * Fills query and key [n_nodes][heads], the two halves of every score. */
void rg_gat_forward(float *score, float *query, float *key, const float *u,
                    const float *a, const rg_adjacency *adj, int64_t dim, int heads,
                    int threads);
/* The halves alone, of n rows. */
void rg_gat_halves(float *query, float *key, const float *u, const float *a, int64_t n,
                   int64_t dim, int heads, int threads);
/* Overwrites du, adds to da. dquery and dkey [n_nodes][heads] and part are scratch. */
void rg_gat_backward(float *du, float *da, float *dquery, float *dkey, double *part,
                     const float *dscore, const float *query, const float *key,
                     const float *u, const float *a, const rg_adjacency *adj, int64_t dim,
                     int heads, int threads);

static inline float rg_leaky(float z)
{
    const float low = RG_LEAKY_SLOPE * z; /* a maximum, for branches would mispredict */
    return z > low ? z : low;
}
static inline float rg_leaky_slope(float z)
{
    return z > 0.0f ? 1.0f : RG_LEAKY_SLOPE;
}
#endif
