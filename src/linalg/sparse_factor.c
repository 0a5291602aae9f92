#include "linalg/sparse_factor.h"
#include <string.h>

enum { W = RG_SOLVE_WIDTH };

regatta_status rg_sparse_factor_create(regatta_ctx *ctx, rg_sparse_factor **out,
                                       int64_t n, int64_t n_entries)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_sparse_factor *f = NULL;
    RG_NEW(ctx->mem, f, 1);
    f->mem = ctx->mem;
    f->n = n;
    f->n_entries = n_entries;
    RG_NEW(ctx->mem, f->order, n);
    RG_NEW(ctx->mem, f->offset, n + 1);
    RG_NEW(ctx->mem, f->row, n_entries);
    RG_NEW(ctx->mem, f->value, n_entries);
    *out = f;
    f = NULL;
done:
    rg_sparse_factor_free(f);
    return status;
}

static int is_zero(const double *row)
{
    double any = 0.0;
    for (int c = 0; c < W; c++) any += row[c] != 0.0;
    return any == 0.0;
}

/* L y = y, column by column. */
static void forward(double *y, const rg_sparse_factor *f)
{
    for (int64_t k = 0; k < f->n; k++) {
        double *own = y + k * W;
        if (is_zero(own)) continue;
        const int64_t begin = f->offset[k], end = f->offset[k + 1];
        const double inverse = 1.0 / f->value[begin];
        for (int c = 0; c < W; c++) own[c] *= inverse;
        for (int64_t e = begin + 1; e < end; e++) {
            double *other = y + (int64_t)f->row[e] * W;
            const double l = f->value[e];
            for (int c = 0; c < W; c++) other[c] -= l * own[c];
        }
    }
}

/* L' y = y. */
static void backward(double *y, const rg_sparse_factor *f)
{
    for (int64_t k = f->n - 1; k >= 0; k--) {
        const int64_t begin = f->offset[k], end = f->offset[k + 1];
        double sum[W];
        memcpy(sum, y + k * W, sizeof sum);
        for (int64_t e = begin + 1; e < end; e++) {
            const double *other = y + (int64_t)f->row[e] * W;
            const double l = f->value[e];
            for (int c = 0; c < W; c++) sum[c] -= l * other[c];
        }
        const double inverse = 1.0 / f->value[begin];
        for (int c = 0; c < W; c++) y[k * W + c] = sum[c] * inverse;
    }
}

void rg_sparse_factor_solve(double *x, double *y, const rg_sparse_factor *f)
{
    for (int64_t k = 0; k < f->n; k++)
        memcpy(y + k * W, x + (int64_t)f->order[k] * W, W * sizeof *y);
    forward(y, f);
    backward(y, f);
    for (int64_t k = 0; k < f->n; k++)
        memcpy(x + (int64_t)f->order[k] * W, y + k * W, W * sizeof *y);
}

void rg_sparse_factor_free(rg_sparse_factor *f)
{
    if (f == NULL) return;
    rg_free(f->mem, f->order);
    rg_free(f->mem, f->offset);
    rg_free(f->mem, f->row);
    rg_free(f->mem, f->value);
    rg_free(f->mem, f);
}
