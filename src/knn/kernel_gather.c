/* A query against rows anywhere in a compact table, and the table of kernels. */
#include "knn/kernel_names.h"

enum { LANES = 2, AHEAD = 8 };

/* n <= W elements as floats, zeros after them, as load_bf16. */
RG_INLINE vf load_i8(const int8_t *p, int64_t n)
{
#if defined(__AVX512F__)
    const __m128i x = _mm_maskz_loadu_epi8((__mmask16)((1u << n) - 1u), p);
    return (vf)_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(x));
#else
#if defined(__AVX2__)
    if (n == W) {
        const __m128i whole = _mm_loadl_epi64((const __m128i *)(const void *)p);
        return (vf)_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(whole));
    }
#endif
    vi x = {0};
    for (int64_t k = 0; k < n; k++) x[k] = (int32_t)p[k];
    return __builtin_convertvector(x, vf);
#endif
}

RG_INLINE vf load_whole(const void *row, int64_t k, int codes)
{
    return codes ? load_i8((const int8_t *)row + k, W)
                 : load_bf16((const uint16_t *)row + k, W);
}

/* Vectors of partial sums, added pairwise, then the lanes from both ends. */
RG_INLINE float dot(const float *a, const void *row, int64_t n, int codes)
{
    vf s[LANES] = {{0.0f}};
    int64_t k = 0;
    for (; k + LANES * W <= n; k += LANES * W)
        for (int l = 0; l < LANES; l++)
            s[l] = fused(load(a + k + l * W), load_whole(row, k + l * W, codes), s[l]);
    for (; k + W <= n; k += W) s[0] = fused(load(a + k), load_whole(row, k, codes), s[0]);
    if (k < n) {
        const vf x = codes ? load_i8((const int8_t *)row + k, n - k)
                           : load_bf16((const uint16_t *)row + k, n - k);
        s[1] = fused(load_part(a + k, n - k), x, s[1]);
    }
    return sum_lanes(s[0] + s[1]);
}

RG_INLINE void fetch(const char *row, int64_t bytes)
{
    for (int64_t k = 0; k < bytes; k += 64) __builtin_prefetch(row + k, 0, 3);
}

RG_INLINE void gather(float *out, const float *query, const rg_rows *rows,
                      const uint32_t *index, int64_t n, int codes)
{
    const int64_t bytes = rows->dim * (codes ? 1 : 2);
    const char *data = rows->data;
    for (int64_t e = 0; e < n && e < AHEAD; e++) fetch(data + index[e] * bytes, bytes);
    for (int64_t e = 0; e < n; e++) {
        if (e + AHEAD < n) fetch(data + index[e + AHEAD] * bytes, bytes);
        const float sum = dot(query, data + index[e] * bytes, rows->dim, codes);
        out[e] = codes ? sum * rows->scale[index[e]] : sum;
    }
}

void RG_K(gather_bf16)(float *out, const float *query, const rg_rows *rows,
                       const uint32_t *index, int64_t n)
{
    gather(out, query, rows, index, n, 0);
}

void RG_K(gather_i8)(float *out, const float *query, const rg_rows *rows,
                     const uint32_t *index, int64_t n)
{
    gather(out, query, rows, index, n, 1);
}

#define RG_TEXT2(x) #x
#define RG_TEXT(x) RG_TEXT2(x)

const rg_search_kernels RG_PASTE(rg_search_kernels, RG_ISA) = {
    .name = RG_TEXT(RG_ISA),
    .filter = {RG_K(filter_f32), RG_K(filter_bf16), RG_K(filter_i8)},
    .scores = {NULL, RG_K(scores_bf16), RG_K(scores_i8)},
    .gather = {NULL, RG_K(gather_bf16), RG_K(gather_i8)},
};
