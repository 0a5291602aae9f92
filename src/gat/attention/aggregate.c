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

/* The arguments of a pass. */
typedef struct pass {
    float *out; /* [n_nodes][dim] */
    const float *att, *x;
    const rg_adjacency *adj;
    int64_t dim;
    int heads, symmetric, threads;
    const uint8_t *active; /* rows of x */
} pass;

/* Returns the nodes whose rows are whole here: all, or the users of this rank. */
static int64_t n_whole(const rg_adjacency *adj)
{
    return adj->share != NULL ? adj->n_users : adj->n_nodes;
}

/* Sums the rows of items over the users of all ranks; a failure is ctx->lost. */
static void sum_items(const pass *p, void (*add)(void *state, int64_t begin, int64_t end))
{
    const rg_adjacency *adj = p->adj;
    pass own = *p;
    const rg_chain chain = {p->out + adj->n_users * p->dim, adj->n_items, p->dim, add,
                            &own};
    if (adj->share != NULL) (void)rg_chain_sum(adj->ctx, &chain);
}

/* Returns the threads for the rows of nodes first .. last - 1. */
static int team_of(const pass *p, int64_t first, int64_t last)
{
    return rg_threads_for((p->adj->offset[last] - p->adj->offset[first]) * p->dim,
                          p->threads);
}

static void add_forward(void *state, int64_t begin, int64_t end)
{
    const pass *p = state;
    const int64_t *offset = p->adj->offset, base = p->adj->n_users;
    const int team = team_of(p, base + begin, base + end);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = base + begin; v < base + end; v++)
        rg_aggregate_row_add(p->out + v * p->dim, p->att + offset[v], p->adj->n_edges,
                             p->x, p->adj->target + offset[v], offset[v + 1] - offset[v],
                             p->dim, p->heads);
}

void rg_aggregate_forward(float *out, const float *att, const float *x,
                          const rg_adjacency *adj, int64_t dim, int heads,
                          const uint8_t *needed, int threads)
{
    const pass p = {.out = out,
                    .att = att,
                    .x = x,
                    .adj = adj,
                    .dim = dim,
                    .heads = heads,
                    .threads = threads};
    const int64_t n = n_whole(adj);
    const int team = team_of(&p, 0, n);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < n; v++) {
        const int64_t begin = adj->offset[v];
        if (needed != NULL && !needed[v]) continue;
        rg_aggregate_row(out + v * dim, att + begin, adj->n_edges, x, adj->target + begin,
                         adj->offset[v + 1] - begin, dim, heads);
    }
    sum_items(&p, add_forward);
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
static void add_picked(float *row, const pass *p, int64_t w)
{
    const rg_adjacency *adj = p->adj;
    piece k;
    int64_t n = 0;
    for (int64_t e = adj->offset[w]; e < adj->offset[w + 1]; e++) {
        if (p->active != NULL && !p->active[adj->target[e]]) continue;
        const int64_t from = p->symmetric ? e : adj->reverse[e];
        k.index[n] = adj->target[e];
        for (int h = 0; h < p->heads; h++)
            k.att[h * PIECE + n] = p->att[h * adj->n_edges + from];
        if (++n < PIECE) continue;
        rg_aggregate_row_add(row, k.att, PIECE, p->x, k.index, n, p->dim, p->heads);
        n = 0;
    }
    rg_aggregate_row_add(row, k.att, PIECE, p->x, k.index, n, p->dim, p->heads);
}

/* row += the neighbours of node w. */
static void add_values(float *row, const pass *p, int64_t w)
{
    const rg_adjacency *adj = p->adj;
    const int64_t begin = adj->offset[w];
    if (!p->symmetric || p->active != NULL)
        add_picked(row, p, w);
    else
        rg_aggregate_row_add(row, p->att + begin, adj->n_edges, p->x, adj->target + begin,
                             adj->offset[w + 1] - begin, p->dim, p->heads);
}

static void add_backward(void *state, int64_t begin, int64_t end)
{
    const pass *p = state;
    const int64_t base = p->adj->n_users;
    const int team = team_of(p, base + begin, base + end);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t w = base + begin; w < base + end; w++)
        add_values(p->out + w * p->dim, p, w);
}

void rg_aggregate_backward_values(float *dx, const float *base, const uint8_t *based,
                                  const float *att, const float *g,
                                  const rg_adjacency *adj, int64_t dim, int heads,
                                  int symmetric, const uint8_t *active, int threads)
{
    const pass p = {.out = dx,
                    .att = att,
                    .x = g,
                    .adj = adj,
                    .dim = dim,
                    .heads = heads,
                    .symmetric = symmetric,
                    .threads = threads,
                    .active = active};
    const int64_t n = n_whole(adj);
    const int team = team_of(&p, 0, n);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t w = 0; w < n; w++) {
        float *row = dx + w * dim;
        memset(row, 0, (size_t)dim * sizeof *row);
        add_values(row, &p, w);
        if (base != NULL && (based == NULL || based[w]))
            rg_vec_axpy(row, 1.0f, base + w * dim, dim);
    }
    sum_items(&p, add_backward);
    for (int64_t w = n; w < adj->n_nodes && base != NULL; w++)
        if (based == NULL || based[w])
            rg_vec_axpy(dx + w * dim, 1.0f, base + w * dim, dim);
}
