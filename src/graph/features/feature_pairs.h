/* The features of a sparse modality while its table is read: pairs of node and feature.
 */
#ifndef RG_GRAPH_FEATURE_PAIRS_H
#define RG_GRAPH_FEATURE_PAIRS_H
#include "graph/features.h"

typedef struct rg_feature_pairs {
    rg_mem mem;
    rg_idmap *feature;
    int64_t n, capacity;
    uint32_t *node, *column; /* [n] */
    float *weight;           /* [n]; NULL while all are 1 */
    int is_set;              /* 1: a repeated pair counts once; 0: weights add up */
} rg_feature_pairs;

regatta_status rg_feature_pairs_create(regatta_ctx *ctx, rg_feature_pairs **out,
                                       int is_set);
/* Adds a pair; `name` is a valid id. */
regatta_status rg_feature_pairs_add(regatta_ctx *ctx, rg_feature_pairs *pairs,
                                    uint32_t node, const char *name, int64_t length,
                                    float weight);
/* The same with the number of a feature of pairs->feature. */
regatta_status rg_feature_pairs_put(rg_feature_pairs *pairs, uint32_t node,
                                    uint32_t column, float weight);
/* Adds the pairs to `features` as a modality, and leaves them empty. Weights that add up
 * to 0 are left out.
 *   REGATTA_EFORMAT  weights add up beyond the range of a float
 *   REGATTA_EINVAL   as rg_features_add_sparse */
regatta_status rg_feature_pairs_close(regatta_ctx *ctx, rg_feature_pairs *pairs,
                                      rg_features *features, const char *name);
void rg_feature_pairs_free(rg_feature_pairs *pairs); /* NULL is a no-op */
#endif
