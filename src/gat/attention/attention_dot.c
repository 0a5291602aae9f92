/* Scores of dot-product attention, per head of C = dim / heads columns.
 *
 *   forward     s_vw = f <Q_v, K_w>              f = 1, or 1 / sqrt(C) for scaled dot
 *   backward    dQ_v = f sum_w ds_vw K_w,  dK_w = f sum_v ds_vw Q_v
 *
 * Luong et al., EMNLP 2015, eq. 8 (dot); Vaswani et al., "Attention is all you need",
 * NIPS 2017, eq. 1 (scaled). O(edges * dim) time; heads * edges floats of scratch. A
 * thread owns a row of the scores and of dQ and dK: dK gathers through `reverse`. */
#include "gat/attention/attention_dot.h"
#include "base/parallel.h"
#include "gat/attention/aggregate.h"

void rg_dot_forward(float *score, const float *query, const float *key, float factor,
                    const rg_adjacency *adj, int64_t dim, int heads, int threads)
{
    const int team = rg_threads_for(adj->n_edges * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < adj->n_nodes; v++) {
        const int64_t begin = adj->offset[v], n = adj->offset[v + 1] - begin;
        rg_aggregate_row_dots(score + begin, adj->n_edges, query + v * dim, key,
                              adj->target + begin, n, dim, heads);
        for (int h = 0; h < heads; h++)
            for (int64_t e = begin; e < begin + n; e++)
                score[h * adj->n_edges + e] *= factor;
    }
}

void rg_dot_backward(float *dquery, float *dkey, float *flip, const float *dscore,
                     const float *query, const float *key, float factor,
                     const rg_adjacency *adj, int64_t dim, int heads, int threads)
{
    const int64_t stride = adj->n_edges;
    const int team = rg_threads_for(2 * adj->n_edges * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < adj->n_nodes; v++) {
        const int64_t begin = adj->offset[v], n = adj->offset[v + 1] - begin;
        const uint32_t *target = adj->target + begin;
        for (int64_t e = begin; e < begin + n; e++)
            for (int h = 0; h < heads; h++)
                flip[h * stride + e] = dscore[h * stride + adj->reverse[e]];
        rg_aggregate_row(dquery + v * dim, dscore + begin, stride, key, target, n, dim,
                         heads);
        rg_aggregate_row(dkey + v * dim, flip + begin, stride, query, target, n, dim,
                         heads);
        for (int64_t c = v * dim; c < (v + 1) * dim; c++) {
            dquery[c] *= factor;
            dkey[c] *= factor;
        }
    }
}
