/* The inner loop of the ALS baseline: bench/baselines.py calls it through ctypes. */
#include <stddef.h>
#include <stdint.h>

/* out = gram v + sum over the items of the row of (excess (y_i v) - start) y_i, which for
 * start 0 is the matrix of the row's normal equations times v, and for start alpha minus
 * the residual of v. */
static void row_product(float *restrict out, const float *restrict v,
                        const float *restrict y, const float *restrict gram,
                        const int32_t *items, int32_t n_items, int32_t factors,
                        float excess, float start)
{
    const size_t f = (size_t)factors;
    for (size_t j = 0; j < f; j++) out[j] = 0.0f;
    for (size_t k = 0; k < f;
         k += 4) { /* four rows a pass: out is read a quarter as often */
        const float *restrict g = gram + k * f;
        for (size_t j = 0; j < f; j++)
            out[j] += (v[k] * g[j] + v[k + 1] * g[f + j]) +
                      (v[k + 2] * g[2 * f + j] + v[k + 3] * g[3 * f + j]);
    }
    for (int32_t e = 0; e < n_items; e++) {
        const float *restrict item = y + (size_t)items[e] * f;
        float dot = 0.0f;
#pragma omp simd reduction(+ : dot)
        for (size_t j = 0; j < f; j++) dot += item[j] * v[j];
        const float by = excess * dot - start;
        for (size_t j = 0; j < f; j++) out[j] += by * item[j];
    }
}

static float dot_of(const float *a, const float *b, int32_t n)
{
    float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
    for (int32_t j = 0; j < n; j++) sum += a[j] * b[j];
    return sum;
}

/* Takes `steps` steps of conjugate gradients on each row of x[n_rows][factors], for fixed
 * y and gram = y'y + l2, towards the minimum of
 *     sum over items i of c_i (p_i - x y_i)^2 + l2 |x|^2
 * with c_i = alpha and p_i = 1 for the items of the row, c_i = 1 and p_i = 0 for others.
 * factors is a multiple of 4; scratch has 3 * factors floats. */
void bench_als_rows(float *x, const float *y, const float *gram, const int32_t *offset,
                    const int32_t *items, int32_t n_rows, int32_t factors, int32_t steps,
                    float alpha, float *scratch)
{
    float *residual = scratch, *step = residual + factors, *image = step + factors;
    for (int32_t row = 0; row < n_rows; row++) {
        float *v = x + (size_t)row * (size_t)factors;
        const int32_t *mine = items + offset[row], n = offset[row + 1] - offset[row];
        row_product(residual, v, y, gram, mine, n, factors, alpha - 1.0f, alpha);
        for (int32_t j = 0; j < factors; j++) step[j] = residual[j] = -residual[j];
        float old = dot_of(residual, residual, factors);
        for (int32_t s = 0; s < steps && old > 1e-20f; s++) {
            row_product(image, step, y, gram, mine, n, factors, alpha - 1.0f, 0.0f);
            const float length = old / dot_of(step, image, factors);
            for (int32_t j = 0; j < factors; j++) {
                v[j] += length * step[j];
                residual[j] -= length * image[j];
            }
            const float now = dot_of(residual, residual, factors);
            for (int32_t j = 0; j < factors; j++)
                step[j] = residual[j] + now / old * step[j];
            old = now;
        }
    }
}
