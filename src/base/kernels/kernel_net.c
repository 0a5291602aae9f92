/* Training of a network with one hidden layer. Of RG_NET_UNITS units: a row of inputs at
 * a time, a whole layer of units in registers; sums run row after row, so their bits
 * depend on the rows only. Of RG_NET_FEW units: a vector of samples at a time. */
#include "base/kernels/kernel.h"

enum { UNITS = RG_NET_UNITS, N_V = UNITS / W, FEW = RG_NET_FEW };

void RG_K(net_forward)(float *out, float *unit, const float *x, int64_t n,
                       const rg_net *net)
{
    const rg_net w = *net; /* a copy, which stores cannot overlap */
    const int n_in = w.n_in, n_out = w.n_out;
    for (int64_t r = 0; r < n; r++, x += n_in, unit += UNITS, out += n_out) {
        vf h[N_V];
        for (int v = 0; v < N_V; v++) h[v] = load(w.in_bias + v * W);
        for (int f = 0; f < n_in; f++)
            for (int v = 0; v < N_V; v++)
                h[v] = fused(splat(x[f]), load(w.in + f * UNITS + v * W), h[v]);
        for (int v = 0; v < N_V; v++) {
            h[v] = greater(h[v], splat(0.0f));
            store(unit + v * W, h[v]);
        }
        for (int o = 0; o < n_out; o++) {
            const float *from = w.out + o * UNITS;
            vf sum = {0.0f};
            for (int v = 0; v < N_V; v++) sum = fused(h[v], load(from + v * W), sum);
            float total = w.out_bias[o];
            for (int l = 0; l < W; l++) total += sum[l];
            out[o] = total;
        }
    }
}

void RG_K(net_backward)(const rg_net *grad, const float *d_out, const float *unit,
                        const float *x, int64_t n, const rg_net *net)
{
    const rg_net w = *net, g = *grad;
    const int n_in = w.n_in, n_out = w.n_out;
    for (int64_t r = 0; r < n; r++, x += n_in, unit += UNITS, d_out += n_out) {
        for (int o = 0; o < n_out; o++) g.out_bias[o] += d_out[o];
        for (int v = 0; v < N_V; v++) {
            const vf h = load(unit + v * W);
            vf d = {0.0f};
            for (int o = 0; o < n_out; o++) {
                const int64_t at = o * UNITS + v * W;
                store(g.out + at, fused(splat(d_out[o]), h, load(g.out + at)));
                d = fused(splat(d_out[o]), load(w.out + at), d);
            }
            d = (vf)((vi)d & (vi)(h > splat(0.0f))); /* inactive units have no gradient */
            float *bias = g.in_bias + v * W;
            store(bias, load(bias) + d);
            for (int f = 0; f < n_in; f++) {
                float *to = g.in + f * UNITS + v * W;
                store(to, fused(splat(x[f]), d, load(to)));
            }
        }
    }
}

/* h[u] += sum_k weight[k][u] row_k, of a vector of samples from `row` on. */
RG_INLINE void add_rows(vf *h, const float *weight, const float *row, int rows,
                        int64_t stride)
{
    for (int k = 0; k < rows; k++) {
        const vf x = load(row + k * stride);
        for (int u = 0; u < FEW; u++) h[u] = fused(splat(weight[k * FEW + u]), x, h[u]);
    }
}

void RG_K(columns_forward)(float *out, float *unit, const float *x, int64_t n,
                           int64_t stride, const rg_net *net)
{
    const rg_net w = *net;
    for (int64_t k = 0; k < n; k += W) {
        vf h[FEW];
        for (int u = 0; u < FEW; u++) h[u] = splat(w.in_bias[u]);
        add_rows(h, w.in, x + k, w.n_in, stride);
        for (int u = 0; u < FEW; u++) {
            h[u] = greater(h[u], splat(0.0f));
            store(unit + u * stride + k, h[u]);
        }
        for (int o = 0; o < w.n_out; o++) {
            vf sum = splat(w.out_bias[o]);
            for (int u = 0; u < FEW; u++)
                sum = fused(splat(w.out[o * FEW + u]), h[u], sum);
            store(out + o * stride + k, sum);
        }
    }
}

/* to[u] += sum over the samples of row times unit u. */
RG_INLINE void add_products(float *to, const float *row, const float *unit, int64_t n,
                            int64_t stride)
{
    vf sum[FEW] = {{0.0f}};
    for (int64_t k = 0; k < n; k += W) {
        const vf x = load(row + k);
        for (int u = 0; u < FEW; u++)
            sum[u] = fused(x, load(unit + u * stride + k), sum[u]);
    }
    for (int u = 0; u < FEW; u++) to[u] += sum_lanes(sum[u]);
}

RG_INLINE float add_row(const float *row, int64_t n)
{
    vf sum = {0.0f};
    for (int64_t k = 0; k < n; k += W) sum += load(row + k);
    return sum_lanes(sum);
}

void RG_K(columns_backward)(const rg_net *grad, const float *d_out, float *unit,
                            const float *x, int64_t n, int64_t stride, const rg_net *net)
{
    const rg_net w = *net, g = *grad;
    for (int o = 0; o < w.n_out; o++) {
        add_products(g.out + o * FEW, d_out + o * stride, unit, n, stride);
        g.out_bias[o] += add_row(d_out + o * stride, n);
    }
    for (int64_t k = 0; k < n; k += W) {
        vf d[FEW] = {{0.0f}};
        add_rows(d, w.out, d_out + k, w.n_out, stride);
        for (int u = 0; u < FEW; u++) {
            float *to = unit + u * stride + k; /* inactive units have no gradient */
            store(to, (vf)((vi)d[u] & (vi)(load(to) > splat(0.0f))));
        }
    }
    for (int u = 0; u < FEW; u++) g.in_bias[u] += add_row(unit + u * stride, n);
    for (int f = 0; f < w.n_in; f++)
        add_products(g.in + f * FEW, x + f * stride, unit, n, stride);
}

void RG_K(gate_score)(float *z, const float *out, const float *factor, const float *s,
                      int rows, int64_t n, int64_t stride)
{
    const int64_t last = (rows - 1) * stride;
    for (int64_t k = 0; k < n; k += W) {
        vf sum = load(s + last + k) * (load(factor + last + k) + load(out + last + k));
        for (int64_t at = k; at < last; at += stride) {
            const vf by = load(factor + at) + load(out + at);
            sum = fused(greater(by, splat(0.0f)), load(s + at), sum);
        }
        store(z + k, sum);
    }
}

void RG_K(gate_slope)(float *out, const float *d, const float *factor, const float *s,
                      int rows, int64_t n, int64_t stride)
{
    const int64_t last = (rows - 1) * stride;
    for (int64_t k = 0; k < n; k += W) {
        const vf dz = load(d + k);
        for (int64_t at = k; at < last; at += stride) {
            const vf by = load(factor + at) + load(out + at);
            const vf slope = dz * load(s + at);
            store(out + at, (vf)((vi)slope & (vi)(by > splat(0.0f))));
        }
        store(out + last + k, dz * load(s + last + k));
    }
}
