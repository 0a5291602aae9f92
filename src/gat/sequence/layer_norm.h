/* Layer norm of the rows of one thread. */
#ifndef RG_GAT_SEQUENCE_LAYER_NORM_H
#define RG_GAT_SEQUENCE_LAYER_NORM_H
#include <stdint.h>

/* hat [n][dim] and inverse [n] are kept for the backward; out = gain hat + shift is
 * written by rg_layer_norm_scale. hat may be x. */
void rg_layer_norm_forward(float *hat, float *inverse, const float *x, int64_t n,
                           int64_t dim);
/* out [n][dim] = gain hat + shift */
void rg_layer_norm_scale(float *out, const float *hat, const float *gain,
                         const float *shift, int64_t n, int64_t dim);
/* dx += the gradient of x if `add`, else overwrites; dgain and dshift accumulate. dx may
 * be dout if not `add`. */
void rg_layer_norm_backward(float *dx, float *dgain, float *dshift, const float *dout,
                            const float *hat, const float *inverse, const float *gain,
                            int add, int64_t n, int64_t dim);
#endif
