/* Linear maps of the rows of one thread. */
#ifndef RG_GAT_SEQUENCE_LINEAR_ROWS_H
#define RG_GAT_SEQUENCE_LINEAR_ROWS_H
#include <stdint.h>

/* out [n][n_out] = x w + bias; w [n_in][n_out]; bias NULL = 0. */
void rg_linear_forward(float *out, const float *x, const float *w, const float *bias,
                       int64_t n, int64_t n_in, int64_t n_out);
/* dx [n][n_in] = dout w'; turned is w' [n_out][n_in]. */
void rg_linear_backward_input(float *dx, const float *dout, const float *turned,
                              int64_t n, int64_t n_in, int64_t n_out);
/* dw += x' dout, dbias += the sum of the rows of dout; dbias NULL: none. */
void rg_linear_backward_weight(float *dw, float *dbias, const float *dout, const float *x,
                               int64_t n, int64_t n_in, int64_t n_out);
#endif
