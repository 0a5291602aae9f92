/* Linear maps of packed tokens.
 *
 *   forward    Y = X W + b
 *   backward  dX = dY W',  dW += X' dY,  db += sum of the rows of dY
 *
 * 2 n n_in n_out FLOPs each; no memory. The calling thread does all of it: a batch is
 * divided between threads by its sequences, not by the rows of a product. */
#include "gat/sequence/linear_rows.h"
#include "base/kernels/vec.h"
#include <string.h>

void rg_linear_forward(float *out, const float *x, const float *w, const float *bias,
                       int64_t n, int64_t n_in, int64_t n_out)
{
    const size_t row = (size_t)n_out * sizeof *out;
    if (bias == NULL) memset(out, 0, (size_t)n * row);
    for (int64_t r = 0; bias != NULL && r < n; r++) memcpy(out + r * n_out, bias, row);
    rg_vec_mul_add(out, x, n_in, w, n, n_in, n_out);
}

void rg_linear_backward_input(float *dx, const float *dout, const float *turned,
                              int64_t n, int64_t n_in, int64_t n_out)
{
    memset(dx, 0, (size_t)(n * n_in) * sizeof *dx);
    rg_vec_mul_add(dx, dout, n_out, turned, n, n_out, n_in);
}

void rg_linear_backward_weight(float *dw, float *dbias, const float *dout, const float *x,
                               int64_t n, int64_t n_in, int64_t n_out)
{
    rg_vec_mul_add_t(dw, x, n_in, dout, n, n_in, n_out);
    for (int64_t r = 0; dbias != NULL && r < n; r++)
        rg_vec_axpy(dbias, 1.0f, dout + r * n_out, n_out);
}
