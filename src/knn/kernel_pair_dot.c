/* Searching panels with the instructions of avx512bf16, which x86-64-v4 does not have:
 * units.c checks the processor before it calls. */
#include "knn/kernel_names.h"

#if defined(__AVX512F__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512bf16"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512bf16")
#endif
#define RG_PAIR_DOT
#include "knn/kernel_tile.h"

void RG_K(filter_pair_dot)(const rg_filter *f, int64_t first, int64_t last)
{
    filter_panels(f, first, last, SUM_PAIR_DOT, FULL_ROWS);
}
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#else
typedef int rg_no_pair_dot; /* C requires a declaration */
#endif
