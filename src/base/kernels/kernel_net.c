/* Training of a network with one hidden layer: a row of inputs at a time, a whole layer
 * of units in registers. Sums run row after row, so their bits depend on the rows
 * only. */
#include "base/kernels/kernel.h"

enum { UNITS = RG_NET_UNITS, V = UNITS / W };

void RG_K(net_forward)(float *out, float *unit, const float *x, int64_t n,
                       const rg_net *net)
{
    const rg_net w = *net; /* a copy, which stores cannot overlap */
    const int n_in = w.n_in, n_out = w.n_out;
    for (int64_t r = 0; r < n; r++, x += n_in, unit += UNITS, out += n_out) {
        vf h[V];
        for (int v = 0; v < V; v++) h[v] = load(w.in_bias + v * W);
        for (int f = 0; f < n_in; f++)
            for (int v = 0; v < V; v++)
                h[v] = fused(splat(x[f]), load(w.in + f * UNITS + v * W), h[v]);
        for (int v = 0; v < V; v++) {
            h[v] = greater(h[v], splat(0.0f));
            store(unit + v * W, h[v]);
        }
        for (int o = 0; o < n_out; o++) {
            const float *from = w.out + o * UNITS;
            vf sum = {0.0f};
            for (int v = 0; v < V; v++) sum = fused(h[v], load(from + v * W), sum);
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
        for (int v = 0; v < V; v++) {
            const vf h = load(unit + v * W);
            vf d = {0.0f};
            for (int o = 0; o < n_out; o++) {
                float *to = g.out + o * UNITS + v * W;
                store(to, fused(splat(d_out[o]), h, load(to)));
                d = fused(splat(d_out[o]), load(w.out + o * UNITS + v * W), d);
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
