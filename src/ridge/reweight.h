/* Attention over the item graph: reweighting of the ridge weights. */
#ifndef RG_RIDGE_REWEIGHT_H
#define RG_RIDGE_REWEIGHT_H
#include "gat/params.h"
#include "linalg/csr.h"

/* Per row j of `ridge` (candidates; targets are the history items i, value w_ij):
 *
 *   w'_ij = w_ij exp(s_ij) (sum_i w_ij) / (sum_i w_ij exp(s_ij))
 *
 * a softmax over the row times w, so s = 0 gives w and each candidate keeps its sum.
 * Weights may be negative: where a sum is not positive, or the new one is below 1/100 of
 * the same sum over |w| (signs that cancel), absolute weights take the place of the
 * weights in both sums. out[n_edges] may be ridge->value; score[n_edges] in the same
 * order is read before out is written, so out may also be score. A score that is not
 * finite counts as 0. O(edges). */
void rg_reweight_apply(float *out, const rg_csr *ridge, const float *score, int threads);

/* One row of n; returns 1 when the row's sum is kept, 0 when it is that of |w|. */
int rg_reweight_row(float *out, const float *weight, const float *score, int64_t n);

/* The strengths of reweighting, one for each block of columns of the vectors. */
typedef struct rg_reweight_strength {
    int heads; /* 1..RG_MAX_HEADS */
    float beta[RG_MAX_HEADS];
} rg_reweight_strength;

/* The first column of block `head` of `heads`, as even as dim allows. */
static inline int64_t rg_block_column(int64_t dim, int heads, int head)
{
    return dim * head / heads;
}

/* unit[n][dim] = x / |x|, rows that are zero or not finite become zero. */
void rg_reweight_units(float *unit, const float *x, int64_t n, int64_t dim, int threads);

/* w' with s_ij = sum_h beta_h <u_i, u_j>_h, u the unit rows of x[n][dim] and <>_h the
 * part of the product in block h: one beta for all is beta cos(x_i, x_j). Into new
 * weights of the same rows. O(edges * dim), n * dim floats of scratch. REGATTA_ENOMEM. */
regatta_status rg_reweight_build(regatta_ctx *ctx, rg_csr **out, const rg_csr *ridge,
                                 const float *x, int64_t dim,
                                 const rg_reweight_strength *strength);

/* The same with the scores of any kind of attention layer, layer `layer` of p on the
 * states x[n][p->shape.dim] of the n rows: w' is the mean over the heads. Kind NONE
 * gives the ridge back. REGATTA_ENOMEM; (heads + 1) * edges floats of memory. */
regatta_status rg_reweight_layer(regatta_ctx *ctx, rg_csr **out, const rg_csr *ridge,
                                 const float *x, const rg_params *p, int layer);
#endif
