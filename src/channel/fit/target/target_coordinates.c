#include "channel/fit/target/target_coordinates.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "linalg/cholesky.h"
#include "linalg/orthonormal.h"
#include "linalg/symmetric_eigen.h"
#include "ridge/reweight.h"
#include <math.h>
#include <string.h>

enum { ROWS = 256 };
/* epsilon, in parts of the mean square of a column of u. */
static const double EPSILON = 1e-3;
/* An axis with a smaller share of the variance of the first one has none. */
static const double LEAST_VARIANCE = 1e-6;

typedef struct frame {
    int64_t n, dim, width, cols; /* cols: of u and the reference side by side */
    int64_t n_known;             /* rows of the table that are not zero */
    float *unit, *table;         /* [n][dim] u; [n][cols] */
    double *gram;                /* [cols][cols] */
    double *square, *value;      /* [dim][dim], [dim] */
    double *vectors;             /* [dim][dim] */
    float *v;                    /* [dim][width] */
} frame;

static regatta_status make_room(regatta_ctx *ctx, frame *f)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(ctx->mem, f->unit, f->n * f->dim);
    RG_NEW(ctx->mem, f->table, f->n * f->cols);
    RG_NEW(ctx->mem, f->gram, f->cols * f->cols);
    RG_NEW(ctx->mem, f->square, f->dim * f->dim);
    RG_NEW(ctx->mem, f->vectors, f->dim * f->dim);
    RG_NEW(ctx->mem, f->value, f->dim);
    RG_NEW(ctx->mem, f->v, f->dim * f->width);
done:
    return status;
}

static void free_room(regatta_ctx *ctx, frame *f)
{
    rg_free(ctx->mem, f->unit);
    rg_free(ctx->mem, f->table);
    rg_free(ctx->mem, f->gram);
    rg_free(ctx->mem, f->square);
    rg_free(ctx->mem, f->vectors);
    rg_free(ctx->mem, f->value);
    rg_free(ctx->mem, f->v);
}

/* Fills the units, and the table with the reference beside them. */
static void fill_table(frame *f, const float *y, const float *reference, int threads)
{
    const int64_t dim = f->dim, width = f->width;
    rg_reweight_units(f->unit, y, f->n, dim, threads);
    const int team = rg_threads_for(2 * f->n * f->cols, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t i = 0; i < f->n; i++) {
        float *row = f->table + i * f->cols;
        if (i >= f->n_known) continue;
        memcpy(row, f->unit + i * dim, (size_t)dim * sizeof *row);
        if (reference != NULL)
            memcpy(row + dim, reference + i * width, (size_t)width * sizeof *row);
    }
}

static void copy_square(frame *f)
{
    for (int64_t a = 0; a < f->dim; a++)
        memcpy(f->square + a * f->dim, f->gram + a * f->cols,
               (size_t)f->dim * sizeof *f->square);
}

static void principal_axes(frame *f)
{
    copy_square(f);
    rg_symmetric_eigen(f->value, f->vectors, f->square, f->dim);
    for (int64_t p = 0; p < f->width && p < f->dim; p++) {
        if (!(f->value[p] > LEAST_VARIANCE * f->value[0])) break;
        const double scale = sqrt((double)f->n / f->value[p]);
        for (int64_t a = 0; a < f->dim; a++)
            f->v[a * f->width + p] = (float)(scale * f->vectors[a * f->dim + p]);
    }
}

static void least_squares(frame *f)
{
    double trace = 0.0;
    copy_square(f);
    for (int64_t a = 0; a < f->dim; a++) trace += f->square[a * f->dim + a];
    if (!(trace > 0.0)) return;
    for (int64_t a = 0; a < f->dim; a++)
        f->square[a * f->dim + a] += EPSILON * trace / (double)f->dim;
    rg_cholesky(f->square, f->dim, 0.0);
    for (int64_t p = 0; p < f->width; p++) {
        for (int64_t a = 0; a < f->dim; a++)
            f->value[a] = f->gram[a * f->cols + f->dim + p];
        rg_cholesky_solve(f->value, f->square, f->dim);
        for (int64_t a = 0; a < f->dim; a++) f->v[a * f->width + p] = (float)f->value[a];
    }
}

static void project(float *q, const frame *f, int threads)
{
    const int64_t n_blocks = rg_block_count(f->n, ROWS);
    const int team = rg_threads_for(f->n * f->dim * f->width, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t b = 0; b < n_blocks; b++) {
        const int64_t first = b * ROWS, n = f->n - first < ROWS ? f->n - first : ROWS;
        rg_vec_mul_add(q + first * f->width, f->unit + first * f->dim, f->dim, f->v, n,
                       f->dim, f->width);
    }
}

static double share_explained(const float *q, const float *reference, int64_t n)
{
    double off = 0.0, size = 0.0;
    for (int64_t k = 0; k < n; k++) {
        const double d = (double)q[k] - (double)reference[k];
        off += d * d;
        size += (double)reference[k] * (double)reference[k];
    }
    return size > 0.0 ? 1.0 - off / size : 1.0;
}

regatta_status rg_target_coordinates(regatta_ctx *ctx, float **out, double *explained,
                                     const float *y, int64_t n, int64_t dim,
                                     int64_t width, const float *reference,
                                     int64_t n_reference)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    frame f = {.n = n,
               .dim = dim,
               .width = width,
               .cols = dim + (reference != NULL ? width : 0),
               .n_known = reference != NULL ? n_reference : n};
    rg_tall *tall = NULL;
    float *q = NULL;
    RG_TRY(make_room(ctx, &f));
    RG_TRY(rg_tall_create(ctx, &tall, n, f.cols));
    RG_NEW(ctx->mem, q, n * width);
    fill_table(&f, y, reference, ctx->threads);
    rg_tall_gram(tall, f.gram, f.table, n, NULL, ctx->threads);
    if (reference != NULL)
        least_squares(&f);
    else
        principal_axes(&f);
    project(q, &f, ctx->threads);
    rg_count_flops(ctx, (double)n * (double)f.cols * (double)(f.cols + 3) +
                            2.0 * (double)n * (double)dim * (double)width);
    *explained =
        reference != NULL ? share_explained(q, reference, n_reference * width) : 1.0;
    *out = q;
    q = NULL;
done:
    rg_tall_free(tall);
    free_room(ctx, &f);
    rg_free(ctx->mem, q);
    return status;
}
