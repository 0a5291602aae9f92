/* The leading singular vectors of a sparse matrix. */
#ifndef RG_LINALG_RANDOMIZED_SVD_H
#define RG_LINALG_RANDOMIZED_SVD_H
#include "base/ranks/ranks.h"
#include "linalg/csr.h"

/* A ~ left diag(value) right'. Columns of `left` and `right` are orthonormal, values
 * fall. Beyond the numerical rank (values below 1e-5 of the first, and everything past
 * min(rows, cols)) values are exactly 0 and so are the columns. */
typedef struct rg_svd {
    rg_mem mem;
    int64_t n_rows, n_cols, k;
    float *left;   /* [n_rows][k] */
    float *right;  /* [n_cols][k] */
    double *value; /* [k] */
} rg_svd;

/* Of `a` with its transpose `at` (both with values), k > 0 vectors, `iterations` >= 0
 * rounds of subspace iteration. O((2 iterations + 2) edges k + (rows + cols) k^2) time,
 * (rows + cols)(k + 8) floats, which `left` and `right` keep; the products of `a` and
 * those of its factors count as FLOPs (randomized_svd.c). Same bits at any thread count.
 *
 * share: the ranks have a share of the rows each (linalg/orthonormal.h): `a` and `left`
 * have the rows of this rank, `at` its columns; `right` and `value` are whole. NULL: all
 * rows are here.
 *   REGATTA_ENOMEM, REGATTA_ERANK */
regatta_status rg_randomized_svd(regatta_ctx *ctx, rg_svd **out, const rg_csr *a,
                                 const rg_csr *at, int64_t k, int iterations,
                                 uint64_t seed, const rg_shares *share);
void rg_svd_free(rg_svd *svd); /* NULL is a no-op */
#endif
