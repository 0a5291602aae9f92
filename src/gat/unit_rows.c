/* Normalisation of rows within each head to a given length t.
 *
 *   forward    u = t x / |x|                          u = 0 for a zero row
 *   backward  dx += (t / |x|) (du - <du, u> u / t^2)   nothing for a zero row
 *
 * Thekumparampil et al., "Attention-based Graph Neural Network", 2018, eq. 4 (t = 1);
 * Salimans and Kingma, "Weight normalization", NIPS 2016, eq. 3. O(n dim) time, n heads
 * floats kept. A thread owns a row. */
#include "gat/unit_rows.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include <float.h>
#include <math.h>

float rg_unit_row(float *unit, const float *x, float length, int64_t width)
{
    double sum = 0.0; /* squares of small elements would vanish in float */
    for (int64_t k = 0; k < width; k++) sum += (double)x[k] * (double)x[k];
    const double size = sqrt(sum);
    const int zero = size < (double)FLT_MIN; /* 1 / size would not be finite */
    const float factor = zero ? 0.0f : (float)((double)length / size);
    for (int64_t k = 0; k < width; k++) unit[k] = factor * x[k];
    return zero ? 0.0f : (float)size;
}

void rg_unit_rows_forward(float *unit, float *norm, const float *x, float length,
                          int64_t n, int64_t dim, int heads, int threads)
{
    const int64_t width = dim / heads;
    const int team = rg_threads_for(2 * n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t part = 0; part < n * heads; part++)
        norm[part] = rg_unit_row(unit + part * width, x + part * width, length, width);
}

void rg_unit_rows_backward(float *dx, const float *dunit, const float *unit,
                           const float *norm, float length, int64_t n, int64_t dim,
                           int heads, int threads)
{
    const int64_t width = dim / heads;
    const int team = rg_threads_for(3 * n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t part = 0; part < n * heads; part++) {
        if (norm[part] == 0.0f) continue;
        const float *du = dunit + part * width, *u = unit + part * width;
        float *to = dx + part * width;
        const float along = rg_vec_dot(du, u, width) / (length * length);
        const float factor = length / norm[part];
        for (int64_t k = 0; k < width; k++) to[k] += factor * (du[k] - along * u[k]);
    }
}
