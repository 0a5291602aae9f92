/* The table of one vector unit. */
#include "base/kernels/kernel.h"

extern const rg_kernels RG_PASTE(rg_kernels, RG_ISA);
const rg_kernels RG_PASTE(rg_kernels, RG_ISA) = {
    .dot = RG_K(dot),
    .axpy = RG_K(axpy),
    .gather = RG_K(gather),
    .gather_add = RG_K(gather_add),
    .gather_dot = RG_K(gather_dot),
    .panel_score = RG_K(panel_score),
    .exp_sum = RG_K(exp_sum),
    .mul_add = RG_K(mul_add),
    .mul_add_t = RG_K(mul_add_t),
    .gram = RG_K(gram),
    .adam = RG_K(adam),
    .above = RG_K(above),
    .twice_above = RG_K(twice_above),
    .peaks = RG_K(peaks),
    .n_above = RG_K(n_above),
    .columns_above = RG_K(columns_above),
    .pick_above = RG_K(pick_above),
    .draw = RG_K(draw),
    .sum = RG_K(sum),
    .scale = RG_K(scale),
    .mix = RG_K(mix),
    .mix_net = RG_K(mix_net),
    .net_forward = RG_K(net_forward),
    .net_backward = RG_K(net_backward),
    .peak = RG_K(peak),
};
