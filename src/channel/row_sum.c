#include "channel/row_sum.h"
#include "base/bf16.h"
#include "base/kernels/vec.h"

enum { LONG_RUN = 256 };

static void add_each(float *row, const uint32_t *target, const uint16_t *value, int64_t n,
                     float r)
{
    for (int64_t k = 0; k < n; k++) row[target[k]] += r * rg_from_bf16(value[k]);
}

/* RG_RUN targets anywhere; the products take whole vectors. */
static void add_scattered(float *row, const uint32_t *target, const uint16_t *value,
                          float r)
{
    float part[RG_RUN];
    for (int64_t c = 0; c < RG_RUN; c++) part[c] = r * rg_from_bf16(value[c]);
    for (int64_t c = 0; c < RG_RUN; c++) row[target[c]] += part[c];
}

/* The exact ridge keeps nearly all weights: for consecutive targets the loop runs over
 * whole vectors and reads only the ends of runs, which are fetched ahead. */
void rg_row_sum_add(float *row, const rg_weights *w, int64_t i, float r)
{
    const uint32_t *target = w->target + w->offset[i];
    const uint16_t *value = w->value + w->offset[i];
    const int64_t n = w->offset[i + 1] - w->offset[i];
    int64_t e = 0;
    while (e + RG_RUN <= n) {
        const int64_t step =
            e + LONG_RUN <= n && rg_is_run(target + e, LONG_RUN) ? LONG_RUN : RG_RUN;
        if (step == LONG_RUN) __builtin_prefetch(target + e + 4 * LONG_RUN);
        if (rg_is_run(target + e, step))
            rg_vec_axpy_bf16(row + target[e], r, value + e, step);
        else
            add_scattered(row, target + e, value + e, r);
        e += step;
    }
    add_each(row, target + e, value + e, n - e, r);
}
