/* Scores of cosine attention, per head, on unit rows h.
 *
 *   forward     s_vw = beta <h_v, h_w>
 *   backward    t_v = sum_w (ds_vw + ds_wv) h_w,  dh_v = beta t_v
 *             dbeta = sum_vw ds_vw <h_v, h_w> = 1/2 sum_v <h_v, t_v>
 *
 * Thekumparampil et al., "Attention-based Graph Neural Network for Semi-supervised
 * Learning", 2018, eq. 4. The second form of dbeta needs no cosine again, and none has to
 * be divided out of s when beta is 0. O(edges * dim) time; heads * edges floats of
 * scratch. A thread owns a row; both directions of an edge are read through `reverse`. */
#include "gat/attention/attention_cosine.h"
#include "base/parallel.h"
#include "gat/attention/aggregate.h"
#include "linalg/dense.h"

void rg_cosine_forward(float *score, const float *unit, const float *beta,
                       const rg_adjacency *adj, int64_t dim, int heads, int threads)
{
    const int team = rg_threads_for(adj->n_edges * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < adj->n_nodes; v++) {
        const int64_t begin = adj->offset[v], n = adj->offset[v + 1] - begin;
        rg_aggregate_row_dots(score + begin, adj->n_edges, unit + v * dim, unit,
                              adj->target + begin, n, dim, heads);
        for (int h = 0; h < heads; h++)
            for (int64_t e = begin; e < begin + n; e++)
                score[h * adj->n_edges + e] *= beta[h];
    }
}

void rg_cosine_backward(float *dunit, float *dbeta, float *flip, double *part,
                        const float *dscore, const float *unit, const float *beta,
                        const rg_adjacency *adj, int64_t dim, int heads, int threads)
{
    const int64_t width = dim / heads, stride = adj->n_edges;
    const int team = rg_threads_for(adj->n_edges * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < adj->n_nodes; v++) {
        const int64_t begin = adj->offset[v], end = adj->offset[v + 1];
        for (int64_t e = begin; e < end; e++)
            for (int h = 0; h < heads; h++)
                flip[h * stride + e] =
                    dscore[h * stride + e] + dscore[h * stride + adj->reverse[e]];
        rg_aggregate_row(dunit + v * dim, flip + begin, stride, unit, adj->target + begin,
                         end - begin, dim, heads);
    }
    rg_column_dots(part, unit, dunit, adj->n_nodes, dim, dim, threads);
    for (int64_t c = 0; c < dim; c++) dbeta[c / width] += (float)(0.5 * part[c]);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t v = 0; v < adj->n_nodes; v++)
        for (int64_t c = 0; c < dim; c++) dunit[v * dim + c] *= beta[c / width];
}
