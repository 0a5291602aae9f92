/* Weighted sums over neighbours, per head.
 *
 *   forward    out_v  = sum_w a_vw x_w
 *   values     dx_w   = sum_v a_vw g_v           g = dL/dout
 *   weights    da_vw  = <g_v, x_w>
 *
 * Velickovic et al., "Graph Attention Networks", ICLR 2018, eq. 4-5 without the linear
 * map (LightGCN, SIGIR 2020, eq. 7 for one head and a = the edge weights). O(edges * dim)
 * time, bound by memory. The values' gradient is a gather: row w reads a_vw of its
 * neighbours' rows through `reverse`. A thread owns a row of out, dx or datt. */
#include "gat/attention/aggregate.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "gat/params.h"
#include <string.h>

void rg_aggregate_row_add(float *out, const float *att, int64_t stride, const float *x,
                          const uint32_t *index, int64_t n, int64_t dim, int heads)
{
    if (heads == 1) {
        rg_vec_gather_add(out, x, dim, index, att, n);
        return;
    }
    const int64_t width = dim / heads;
    for (int64_t e = 0; e < n; e++) {
        const float *row = x + (int64_t)index[e] * dim;
        for (int h = 0; h < heads; h++)
            rg_vec_axpy(out + h * width, att[h * stride + e], row + h * width, width);
    }
}

void rg_aggregate_row(float *out, const float *att, int64_t stride, const float *x,
                      const uint32_t *index, int64_t n, int64_t dim, int heads)
{
    memset(out, 0, (size_t)dim * sizeof *out);
    rg_aggregate_row_add(out, att, stride, x, index, n, dim, heads);
}

void rg_aggregate_forward(float *out, const float *att, const float *x,
                          const rg_adjacency *adj, int64_t dim, int heads,
                          const uint8_t *needed, int threads)
{
    const int team = rg_threads_for(adj->n_edges * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < adj->n_nodes; v++) {
        const int64_t begin = adj->offset[v];
        if (needed != NULL && !needed[v]) continue;
        rg_aggregate_row(out + v * dim, att + begin, adj->n_edges, x, adj->target + begin,
                         adj->offset[v + 1] - begin, dim, heads);
    }
}

void rg_aggregate_row_dots(float *dot, int64_t stride, const float *row, const float *x,
                           const uint32_t *index, int64_t n, int64_t dim, int heads)
{
    if (heads == 1) {
        rg_vec_gather_dot(dot, row, x, dim, index, n);
        return;
    }
    const int64_t width = dim / heads;
    for (int64_t e = 0; e < n; e++) {
        const float *other = x + (int64_t)index[e] * dim;
        for (int h = 0; h < heads; h++)
            dot[h * stride + e] = rg_vec_dot(row + h * width, other + h * width, width);
    }
}

void rg_aggregate_backward_weights(float *datt, const float *g, const float *x,
                                   const rg_adjacency *adj, int64_t dim, int heads,
                                   const uint8_t *active, int threads)
{
    const int team = rg_threads_for(adj->n_edges * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < adj->n_nodes; v++) {
        const int64_t begin = adj->offset[v], n = adj->offset[v + 1] - begin;
        if (active != NULL && !active[v]) {
            for (int h = 0; h < heads; h++)
                memset(datt + h * adj->n_edges + begin, 0, (size_t)n * sizeof *datt);
            continue;
        }
        rg_aggregate_row_dots(datt + begin, adj->n_edges, g + v * dim, x,
                              adj->target + begin, n, dim, heads);
    }
}

/* A buffer for some of a row's neighbours with a gradient. */
enum { PIECE = 256 };
typedef struct piece {
    uint32_t index[PIECE];
    float att[PIECE * RG_MAX_HEADS]; /* [heads][PIECE] weights towards the row */
} piece;

/* row += the neighbours with a gradient, in their order. */
static void add_picked(float *row, piece *p, const float *att, const float *g,
                       const rg_adjacency *adj, int64_t w, int64_t dim, int heads,
                       int symmetric, const uint8_t *active)
{
    int64_t n = 0;
    for (int64_t e = adj->offset[w]; e < adj->offset[w + 1]; e++) {
        if (active != NULL && !active[adj->target[e]]) continue;
        const int64_t from = symmetric ? e : adj->reverse[e];
        p->index[n] = adj->target[e];
        for (int h = 0; h < heads; h++)
            p->att[h * PIECE + n] = att[h * adj->n_edges + from];
        if (++n < PIECE) continue;
        rg_aggregate_row_add(row, p->att, PIECE, g, p->index, n, dim, heads);
        n = 0;
    }
    rg_aggregate_row_add(row, p->att, PIECE, g, p->index, n, dim, heads);
}

void rg_aggregate_backward_values(float *dx, const float *base, const uint8_t *based,
                                  const float *att, const float *g,
                                  const rg_adjacency *adj, int64_t dim, int heads,
                                  int symmetric, const uint8_t *active, int threads)
{
    const int team = rg_threads_for(adj->n_edges * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t w = 0; w < adj->n_nodes; w++) {
        const int64_t begin = adj->offset[w];
        float *row = dx + w * dim;
        if (symmetric && active == NULL) {
            rg_aggregate_row(row, att + begin, adj->n_edges, g, adj->target + begin,
                             adj->offset[w + 1] - begin, dim, heads);
        } else {
            piece p;
            memset(row, 0, (size_t)dim * sizeof *row);
            add_picked(row, &p, att, g, adj, w, dim, heads, symmetric, active);
        }
        if (base != NULL && (based == NULL || based[w]))
            rg_vec_axpy(row, 1.0f, base + w * dim, dim);
    }
}
