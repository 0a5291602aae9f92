/* The local ridge of a sample of items ("targets") with several shapes at once, to
 * compare the shapes on held-out interactions.
 *
 * Reading G_NN takes most of the time of a system, and a further shape only a few steps
 * of conjugate gradients. Systems of different items are independent, so a sample costs
 * its share of all. */
#ifndef RG_RIDGE_RIDGE_SWEEP_H
#define RG_RIDGE_RIDGE_SWEEP_H
#include "ridge/item_attention.h"

enum { RG_SWEEP_WIDTH = 16 }; /* shapes are padded to a multiple of it */

typedef struct rg_ridge_sweep {
    rg_mem mem;
    int64_t n_items, n_targets;
    int n_shapes, width; /* width: n_shapes padded */
    int32_t *slot;       /* [n_items] number of the target, -1 = none */
    uint32_t *target;    /* [n_targets] item, ascending */
    float *degree;       /* [n_targets] users of the item */
    /* For history item i, entries offset[i]..offset[i+1]: */
    int64_t *offset; /* [n_items + 1] */
    int32_t *to;     /* slot of the target */
    float *weight;   /* [entry][width] */
} rg_ridge_sweep;

/* Solves the systems of the items with wanted[j] != 0, for the histories `by_user` (not
 * kept). `options` gives all but lambda and theta, which shape[n_shapes] gives. Memory:
 * m entries a target, 4 width + 4 bytes each. Same bits at any thread count.
 * REGATTA_ENOMEM. */
regatta_status rg_ridge_sweep_create(regatta_ctx *ctx, rg_ridge_sweep **out,
                                     const rg_csr *by_user, const uint8_t *wanted,
                                     const rg_item_attention_options *options,
                                     const rg_ridge_shape *shape, int n_shapes);
/* Writes score[n_targets][width], the sums of the weights from the history's items;
 * weight[n] NULL: all 1. */
void rg_ridge_sweep_score(float *score, const rg_ridge_sweep *sweep, const uint32_t *item,
                          const float *weight, int64_t n);
void rg_ridge_sweep_free(rg_ridge_sweep *sweep); /* NULL is a no-op */
#endif
