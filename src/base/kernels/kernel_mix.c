/* Scales rows and adds them in one pass; sums a row for its mean. kernels.h has the
 * formulas. */
#include "base/kernels/kernel.h"

enum { CHUNK = 1024, CHAINS = 4, UNIT = 2 * RG_MIX_ROWS + RG_MIX_SIDES + 2 };

/* Chunks are summed in float, lane by lane, and added up in double: each lane of a chunk
 * is a sum of 1024 / (4 W) terms. */
double RG_K(sum)(const float *x, int64_t n)
{
    double lane[W] = {0.0}, sum = 0.0;
    for (int64_t first = 0; first < n; first += CHUNK) {
        const int64_t last = first + CHUNK < n ? first + CHUNK : n;
        vf s[CHAINS] = {{0.0f}};
        int64_t k = first;
        for (; k + CHAINS * W <= last; k += CHAINS * W)
            for (int c = 0; c < CHAINS; c++) s[c] += load(x + k + c * W);
        for (; k + W <= last; k += W) s[0] += load(x + k);
        if (k < last) s[1] += load_part(x + k, last - k);
        const vf all = (s[0] + s[1]) + (s[2] + s[3]);
        for (int l = 0; l < W; l++) lane[l] += (double)all[l];
    }
    for (int l = 0; l < W; l++) sum += lane[l];
    return sum;
}

RG_INLINE vf scaled(vf x, float mean, float inverse, float low, float high)
{
    return lesser(greater((x - splat(mean)) * splat(inverse), splat(low)), splat(high));
}

void RG_K(scale)(float *x, float mean, float inverse, float low, float high, int64_t n)
{
    int64_t k = 0;
    for (; k + W <= n; k += W)
        store(x + k, scaled(load(x + k), mean, inverse, low, high));
    if (k < n)
        store_part(x + k, scaled(load_part(x + k, n - k), mean, inverse, low, high),
                   n - k);
}

/* One vector of elements at k, or the last `part` of one. */
RG_INLINE void mix_vector(float *out, const rg_mix *t, const float *const *x,
                          const float *z, int64_t k, int64_t part, int rows)
{
    vf s[RG_MIX_ROWS];
    const vf by = load_n(z + k, part);
    vf sum = by * splat(t->rest);
    for (int a = 0; a < rows; a++)
        s[a] = scaled(load_n(x[a] + k, part), t->mean[a], t->inverse[a], t->low, t->high);
    for (int a = 0; a < rows; a++)
        sum = fused(s[a], fused(splat(t->slope[a]), by, splat(t->constant[a])), sum);
    store_n(out + k, sum, part);
}

/* Up to 4 rows `rows` is constant where this is called, so that the loops unroll; terms
 * are a copy, which `out` cannot overlap, so they stay in registers. */
RG_INLINE void mix_rows(float *out, const rg_mix *terms, const float *const *x,
                        const float *z, int64_t n, int rows)
{
    const rg_mix t = *terms;
    const float *row[RG_MIX_ROWS];
    int64_t k = 0;
    for (int a = 0; a < rows; a++) row[a] = x[a];
    for (; k + W <= n; k += W) mix_vector(out, &t, row, z, k, W, rows);
    if (k < n) mix_vector(out, &t, row, z, k, n - k, rows);
}

void RG_K(mix)(float *out, const rg_mix *t, const float *const *x, const float *z,
               int64_t n)
{
    switch (t->n) {
    case 1: mix_rows(out, t, x, z, n, 1); break;
    case 2: mix_rows(out, t, x, z, n, 2); break;
    case 3: mix_rows(out, t, x, z, n, 3); break;
    case 4: mix_rows(out, t, x, z, n, 4); break;
    default: mix_rows(out, t, x, z, n, t->n); break;
    }
}

#if defined(__AVX512F__)
/* An operand in memory is spread over the lanes for free. */
typedef float number;

RG_INLINE vf spread(number x)
{
    return splat(x);
}
#else
/* A number of the network in all lanes: to spread it for each vector of elements takes a
 * tenth more time (Zen 1). */
typedef vf number;

RG_INLINE vf spread(number x)
{
    return x;
}
#endif

/* The hidden units of one vector of elements one after another; factors stay in
 * registers. */
RG_INLINE void net_vector(float *out, const rg_mix *t, const rg_mix_net *net,
                          const number *unit, const float *const *x,
                          const float *const *side, int64_t k, int64_t part, int rows)
{
    vf s[RG_MIX_ROWS], factor[RG_MIX_ROWS], from[RG_MIX_SIDES];
    const vf by = load_n(side[0] + k, part);
    vf rest = splat(t->rest);
    for (int a = 0; a < RG_MIX_SIDES; a++)
        from[a] = lesser(greater(load_n(side[a] + k, part), splat(net->low[a])),
                         splat(net->high[a]));
    for (int a = 0; a < rows; a++) {
        s[a] = scaled(load_n(x[a] + k, part), t->mean[a], t->inverse[a], t->low, t->high);
        factor[a] = fused(splat(t->slope[a]), by, splat(t->constant[a]));
    }
    for (int u = 0; u < RG_MIX_UNITS; u++) {
        const number *in = unit + u * (2 * rows + RG_MIX_SIDES + 2);
        const number *by_side = in + 1 + rows, *to = by_side + RG_MIX_SIDES;
        vf h = spread(in[0]);
        for (int a = 0; a < rows; a++) h = fused(spread(in[1 + a]), s[a], h);
        for (int a = 0; a < RG_MIX_SIDES; a++) h = fused(spread(by_side[a]), from[a], h);
        h = greater(h, splat(0.0f));
        for (int a = 0; a < rows; a++) factor[a] = fused(spread(to[a]), h, factor[a]);
        rest = fused(spread(to[rows]), h, rest);
    }
    vf sum = by * rest;
    for (int a = 0; a < rows; a++)
        sum = fused(s[a], greater(factor[a], splat(0.0f)), sum);
    store_n(out + k, sum, part);
}

RG_INLINE void net_rows(float *out, const rg_mix *terms, const rg_mix_net *net,
                        const float *const *x, const float *const *side, int64_t n,
                        int rows)
{
    const rg_mix t = *terms;
    const float *row[RG_MIX_ROWS];
    int64_t k = 0;
#if defined(__AVX512F__)
    const number *const unit = net->unit;
#else
    number unit[RG_MIX_UNITS * UNIT];
    for (int e = 0; e < RG_MIX_UNITS * (2 * rows + RG_MIX_SIDES + 2); e++)
        unit[e] = splat(net->unit[e]);
#endif
    for (int a = 0; a < rows; a++) row[a] = x[a];
    for (; k + W <= n; k += W) net_vector(out, &t, net, unit, row, side, k, W, rows);
    if (k < n) net_vector(out, &t, net, unit, row, side, k, n - k, rows);
}

void RG_K(mix_net)(float *out, const rg_mix *t, const rg_mix_net *net,
                   const float *const *x, const float *const *side, int64_t n)
{
    switch (t->n) {
    case 1: net_rows(out, t, net, x, side, n, 1); break;
    case 2: net_rows(out, t, net, x, side, n, 2); break;
    case 3: net_rows(out, t, net, x, side, n, 3); break;
    case 4: net_rows(out, t, net, x, side, n, 4); break;
    default: net_rows(out, t, net, x, side, n, t->n); break;
    }
}
