/* The learned ranker: the parameters of a linear blend by maximum likelihood. */
#ifndef RG_FIT_RANKER_H
#define RG_FIT_RANKER_H
#include "fit/blend/samples.h"

/* Softmax over each user's samples, the target spread evenly over the positive ones:
 *   L(w) = -(1/U) sum_u (1/|T_u|) sum_{i in T_u} log softmax_i(w . f)
 *          + l2/2 sum_f var_f (w_f - p_f)^2
 * with f the features of rg_blend (blend.h) and var_f their variance over the sample. The
 * penalty shrinks not to zero but to the anchor p: the weights start[] of the channels
 * that are on, times the single factor that fits the sample best. Convex; damped Newton
 * steps with the exact Hessian. Users without a positive sample are ignored. *out has the
 * channels of the samples; those of on[] are on, and there is no gate (gate_fit.h). Sums
 * run over fixed blocks of users: same bits at any thread count. REGATTA_ENOMEM,
 * REGATTA_ENUMERIC (the system stayed singular) */
regatta_status rg_ranker_fit(regatta_ctx *ctx, rg_blend *out, const rg_samples *samples,
                             const rg_samples_part *part, const int *on,
                             const float *start, double l2);
/* Computes p only. REGATTA_ENOMEM. */
regatta_status rg_ranker_anchor(regatta_ctx *ctx, rg_blend *out,
                                const rg_samples *samples, const rg_samples_part *part,
                                const int *on, const float *start);
#endif
