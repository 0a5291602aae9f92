#include "ridge/context.h"
#include <math.h>

static double weight_at(const rg_context *c, int d)
{
    if (d == 0 || d > RG_CONTEXT_REACH || d < -RG_CONTEXT_REACH) return 0.0;
    return (d > 0 ? 1.0 : c->after) * pow(c->decay, fabs((double)d) - 1.0);
}

/* The later place is at 0, the earlier one at -distance; places from -before to
 * after - distance exist. */
static double pair_of(const rg_context *c, int distance, int before, int after)
{
    double sum = 0.0;
    for (int t = -before; t <= after - distance; t++)
        sum += weight_at(c, t) * weight_at(c, t + distance);
    return sum;
}

void rg_context_kernel_fill(rg_context_kernel *out, const rg_context *c)
{
    for (int d = -RG_CONTEXT_REACH; d <= RG_CONTEXT_REACH; d++)
        out->weight[RG_CONTEXT_REACH + d] = (float)weight_at(c, d);
    float *pair = out->pair;
    for (int distance = 0; distance <= RG_CONTEXT_SPAN; distance++)
        for (int before = 0; before < RG_CONTEXT_WIDTH; before++)
            for (int after = 0; after < RG_CONTEXT_WIDTH; after++)
                *pair++ = (float)pair_of(c, distance, before, after);
}
