#include "knn/units.h"
#include "base/kernels/kernels.h"
#include <stdatomic.h>

extern const rg_search_kernels rg_search_kernels_baseline;
#if defined(__x86_64__)
extern const rg_search_kernels rg_search_kernels_v3, rg_search_kernels_v4;
extern rg_filter_fn rg_k_filter_byte_dot_v4, rg_k_filter_pair_dot_v4;
extern rg_filter_fn rg_k_filter_f32_v4, rg_k_filter_bf16_v4;
extern rg_table_scores_fn rg_k_scores_bf16_v4, rg_k_scores_i8_v4;
extern rg_gather_dot_fn rg_k_gather_bf16_v4, rg_k_gather_i8_v4;

static const rg_search_kernels with_bytes = {
    .name = "v4 vnni",
    .filter = {rg_k_filter_f32_v4, rg_k_filter_bf16_v4, rg_k_filter_byte_dot_v4},
    .scores = {NULL, rg_k_scores_bf16_v4, rg_k_scores_i8_v4},
    .gather = {NULL, rg_k_gather_bf16_v4, rg_k_gather_i8_v4},
};

static const rg_search_kernels with_pairs = {
    .name = "v4 vnni bf16",
    .filter = {rg_k_filter_f32_v4, rg_k_filter_pair_dot_v4, rg_k_filter_byte_dot_v4},
    .scores = {NULL, rg_k_scores_bf16_v4, rg_k_scores_i8_v4},
    .gather = {NULL, rg_k_gather_bf16_v4, rg_k_gather_i8_v4},
};
#endif

const rg_search_kernels *rg_search_kernels_of(int unit)
{
    if (unit == 0) return &rg_search_kernels_baseline;
#if defined(__x86_64__)
    if (unit == 1 && rg_kernels_of(RG_ISA_V3) != NULL) return &rg_search_kernels_v3;
    if (unit < 2 || rg_kernels_of(RG_ISA_V4) == NULL) return NULL;
    if (unit == 2) return &rg_search_kernels_v4;
    if (!__builtin_cpu_supports("avx512vnni")) return NULL;
    if (unit == 3) return &with_bytes;
    if (unit == 4 && __builtin_cpu_supports("avx512bf16")) return &with_pairs;
#endif
    return NULL;
}

const rg_search_kernels *rg_search_kernels_best(void)
{
    /* Threads that come first together all store the same pointer. */
    static _Atomic(const rg_search_kernels *) chosen;
    const rg_search_kernels *k = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (k != NULL) return k;
    int unit = RG_N_SEARCH_UNITS - 1;
    if (rg_kernels_best_isa() < RG_ISA_V4) unit = rg_kernels_best_isa();
    for (; k == NULL; unit--) k = rg_search_kernels_of(unit);
    atomic_store_explicit(&chosen, k, memory_order_relaxed);
    return k;
}
