/* The spectral part of a score: the history through a low-rank filter of the graph.
 *
 *   p = n^-1/2 sum_{i in history} r_i in_i,  x_j = <p, out_j>,  n = sum r_i
 *   in = D^-1/2 V S^1/2, out = V D^1/4 of the SVD U S V' of D_u^-1/2 R D_i^-1/2
 * (Shen et al., "How powerful is graph convolution for recommendation?", CIKM 2021,
 * eq. 9, with a square root of S: docs/model.md). */
#ifndef RG_CHANNEL_CHANNEL_SPECTRAL_H
#define RG_CHANNEL_CHANNEL_SPECTRAL_H
#include "model/history.h"

/* p[spectral_rank]; zeros for an empty history. */
void rg_spectral_query(float *p, const regatta_model *model, const rg_history *history);
/* Scores of m queries p[m][spectral_rank] with the items of panels [first, last), laid
 * out as rg_vectors_rows does. */
void rg_spectral_rows(float *out, int64_t ld, const regatta_model *model, const float *p,
                      int64_t m, int64_t first, int64_t last);
/* contribution[n] of each history item to x_item, and size[n], what the products that it
 * is a sum of come to without their signs: the scale of its rounding in x_item.
 * O(history * rank). */
void rg_spectral_explain(double *contribution, double *size, const regatta_model *model,
                         const rg_history *history, uint32_t item);
#endif
