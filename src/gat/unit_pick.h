/* Selected rows scaled to length 1, and the gradient: between the read-out and a loss. */
#ifndef RG_GAT_UNIT_PICK_H
#define RG_GAT_UNIT_PICK_H
#include <stdint.h>

/* out[r] = x[row[r]] / |x[row[r]]|, norm[r] that length, for n rows of dim floats; row
 * NULL = 0..n-1. A row of length 0 (or too short to divide by) gives zeros and norm 0.
 * out may be x when row is NULL. norm may be NULL. */
void rg_unit_pick_forward(float *out, float *norm, const float *x, const uint32_t *row,
                          int64_t n, int64_t dim, int threads);
/* dx[row[r]] = (dout[r] - <dout[r], out[r]> out[r]) / norm[r]; zeros where norm is 0.
 * Rows are distinct. dx may be dout when row is NULL. */
void rg_unit_pick_backward(float *dx, const float *dout, const float *out,
                           const float *norm, const uint32_t *row, int64_t n, int64_t dim,
                           int threads);
#endif
