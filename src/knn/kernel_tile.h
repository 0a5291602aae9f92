/* Tiles of scores, for the kernel_*.c of this room: a few queries against a few vectors
 * of rows stay in registers while the inner loop runs over the elements; `ahead`
 * also fetches the panel behind. Included with
 * RG_BYTE_DOT or RG_PAIR_DOT where the functions around may use VNNI or BF16. */
#ifndef RG_KNN_KERNEL_TILE_H
#define RG_KNN_KERNEL_TILE_H
#include "base/kernels/kernel.h"
#include "knn/units.h"

enum { MOST_TILE = 24, ALONE = RG_HITS_SLACK / W < 8 ? RG_HITS_SLACK / W : 8 };
#if defined(RG_BYTE_DOT) || defined(__AVX512F__)
enum { CODE_ROWS = 12 };
#else
enum { CODE_ROWS = 4 }; /* unpacked codes take registers too */
#endif

RG_INLINE vi load_vi(const void *p)
{
    vi v;
    memcpy(&v, p, sizeof v);
    return v;
}

RG_INLINE vi splat_vi(int32_t x)
{
    return x - (vi){0};
}

RG_INLINE vf to_float(vi x)
{
    return __builtin_convertvector(x, vf);
}

RG_INLINE int32_t code_pair(const int16_t *p)
{
    int32_t x = 0;
    memcpy(&x, p, sizeof x);
    return x;
}

/* Bit l: lane l of s is above that of limit. */
RG_INLINE uint32_t above_mask(vf s, vf limit)
{
#if defined(__AVX512F__)
    return _mm512_cmp_ps_mask((__m512)s, (__m512)limit, _CMP_GT_OQ);
#elif defined(__AVX__)
    return (uint32_t)_mm256_movemask_ps((__m256)(s > limit));
#else
    const vi above = s > limit;
    uint32_t mask = 0;
    for (int l = 0; l < W; l++) mask |= (uint32_t)(above[l] & 1) << l;
    return mask;
#endif
}

/* Where vector v of a tile begins, in elements from the panel of its first row;
 * `panel` is the elements of a panel. */
RG_INLINE int64_t vector_at(int v, int64_t panel, int group)
{
    return (int64_t)(v * W / RG_PANEL) * panel + (int64_t)(v * W % RG_PANEL) * group;
}

RG_INLINE vf bias_of(const rg_table *t, int64_t row)
{
    return t->bias != NULL ? load(t->bias + row) : (vf){0.0f};
}

/* s[r][v] = bias + sum_k query[k] row[k], in the order of rg_panel_score. `column` is the
 * first vector's rows in their panel. */
RG_INLINE void sums_float(vf *s, const rg_table *t, const float *a, int64_t row, int rows,
                          int nv, int ahead)
{
    const int64_t dim = t->dim, panel = dim * RG_PANEL;
    const float *p = (const float *)t->panels + row / RG_PANEL * panel + row % RG_PANEL;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < nv; v++) s[r * nv + v] = bias_of(t, row + v * W);
    for (int64_t k = 0; k < dim; k++) {
        vf x[ALONE];
        for (int v = 0; v < nv; v++) {
            x[v] = load(p + k * RG_PANEL + vector_at(v, panel, 1));
            if (ahead) __builtin_prefetch(p + (k + dim) * RG_PANEL + v * W);
        }
        for (int r = 0; r < rows; r++) {
            const vf q = splat(a[r * dim + k]);
            for (int v = 0; v < nv; v++) s[r * nv + v] = fused(q, x[v], s[r * nv + v]);
        }
    }
}

/* The same from pairs of bfloat16, as floats. */
RG_INLINE void sums_pairs(vf *s, const rg_table *t, const float *a, int64_t row, int rows,
                          int nv, int ahead)
{
    const int64_t dim = t->dim, panel = (dim + 1) / 2 * 2 * RG_PANEL;
    const uint16_t *p =
        (const uint16_t *)t->panels + row / RG_PANEL * panel + row % RG_PANEL * 2;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < nv; v++) s[r * nv + v] = bias_of(t, row + v * W);
    for (int64_t k = 0; k < dim; k += 2, p += 2 * RG_PANEL) {
        vf x[ALONE], y[ALONE];
        for (int v = 0; v < nv; v++) {
            const vi both = load_vi(p + vector_at(v, panel, 2));
            x[v] = (vf)(both << 16);
            y[v] = (vf)(both & splat_vi((int32_t)0xffff0000));
            if (ahead) __builtin_prefetch(p + panel + 2 * v * W);
        }
        for (int r = 0; r < rows; r++) {
            const vf q = splat(a[r * dim + k]);
            const vf z = splat(k + 1 < dim ? a[r * dim + k + 1] : 0.0f);
            for (int v = 0; v < nv; v++)
                s[r * nv + v] = fused(z, y[v], fused(q, x[v], s[r * nv + v]));
        }
    }
}

/* The same from codes, as floats: bias + scale sum_k query[k] code[k]. */
RG_INLINE void sums_codes(vf *s, const rg_table *t, const float *a, int64_t row, int rows,
                          int nv, int ahead)
{
    const int64_t dim = t->dim, panel = (dim + 3) / 4 * 4 * RG_PANEL;
    const int8_t *p =
        (const int8_t *)t->panels + row / RG_PANEL * panel + row % RG_PANEL * 4;
    for (int i = 0; i < rows * nv; i++) s[i] = (vf){0.0f};
    for (int64_t k = 0; k < dim; k++) {
        vf x[ALONE];
        const int up = 24 - 8 * (int)(k % 4);
        for (int v = 0; v < nv; v++) {
            const vi four = load_vi(p + k / 4 * 4 * RG_PANEL + vector_at(v, panel, 4));
            x[v] = to_float((four << up) >> 24);
            if (ahead) __builtin_prefetch(p + panel + k * RG_PANEL + 4 * v * W);
        }
        for (int r = 0; r < rows; r++) {
            const vf q = splat(a[r * dim + k]);
            for (int v = 0; v < nv; v++) s[r * nv + v] = fused(q, x[v], s[r * nv + v]);
        }
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < nv; v++)
            s[r * nv + v] = fused(s[r * nv + v], load(t->row_scale + row + v * W),
                                  bias_of(t, row + v * W));
}

#if defined(RG_PAIR_DOT)
/* Two multiply-adds an instruction, the query rounded to bfloat16 too. */
RG_INLINE void sums_pair_dot(vf *s, const rg_filter *f, int64_t q, int64_t row, int rows,
                             int nv, int ahead)
{
    const rg_table *t = f->table;
    const int64_t groups = (t->dim + 1) / 2, panel = groups * 2 * RG_PANEL;
    const uint16_t *p =
        (const uint16_t *)t->panels + row / RG_PANEL * panel + row % RG_PANEL * 2;
    const int32_t *a = f->code + q * groups;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < nv; v++) s[r * nv + v] = bias_of(t, row + v * W);
    for (int64_t g = 0; g < groups; g++, p += 2 * RG_PANEL) {
        vi x[ALONE];
        for (int v = 0; v < nv; v++) {
            x[v] = load_vi(p + vector_at(v, panel, 2));
            if (ahead) __builtin_prefetch(p + panel + 2 * v * W);
        }
        for (int r = 0; r < rows; r++) {
            const vi c = splat_vi(a[r * groups + g]);
            for (int v = 0; v < nv; v++)
                s[r * nv + v] = (vf)_mm512_dpbf16_ps((__m512)s[r * nv + v], (__m512bh)c,
                                                     (__m512bh)x[v]);
        }
    }
}
#endif

#if defined(RG_BYTE_DOT)
/* sum[r][v] of whole numbers: (code + 128) without a sign, times the query's with one. */
RG_INLINE void whole_sums(vi *sum, const rg_filter *f, int64_t q, const int8_t *p,
                          int rows, int nv, int ahead)
{
    const int64_t groups = (f->table->dim + 3) / 4, panel = groups * 4 * RG_PANEL;
    const int32_t *a = f->code + q * groups;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < nv; v++) sum[r * nv + v] = splat_vi(f->code_sum[q + r]);
    for (int64_t g = 0; g < groups; g++, p += 4 * RG_PANEL) {
        vi x[ALONE];
        for (int v = 0; v < nv; v++) {
            x[v] = load_vi(p + vector_at(v, panel, 4)) ^ splat_vi((int32_t)0x80808080);
            if (ahead) __builtin_prefetch(p + panel + 4 * v * W);
        }
        for (int r = 0; r < rows; r++) {
            const vi c = splat_vi(a[r * groups + g]);
            for (int v = 0; v < nv; v++)
                sum[r * nv + v] = (vi)_mm512_dpbusd_epi32((__m512i)sum[r * nv + v],
                                                          (__m512i)x[v], (__m512i)c);
        }
    }
}
#else
/* even 16-bit parts times even, odd times odd, each pair added: exact, for codes are
 * at most 127 in size. */
RG_INLINE vi pair_sum(vi sum, vi x, vi c)
{
#if defined(__AVX512BW__)
    return sum + (vi)_mm512_madd_epi16((__m512i)x, (__m512i)c);
#elif defined(__AVX2__)
    return sum + (vi)_mm256_madd_epi16((__m256i)x, (__m256i)c);
#else
    return sum + ((x << 16) >> 16) * ((c << 16) >> 16) + (x >> 16) * (c >> 16);
#endif
}

typedef int16_t vs __attribute__((vector_size(W * sizeof(int32_t))));

RG_INLINE void whole_sums(vi *sum, const rg_filter *f, int64_t q, const int8_t *p,
                          int rows, int nv, int ahead)
{
    const int64_t groups = (f->table->dim + 3) / 4, panel = groups * 4 * RG_PANEL;
    const int16_t *a = f->wide + q * groups * 4;
    for (int i = 0; i < rows * nv; i++) sum[i] = splat_vi(0);
    for (int64_t g = 0; g < groups; g++, p += 4 * RG_PANEL) {
        vi even[ALONE], odd[ALONE]; /* codes 0 and 2, 1 and 3 of each row */
        for (int v = 0; v < nv; v++) {
            const vs x = (vs)load_vi(p + vector_at(v, panel, 4));
            even[v] = (vi)((x << 8) >> 8);
            odd[v] = (vi)(x >> 8);
            if (ahead) __builtin_prefetch(p + panel + 4 * v * W);
        }
        for (int r = 0; r < rows; r++) {
            const int16_t *c = a + (r * groups + g) * 4;
            const vi c0 = splat_vi(code_pair(c)), c1 = splat_vi(code_pair(c + 2));
            for (int v = 0; v < nv; v++)
                sum[r * nv + v] =
                    pair_sum(pair_sum(sum[r * nv + v], even[v], c0), odd[v], c1);
        }
    }
}
#endif

RG_INLINE void sums_whole(vf *s, const rg_filter *f, int64_t q, int64_t row, int rows,
                          int nv, int ahead)
{
    const rg_table *t = f->table;
    const int64_t panel = (t->dim + 3) / 4 * 4 * RG_PANEL;
    vi sum[MOST_TILE];
    whole_sums(sum, f, q,
               (const int8_t *)t->panels + row / RG_PANEL * panel + row % RG_PANEL * 4,
               rows, nv, ahead);
    for (int v = 0; v < nv; v++) {
        const vf scale = load(t->row_scale + row + v * W);
        for (int r = 0; r < rows; r++) {
            const vf x = to_float(sum[r * nv + v]);
            s[r * nv + v] =
                t->bias == NULL
                    ? x * scale
                    : fused(x, scale,
                            load(t->bias + row + v * W) * splat(f->bias_scale[q + r]));
        }
    }
}

/* Cuts the buffers that are full. */
static __attribute__((noinline)) void cut_full(const rg_filter *f, int64_t q, int rows)
{
    for (int r = 0; r < rows; r++)
        if (f->hits[q + r].n > f->hits[q + r].room)
            f->limit[q + r] = rg_hits_cut(&f->hits[q + r]);
}

/* Appends the rows of mask, their scores in x: few, mostly one. */
RG_INLINE void push(rg_hits *h, const float *x, uint32_t mask, int64_t row)
{
    int64_t n = h->n;
    for (; mask != 0; mask &= mask - 1) {
        const int l = __builtin_ctz(mask);
        h->key[n++] = rg_hit_key(x[l], (uint32_t)(row + l));
    }
    h->n = n;
}

/* Pushes the rows of query q whose scores x[n] are above its limit; 1 when the buffer is
 * full. */
RG_INLINE int push_row(const rg_filter *f, const float *x, int64_t q, int64_t row, int nv)
{
    enum { WORD = 32 / W }; /* vectors to a word of the mask */
    rg_hits *h = &f->hits[q];
    const vf limit = splat(f->limit[q]);
    for (int v = 0; v < nv; v += WORD) {
        uint32_t mask = 0;
        const int64_t at = row + v * W;
        for (int i = v; i < v + WORD && i < nv; i++)
            mask |= above_mask(load(x + i * W), limit) << (i - v) * W;
        if (f->allow != NULL) mask &= f->allow[at / 32] >> at % 32;
        push(h, x + v * W, mask, at);
    }
    return h->n > h->room;
}

/* Pushes what is above the limits: row .. row + nv W of `rows` queries from q on. Most
 * tiles have no hit for most queries, so they are skipped with few branches. */
RG_INLINE void push_tile(const rg_filter *f, const vf *s, int64_t q, int64_t row,
                         int rows, int nv)
{
    enum { GROUP = 64 / W }; /* queries to a word of masks */
    int full = 0;
    for (int first = 0; first < rows; first += GROUP) {
        const int last = first + GROUP < rows ? first + GROUP : rows;
        uint64_t some = 0;
        for (int r = first; r < last; r++) {
            const vf limit = splat(f->limit[q + r]);
            uint32_t any = 0;
            for (int v = 0; v < nv; v++) any |= above_mask(s[r * nv + v], limit);
            some |= (uint64_t)any << (r - first) * W;
        }
        if (some == 0) continue;
        float x[MOST_TILE * W];
        for (int i = 0; i < (last - first) * nv; i++) store(x + i * W, s[first * nv + i]);
        while (some != 0) {
            const int r = __builtin_ctzll(some) / W;
            full |= push_row(f, x + r * nv * W, q + first + r, row, nv);
            some &= ~((((uint64_t)1 << W) - 1) << r * W);
        }
    }
    if (full) cut_full(f, q, rows);
}

/* Which sums a filter takes. */
enum { SUM_FLOAT, SUM_PAIRS, SUM_PAIR_DOT, SUM_WHOLE };

RG_INLINE void filter_tile(const rg_filter *f, int64_t q, int64_t row, int sum, int rows,
                           int nv, int ahead)
{
    vf s[MOST_TILE];
    const float *a = f->query + q * f->table->dim;
    if (sum == SUM_FLOAT) sums_float(s, f->table, a, row, rows, nv, ahead);
    if (sum == SUM_PAIRS) sums_pairs(s, f->table, a, row, rows, nv, ahead);
#if defined(RG_PAIR_DOT)
    if (sum == SUM_PAIR_DOT) sums_pair_dot(s, f, q, row, rows, nv, ahead);
#endif
    if (sum == SUM_WHOLE) sums_whole(s, f, q, row, rows, nv, ahead);
    push_tile(f, s, q, row, rows, nv);
}

/* A single query: enough rows at once to fill all chains of additions. */
RG_INLINE void filter_alone(const rg_filter *f, int64_t q, int64_t first, int64_t last,
                            int sum)
{
    enum { STEP = ALONE * W };
    int64_t row = first * RG_PANEL;
    const int64_t end = last * RG_PANEL;
    for (; row + STEP <= end; row += STEP) filter_tile(f, q, row, sum, 1, ALONE, 0);
    for (; row < end; row += 2 * W) filter_tile(f, q, row, sum, 1, 2, 0);
}

/* `full` queries at a time, then 4, then single queries. */
RG_INLINE void filter_panels(const rg_filter *f, int64_t first, int64_t last, int sum,
                             int full)
{
    const int64_t in_full = f->m / full * full;
    const int64_t in_four = in_full + (f->m - in_full) / 4 * 4;
    for (int64_t row = first * RG_PANEL; row < last * RG_PANEL && in_four > 0;
         row += 2 * W) {
        int64_t q = 0;
        if (in_full > full) {
            filter_tile(f, q, row, sum, full, 2, 1);
            q = full;
        }
        for (; q < in_full; q += full) filter_tile(f, q, row, sum, full, 2, 0);
        for (; q < in_four; q += 4) filter_tile(f, q, row, sum, 4, 2, 0);
    }
    for (int64_t q = in_four; q < f->m; q++) filter_alone(f, q, first, last, sum);
}
#endif
