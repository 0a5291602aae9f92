/* The bound of the features of a sparse modality: the most frequent ones keep a column of
 * their own, the others are hashed into shared columns, called buckets. */
#ifndef RG_GRAPH_FEATURE_BOUND_H
#define RG_GRAPH_FEATURE_BOUND_H
#include "graph/features/feature_pairs.h"

/* Features per bucket, at the bound. */
enum { RG_FEATURES_PER_BUCKET = 16 };

typedef struct rg_feature_bound {
    int64_t n_hashed;  /* features without a column of their own */
    int64_t n_buckets; /* 0: none was hashed */
} rg_feature_bound;

/* Keeps the `most` features with most pairs, ties by name (those with the first bytes),
 * and hashes the others by name into most / RG_FEATURES_PER_BUCKET buckets, at least 1,
 * which are called "(hashed 3 of 16384)". With `known`, the features of an earlier table,
 * the names in `known` keep theirs; the others are hashed only if `known` has buckets. */
regatta_status rg_feature_bound_apply(regatta_ctx *ctx, rg_feature_bound *out,
                                      rg_feature_pairs *pairs, int64_t most,
                                      const rg_idmap *known);
#endif
