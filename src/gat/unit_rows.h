/* Rows brought to one length, head by head: what scores are computed from. */
#ifndef RG_GAT_UNIT_ROWS_H
#define RG_GAT_UNIT_ROWS_H
#include <stdint.h>

/* unit [n][dim], norm [n][heads]; heads blocks of dim / heads columns. */
void rg_unit_rows_forward(float *unit, float *norm, const float *x, float length,
                          int64_t n, int64_t dim, int heads, int threads);
/* One head of one row; returns its norm, 0 for a row that counts as zero. unit may be x.
 */
float rg_unit_row(float *unit, const float *x, float length, int64_t width);
/* dx += the gradient that dunit means for x. */
void rg_unit_rows_backward(float *dx, const float *dunit, const float *unit,
                           const float *norm, float length, int64_t n, int64_t dim,
                           int heads, int threads);
#endif
