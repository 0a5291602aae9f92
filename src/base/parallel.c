#include "base/parallel.h"

int64_t rg_block_count(int64_t n, int64_t size)
{
    return (n + size - 1) / size;
}

double rg_sum(const double *x, int64_t n)
{
    double sum = 0.0;
    for (int64_t k = 0; k < n; k++) sum += x[k];
    return sum;
}
