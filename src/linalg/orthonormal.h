/* Dense linear algebra on tall tables: Gram matrix, orthonormal columns. */
#ifndef RG_LINALG_ORTHONORMAL_H
#define RG_LINALG_ORTHONORMAL_H
#include "base/ranks/ranks.h"

/* Workspace for tables of up to max_rows x cols. */
typedef struct rg_tall rg_tall;
regatta_status rg_tall_create(regatta_ctx *ctx, rg_tall **out, int64_t max_rows,
                              int64_t cols);
void rg_tall_free(rg_tall *w); /* NULL is a no-op */

/* Rows of which the ranks have a share each: the shares consist of whole blocks of
 * rg_tall_block(n) of the n rows. x is then this rank's rows. NULL: all rows are here. */
int64_t rg_tall_block(int64_t n_rows);
/* gram[cols][cols] = x' x in double, rows added in fixed blocks. O(rows cols^2). n_rows:
 * of x. The shared functions fail with the ranks (ctx->lost). */
void rg_tall_gram(rg_tall *w, double *gram, const float *x, int64_t n_rows,
                  const rg_shares *share, int threads);
/* x = x t for t[cols][cols]. */
void rg_tall_multiply(rg_tall *w, float *x, const float *t, int64_t n_rows, int threads);
/* Columns of x made orthonormal in their order by Cholesky of the Gram matrix, `passes`
 * times (1: well conditioned, 2: orthonormal to rounding). A column that depends on those
 * before it becomes zero. */
void rg_tall_orthonormalise(rg_tall *w, float *x, int64_t n_rows, const rg_shares *share,
                            int passes, int threads);
#endif
