/* Small dense products of node tables: [n][dim] with [dim][dim], and sums of columns. */
#ifndef RG_LINALG_DENSE_H
#define RG_LINALG_DENSE_H
#include <stdint.h>

/* out = x w; w [dim][dim]. */
void rg_dense_forward(float *out, const float *x, const float *w, int64_t n, int64_t dim,
                      int threads);
/* dx = dout w', or with `add` dx += dout w'. transposed [dim][dim] is scratch. */
void rg_dense_backward_input(float *dx, float *transposed, const float *dout,
                             const float *w, int add, int64_t n, int64_t dim,
                             int threads);
/* dw += x' dout. */
void rg_dense_backward_weight(float *dw, const float *x, const float *dout, int64_t n,
                              int64_t dim, int threads);

/* Doubles of scratch that rg_column_dots takes. */
int64_t rg_column_dots_doubles(int64_t n, int64_t dim);
/* sum[c] = sum_v x[v][c] y[v][c / (dim / m)], c < dim: x [n][dim], y [n][m]. The first
 * dim doubles of `part` receive it. */
void rg_column_dots(double *part, const float *x, const float *y, int64_t n, int64_t dim,
                    int64_t m, int threads);
#endif
