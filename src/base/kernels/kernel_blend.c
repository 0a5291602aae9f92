/* A row of scores scaled and blended with others in one pass, and the sum that its mean
 * is made of. rank/blend.h has the formulas. */
#include "base/kernels/kernel.h"

enum { CHUNK = 1024, CHAINS = 4 };

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

/* One vector of items at k, or the last `part` of one. */
RG_INLINE void blend_vector(float *out, const rg_blend_terms *t, const float *const *x,
                            const float *log_degree, int64_t k, int64_t part, int rows)
{
    vf s[RG_BLEND_ROWS];
    const vf degree = load_n(log_degree + k, part);
    vf score = degree * splat(t->pop);
    for (int a = 0; a < rows; a++)
        s[a] = scaled(load_n(x[a] + k, part), t->mean[a], t->inverse[a], t->low, t->high);
    for (int a = 0; a < rows; a++)
        score = fused(s[a], fused(splat(t->item[a]), degree, splat(t->own[a])), score);
    store_n(out + k, score, part);
}

/* `rows` is constant where this is called, so that the loops unroll; terms of its own,
 * which `out` cannot overlap, stay in registers. */
RG_INLINE void blend_rows(float *out, const rg_blend_terms *terms, const float *const *x,
                          const float *log_degree, int64_t n, int rows)
{
    const rg_blend_terms t = *terms;
    const float *row[RG_BLEND_ROWS];
    int64_t k = 0;
    for (int a = 0; a < rows; a++) row[a] = x[a];
    for (; k + W <= n; k += W) blend_vector(out, &t, row, log_degree, k, W, rows);
    if (k < n) blend_vector(out, &t, row, log_degree, k, n - k, rows);
}

void RG_K(blend)(float *out, const rg_blend_terms *t, const float *const *x,
                 const float *log_degree, int64_t n)
{
    switch (t->n) {
    case 1: blend_rows(out, t, x, log_degree, n, 1); break;
    case 2: blend_rows(out, t, x, log_degree, n, 2); break;
    case 3: blend_rows(out, t, x, log_degree, n, 3); break;
    case 4: blend_rows(out, t, x, log_degree, n, 4); break;
    default: blend_rows(out, t, x, log_degree, n, 0); break;
    }
}

/* The hidden units of one vector of items one after another; factors stay in registers.
 */
RG_INLINE void gated_vector(float *out, const rg_blend_terms *t,
                            const rg_blend_gate *gate, const float *const *x,
                            const float *const *side, int64_t k, int64_t part, int rows)
{
    vf s[RG_BLEND_ROWS], factor[RG_BLEND_ROWS], from[RG_BLEND_SIDES];
    const vf degree = load_n(side[0] + k, part);
    vf pop = splat(t->pop);
    for (int a = 0; a < RG_BLEND_SIDES; a++)
        from[a] = lesser(greater(load_n(side[a] + k, part), splat(gate->low[a])),
                         splat(gate->high[a]));
    for (int a = 0; a < rows; a++) {
        s[a] = scaled(load_n(x[a] + k, part), t->mean[a], t->inverse[a], t->low, t->high);
        factor[a] = fused(splat(t->item[a]), degree, splat(t->own[a]));
    }
    for (int u = 0; u < RG_BLEND_UNITS; u++) {
        const rg_blend_unit *unit = &gate->unit[u];
        vf h = splat(unit->bias);
        for (int a = 0; a < rows; a++) h = fused(splat(unit->in[a]), s[a], h);
        for (int a = 0; a < RG_BLEND_SIDES; a++)
            h = fused(splat(unit->side[a]), from[a], h);
        h = greater(h, splat(0.0f));
        for (int a = 0; a < rows; a++)
            factor[a] = fused(splat(unit->out[a]), h, factor[a]);
        pop = fused(splat(unit->pop), h, pop);
    }
    vf score = degree * pop;
    for (int a = 0; a < rows; a++)
        score = fused(s[a], greater(factor[a], splat(0.0f)), score);
    store_n(out + k, score, part);
}

RG_INLINE void gated_rows(float *out, const rg_blend_terms *terms,
                          const rg_blend_gate *gate, const float *const *x,
                          const float *const *side, int64_t n, int rows)
{
    const rg_blend_terms t = *terms;
    const float *row[RG_BLEND_ROWS];
    int64_t k = 0;
    for (int a = 0; a < rows; a++) row[a] = x[a];
    for (; k + W <= n; k += W) gated_vector(out, &t, gate, row, side, k, W, rows);
    if (k < n) gated_vector(out, &t, gate, row, side, k, n - k, rows);
}

void RG_K(blend_gated)(float *out, const rg_blend_terms *t, const rg_blend_gate *gate,
                       const float *const *x, const float *const *side, int64_t n)
{
    switch (t->n) {
    case 1: gated_rows(out, t, gate, x, side, n, 1); break;
    case 2: gated_rows(out, t, gate, x, side, n, 2); break;
    case 3: gated_rows(out, t, gate, x, side, n, 3); break;
    case 4: gated_rows(out, t, gate, x, side, n, 4); break;
    default: gated_rows(out, t, gate, x, side, n, 0); break;
    }
}
