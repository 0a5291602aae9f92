/* Attention over the item graph with the ridge's weights as its prior. */
#ifndef RG_GAT_ATTENTION_PRIOR_H
#define RG_GAT_ATTENTION_PRIOR_H
#include "gat/params.h"
#include "graph/csr.h"

/* Per row j of `prior` (candidates; targets are the history items i, value w_ij):
 *
 *   w'_ij = w_ij exp(s_ij) (sum_i w_ij) / (sum_i w_ij exp(s_ij))
 *
 * a softmax over the row with w as its prior, so s = 0 gives w back and each candidate
 * keeps its sum. Weights may be negative: where a sum is not positive, or the new one is
 * below 1/100 of the same sum over |w| (signs that cancel), absolute weights take the
 * place of the weights in both sums. out[n_edges] may be prior->value; score[n_edges] in
 * the same order is read before out is written, so out may also be score. A score that is
 * not finite counts as 0. O(edges). */
void rg_attention_prior_apply(float *out, const rg_csr *prior, const float *score,
                              int threads);

/* score[e] = beta cos(x_i, x_j), 0 where a vector is zero or not finite, for vectors
 * x[n][dim]. inverse[n] is scratch. O(edges * dim). */
void rg_attention_prior_cosine(float *score, float *inverse, const rg_csr *prior,
                               const float *x, int64_t dim, float beta, int threads);

/* The two together, into new weights of the same rows. REGATTA_ENOMEM. */
regatta_status rg_attention_prior_build(regatta_ctx *ctx, rg_csr **out,
                                        const rg_csr *prior, const float *x, int64_t dim,
                                        float beta);

/* The same with the scores of any kind of attention layer, layer `layer` of p on the
 * states x[n][p->shape.dim] of the n rows: w' is the mean over the heads. Kind NONE
 * gives the prior back. REGATTA_ENOMEM; (heads + 1) * edges floats of memory. */
regatta_status rg_attention_prior_layer(regatta_ctx *ctx, rg_csr **out,
                                        const rg_csr *prior, const float *x,
                                        const rg_params *p, int layer);
#endif
