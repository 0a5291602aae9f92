/* Sums of sparse weighted rows into a row of scores. */
#ifndef RG_CHANNEL_ROW_SUM_H
#define RG_CHANNEL_ROW_SUM_H
#include "model/weights.h"

enum { RG_RUN = 16 }; /* targets that one loop adds */

/* Returns 1 if n ascending targets are consecutive. */
static inline int rg_is_run(const uint32_t *target, int64_t n)
{
    return target[n - 1] - target[0] == (uint32_t)n - 1;
}

/* row[target] += r w for the weights of row i. */
void rg_row_sum_add(float *row, const rg_weights *w, int64_t i, float r);
#endif
