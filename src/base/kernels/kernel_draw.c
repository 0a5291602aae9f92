/* Systematic sampling of a row of weights. */
#include "base/kernels/kernel.h"

enum { GROUP = 16 }; /* elements that are passed at once if none is drawn */

/* The sum of a group, pairwise from both ends. */
RG_INLINE float add_group(const float *x)
{
    float sum[GROUP / 2];
    for (int l = 0; l < GROUP / 2; l++) sum[l] = x[l] + x[l + GROUP / 2];
    for (int width = GROUP / 4; width > 0; width /= 2)
        for (int l = 0; l < width; l++) sum[l] += sum[l + width];
    return sum[0];
}

int64_t RG_K(draw)(uint32_t *index, float *weight, const float *x, int64_t n, float unit,
                   float *rest)
{
    int64_t drawn = 0;
    float sum = *rest;
    for (int64_t k = 0; k < n; k += GROUP) {
        const int64_t end = k + GROUP < n ? k + GROUP : n;
        if (end == k + GROUP) {
            const float next = sum + add_group(x + k);
            if (next < unit) { /* so no element reaches the unit */
                sum = next;
                continue;
            }
        }
        for (int64_t i = k; i < end; i++) {
            const int large = x[i] >= unit;
            sum += large ? 0.0f : x[i];
            const int reached = sum >= unit;
            sum -= reached ? unit : 0.0f;
            index[drawn] = (uint32_t)i;
            weight[drawn] = large ? x[i] : unit;
            drawn += large | reached;
        }
    }
    *rest = sum;
    return drawn;
}
