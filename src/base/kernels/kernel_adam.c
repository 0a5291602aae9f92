/* One range of Adam's step (gat/adam.c has the formula). Elements are independent, each
 * with a fixed order of operations: any split into ranges gives the same bits. */
#include "base/kernels/kernel.h"
#include <math.h>

RG_INLINE vf root(vf x)
{
#if defined(__AVX512F__)
    return (vf)_mm512_sqrt_ps((__m512)x);
#elif defined(__AVX__)
    return (vf)_mm256_sqrt_ps((__m256)x);
#else
    for (int l = 0; l < W; l++) x[l] = sqrtf(x[l]);
    return x;
#endif
}

RG_INLINE void adam_vector(float *x, float *m, float *v, const float *grad,
                           const rg_adam_size *s, int64_t part)
{
    const vf before = load_n(x, part);
    const vf g = fused(splat(s->l2), before, load_n(grad, part));
    const vf first =
        fused(splat(s->decay_first), load_n(m, part), splat(1.0f - s->decay_first) * g);
    const vf second = fused(splat(s->decay_second), load_n(v, part),
                            splat(1.0f - s->decay_second) * g * g);
    const vf length = fused(root(second), splat(s->root_second), splat(s->epsilon));
    store_n(m, first, part);
    store_n(v, second, part);
    store_n(x, before - splat(s->rate) * first / length, part);
}

void RG_K(adam)(float *x, float *m, float *v, const float *grad, int64_t n,
                const rg_adam_size *size)
{
    int64_t k = 0;
    for (; k + W <= n; k += W) adam_vector(x + k, m + k, v + k, grad + k, size, W);
    if (k < n) adam_vector(x + k, m + k, v + k, grad + k, size, n - k);
}
