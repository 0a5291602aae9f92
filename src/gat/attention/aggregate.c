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

/* A sum over neighbours for the rows of nodes. */
typedef struct pass {
    float *out; /* [n_nodes][dim] */
    const float *att, *x;
    const rg_adjacency *adj;
    int64_t dim;
    int heads, threads;
    int reversed;               /* 1: the weights towards a row, through `reverse` */
    const uint8_t *needed;      /* rows of out; NULL = all */
    const uint8_t *active;      /* rows of x that are not zero; NULL = all */
    const float *base;          /* added at the end; NULL = 0 */
    const uint8_t *based;       /* rows of base that are not zero; NULL = all */
    const rg_item_panel *panel; /* the rows of items in out; NULL = all */
} pass;

/* A buffer for some of a row's neighbours. */
enum { PIECE = 256 };
typedef struct piece {
    uint32_t index[PIECE];
    float att[PIECE * RG_MAX_HEADS]; /* [heads][PIECE] */
} piece;

/* Adds the active neighbours of node v to its row, in their order. */
static void add_picked(const pass *p, float *row, int64_t v)
{
    const rg_adjacency *adj = p->adj;
    piece k;
    int64_t n = 0;
    for (int64_t e = adj->offset[v]; e < adj->offset[v + 1]; e++) {
        if (p->active != NULL && !p->active[adj->target[e]]) continue;
        const int64_t from = p->reversed ? adj->reverse[e] : e;
        k.index[n] = adj->target[e];
        for (int h = 0; h < p->heads; h++)
            k.att[h * PIECE + n] = p->att[h * adj->n_edges + from];
        if (++n < PIECE) continue;
        rg_aggregate_row_add(row, k.att, PIECE, p->x, k.index, n, p->dim, p->heads);
        n = 0;
    }
    rg_aggregate_row_add(row, k.att, PIECE, p->x, k.index, n, p->dim, p->heads);
}

/* Adds the neighbours of node v to its row. */
static void add_neighbours(const pass *p, float *row, int64_t v)
{
    const rg_adjacency *adj = p->adj;
    const int64_t begin = adj->offset[v];
    if (p->reversed || p->active != NULL)
        add_picked(p, row, v);
    else
        rg_aggregate_row_add(row, p->att + begin, adj->n_edges, p->x, adj->target + begin,
                             adj->offset[v + 1] - begin, p->dim, p->heads);
}

static void add_base(const pass *p, float *row, int64_t v)
{
    if (p->base != NULL && (p->based == NULL || p->based[v]))
        rg_vec_axpy(row, 1.0f, p->base + v * p->dim, p->dim);
}

/* Returns the threads for the rows of nodes first .. last - 1. */
static int team_of(const pass *p, int64_t first, int64_t last)
{
    return rg_threads_for((p->adj->offset[last] - p->adj->offset[first]) * p->dim,
                          p->threads);
}

/* Adds the neighbours that are here to the rows of items begin .. end - 1. */
static void add_to_items(void *state, float *to, int64_t begin, int64_t end)
{
    const pass *p = state;
    const int64_t base = p->adj->n_users;
    const int team = team_of(p, base + begin, base + end);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = base + begin; v < base + end; v++)
        add_neighbours(p, to + (v - base - begin) * p->dim, v);
}

/* Sums the rows of items over the ranks: all of them, or those of the panel. */
static void run_items(pass *p)
{
    const rg_adjacency *adj = p->adj;
    float *const out = p->out + adj->n_users * p->dim;
    const rg_chain chain = {out, adj->n_items, p->dim, add_to_items, p};
    int64_t begin = 0, end = adj->n_items;
    if (p->panel != NULL) {
        begin = p->panel->items->begin;
        end = p->panel->items->end;
        (void)rg_chain_scatter(adj->ctx, &chain, p->panel->items, p->panel->scratch);
    } else {
        (void)rg_chain_sum(adj->ctx, &chain);
    }
    for (int64_t j = begin; j < end; j++)
        add_base(p, out + (j - begin) * p->dim, adj->n_users + j);
}

/* Computes the rows that are whole here; with users divided among ranks, these are those
 * of users, and the rows of items are summed over all ranks. A failure of a rank is
 * ctx->lost. */
static void run(pass *p)
{
    const rg_adjacency *adj = p->adj;
    const int64_t n = adj->share != NULL ? adj->n_users : adj->n_nodes;
    const int team = team_of(p, 0, n);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < n; v++) {
        if (p->needed != NULL && !p->needed[v]) continue;
        float *const row = p->out + v * p->dim;
        memset(row, 0, (size_t)p->dim * sizeof *row);
        add_neighbours(p, row, v);
        add_base(p, row, v);
    }
    if (adj->share != NULL) run_items(p);
}

void rg_aggregate_forward(float *out, const float *att, const float *x,
                          const rg_adjacency *adj, int64_t dim, int heads,
                          const uint8_t *needed, int threads)
{
    pass p = {.out = out,
              .att = att,
              .x = x,
              .adj = adj,
              .dim = dim,
              .heads = heads,
              .threads = threads,
              .needed = needed};
    run(&p);
}

void rg_aggregate_backward_values(float *dx, const float *base, const uint8_t *based,
                                  const float *att, const float *g,
                                  const rg_adjacency *adj, int64_t dim, int heads,
                                  int symmetric, const uint8_t *active,
                                  const rg_item_panel *panel, int threads)
{
    pass p = {.out = dx,
              .att = att,
              .x = g,
              .adj = adj,
              .dim = dim,
              .heads = heads,
              .threads = threads,
              .reversed = !symmetric,
              .active = active,
              .base = base,
              .based = based,
              .panel = panel};
    run(&p);
}
