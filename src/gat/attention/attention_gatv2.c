/* Scores of GATv2, per head.
 *
 *   forward     z_vw = Q_v + K_w,  s_vw = <a, lrelu(z_vw)>
 *   backward    t_v = sum_w ds_vw lrelu'(z_vw),  t'_w = sum_v ds_vw lrelu'(z_vw)
 *               dQ_v = a t_v,  dK_w = a t'_w                              (elementwise)
 *               da = sum_vw ds_vw lrelu(z_vw) = sum_v Q_v t_v + sum_w K_w t'_w
 *
 * Brody et al., "How Attentive are Graph Attention Networks?", ICLR 2022, eq. 7, slope
 * 0.2 below 0 (and at 0). The second form of da holds because lrelu(z) = z lrelu'(z): it
 * needs node tables alone. O(edges * dim) time, no table of edges but the scores. A
 * thread owns a row of the scores, of t and of t' (through `reverse`); da in fixed
 * blocks. */
#include "gat/attention/attention_gatv2.h"
#include "base/parallel.h"
#include "gat/attention/attention_gat.h"
#include "linalg/dense.h"
#include <string.h>

enum { LANES = 8 }; /* partial sums of a score: a fixed order that vectorises */

float rg_gatv2_score(const float *query, const float *key, const float *a, int64_t width)
{
    float lane[LANES] = {0.0f}, rest = 0.0f;
    int64_t c = 0;
    for (; c + LANES <= width; c += LANES)
        for (int k = 0; k < LANES; k++)
            lane[k] += a[c + k] * rg_leaky(query[c + k] + key[c + k]);
    for (; c < width; c++) rest += a[c] * rg_leaky(query[c] + key[c]);
    for (int k = 0; k < LANES; k++) rest += lane[k];
    return rest;
}

void rg_gatv2_forward(float *score, const float *query, const float *key, const float *a,
                      const rg_adjacency *adj, int64_t dim, int heads, int threads)
{
    const int64_t width = dim / heads;
    const int team = rg_threads_for(2 * adj->n_edges * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < adj->n_nodes; v++)
        for (int64_t e = adj->offset[v]; e < adj->offset[v + 1]; e++) {
            const float *row = key + (int64_t)adj->target[e] * dim;
            for (int h = 0; h < heads; h++)
                score[h * adj->n_edges + e] = rg_gatv2_score(
                    query + v * dim + h * width, row + h * width, a + h * width, width);
        }
}

/* t[c] += ds lrelu'(x[c] + y[c]) */
static void add_slopes(float *restrict t, float ds, const float *restrict x,
                       const float *restrict y, int64_t width)
{
    const float low = RG_LEAKY_SLOPE * ds;
    for (int64_t c = 0; c < width; c++) t[c] += x[c] + y[c] > 0.0f ? ds : low;
}

static void scale_columns(float *x, const float *a, int64_t n, int64_t dim, int threads)
{
    const int team = rg_threads_for(n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t v = 0; v < n; v++)
        for (int64_t c = 0; c < dim; c++) x[v * dim + c] *= a[c];
}

void rg_gatv2_backward(float *dquery, float *dkey, float *da, double *part,
                       const float *dscore, const float *query, const float *key,
                       const float *a, const rg_adjacency *adj, int64_t dim, int heads,
                       int threads)
{
    const int64_t width = dim / heads, n = adj->n_nodes;
    const int team = rg_threads_for(4 * adj->n_edges * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < n; v++) {
        float *t_query = dquery + v * dim, *t_key = dkey + v * dim;
        const float *own_query = query + v * dim, *own_key = key + v * dim;
        memset(t_query, 0, (size_t)dim * sizeof *t_query);
        memset(t_key, 0, (size_t)dim * sizeof *t_key);
        for (int64_t i = adj->offset[v] * heads; i < adj->offset[v + 1] * heads; i++) {
            const int64_t e = i / heads, h = i % heads, at = h * width;
            const int64_t other = (int64_t)adj->target[e] * dim + at;
            const float *ds = dscore + h * adj->n_edges;
            add_slopes(t_query + at, ds[e], own_query + at, key + other, width);
            add_slopes(t_key + at, ds[adj->reverse[e]], query + other, own_key + at,
                       width);
        }
    }
    rg_column_dots(part, query, dquery, n, dim, dim, threads);
    for (int64_t c = 0; c < dim; c++) da[c] += (float)part[c];
    rg_column_dots(part, key, dkey, n, dim, dim, threads);
    for (int64_t c = 0; c < dim; c++) da[c] += (float)part[c];
    scale_columns(dquery, a, n, dim, threads);
    scale_columns(dkey, a, n, dim, threads);
}
