/* exp(x) = 2^n (1 + q(r)), n = round(x / ln 2), r = x - n ln 2 in two steps (Cody and
 * Waite), q(r) = exp(r) - 1 by a polynomial of degree 6 whose relative error on |r| <=
 * ln 2 / 2 is minimal (Remez, 4e-9); relative error of the whole below 1e-7 for -87.3 <=
 * x <= 88. Below -87.7, where n = -127, the result is 0, because that n has the bits of
 * 2^n = 0; above 88.37 it stays at exp(88.37); NaN stays NaN. STEP vectors are computed
 * side by side, stage by stage, because one alone waits for the result of each stage.
 * They are added in float before they are added up in double. O(n). */
#include "base/kernels/kernel.h"

enum { HALF = W / 2, STEP = 8 };
typedef double vd __attribute__((vector_size(HALF * sizeof(double))));
typedef float vh __attribute__((vector_size(HALF * sizeof(float))));
typedef uint32_t vu __attribute__((vector_size(W * sizeof(uint32_t))));

/* x[v] = exp(x[v]) for nv vectors. */
RG_INLINE void exp_vectors(vf *x, int nv)
{
    static const float term[] = {8.3687454462e-3f, 4.1668388993e-2f, 1.6666521132e-1f,
                                 4.9999994040e-1f};
    const vf magic = splat(12582912.0f + 127.0f); /* 1.5 * 2^23 and a float's bias */
    vf scale[STEP], r[STEP], q[STEP];
    for (int v = 0; v < nv; v++) {
        x[v] = greater(splat(-88.0f), lesser(splat(88.37f), x[v])); /* NaN is kept */
        scale[v] = fused(x[v], splat(1.44269504f), magic); /* n + 127 in the low bits */
    }
    for (int v = 0; v < nv; v++) {
        const vf n = scale[v] - magic;
        r[v] = fused(n, splat(2.12194440e-4f), fused(n, splat(-0.693359375f), x[v]));
        scale[v] = (vf)((vu)scale[v] << 23);
        q[v] = splat(1.3814540580e-3f);
    }
    for (int t = 0; t < 4; t++)
        for (int v = 0; v < nv; v++) q[v] = fused(q[v], r[v], splat(term[t]));
    for (int v = 0; v < nv; v++)
        x[v] = fused(fused(q[v] * r[v], r[v], r[v]), scale[v], scale[v]);
}

/* The lower (0) or upper (1) half of x in double. */
RG_INLINE vd widen(vf x, int half)
{
#if defined(__AVX512F__)
    return (vd)_mm512_cvtps_pd(half ? _mm512_extractf32x8_ps((__m512)x, 1)
                                    : _mm512_castps512_ps256((__m512)x));
#elif defined(__AVX__)
    return (vd)_mm256_cvtps_pd(half ? _mm256_extractf128_ps((__m256)x, 1)
                                    : _mm256_castps256_ps128((__m256)x));
#else
    union {
        vf v;
        vh part[2];
    } y = {x};
    return __builtin_convertvector(y.part[half], vd);
#endif
}

/* The sum of the lanes in order. */
RG_INLINE double add_lanes(vd x)
{
    double sum = 0.0;
    for (int l = 0; l < HALF; l++) sum += x[l];
    return sum;
}

double RG_K(exp_sum)(float *x, float shift, int64_t n)
{
    const vf s = splat(shift);
    vd even = {0.0}, odd = {0.0};
    int64_t k = 0;
    for (; k + STEP * W <= n; k += STEP * W) {
        vf y[STEP];
        for (int v = 0; v < STEP; v++) y[v] = load(x + k + v * W) - s;
        exp_vectors(y, STEP);
        for (int v = 0; v < STEP; v++) store(x + k + v * W, y[v]);
        for (int width = STEP / 2; width > 0; width /= 2)
            for (int v = 0; v < width; v++) y[v] += y[v + width];
        even += widen(y[0], 0);
        odd += widen(y[0], 1);
    }
    double sum = add_lanes(even + odd);
    for (; k < n; k += W) {
        const int64_t part = n - k < W ? n - k : W;
        vf y = load_n(x + k, part) - s;
        exp_vectors(&y, 1);
        store_n(x + k, y, part);
        for (int64_t l = k; l < k + part; l++) sum += (double)x[l];
    }
    return sum;
}
