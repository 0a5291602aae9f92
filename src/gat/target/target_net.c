#include "gat/target/target_net.h"
#include "base/kernels/vec.h"
#include "base/rng.h"
#include <math.h>
#include <string.h>

enum { UNITS = RG_NET_UNITS };

int64_t rg_target_rows(int width)
{
    return 3 * (int64_t)width + RG_TARGET_SIDES + 2;
}

int64_t rg_target_floats(int width)
{
    return rg_target_rows(width) * UNITS + 1;
}

rg_target_net rg_target_net_at(float *x, int width)
{
    rg_target_net net = {.width = width, .own = x};
    net.other = net.own + width * UNITS;
    net.product = net.other + width * UNITS;
    net.side = net.product + width * UNITS;
    net.bias = net.side + RG_TARGET_SIDES * UNITS;
    net.out = net.bias + UNITS;
    net.out_bias = net.out + UNITS;
    return net;
}

void rg_target_start(float *x, int width, uint64_t seed)
{
    const rg_target_net net = rg_target_net_at(x, width);
    const double limit = sqrt(3.0 / (double)(3 * width + RG_TARGET_SIDES));
    memset(x, 0, (size_t)rg_target_floats(width) * sizeof *x);
    for (int64_t k = 0; k < net.out - x; k++) {
        const double u = rg_random_unit(seed, RG_STREAM_TARGET_START, (uint64_t)k);
        x[k] = (float)(limit * (2.0 * u - 1.0));
    }
}

rg_net rg_target_net_of(rg_target_own *room, const rg_target_net *net,
                        const rg_target_item *h)
{
    const int width = net->width;
    memcpy(room->bias, net->bias, sizeof room->bias);
    for (int p = 0; p < width; p++) {
        memcpy(room->in[p], net->other + p * UNITS, sizeof room->in[p]);
        rg_vec_axpy(room->in[p], h->q[p], net->product + p * UNITS, UNITS);
        rg_vec_axpy(room->bias, h->q[p], net->own + p * UNITS, UNITS);
    }
    memcpy(room->in[width], net->side + RG_TARGET_SHARE * UNITS, sizeof room->in[width]);
    rg_vec_axpy(room->bias, h->place, net->side + RG_TARGET_PLACE * UNITS, UNITS);
    rg_vec_axpy(room->bias, h->age, net->side + RG_TARGET_AGE * UNITS, UNITS);
    return (rg_net){.n_in = width + 1,
                    .n_out = 1,
                    .in = room->in[0],
                    .in_bias = room->bias,
                    .out = net->out,
                    .out_bias = net->out_bias};
}

rg_net rg_target_grad_of(rg_target_own *room, const rg_target_net *grad)
{
    memset(room, 0, sizeof *room);
    return (rg_net){.n_in = grad->width + 1,
                    .n_out = 1,
                    .in = room->in[0],
                    .in_bias = room->bias,
                    .out = grad->out,
                    .out_bias = grad->out_bias};
}

void rg_target_collect(const rg_target_net *grad, const rg_net *own,
                       const rg_target_item *h)
{
    const int width = grad->width;
    for (int p = 0; p < width; p++) {
        const float *d = own->in + p * UNITS;
        rg_vec_axpy(grad->own + p * UNITS, h->q[p], own->in_bias, UNITS);
        rg_vec_axpy(grad->other + p * UNITS, 1.0f, d, UNITS);
        rg_vec_axpy(grad->product + p * UNITS, h->q[p], d, UNITS);
    }
    rg_vec_axpy(grad->side + RG_TARGET_SHARE * UNITS, 1.0f, own->in + width * UNITS,
                UNITS);
    rg_vec_axpy(grad->side + RG_TARGET_PLACE * UNITS, h->place, own->in_bias, UNITS);
    rg_vec_axpy(grad->side + RG_TARGET_AGE * UNITS, h->age, own->in_bias, UNITS);
    rg_vec_axpy(grad->bias, 1.0f, own->in_bias, UNITS);
}
