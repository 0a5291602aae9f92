/* Training of a network with one hidden layer: a row of inputs at a time, a whole layer
 * of units in registers. Sums run row after row, so their bits depend on the rows
 * only. */
#include "base/kernels/kernel.h"

/* The last vector of a layer is part of one where a vector has more than `units`. */
RG_INLINE int64_t lanes(int v, int units)
{
    return units - v * W < W ? units - v * W : W;
}

/* `units` is constant where this is called, so that the loops unroll. */
RG_INLINE void forward(float *out, float *unit, const float *x, int64_t n,
                       const rg_net *net, int units)
{
    enum { MOST = RG_NET_UNITS / W };
    const rg_net w = *net; /* a copy, which stores cannot overlap */
    const int n_in = w.n_in, n_out = w.n_out, n_v = (units + W - 1) / W;
    for (int64_t r = 0; r < n; r++, x += n_in, unit += units, out += n_out) {
        vf h[MOST];
        for (int v = 0; v < n_v; v++) h[v] = load_n(w.in_bias + v * W, lanes(v, units));
        for (int f = 0; f < n_in; f++)
            for (int v = 0; v < n_v; v++)
                h[v] = fused(splat(x[f]),
                             load_n(w.in + f * units + v * W, lanes(v, units)), h[v]);
        for (int v = 0; v < n_v; v++) {
            h[v] = greater(h[v], splat(0.0f));
            store_n(unit + v * W, h[v], lanes(v, units));
        }
        for (int o = 0; o < n_out; o++) {
            const float *from = w.out + o * units;
            vf sum = {0.0f};
            for (int v = 0; v < n_v; v++)
                sum = fused(h[v], load_n(from + v * W, lanes(v, units)), sum);
            float total = w.out_bias[o];
            for (int l = 0; l < W; l++) total += sum[l];
            out[o] = total;
        }
    }
}

void RG_K(net_forward)(float *out, float *unit, const float *x, int64_t n,
                       const rg_net *net)
{
    if (net->n_units == RG_NET_FEW)
        forward(out, unit, x, n, net, RG_NET_FEW);
    else
        forward(out, unit, x, n, net, RG_NET_UNITS);
}

RG_INLINE void backward(const rg_net *grad, const float *d_out, const float *unit,
                        const float *x, int64_t n, const rg_net *net, int units)
{
    const rg_net w = *net, g = *grad;
    const int n_in = w.n_in, n_out = w.n_out, n_v = (units + W - 1) / W;
    for (int64_t r = 0; r < n; r++, x += n_in, unit += units, d_out += n_out) {
        for (int o = 0; o < n_out; o++) g.out_bias[o] += d_out[o];
        for (int v = 0; v < n_v; v++) {
            const int64_t part = lanes(v, units);
            const vf h = load_n(unit + v * W, part);
            vf d = {0.0f};
            for (int o = 0; o < n_out; o++) {
                const int64_t at = o * units + v * W;
                const vf to = load_n(g.out + at, part);
                store_n(g.out + at, fused(splat(d_out[o]), h, to), part);
                d = fused(splat(d_out[o]), load_n(w.out + at, part), d);
            }
            d = (vf)((vi)d & (vi)(h > splat(0.0f))); /* inactive units have no gradient */
            float *bias = g.in_bias + v * W;
            store_n(bias, load_n(bias, part) + d, part);
            for (int f = 0; f < n_in; f++) {
                float *to = g.in + f * units + v * W;
                store_n(to, fused(splat(x[f]), d, load_n(to, part)), part);
            }
        }
    }
}

void RG_K(net_backward)(const rg_net *grad, const float *d_out, const float *unit,
                        const float *x, int64_t n, const rg_net *net)
{
    if (net->n_units == RG_NET_FEW)
        backward(grad, d_out, unit, x, n, net, RG_NET_FEW);
    else
        backward(grad, d_out, unit, x, n, net, RG_NET_UNITS);
}
