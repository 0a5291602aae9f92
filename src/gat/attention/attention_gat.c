/* Scores of GAT, per head, on projected rows U = H W.
 *
 *   forward     p_v = <a_q, U_v>,  k_w = <a_k, U_w>,  z_vw = p_v + k_w,  s = lrelu(z)
 *   backward    dz = ds lrelu'(z),  dp_v = sum_w dz_vw,  dk_w = sum_v dz_vw
 *               dU_v = dp_v a_q + dk_v a_k,  da_q = sum_v dp_v U_v,  da_k = sum_v dk_v
 * U_v
 *
 * Velickovic et al., "Graph Attention Networks", ICLR 2018, eq. 3, slope 0.2 below 0 (and
 * at 0). O(edges * heads + nodes * dim) time; 4 * nodes * heads floats beside the scores.
 * A thread owns a row; dk gathers through `reverse`; da in fixed blocks. */
#include "gat/attention/attention_gat.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "linalg/dense.h"

void rg_gat_halves(float *query, float *key, const float *u, const float *a, int64_t n,
                   int64_t dim, int heads, int threads)
{
    const int64_t width = dim / heads;
    const int team = rg_threads_for(2 * n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t v = 0; v < n; v++)
        for (int h = 0; h < heads; h++) {
            const float *row = u + v * dim + h * width;
            query[v * heads + h] = rg_vec_dot(a + h * width, row, width);
            key[v * heads + h] = rg_vec_dot(a + dim + h * width, row, width);
        }
}

void rg_gat_forward(float *score, float *query, float *key, const float *u,
                    const float *a, const rg_adjacency *adj, int64_t dim, int heads,
                    int threads)
{
    rg_gat_halves(query, key, u, a, adj->n_nodes, dim, heads, threads);
    const int team = rg_threads_for(RG_SCALAR * adj->n_edges * heads, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < adj->n_nodes; v++)
        for (int64_t e = adj->offset[v]; e < adj->offset[v + 1]; e++)
            for (int h = 0; h < heads; h++)
                score[h * adj->n_edges + e] = rg_leaky(
                    query[v * heads + h] + key[(int64_t)adj->target[e] * heads + h]);
}

/* dp and dk of node v in head h. */
static void sum_halves(float *dp, float *dk, const float *dscore, const float *query,
                       const float *key, const rg_adjacency *adj, int64_t v, int h,
                       int heads)
{
    const float *ds = dscore + h * adj->n_edges;
    double row = 0.0, column = 0.0;
    for (int64_t e = adj->offset[v]; e < adj->offset[v + 1]; e++) {
        const int64_t w = (int64_t)adj->target[e] * heads + h;
        const float out = query[v * heads + h] + key[w];
        const float in = query[w] + key[v * heads + h];
        row += (double)(ds[e] * rg_leaky_slope(out));
        column += (double)(ds[adj->reverse[e]] * rg_leaky_slope(in));
    }
    *dp = (float)row;
    *dk = (float)column;
}

void rg_gat_backward(float *du, float *da, float *dquery, float *dkey, double *part,
                     const float *dscore, const float *query, const float *key,
                     const float *u, const float *a, const rg_adjacency *adj, int64_t dim,
                     int heads, int threads)
{
    const int64_t width = dim / heads;
    const int team = rg_threads_for(
        RG_SCALAR * adj->n_edges * heads + 2 * adj->n_nodes * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < adj->n_nodes; v++)
        for (int h = 0; h < heads; h++) {
            float *dp = dquery + v * heads + h, *dk = dkey + v * heads + h;
            sum_halves(dp, dk, dscore, query, key, adj, v, h, heads);
            for (int64_t c = h * width; c < (h + 1) * width; c++)
                du[v * dim + c] = *dp * a[c] + *dk * a[dim + c];
        }
    rg_column_dots(part, u, dquery, adj->n_nodes, dim, heads, threads);
    for (int64_t c = 0; c < dim; c++) da[c] += (float)part[c];
    rg_column_dots(part, u, dkey, adj->n_nodes, dim, heads, threads);
    for (int64_t c = 0; c < dim; c++) da[dim + c] += (float)part[c];
}
