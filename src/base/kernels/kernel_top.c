/* The passes over a row that base/topk_filter.c is made of. NaN is never above. O(n). */
#include "base/kernels/kernel.h"
#include <math.h>

void RG_K(peaks)(float *out, int64_t groups, const float *x, int64_t n)
{
    enum { AT_ONCE = 4 }; /* rows for each load and store of a maximum */
    int64_t r = 0;
    for (int64_t j = 0; j < groups; j += W) store(out + j, splat(-INFINITY));
    for (; (r + AT_ONCE) * groups <= n; r += AT_ONCE)
        for (int64_t j = 0; j < groups; j += W) {
            const float *from = x + r * groups + j;
            vf most = load(out + j);
            for (int a = 0; a < AT_ONCE; a++)
                most = greater(load(from + a * groups), most);
            store(out + j, most);
        }
    for (; (r + 1) * groups <= n; r++)
        for (int64_t j = 0; j < groups; j += W)
            store(out + j, greater(load(x + r * groups + j), load(out + j)));
}

int64_t RG_K(n_above)(const float *x, int64_t n, float limit)
{
    const vf l = splat(limit);
    vi above[2] = {{0}};
    int64_t k = 0, count = 0;
    for (; k + 2 * W <= n; k += 2 * W) {
        above[0] -= load(x + k) > l;
        above[1] -= load(x + k + W) > l;
    }
    for (; k < n; k++) count += x[k] > limit;
    above[0] += above[1];
    for (int v = 0; v < W; v++) count += above[0][v];
    return count;
}

void RG_K(columns_above)(float *count, const float *x, const float *factor,
                         const float *limit, int64_t n, int64_t width)
{
    enum { BLOCK = 16, REGISTERS = BLOCK / W };
    for (int64_t c = 0; c < width; c += BLOCK) {
        vf l[REGISTERS];
        vi above[REGISTERS] = {{0}};
        for (int v = 0; v < REGISTERS; v++) l[v] = load(limit + c + v * W);
        for (int64_t r = 0; r < n; r++) {
            const vf f = splat(factor[r]);
            for (int v = 0; v < REGISTERS; v++)
                above[v] -= load(x + r * width + c + v * W) * f > l[v];
        }
        for (int v = 0; v < REGISTERS; v++)
            for (int k = 0; k < W; k++) count[c + v * W + k] = (float)above[v][k];
    }
}

/* Bit v: x[v] > limit. */
RG_INLINE uint32_t lanes_above(vf x, vf limit)
{
#if defined(__AVX512F__)
    return _mm512_cmp_ps_mask((__m512)x, (__m512)limit, _CMP_GT_OQ);
#elif defined(__AVX__)
    return (uint32_t)_mm256_movemask_ps(
        _mm256_cmp_ps((__m256)x, (__m256)limit, _CMP_GT_OQ));
#elif defined(__SSE2__)
    return (uint32_t)_mm_movemask_ps(_mm_cmpgt_ps((__m128)x, (__m128)limit));
#else
    uint32_t lanes = 0;
    for (int v = 0; v < W; v++) lanes |= (uint32_t)(x[v] > limit[v]) << v;
    return lanes;
#endif
}

int64_t RG_K(pick_above)(uint32_t *index, const float *x, int64_t begin, int64_t end,
                         float limit)
{
    enum { STEP = 32 };
    const vf l = splat(limit);
    int64_t k = begin, n = 0;
    for (; k + STEP <= end; k += STEP) {
        uint32_t lanes = 0;
        for (int v = 0; v < STEP; v += W) lanes |= lanes_above(load(x + k + v), l) << v;
        for (; lanes != 0; lanes &= lanes - 1)
            index[n++] = (uint32_t)k + (uint32_t)__builtin_ctz(lanes);
    }
    for (; k < end; k++)
        if (x[k] > limit) index[n++] = (uint32_t)k;
    return n;
}
