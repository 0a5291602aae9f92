/* Fixed blocks of work: what makes sums the same bits at any thread count. */
#ifndef RG_BASE_PARALLEL_H
#define RG_BASE_PARALLEL_H
#include <stdint.h>

/* Elements per block of rg_sum_blocks and of every other blocked reduction. */
enum { RG_BLOCK = 4096 };

/* ceil(n / size) */
int64_t rg_block_count(int64_t n, int64_t size);
/* Adds in order. */
double rg_sum(const double *x, int64_t n);
#endif
