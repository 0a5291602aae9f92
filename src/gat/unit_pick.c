/* Unit rows of a read-out.
 *
 *   forward    u = x / |x|
 *   backward  dx = (du - <du, u> u) / |x|
 *
 * O(n dim). A thread owns a row. */
#include "gat/unit_pick.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include <math.h>
#include <stddef.h>

/* Below this length the direction is rounding noise, and 1 / length would overflow. */
static const float SHORTEST = 1e-18f;

void rg_unit_pick_forward(float *out, float *norm, const float *x, const uint32_t *row,
                          int64_t n, int64_t dim, int threads)
{
    const int team = rg_threads_for(2 * n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t r = 0; r < n; r++) {
        const float *from = x + (row != NULL ? (int64_t)row[r] : r) * dim;
        const float length = sqrtf(rg_vec_dot(from, from, dim));
        /* A length that is not a number must reach the loss, so it is not "short". */
        const int is_short = length < SHORTEST;
        const float scale = is_short ? 0.0f : 1.0f / length;
        for (int64_t k = 0; k < dim; k++) out[r * dim + k] = scale * from[k];
        if (norm != NULL) norm[r] = is_short ? 0.0f : length;
    }
}

void rg_unit_pick_backward(float *dx, const float *dout, const float *out,
                           const float *norm, const uint32_t *row, int64_t n, int64_t dim,
                           int threads)
{
    const int team = rg_threads_for(2 * n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t r = 0; r < n; r++) {
        const float *du = dout + r * dim, *u = out + r * dim;
        float *to = dx + (row != NULL ? (int64_t)row[r] : r) * dim;
        const float scale = norm[r] == 0.0f ? 0.0f : 1.0f / norm[r];
        const float along = rg_vec_dot(du, u, dim);
        for (int64_t k = 0; k < dim; k++) to[k] = scale * (du[k] - along * u[k]);
    }
}
