/* The gate's network while it is trained: rows of inputs, whole layers of units in
 * registers. Row after row, so that a sum's bits depend on its rows alone. */
#include "base/kernels/kernel.h"

enum { IN = RG_NET_INPUTS, OUT = RG_NET_OUTPUTS, UNITS = RG_NET_UNITS, V = UNITS / W };

void RG_K(net_forward)(float *out, float *unit, const float *x, int64_t n,
                       const rg_net *net)
{
    for (int64_t r = 0; r < n; r++, x += IN, unit += UNITS, out += OUT) {
        vf h[V];
        for (int v = 0; v < V; v++) h[v] = load(net->in_bias + v * W);
        for (int f = 0; f < IN; f++)
            for (int v = 0; v < V; v++)
                h[v] = fused(splat(x[f]), load(net->in[f] + v * W), h[v]);
        for (int v = 0; v < V; v++) {
            h[v] = greater(h[v], splat(0.0f));
            store(unit + v * W, h[v]);
        }
        for (int o = 0; o < OUT; o++) {
            vf sum = {0.0f};
            for (int v = 0; v < V; v++) sum = fused(h[v], load(net->out[o] + v * W), sum);
            float total = net->out_bias[o];
            for (int l = 0; l < W; l++) total += sum[l];
            out[o] = total;
        }
    }
}

void RG_K(net_backward)(rg_net *grad, const float *d_out, const float *unit,
                        const float *x, int64_t n, const rg_net *net)
{
    for (int64_t r = 0; r < n; r++, x += IN, unit += UNITS, d_out += OUT) {
        for (int o = 0; o < OUT; o++) grad->out_bias[o] += d_out[o];
        for (int v = 0; v < V; v++) {
            const vf h = load(unit + v * W);
            vf d = {0.0f};
            for (int o = 0; o < OUT; o++) {
                float *to = grad->out[o] + v * W;
                store(to, fused(splat(d_out[o]), h, load(to)));
                d = fused(splat(d_out[o]), load(net->out[o] + v * W), d);
            }
            d = (vf)((vi)d & (vi)(h > splat(0.0f))); /* closed units learn nothing */
            float *bias = grad->in_bias + v * W;
            store(bias, load(bias) + d);
            for (int f = 0; f < IN; f++) {
                float *to = grad->in[f] + v * W;
                store(to, fused(splat(x[f]), d, load(to)));
            }
        }
    }
}
