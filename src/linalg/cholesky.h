/* Dense Cholesky factors of small symmetric matrices, in double. */
#ifndef RG_LINALG_CHOLESKY_H
#define RG_LINALG_CHOLESKY_H
#include <stdint.h>

/* The lower triangle of a[n][n] becomes L with a = L L'; what lies above it is not read.
 * A row whose pivot is at most `least` times its diagonal element, or NaN, depends on
 * those before it: its row of L becomes zero. Returns how many rows do not. O(n^3 / 6).
 */
int64_t rg_cholesky(double *a, int64_t n, double least);
/* x[n] becomes the solution of L L' y = x; every row of L has a pivot. */
void rg_cholesky_solve(double *x, const double *lower, int64_t n);
#endif
