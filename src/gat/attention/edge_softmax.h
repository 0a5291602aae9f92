/* Attention weights from edge scores and edge weights, row by row. */
#ifndef RG_GAT_EDGE_SOFTMAX_H
#define RG_GAT_EDGE_SOFTMAX_H
#include <stdint.h>

/* One head's contiguous edges; rows are offset[r]..offset[r+1]. att may be score. */
void rg_edge_softmax_forward(float *att, const float *score, const float *edge_weight,
                             const int64_t *offset, int64_t n_rows, int threads);
/* One row of n edges. */
void rg_edge_softmax_row(float *att, const float *score, const float *edge_weight,
                         int64_t n);
/* dscore may be datt. */
void rg_edge_softmax_backward(float *dscore, const float *datt, const float *att,
                              const float *edge_weight, const int64_t *offset,
                              int64_t n_rows, int threads);
#endif
