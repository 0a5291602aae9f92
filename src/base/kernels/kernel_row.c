/* Kernels on single rows: dot, axpy, the sparse row times dense table products, the
 * search for values above a limit, and the multiply-add peak that bench compares to. */
#include "base/kernels/kernel.h"

enum { LANES = 4, AHEAD = 8, GATHER_WIDE = 8 };

/* Four vectors of partial sums, added pairwise, then the lanes from both ends. */
RG_INLINE float dot(const float *a, const float *b, int64_t n)
{
    vf s[LANES] = {{0.0f}};
    int64_t k = 0;
    for (; k + LANES * W <= n; k += LANES * W)
        for (int l = 0; l < LANES; l++) s[l] += load(a + k + l * W) * load(b + k + l * W);
    for (; k + W <= n; k += W) s[0] += load(a + k) * load(b + k);
    if (k < n) s[1] += load_part(a + k, n - k) * load_part(b + k, n - k);
    return sum_lanes((s[0] + s[1]) + (s[2] + s[3]));
}

float RG_K(dot)(const float *a, const float *b, int64_t n)
{
    return dot(a, b, n);
}

void RG_K(axpy)(float *y, float a, const float *x, int64_t n)
{
    const vf va = splat(a);
    int64_t k = 0;
    for (; k + W <= n; k += W) store(y + k, fused(va, load(x + k), load(y + k)));
    if (k < n)
        store_part(y + k, fused(va, load_part(x + k, n - k), load_part(y + k, n - k)),
                   n - k);
}

void RG_K(axpy_bf16)(float *y, float a, const uint16_t *x, int64_t n)
{
    const vf va = splat(a);
    int64_t k = 0;
    for (; k + W <= n; k += W) store(y + k, fused(va, load_bf16(x + k, W), load(y + k)));
    if (k < n)
        store_part(y + k, fused(va, load_bf16(x + k, n - k), load_part(y + k, n - k)),
                   n - k);
}

RG_INLINE void prefetch_row(const float *row, int64_t n)
{
    for (int64_t k = 0; k < n; k += 16) __builtin_prefetch(row + k, 0, 3);
}

/* Columns [0, nv * W) of the product, or the last `part` of one vector. */
RG_INLINE void gather_columns(float *out, const float *table, int64_t dim,
                              const uint32_t *index, const float *weight, int64_t n,
                              int add, int nv, int64_t part)
{
    vf s[GATHER_WIDE] = {{0.0f}};
    for (int v = 0; v < nv && add; v++) s[v] = load_n(out + v * W, part);
    for (int64_t e = 0; e < n; e++) {
        const float *row = table + (int64_t)index[e] * dim;
        const vf w = splat(weight[e]);
        if (e + AHEAD < n)
            prefetch_row(table + (int64_t)index[e + AHEAD] * dim, (int64_t)nv * W);
        for (int v = 0; v < nv; v++) s[v] = fused(w, load_n(row + v * W, part), s[v]);
    }
    for (int v = 0; v < nv; v++) store_n(out + v * W, s[v], part);
}

RG_INLINE void gather(float *out, const float *table, int64_t dim, const uint32_t *index,
                      const float *weight, int64_t n, int add)
{
    int64_t k = 0;
    for (; k + 8 * W <= dim; k += 8 * W)
        gather_columns(out + k, table + k, dim, index, weight, n, add, 8, W);
    for (; k + 4 * W <= dim; k += 4 * W)
        gather_columns(out + k, table + k, dim, index, weight, n, add, 4, W);
    for (; k + W <= dim; k += W)
        gather_columns(out + k, table + k, dim, index, weight, n, add, 1, W);
    if (k < dim)
        gather_columns(out + k, table + k, dim, index, weight, n, add, 1, dim - k);
}

void RG_K(gather)(float *out, const float *table, int64_t dim, const uint32_t *index,
                  const float *weight, int64_t n)
{
    gather(out, table, dim, index, weight, n, 0);
}

void RG_K(gather_add)(float *out, const float *table, int64_t dim, const uint32_t *index,
                      const float *weight, int64_t n)
{
    gather(out, table, dim, index, weight, n, 1);
}

void RG_K(gather_dot)(float *out, const float *query, const float *table, int64_t dim,
                      const uint32_t *index, int64_t n)
{
    for (int64_t e = 0; e < n; e++) {
        if (e + AHEAD < n) prefetch_row(table + (int64_t)index[e + AHEAD] * dim, dim);
        out[e] = dot(query, table + (int64_t)index[e] * dim, dim);
    }
}

int64_t RG_K(above)(const float *x, int64_t begin, int64_t n, float limit)
{
    enum { STEP = 4 };
    const vf l = splat(limit);
    int64_t k = begin;
    for (; k + STEP * W <= n; k += STEP * W) {
        vi any = {0};
        for (int v = 0; v < STEP; v++) any |= load(x + k + v * W) > l;
        int32_t hit = 0;
#if defined(__AVX512F__)
        hit = _mm512_test_epi32_mask((__m512i)any, (__m512i)any) != 0;
#else
        for (int v = 0; v < W; v++) hit |= any[v];
#endif
        if (hit) break;
    }
    while (k < n && !(x[k] > limit)) k++;
    return k;
}

/* Lanes count in 32 bits: a call has fewer than 2^30 elements. */
int64_t RG_K(twice_above)(const float *x, int64_t n, float limit)
{
    const vf l = splat(limit);
    vi above = {0}, from = {0};
    int64_t k = 0, twice = 0;
    for (; k + W <= n; k += W) {
        const vf v = load(x + k);
        above -= v > l;
        from -= v >= l;
    }
    for (; k < n; k++) twice += (x[k] > limit) + (x[k] >= limit);
    above += from;
    for (int v = 0; v < W; v++) twice += above[v];
    return twice;
}

double RG_K(peak)(int64_t rounds, float *sink)
{
    enum { CHAINS = 12 };
    vf s[CHAINS];
    const vf a = splat(sink[0]), b = splat(sink[1]);
    for (int c = 0; c < CHAINS; c++) s[c] = splat((float)c);
    for (int64_t r = 0; r < rounds; r++)
        for (int c = 0; c < CHAINS; c++) s[c] = s[c] * a + b;
    for (int c = 1; c < CHAINS; c++) s[0] += s[c];
    sink[2] = s[0][0];
    return 2.0 * (double)rounds * (int)CHAINS * (int)W;
}
