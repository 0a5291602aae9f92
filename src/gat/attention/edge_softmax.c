/* Attention weights of one head: softmax of edge scores within each row, times
 * edge weights q whose sum c the row keeps.
 *
 *   forward    c = sum_k q[k],  a[e] = c q[e] exp(s[e]) / sum_k q[k] exp(s[k])
 *   backward  ds[e] = a[e] (da[e] - sum_k a[k] da[k] / c)     e, k edges of one row
 *
 * Velickovic et al., "Graph Attention Networks", ICLR 2018, eq. 2 with q = 1/degree and
 * c = 1. All scores equal gives a = q: the propagation without attention. O(edges) time,
 * no extra memory. A thread owns a whole row. An edge with q = 0 (dropped) has a = 0
 * for any score; a row with only such edges is all 0. */
#include "gat/attention/edge_softmax.h"
#include "base/parallel.h"
#include <math.h>

void rg_edge_softmax_row(float *att, const float *score, const float *edge_weight,
                         int64_t n)
{
    float max = -INFINITY; /* shifting by the row maximum keeps expf in range */
    double keep = 0.0, sum = 0.0;
    for (int64_t e = 0; e < n; e++)
        if (edge_weight[e] > 0.0f) max = fmaxf(max, score[e]);
    for (int64_t e = 0; e < n; e++) {
        att[e] = edge_weight[e] > 0.0f ? edge_weight[e] * expf(score[e] - max) : 0.0f;
        keep += (double)edge_weight[e];
        sum += (double)att[e];
    }
    if (sum == 0.0) return;
    const double factor = keep / sum;
    for (int64_t e = 0; e < n; e++) att[e] = (float)((double)att[e] * factor);
}

void rg_edge_softmax_forward(float *att, const float *score, const float *edge_weight,
                             const int64_t *offset, int64_t n_rows, int threads)
{
    const int team = rg_threads_for(2 * RG_SCALAR * offset[n_rows], threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t row = 0; row < n_rows; row++) {
        const int64_t begin = offset[row];
        rg_edge_softmax_row(att + begin, score + begin, edge_weight + begin,
                            offset[row + 1] - begin);
    }
}

void rg_edge_softmax_backward(float *dscore, const float *datt, const float *att,
                              const float *edge_weight, const int64_t *offset,
                              int64_t n_rows, int threads)
{
    const int team = rg_threads_for(RG_SCALAR * offset[n_rows], threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t row = 0; row < n_rows; row++) {
        const int64_t begin = offset[row], end = offset[row + 1];
        double keep = 0.0, dot = 0.0;
        for (int64_t e = begin; e < end; e++) {
            keep += (double)edge_weight[e];
            dot += (double)att[e] * (double)datt[e];
        }
        const float mean = keep > 0.0 ? (float)(dot / keep) : 0.0f;
        for (int64_t e = begin; e < end; e++) dscore[e] = att[e] * (datt[e] - mean);
    }
}
