/* exp(x) = 2^n exp(r), n = round(x / ln 2), r = x - n ln 2 in two steps (Cody and
 * Waite), exp(r) by the degree-7 polynomial of Cephes' expf; relative error below
 * 1.5e-7 for -87 <= x <= 88. Below -87 the result is 0 (no denormals), above 88.37 it
 * stays at exp(88.37); NaN stays NaN. O(n). */
#include "base/kernels/kernel.h"

enum { HALF = W / 2 };
typedef double vd __attribute__((vector_size(HALF * sizeof(double))));
typedef float vh __attribute__((vector_size(HALF * sizeof(float))));

RG_INLINE vf polynomial(vf r)
{
    vf p = splat(1.9875691500e-4f);
    p = p * r + splat(1.3981999507e-3f);
    p = p * r + splat(8.3334519073e-3f);
    p = p * r + splat(4.1665795894e-2f);
    p = p * r + splat(1.6666665459e-1f);
    p = p * r + splat(5.0000001201e-1f);
    return (p * r) * r + r + splat(1.0f);
}

#if defined(__AVX512F__)
/* n by a rounding instruction, 2^n by the scaling instruction; masks replace the three
 * selections. */
RG_INLINE vf exp_vector(vf at)
{
    const __m512 x = _mm512_min_ps((__m512)splat(88.37f), (__m512)at); /* NaN is kept */
    const __mmask16 counts = _mm512_cmp_ps_mask(x, (__m512)splat(-87.0f), _CMP_NLT_UQ);
    const vf n = (vf)_mm512_roundscale_ps(_mm512_mul_ps(x, (__m512)splat(1.44269504f)),
                                          _MM_FROUND_TO_NEAREST_INT);
    const vf high = fused(n, splat(-0.693359375f), (vf)x);
    const vf r = fused(n, splat(2.12194440e-4f), high);
    return (vf)_mm512_maskz_scalef_ps(counts, (__m512)polynomial(r), (__m512)n);
}
#else
typedef uint32_t vu __attribute__((vector_size(W * sizeof(uint32_t))));

RG_INLINE vf choose(vi mask, vf yes, vf no)
{
    return (vf)((mask & (vi)yes) | (~mask & (vi)no));
}

RG_INLINE vf exp_vector(vf x)
{
    const vf top = splat(88.37f), magic = splat(12582912.0f); /* 1.5 * 2^23 */
    const vi tiny = x < splat(-87.0f);
    x = choose(x > top, top, x);
    const vf shifted = x * splat(1.44269504f) + magic; /* n in the low bits */
    const vf n = shifted - magic;
    const vf r = (x - n * splat(0.693359375f)) - n * splat(-2.12194440e-4f);
    const vf y = (vf)((vu)polynomial(r) + ((vu)shifted << 23)); /* may wrap below -87 */
    return choose(tiny, splat(0.0f), choose(x == x, y, x));
}
#endif

/* The lower (0) or upper (1) half of x in double. */
RG_INLINE vd widen(vf x, int half)
{
#if defined(__AVX512F__)
    return (vd)_mm512_cvtps_pd(half ? _mm512_extractf32x8_ps((__m512)x, 1)
                                    : _mm512_castps512_ps256((__m512)x));
#else
    union {
        vf v;
        vh part[2];
    } y = {x};
    return __builtin_convertvector(y.part[half], vd);
#endif
}

double RG_K(exp_sum)(float *x, float shift, int64_t n)
{
    const vf s = splat(shift);
    union {
        vd v;
        double x[HALF];
    } even = {{0.0}}, odd = {{0.0}};
    int64_t k = 0;
    for (; k + W <= n; k += W) {
        const vf y = exp_vector(load(x + k) - s);
        store(x + k, y);
        even.v += widen(y, 0);
        odd.v += widen(y, 1);
    }
    even.v += odd.v;
    double sum = 0.0;
    for (int l = 0; l < HALF; l++) sum += even.x[l];
    if (k < n) {
        store_part(x + k, exp_vector(load_part(x + k, n - k) - s), n - k);
        for (int64_t l = k; l < n; l++) sum += (double)x[l];
    }
    return sum;
}
