/* Byte codes and their products. On AVX-512 VNNI a row of 64 numbers is one load and one
 * instruction, and four rows share the sum over lanes. */
#include "knn/index_codes.h"
#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

int64_t rg_code_stride(int64_t dim)
{
    return (dim + RG_CODE_ALIGN - 1) / RG_CODE_ALIGN * RG_CODE_ALIGN;
}

float rg_code_largest(const float *x, int64_t n)
{
    float most = 0.0f;
    for (int64_t k = 0; k < n; k++) most = fabsf(x[k]) > most ? fabsf(x[k]) : most;
    return most;
}

float rg_code_step(float largest)
{
    const float step = largest / (float)RG_CODE_MAX;
    return step > 0.0f && isfinite(1.0f / step) ? step : 1.0f;
}

static int32_t level_of(float x, float inverse)
{
    const float level = rintf(x * inverse);
    if (!(level > (float)-RG_CODE_MAX)) return -RG_CODE_MAX; /* NaN too */
    return level < (float)RG_CODE_MAX ? (int32_t)level : RG_CODE_MAX;
}

void rg_code_pack(uint8_t *code, const float *row, int64_t dim, float step)
{
    const float inverse = 1.0f / step;
    const int64_t stride = rg_code_stride(dim);
    for (int64_t k = 0; k < dim; k++)
        code[k] = (uint8_t)(level_of(row[k], inverse) + RG_CODE_ZERO);
    for (int64_t k = dim; k < stride; k++) code[k] = RG_CODE_ZERO;
}

void rg_code_query_set(rg_code_query *query, const float *x, int64_t dim, float step)
{
    const float own = rg_code_step(rg_code_largest(x, dim)), inverse = 1.0f / own;
    const int64_t stride = rg_code_stride(dim);
    int32_t sum = 0;
    for (int64_t k = 0; k < dim; k++) {
        const int32_t level = level_of(x[k], inverse);
        query->level[k] = (int8_t)level;
        sum += level;
    }
    for (int64_t k = dim; k < stride; k++) query->level[k] = 0;
    query->shift = sum * RG_CODE_ZERO;
    query->factor = own * step;
}

void rg_code_query_row(rg_code_query *query, const uint8_t *code, int64_t stride,
                       float step)
{
    int32_t sum = 0;
    for (int64_t k = 0; k < stride; k++) {
        const int32_t level = (int32_t)code[k] - RG_CODE_ZERO;
        query->level[k] = (int8_t)level;
        sum += level;
    }
    query->shift = sum * RG_CODE_ZERO;
    query->factor = step * step;
}

static void dot_plain(int32_t *out, const int8_t *level, const uint8_t *code,
                      int64_t stride, const uint32_t *index, int64_t n)
{
    for (int64_t e = 0; e < n; e++) {
        const uint8_t *row = code + (int64_t)index[e] * stride;
        int32_t sum = 0;
        for (int64_t k = 0; k < stride; k++) sum += (int32_t)level[k] * (int32_t)row[k];
        out[e] = sum;
    }
}

#if defined(__x86_64__)
#define RG_AVX2 __attribute__((target("avx2")))
#define RG_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

/* 16 numbers at a time, widened to 16 bits: products of bytes would saturate. */
RG_AVX2 static void dot_avx2(int32_t *out, const int8_t *level, const uint8_t *code,
                             int64_t stride, const uint32_t *index, int64_t n)
{
    for (int64_t e = 0; e < n; e++) {
        const uint8_t *row = code + (int64_t)index[e] * stride;
        __m256i sum = _mm256_setzero_si256();
        for (int64_t k = 0; k < stride; k += 16) {
            const __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(level + k));
            const __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(row + k));
            sum = _mm256_add_epi32(
                sum, _mm256_madd_epi16(_mm256_cvtepi8_epi16(a), _mm256_cvtepu8_epi16(b)));
        }
        __m128i s =
            _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        s = _mm_hadd_epi32(s, s);
        s = _mm_hadd_epi32(s, s);
        out[e] = _mm_cvtsi128_si32(s);
    }
}

RG_VNNI static inline __m512i products(const int8_t *level, const uint8_t *row,
                                       int64_t stride)
{
    __m512i sum = _mm512_setzero_si512();
    int64_t k = 0;
    for (; k + 64 <= stride; k += 64)
        sum = _mm512_dpbusd_epi32(sum, _mm512_loadu_si512(row + k),
                                  _mm512_loadu_si512(level + k));
    if (k < stride) {
        const __mmask64 part = ((__mmask64)1 << (stride - k)) - 1;
        sum = _mm512_dpbusd_epi32(sum, _mm512_maskz_loadu_epi8(part, row + k),
                                  _mm512_maskz_loadu_epi8(part, level + k));
    }
    return sum;
}

RG_VNNI static inline __m256i halves(__m512i x)
{
    return _mm256_add_epi32(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
}

RG_VNNI static void dot_vnni(int32_t *out, const int8_t *level, const uint8_t *code,
                             int64_t stride, const uint32_t *index, int64_t n)
{
    int64_t e = 0;
    for (; e + 4 <= n; e += 4) {
        __m256i s[4];
        for (int r = 0; r < 4; r++)
            s[r] = halves(products(level, code + (int64_t)index[e + r] * stride, stride));
        const __m256i sum = _mm256_hadd_epi32(_mm256_hadd_epi32(s[0], s[1]),
                                              _mm256_hadd_epi32(s[2], s[3]));
        _mm_storeu_si128(
            (__m128i *)(void *)(out + e),
            _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1)));
    }
    for (; e < n; e++)
        out[e] = _mm512_reduce_add_epi32(
            products(level, code + (int64_t)index[e] * stride, stride));
}
#endif

rg_code_dot_fn rg_code_dot(int plain)
{
#if defined(__x86_64__)
    if (!plain && __builtin_cpu_supports("avx512vnni") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return dot_vnni;
    if (!plain && __builtin_cpu_supports("avx2")) return dot_avx2;
#endif
    (void)plain;
    return dot_plain;
}
