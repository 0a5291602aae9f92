/* The kernels of one vector unit by name. */
#ifndef RG_KNN_KERNEL_NAMES_H
#define RG_KNN_KERNEL_NAMES_H
#include "base/kernels/kernel.h"
#include "knn/units.h"

rg_filter_fn RG_K(filter_f32);
rg_filter_fn RG_K(filter_bf16);
rg_filter_fn RG_K(filter_i8);
rg_filter_fn RG_K(filter_pair_dot); /* with BF16, x86-64-v4 alone */
rg_filter_fn RG_K(filter_byte_dot); /* with VNNI, x86-64-v4 alone */
rg_table_scores_fn RG_K(scores_bf16);
rg_table_scores_fn RG_K(scores_i8);
rg_gather_dot_fn RG_K(gather_bf16);
rg_gather_dot_fn RG_K(gather_i8);
extern const rg_search_kernels RG_PASTE(rg_search_kernels, RG_ISA);
#endif
