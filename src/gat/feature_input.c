#include "gat/feature_input.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "linalg/dense.h"
#include <string.h>

enum { SIDES = 2, STEP_SHIFT = 36 /* nodes below 2^36, steps below 2^28 */ };

/* Of the ridge of the start: rows of F have length 1, so it is as large as a feature of
 * three nodes. */
static const float LAMBDA = 3.0f;

int rg_node_features_any(const rg_node_features *f)
{
    return f != NULL && (f->rows[0] != NULL || f->rows[1] != NULL);
}

void rg_node_features_shape(rg_shape *shape, const rg_node_features *f)
{
    for (int side = 0; side < SIDES; side++)
        shape->n_features[side] =
            f != NULL && f->rows[side] != NULL ? f->rows[side]->n_cols : 0;
}

void rg_node_features_clear(rg_node_features *f)
{
    for (int side = 0; side < SIDES; side++) {
        rg_csr_free(f->rows[side]);
        rg_csr_free(f->columns[side]);
        f->rows[side] = f->columns[side] = NULL;
    }
}

/* Returns 1 if the node has features. */
static int has_features(const rg_node_features *f, int64_t n_users, int64_t v)
{
    const int side = v >= n_users;
    return f->rows[side] != NULL && rg_csr_degree(f->rows[side], v - side * n_users) > 0;
}

void rg_feature_input_draw(uint8_t *cold, const rg_node_features *f,
                           const rg_adjacency *adj, float share, uint64_t seed,
                           uint64_t step, int threads)
{
    const int team = rg_threads_for(4 * RG_SCALAR * adj->n_nodes, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t v = 0; v < adj->n_nodes; v++) {
        const uint64_t index = (step << STEP_SHIFT) | (uint64_t)v;
        cold[v] = adj->offset[v + 1] == adj->offset[v];
        if (share > 0.0f && !cold[v] && has_features(f, adj->n_users, v))
            cold[v] = rg_random_unit(seed, RG_STREAM_COLD, index) < (double)share;
    }
}

/* out = rows table, row by row. */
static void multiply(float *out, const rg_csr *rows, const float *table, int64_t dim,
                     int threads)
{
    const int team = rg_threads_for(rows->n_edges * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t r = 0; r < rows->n_rows; r++)
        rg_vec_gather(out + r * dim, table, dim, rows->target + rows->offset[r],
                      rows->value + rows->offset[r], rg_csr_degree(rows, r));
}

/* The first node and the number of nodes of a side. */
static int64_t first_of(const rg_shape *s, int side)
{
    return side == REGATTA_ITEMS ? s->n_users : 0;
}

static int64_t count_of(const rg_shape *s, int side)
{
    return side == REGATTA_ITEMS ? s->n_items : s->n_users;
}

void rg_feature_input_forward(float *x, const rg_params *p, const rg_node_features *f,
                              const uint8_t *cold, int threads)
{
    const rg_shape *s = &p->shape;
    const int64_t dim = s->dim, n = s->n_users + s->n_items;
    for (int side = 0; side < SIDES; side++) {
        float *own = x + first_of(s, side) * dim;
        if (f->rows[side] != NULL)
            multiply(own, f->rows[side], p->w[side], dim, threads);
        else
            memset(own, 0, (size_t)(count_of(s, side) * dim) * sizeof *own);
    }
    const int team = rg_threads_for(n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t v = 0; v < n; v++)
        if (!cold[v]) rg_vec_axpy(x + v * dim, 1.0f, p->x0 + v * dim, dim);
}

void rg_feature_input_backward(rg_params *grad, float *dx, const rg_node_features *f,
                               const uint8_t *cold, int threads)
{
    const rg_shape *s = &grad->shape;
    const int64_t dim = s->dim, n = s->n_users + s->n_items;
    for (int side = 0; side < SIDES; side++)
        if (f->columns[side] != NULL)
            multiply(grad->w[side], f->columns[side], dx + first_of(s, side) * dim, dim,
                     threads);
    const int team = rg_threads_for(n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t v = 0; v < n; v++)
        if (cold[v]) memset(dx + v * dim, 0, (size_t)dim * sizeof *dx);
}

/* Scratch of the conjugate gradients of a side. */
typedef struct solver {
    const rg_csr *rows, *columns;
    int64_t n, dim; /* features, columns of W */
    int threads;
    float *w;                        /* [n][dim] the solution */
    float *rest, *direction, *image; /* [n][dim] */
    float *node;                     /* [nodes][dim] F direction */
    double *square, *factor;         /* [dim] |rest|^2 of each column; of a step */
    double *part;                    /* of rg_column_dots */
} solver;

/* x = x + factor y, or x = y + factor x if `before`, each column with its factor. */
static void add_columns(float *x, const solver *s, const float *y, double sign,
                        int before)
{
    const int team = rg_threads_for(s->n * s->dim, s->threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t r = 0; r < s->n; r++)
        for (int64_t k = 0; k < s->dim; k++) {
            const int64_t at = r * s->dim + k;
            const double f = sign * s->factor[k];
            x[at] = (float)(before ? (double)y[at] + f * (double)x[at]
                                   : (double)x[at] + f * (double)y[at]);
        }
}

/* part[dim] = the products of the columns of x and y. */
static void dots(solver *s, const float *x, const float *y)
{
    rg_column_dots(s->part, x, y, s->n, s->dim, s->dim, s->threads);
}

static void solve_step(solver *s)
{
    const int64_t dim = s->dim;
    multiply(s->node, s->rows, s->direction, dim, s->threads);
    multiply(s->image, s->columns, s->node, dim, s->threads);
    rg_vec_axpy(s->image, LAMBDA, s->direction, s->n * dim);
    dots(s, s->direction, s->image);
    for (int64_t k = 0; k < dim; k++)
        s->factor[k] = s->part[k] > 0.0 ? s->square[k] / s->part[k] : 0.0;
    add_columns(s->w, s, s->direction, 1.0, 0);
    add_columns(s->rest, s, s->image, -1.0, 0);
    dots(s, s->rest, s->rest);
    for (int64_t k = 0; k < dim; k++) {
        s->factor[k] = s->square[k] > 0.0 ? s->part[k] / s->square[k] : 0.0;
        s->square[k] = s->part[k];
    }
    add_columns(s->direction, s, s->rest, 1.0, 1);
}

/* Solves for W of a side, and takes F W from x. */
static regatta_status solve(regatta_ctx *ctx, float *w, float *x,
                            const rg_node_features *f, int side, int64_t dim)
{
    regatta_status status = REGATTA_OK;
    solver s = {.rows = f->rows[side],
                .columns = f->columns[side],
                .n = f->rows[side]->n_cols,
                .dim = dim,
                .threads = ctx->threads,
                .w = w};
    const size_t bytes = (size_t)(s.n * dim) * sizeof *w;
    RG_NEW(ctx->mem, s.rest, s.n * dim);
    RG_NEW(ctx->mem, s.direction, s.n * dim);
    RG_NEW(ctx->mem, s.image, s.n * dim);
    RG_NEW(ctx->mem, s.node, s.rows->n_rows * dim);
    RG_NEW(ctx->mem, s.square, dim);
    RG_NEW(ctx->mem, s.factor, dim);
    RG_NEW(ctx->mem, s.part, rg_column_dots_doubles(s.n, dim));
    memset(w, 0, bytes);
    multiply(s.rest, s.columns, x, dim, ctx->threads);
    memcpy(s.direction, s.rest, bytes);
    dots(&s, s.rest, s.rest);
    memcpy(s.square, s.part, (size_t)dim * sizeof *s.square);
    for (int k = 0; k < RG_INPUT_STEPS; k++) solve_step(&s);
    rg_count_flops(ctx, RG_INPUT_STEPS * (double)dim *
                            (4.0 * (double)s.rows->n_edges + 12.0 * (double)s.n));
    multiply(s.node, s.rows, w, dim, ctx->threads);
    rg_vec_axpy(x, -1.0f, s.node, s.rows->n_rows * dim);
done:
    rg_free(ctx->mem, s.rest);
    rg_free(ctx->mem, s.direction);
    rg_free(ctx->mem, s.image);
    rg_free(ctx->mem, s.node);
    rg_free(ctx->mem, s.square);
    rg_free(ctx->mem, s.factor);
    rg_free(ctx->mem, s.part);
    return status;
}

regatta_status rg_feature_input_start(regatta_ctx *ctx, rg_params *p,
                                      const rg_node_features *f)
{
    regatta_status status = REGATTA_OK;
    for (int side = 0; side < SIDES; side++)
        if (f->rows[side] != NULL)
            RG_TRY(solve(ctx, p->w[side],
                         p->x0 + first_of(&p->shape, side) * p->shape.dim, f, side,
                         p->shape.dim));
done:
    return status;
}

double rg_feature_input_flops(const rg_node_features *f, int64_t n_nodes, int64_t dim)
{
    double flops = (double)n_nodes;
    for (int side = 0; side < SIDES; side++)
        if (f->rows[side] != NULL) flops += 2.0 * (double)f->rows[side]->n_edges;
    return flops * (double)dim;
}
