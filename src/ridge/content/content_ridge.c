#include "ridge/content/content_ridge.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "linalg/cholesky.h"
#include <math.h>
#include <string.h>

enum { BATCH = 512 /* users whose sums are in memory */ };

/* Chosen among .01, .1, 1, 10 on new articles of citeulike-a cut from its training part
 * (docs/experiments.md): .01 and .1 are equal, 1 is worse. */
static const double LAMBDA = 0.1;

static float value_at(const rg_csr *rows, int64_t e)
{
    return rows->value != NULL ? rows->value[e] : 1.0f;
}

/* Returns the sum of weights of a user. */
static double size_of(const rg_csr *rows, int64_t u)
{
    double n = 0.0;
    for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++)
        n += (double)value_at(rows, e);
    return n;
}

/* gram += Z'GZ, lower triangle. */
static regatta_status add_users(regatta_ctx *ctx, double *gram, const float *z,
                                int64_t rank, const rg_csr *rows)
{
    regatta_status status = REGATTA_OK;
    float *sum = NULL;
    RG_NEW(ctx->mem, sum, BATCH * rank);
    for (int64_t first = 0; first < rows->n_rows; first += BATCH) {
        const int64_t last = rows->n_rows - first < BATCH ? rows->n_rows : first + BATCH;
        const int team = rg_threads_for((rows->offset[last] - rows->offset[first]) * rank,
                                        ctx->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 8)
        for (int64_t u = first; u < last; u++) {
            float *to = sum + (u - first) * rank;
            const double n = size_of(rows, u);
            memset(to, 0, (size_t)rank * sizeof *to);
            const float scale = n > 0.0 ? (float)(1.0 / sqrt(n)) : 0.0f;
            for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++)
                rg_vec_axpy(to, scale * value_at(rows, e),
                            z + (int64_t)rows->target[e] * rank, rank);
        }
        rg_vec_gram(gram, sum, last - first, rank);
    }
    rg_count_flops(ctx, 2.0 * (double)(rows->n_edges * rank) +
                            (double)rows->n_rows * (double)(rank * rank));
done:
    rg_free(ctx->mem, sum);
    return status;
}

/* own += Z'DZ, lower triangle. */
static regatta_status add_items(regatta_ctx *ctx, double *own, const float *z,
                                int64_t rank, const rg_csr *rows)
{
    regatta_status status = REGATTA_OK;
    float *scaled = NULL;
    double *weight = NULL;
    RG_NEW(ctx->mem, scaled, BATCH * rank);
    RG_NEW(ctx->mem, weight, rows->n_cols);
    for (int64_t u = 0; u < rows->n_rows; u++) {
        const double n = size_of(rows, u);
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1] && n > 0.0; e++) {
            const double r = (double)value_at(rows, e);
            weight[rows->target[e]] += r * r / n;
        }
    }
    for (int64_t first = 0; first < rows->n_cols; first += BATCH) {
        const int64_t last = rows->n_cols - first < BATCH ? rows->n_cols : first + BATCH;
        for (int64_t i = first; i < last; i++)
            for (int64_t k = 0; k < rank; k++)
                scaled[(i - first) * rank + k] = (float)sqrt(weight[i]) * z[i * rank + k];
        rg_vec_gram(own, scaled, last - first, rank);
    }
    rg_count_flops(ctx, (double)rows->n_cols * (double)(rank * rank));
done:
    rg_free(ctx->mem, scaled);
    rg_free(ctx->mem, weight);
    return status;
}

/* Copies the lower triangle to the upper one. */
static void mirror(double *a, int64_t n)
{
    for (int64_t r = 0; r < n; r++)
        for (int64_t c = 0; c < r; c++) a[c * n + r] = a[r * n + c];
}

/* w = (gram + lambda I)^-1 (gram - own); gram and own are full, gram is destroyed. */
static void solve(float *w, double *gram, const double *own, double *column, int64_t rank,
                  int threads)
{
    double trace = 0.0;
    for (int64_t k = 0; k < rank; k++) trace += gram[k * rank + k];
    memset(w, 0, (size_t)(rank * rank) * sizeof *w);
    if (!(trace > 0.0)) return;
    double *right = column + rank * rank;
    for (int64_t k = 0; k < rank * rank; k++) right[k] = gram[k] - own[k];
    for (int64_t k = 0; k < rank; k++)
        gram[k * rank + k] += LAMBDA * trace / (double)rank;
    rg_cholesky(gram, rank, 0.0);
    const int team = rg_threads_for(rank * rank * rank, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t c = 0; c < rank; c++) {
        double *x = column + c * rank;
        for (int64_t k = 0; k < rank; k++) x[k] = right[k * rank + c];
        rg_cholesky_solve(x, gram, rank);
        for (int64_t k = 0; k < rank; k++) w[k * rank + c] = (float)x[k];
    }
}

regatta_status rg_content_ridge(regatta_ctx *ctx, float *w, const float *z, int64_t rank,
                                const rg_csr *by_user)
{
    regatta_status status = REGATTA_OK;
    double *gram = NULL, *own = NULL, *room = NULL;
    RG_NEW(ctx->mem, gram, rank * rank);
    RG_NEW(ctx->mem, own, rank * rank);
    RG_NEW(ctx->mem, room, 2 * rank * rank);
    RG_TRY(add_users(ctx, gram, z, rank, by_user));
    RG_TRY(add_items(ctx, own, z, rank, by_user));
    mirror(gram, rank);
    mirror(own, rank);
    solve(w, gram, own, room, rank, ctx->threads);
    rg_count_flops(ctx, 7.0 / 3.0 * (double)rank * (double)rank * (double)rank);
done:
    rg_free(ctx->mem, gram);
    rg_free(ctx->mem, own);
    rg_free(ctx->mem, room);
    return status;
}
