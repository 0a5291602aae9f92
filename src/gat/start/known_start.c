#include "gat/start/known_start.h"
#include "base/kernels/vec.h"
#include "linalg/cholesky.h"
#include "linalg/dense.h"
#include <string.h>

static const double RIDGE = 1e-3;

void rg_known_rows_clear(rg_mem mem, rg_known_rows *known)
{
    rg_free(mem, known->x0);
    rg_free(mem, known->bias);
    rg_free(mem, known->has);
    *known = (rg_known_rows){.x0 = NULL};
}

/* Copies the rows (X, Y) of the known nodes side by side; returns their number. */
static int64_t pair_rows(float *pairs, const rg_params *p, const rg_known_rows *known,
                         int64_t n_nodes)
{
    const int64_t dim = p->shape.dim;
    const size_t bytes = (size_t)dim * sizeof *pairs;
    int64_t n = 0;
    for (int64_t v = 0; v < n_nodes; v++) {
        if (!known->has[v]) continue;
        memcpy(pairs + 2 * n * dim, p->x0 + v * dim, bytes);
        memcpy(pairs + (2 * n + 1) * dim, known->x0 + v * dim, bytes);
        n++;
    }
    return n;
}

/* Solves for T from the Gram matrix of n pairs; x[dim * (dim + 1)] is scratch. */
static void solve_map(float *map, double *x, const double *gram, int64_t dim)
{
    double *lower = x + dim, trace = 0.0;
    for (int64_t r = 0; r < dim; r++) {
        memcpy(lower + r * dim, gram + r * 2 * dim, (size_t)dim * sizeof *lower);
        trace += lower[r * dim + r];
    }
    for (int64_t r = 0; r < dim; r++) lower[r * dim + r] += RIDGE * trace / (double)dim;
    rg_cholesky(lower, dim, 0.0);
    for (int64_t k = 0; k < dim; k++) {
        for (int64_t r = 0; r < dim; r++) x[r] = gram[(dim + k) * 2 * dim + r];
        rg_cholesky_solve(x, lower, dim);
        for (int64_t r = 0; r < dim; r++) map[r * dim + k] = (float)x[r];
    }
}

/* x0 = x0 T. */
static regatta_status map_rows(regatta_ctx *ctx, rg_params *p, const rg_known_rows *known,
                               int64_t n_known)
{
    regatta_status status = REGATTA_OK;
    const int64_t dim = p->shape.dim, n = p->shape.n_users + p->shape.n_items;
    float *pairs = NULL, *map = NULL, *mapped = NULL;
    double *gram = NULL, *x = NULL;
    RG_NEW(ctx->mem, pairs, 2 * n_known * dim);
    RG_NEW(ctx->mem, gram, 4 * dim * dim);
    RG_NEW(ctx->mem, x, dim * (dim + 1));
    RG_NEW(ctx->mem, map, dim * dim);
    RG_NEW(ctx->mem, mapped, n * dim);
    rg_vec_gram(gram, pairs, pair_rows(pairs, p, known, n), 2 * dim);
    if (!(gram[0] > 0.0)) goto done; /* rows of zeros have no map */
    solve_map(map, x, gram, dim);
    rg_dense_forward(mapped, p->x0, map, n, dim, ctx->threads);
    memcpy(p->x0, mapped, (size_t)(n * dim) * sizeof *p->x0);
    rg_count_flops(ctx, 4.0 * (double)n_known * (double)(dim * dim) +
                            2.0 * (double)n * (double)(dim * dim));
done:
    rg_free(ctx->mem, pairs);
    rg_free(ctx->mem, gram);
    rg_free(ctx->mem, x);
    rg_free(ctx->mem, map);
    rg_free(ctx->mem, mapped);
    return status;
}

regatta_status rg_known_start(regatta_ctx *ctx, rg_params *p, const rg_known_rows *known,
                              int maps)
{
    regatta_status status = REGATTA_OK;
    const int64_t dim = p->shape.dim, n_users = p->shape.n_users;
    const int64_t n = n_users + p->shape.n_items;
    int64_t n_known = 0;
    for (int64_t v = 0; v < n; v++) n_known += known->has[v] != 0;
    if (n_known == 0) return REGATTA_OK;
    if (maps) RG_TRY(map_rows(ctx, p, known, n_known));
    for (int64_t v = 0; v < n; v++) {
        if (!known->has[v]) continue;
        memcpy(p->x0 + v * dim, known->x0 + v * dim, (size_t)dim * sizeof *p->x0);
        if (v >= n_users) p->bias[v - n_users] = known->bias[v - n_users];
    }
done:
    return status;
}
