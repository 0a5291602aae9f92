/* Searching panels with the instructions of avx512vnni, which x86-64-v4 does not have:
 * units.c checks the processor before it calls. */
#include "knn/kernel_names.h"

#if defined(__AVX512F__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512vnni"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512vnni")
#endif
#define RG_BYTE_DOT
#include "knn/kernel_tile.h"

void RG_K(filter_byte_dot)(const rg_filter *f, int64_t first, int64_t last)
{
    filter_panels(f, first, last, SUM_WHOLE, CODE_ROWS);
}
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#else
typedef int rg_no_byte_dot; /* C requires a declaration */
#endif
