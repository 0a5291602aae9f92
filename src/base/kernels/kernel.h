/* Common definitions of the kernel_*.c files. Each is compiled once per vector unit with
 * RG_ISA naming it; `vf` is one register of floats. Chains use fused() and not a * b + c,
 * which a compiler may fuse in one block and not in another.
 *
 * Invariant bits: every output element of axpy, axpy_bf16, gather, gather_add,
 * panel_score, mul_add and mul_add_t is ONE chain of multiply-adds in the order of its
 * terms, in any block. Splitting the rows, the panels, the columns or the terms (in
 * order) over several calls gives the same bits. Sums over lanes (dot, gather_dot, and
 * the value of exp_sum) depend on the length of the call too, so callers fix their
 * blocks. Between vector units bits differ. */
#ifndef RG_BASE_KERNEL_H
#define RG_BASE_KERNEL_H
#include "base/kernels/kernels.h"
#include "base/kernels/vec.h"
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#define RG_PASTE2(a, b) a##_##b
#define RG_PASTE(a, b) RG_PASTE2(a, b)
/* rg_k_dot_v4, ...: the function of this vector unit. */
#define RG_K(name) RG_PASTE(rg_k_##name, RG_ISA)
#define RG_INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__)
enum { W = 16, FULL_ROWS = 12, WIDE = 4 };
#elif defined(__AVX__)
enum { W = 8, FULL_ROWS = 6, WIDE = 2 };
#else
enum { W = 4, FULL_ROWS = 6, WIDE = 2 };
#endif
typedef float vf __attribute__((vector_size(W * sizeof(float))));
typedef int32_t vi __attribute__((vector_size(W * sizeof(int32_t))));

RG_INLINE vf load(const float *p)
{
    vf v;
    memcpy(&v, p, sizeof v);
    return v;
}

RG_INLINE void store(float *p, vf v)
{
    memcpy(p, &v, sizeof v);
}

RG_INLINE vf splat(float x)
{
    return x - (vf){0.0f}; /* not x + 0: that would lose the sign of -0 */
}

/* a * b + c, rounded once if the unit has fused multiply-add. */
RG_INLINE vf fused(vf a, vf b, vf c)
{
#if defined(__AVX512F__)
    return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
    return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return a * b + c;
#endif
}

/* n < W elements, zeros after them. */
RG_INLINE vf load_part(const float *p, int64_t n)
{
#if defined(__AVX512F__)
    return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1u), p);
#else
    vf v = {0.0f};
    for (int64_t k = 0; k < n; k++) v[k] = p[k];
    return v;
#endif
}

RG_INLINE void store_part(float *p, vf v, int64_t n)
{
#if defined(__AVX512F__)
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1u), (__m512)v);
#else
    for (int64_t k = 0; k < n; k++) p[k] = v[k];
#endif
}

/* n <= W elements of bf16 as floats, zeros after them. */
RG_INLINE vf load_bf16(const uint16_t *p, int64_t n)
{
#if defined(__AVX512F__)
    const __m256i x = _mm256_maskz_loadu_epi16((__mmask16)((1u << n) - 1u), p);
    return (vf)_mm512_slli_epi32(_mm512_cvtepu16_epi32(x), 16);
#else
#if defined(__AVX2__)
    if (n == W) {
        const __m128i whole = _mm_loadu_si128((const __m128i *)(const void *)p);
        return (vf)_mm256_slli_epi32(_mm256_cvtepu16_epi32(whole), 16);
    }
#endif
    vi x = {0};
    for (int64_t k = 0; k < n; k++) x[k] = (int32_t)((uint32_t)p[k] << 16);
    return (vf)x;
#endif
}

/* A vector of W elements, or of the last n. */
RG_INLINE vf load_n(const float *p, int64_t n)
{
    return n == W ? load(p) : load_part(p, n);
}

RG_INLINE void store_n(float *p, vf v, int64_t n)
{
    if (n == W) {
        store(p, v);
    } else {
        store_part(p, v, n);
    }
}

RG_INLINE vf lesser(vf a, vf b)
{
#if defined(__AVX512F__)
    return (vf)_mm512_min_ps((__m512)a, (__m512)b);
#elif defined(__AVX__)
    return (vf)_mm256_min_ps((__m256)a, (__m256)b);
#elif defined(__SSE2__)
    return (vf)_mm_min_ps((__m128)a, (__m128)b);
#else
    for (int l = 0; l < W; l++) a[l] = a[l] < b[l] ? a[l] : b[l];
    return a;
#endif
}

RG_INLINE vf greater(vf a, vf b)
{
#if defined(__AVX512F__)
    return (vf)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX__)
    return (vf)_mm256_max_ps((__m256)a, (__m256)b);
#elif defined(__SSE2__)
    return (vf)_mm_max_ps((__m128)a, (__m128)b);
#else
    for (int l = 0; l < W; l++) a[l] = a[l] > b[l] ? a[l] : b[l];
    return a;
#endif
}

/* The sum of the lanes, pairwise from both ends. */
RG_INLINE float sum_lanes(vf v)
{
    union {
        vf v;
        float x[W];
    } sum = {v};
    for (int width = W / 2; width > 0; width /= 2)
        for (int l = 0; l < width; l++) sum.x[l] += sum.x[l + width];
    return sum.x[0];
}

float RG_K(dot)(const float *a, const float *b, int64_t n);
void RG_K(axpy)(float *y, float a, const float *x, int64_t n);
void RG_K(axpy_bf16)(float *y, float a, const uint16_t *x, int64_t n);
void RG_K(gather)(float *out, const float *table, int64_t dim, const uint32_t *index,
                  const float *weight, int64_t n);
void RG_K(gather_add)(float *out, const float *table, int64_t dim, const uint32_t *index,
                      const float *weight, int64_t n);
void RG_K(gather_dot)(float *out, const float *query, const float *table, int64_t dim,
                      const uint32_t *index, int64_t n);
void RG_K(panel_score)(float *out, int64_t ld, const float *a, int64_t m, int64_t dim,
                       const float *packed, const float *bias, int64_t first,
                       int64_t last);
double RG_K(exp_sum)(float *x, float shift, int64_t n);
void RG_K(mul_add)(float *out, const float *e, int64_t ld_e, const float *table,
                   int64_t m, int64_t n, int64_t dim);
void RG_K(mul_add_t)(float *out, const float *e, int64_t ld_e, const float *table,
                     int64_t m, int64_t n, int64_t dim);
void RG_K(gram)(double *gram, const float *x, int64_t n, int64_t cols);
void RG_K(adam)(float *x, float *m, float *v, const float *grad, int64_t n,
                const rg_adam_size *size);
int64_t RG_K(above)(const float *x, int64_t begin, int64_t n, float limit);
int64_t RG_K(twice_above)(const float *x, int64_t n, float limit);
void RG_K(peaks)(float *out, int64_t groups, const float *x, int64_t n);
int64_t RG_K(n_above)(const float *x, int64_t n, float limit);
void RG_K(columns_above)(float *count, const float *x, const float *factor,
                         const float *limit, int64_t n, int64_t width);
int64_t RG_K(pick_above)(uint32_t *index, const float *x, int64_t begin, int64_t end,
                         float limit);
int64_t RG_K(draw)(uint32_t *index, float *weight, const float *x, int64_t n, float unit,
                   float *rest);
double RG_K(sum)(const float *x, int64_t n);
void RG_K(scale)(float *x, float mean, float inverse, float low, float high, int64_t n);
void RG_K(mix)(float *out, const rg_mix *t, const float *const *x, const float *z,
               int64_t n);
void RG_K(mix_net)(float *out, const rg_mix *t, const rg_mix_net *net,
                   const float *const *x, const float *const *side, int64_t n);
void RG_K(net_forward)(float *out, float *unit, const float *x, int64_t n,
                       const rg_net *net);
void RG_K(net_backward)(const rg_net *grad, const float *d_out, const float *unit,
                        const float *x, int64_t n, const rg_net *net);
void RG_K(columns_forward)(float *out, float *unit, const float *x, int64_t n,
                           int64_t stride, const rg_net *net);
void RG_K(columns_backward)(const rg_net *grad, const float *d_out, float *unit,
                            const float *x, int64_t n, int64_t stride, const rg_net *net);
void RG_K(gate_score)(float *z, const float *out, const float *factor, const float *s,
                      int rows, int64_t n, int64_t stride);
void RG_K(gate_slope)(float *out, const float *d, const float *factor, const float *s,
                      int rows, int64_t n, int64_t stride);
double RG_K(peak)(int64_t rounds, float *sink);
#endif
