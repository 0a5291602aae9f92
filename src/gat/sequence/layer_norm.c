/* Layer norm.
 *
 *   forward   hat = (x - mean x) inverse, inverse = 1 / sqrt(var x + 1e-5)
 *             out = gain hat + shift
 *   backward  g = gain dout
 *             dx = inverse (g - mean g - hat mean(g hat))
 *             dgain += dout hat, dshift += dout
 *
 * Ba, Kiros, Hinton, "Layer normalization", 2016. O(n dim); sums in double. */
#include "gat/sequence/layer_norm.h"
#include <math.h>

static const double LEAST_VARIANCE = 1e-5;

void rg_layer_norm_forward(float *hat, float *inverse, const float *x, int64_t n,
                           int64_t dim)
{
    for (int64_t r = 0; r < n; r++) {
        const float *row = x + r * dim;
        double sum = 0.0, square = 0.0;
        for (int64_t k = 0; k < dim; k++) sum += (double)row[k];
        const double mean = sum / (double)dim;
        for (int64_t k = 0; k < dim; k++)
            square += ((double)row[k] - mean) * ((double)row[k] - mean);
        const float scale = (float)(1.0 / sqrt(square / (double)dim + LEAST_VARIANCE));
        const float centre = (float)mean;
        for (int64_t k = 0; k < dim; k++) hat[r * dim + k] = (row[k] - centre) * scale;
        inverse[r] = scale;
    }
}

void rg_layer_norm_scale(float *out, const float *hat, const float *gain,
                         const float *shift, int64_t n, int64_t dim)
{
    for (int64_t r = 0; r < n; r++)
        for (int64_t k = 0; k < dim; k++)
            out[r * dim + k] = gain[k] * hat[r * dim + k] + shift[k];
}

void rg_layer_norm_backward(float *dx, float *dgain, float *dshift, const float *dout,
                            const float *hat, const float *inverse, const float *gain,
                            int add, int64_t n, int64_t dim)
{
    for (int64_t r = 0; r < n; r++) {
        const float *d = dout + r * dim, *h = hat + r * dim;
        double sum = 0.0, along = 0.0;
        for (int64_t k = 0; k < dim; k++) {
            const double g = (double)gain[k] * (double)d[k];
            sum += g;
            along += g * (double)h[k];
            dgain[k] += d[k] * h[k];
            dshift[k] += d[k];
        }
        const float mean = (float)(sum / (double)dim),
                    part = (float)(along / (double)dim);
        for (int64_t k = 0; k < dim; k++) {
            const float step = inverse[r] * (gain[k] * d[k] - mean - h[k] * part);
            dx[r * dim + k] = add ? dx[r * dim + k] + step : step;
        }
    }
}
