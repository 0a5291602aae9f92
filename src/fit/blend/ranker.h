/* The small learned ranker: the blend's numbers by maximum likelihood. */
#ifndef RG_FIT_RANKER_H
#define RG_FIT_RANKER_H
#include "fit/blend/samples.h"

/* Softmax over each user's samples, target spread evenly over those he took:
 *   L(w) = -(1/U) sum_u (1/|T_u|) sum_{i in T_u} log softmax_i(w . f)
 *          + l2/2 sum_f var_f (w_f - p_f)^2
 * f the products that rg_blend multiplies (blend.h), var_f their variance over the
 * sample. The pull is not to zero but to p, the weights of rg_blend_start times the one
 * factor that fits the sample best: what validation cannot show stays as it is good
 * everywhere. Convex; damped Newton steps on the exact Hessian. Users who took nothing
 * that was offered teach nothing. `on` chooses the channels; there is no gate (gate_fit.h
 * has it). Sums run over fixed blocks of users: same bits at any thread count.
 *   REGATTA_ENOMEM, REGATTA_ENUMERIC (the system stayed singular) */
regatta_status rg_ranker_fit(regatta_ctx *ctx, rg_blend *out, const rg_samples *samples,
                             const rg_samples_part *part, const int *on, double l2);
/* p alone. REGATTA_ENOMEM. */
regatta_status rg_ranker_anchor(regatta_ctx *ctx, rg_blend *out,
                                const rg_samples *samples, const rg_samples_part *part,
                                const int *on);
#endif
