/* The samples of target attention: for users with labelled samples, the pairs of an item
 * of the history and a sample between which item attention has a weight. */
#ifndef RG_CHANNEL_TARGET_PAIRS_H
#define RG_CHANNEL_TARGET_PAIRS_H
#include "channel/channel_target.h"
#include "ridge/reweight_learn.h"

/* What pairs are made of. Pointers are borrowed. */
typedef struct rg_target_source {
    const rg_csr *weights;  /* by history item */
    const float *candidate; /* [n_items] scale of a candidate */
    const float *limit;     /* [n_items] the least weight with a factor */
    const float *recency;   /* of item attention; NULL = none */
    const float *q;         /* [n_items][width] */
    int width, ordered;     /* ordered: places and ages are inputs */
    float typical;
    const regatta_model *base; /* the histories of the samples' users */
    uint64_t seed;
} rg_target_source;

typedef struct rg_target_pairs {
    rg_mem mem;
    rg_target_samples samples; /* of the arrays below, q, and those of the labels */
    float scale[RG_TARGET_SCALES];
    uint32_t *user; /* [n_users] ids */
    int64_t *offset, *own, *first;
    uint32_t *item;
    float *known, *rest;
    uint8_t *label;
    rg_target_item *own_item;
    rg_target_pair *pair;
} rg_target_pairs;

/* Creates the pairs of the users who have a positive label. Users with more than 8192
 * pairs are left out; of more than 2^21 pairs a random sample of the users remains.
 * O(samples * history * log row). REGATTA_ENOMEM. */
regatta_status rg_target_pairs_create(regatta_ctx *ctx, rg_target_pairs **out,
                                      const rg_target_source *source,
                                      const rg_reweight_samples *labels);
void rg_target_pairs_free(rg_target_pairs *pairs); /* NULL is a no-op */
#endif
