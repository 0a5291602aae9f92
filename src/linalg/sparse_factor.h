/* A sparse Cholesky factor and its triangular solves. */
#ifndef RG_LINALG_SPARSE_FACTOR_H
#define RG_LINALG_SPARSE_FACTOR_H
#include "base/ctx.h"

/* Q A Q' = L L'. Row k of Q A Q' is row order[k] of A. Columns of L ascend and begin with
 * the diagonal. Immutable once made: any number of threads may solve with it. */
typedef struct rg_sparse_factor {
    rg_mem mem;
    int64_t n, n_entries;
    uint32_t *order; /* [n] */
    int64_t *offset; /* [n + 1] columns */
    uint32_t *row;   /* [n_entries] */
    double *value;   /* [n_entries] */
} rg_sparse_factor;

regatta_status rg_sparse_factor_create(regatta_ctx *ctx, rg_sparse_factor **out,
                                       int64_t n, int64_t n_entries);

/* Right-hand sides are solved this many at a time. */
enum { RG_SOLVE_WIDTH = 8 };
/* x[n][RG_SOLVE_WIDTH], in: right-hand sides, out: solutions, both in A's order. y is
 * scratch of the same size. Zero rows cost nothing on the way down. */
void rg_sparse_factor_solve(double *x, double *y, const rg_sparse_factor *f);
void rg_sparse_factor_free(rg_sparse_factor *f); /* NULL is a no-op */
#endif
