#include "ridge/content/profile_ridge.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "linalg/cholesky.h"
#include <math.h>

/* Creates y by item. */
static regatta_status targets(regatta_ctx *ctx, rg_csr **out, const rg_csr *by_user)
{
    regatta_status status = REGATTA_OK;
    rg_csr rows = *by_user;
    float *value = NULL;
    RG_NEW(ctx->mem, value, by_user->n_edges);
    for (int64_t u = 0; u < by_user->n_rows; u++) {
        double n = 0.0;
        for (int64_t e = by_user->offset[u]; e < by_user->offset[u + 1]; e++)
            n += by_user->value != NULL ? (double)by_user->value[e] : 1.0;
        for (int64_t e = by_user->offset[u]; e < by_user->offset[u + 1] && n > 0.0; e++) {
            const double r = by_user->value != NULL ? (double)by_user->value[e] : 1.0;
            value[e] = (float)(r / sqrt(n));
        }
    }
    rows.value = value;
    RG_TRY(rg_csr_transpose(ctx, out, &rows));
done:
    rg_free(ctx->mem, value);
    return status;
}

typedef struct solver {
    const float *z;
    const double *lower, *sum; /* the factor; sums of the columns of z */
    const rg_csr *y;
    int64_t rank;
} solver;

/* Solves for one item; x[rank] and row[rank] are scratch. */
static void solve(float *out, float *bias, const solver *s, int64_t j, double *x,
                  float *row)
{
    const int64_t first = s->y->offset[j], n = rg_csr_degree(s->y, j);
    double total = 0.0;
    for (int64_t e = 0; e < n; e++) total += (double)s->y->value[first + e];
    const double mean = total / (double)s->y->n_cols;
    rg_vec_gather(row, s->z, s->rank, s->y->target + first, s->y->value + first, n);
    for (int64_t k = 0; k < s->rank; k++) x[k] = (double)row[k] - mean * s->sum[k];
    rg_cholesky_solve(x, s->lower, s->rank);
    for (int64_t k = 0; k < s->rank; k++) out[k] = (float)x[k];
    *bias = (float)mean;
}

regatta_status rg_profile_ridge(regatta_ctx *ctx, float *out, float *bias, const float *z,
                                int64_t rank, const rg_csr *by_user, double lambda)
{
    regatta_status status = REGATTA_OK;
    rg_csr *y = NULL;
    double *gram = NULL, *sum = NULL, *x = NULL;
    float *row = NULL;
    const int64_t n_items = by_user->n_cols, n_users = by_user->n_rows;
    const int team = rg_threads_for(n_items * rank * rank, ctx->threads);
    RG_TRY(targets(ctx, &y, by_user));
    RG_NEW(ctx->mem, gram, rank * rank);
    RG_NEW(ctx->mem, sum, rank);
    RG_NEW(ctx->mem, x, team * rank);
    RG_NEW(ctx->mem, row, team * rank);
    rg_vec_gram(gram, z, n_users, rank);
    for (int64_t u = 0; u < n_users; u++)
        for (int64_t k = 0; k < rank; k++) sum[k] += (double)z[u * rank + k];
    for (int64_t k = 0; k < rank; k++) gram[k * rank + k] += lambda;
    rg_cholesky(gram, rank, 0.0);
    const solver s = {z, gram, sum, y, rank};
#pragma omp parallel for num_threads(team) schedule(static)
    for (int part = 0; part < team; part++)
        for (int64_t j = n_items * part / team; j < n_items * (part + 1) / team; j++)
            solve(out + j * rank, bias + j, &s, j, x + part * rank, row + part * rank);
    rg_count_flops(ctx, 2.0 * (double)by_user->n_edges * (double)rank +
                            (double)(n_users + 2 * n_items) * (double)(rank * rank));
done:
    rg_csr_free(y);
    rg_free(ctx->mem, gram);
    rg_free(ctx->mem, sum);
    rg_free(ctx->mem, x);
    rg_free(ctx->mem, row);
    return status;
}
