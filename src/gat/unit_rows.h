/* Rows scaled to one length in each head: the input of attention scores. */
#ifndef RG_GAT_UNIT_ROWS_H
#define RG_GAT_UNIT_ROWS_H
#include <stdint.h>

/* unit [n][dim], norm [n][heads]; heads blocks of dim / heads columns. */
void rg_unit_rows_forward(float *unit, float *norm, const float *x, float length,
                          int64_t n, int64_t dim, int heads, int threads);
/* One head of one row; returns its norm, 0 for a row that counts as zero. unit may be x.
 */
float rg_unit_row(float *unit, const float *x, float length, int64_t width);
/* dx += the gradient of x, given the gradient dunit of unit. */
void rg_unit_rows_backward(float *dx, const float *dunit, const float *unit,
                           const float *norm, float length, int64_t n, int64_t dim,
                           int heads, int threads);
#endif
