/* The gate of a blend (blend.h) by maximum likelihood: factors of the channels that
 * depend on the candidate. */
#ifndef RG_FIT_GATE_FIT_H
#define RG_FIT_GATE_FIT_H
#include "fit/blend/samples.h"

typedef struct rg_gate_options {
    double tilt; /* > 0: learns with equal weight from a second scenario, in which a
                    positive label stays with probability (d / largest d)^tilt */
    double l2;   /* > 0: p is the linear blend of rg_ranker_fit with this penalty; 0: the
                    weights of rg_ranker_anchor */
    uint64_t seed;
} rg_gate_options;

/* The loss of ranker.h without its penalty, over both scenarios, of the score
 *   sum_a s_a max(0, p_a + g_a(x)) + li (p_pop + g_pop(x)),
 * with p_a the factors of a blend without a gate (options->l2) and g the gate of the
 * standardised inputs x (the parameters of *out include the mean and deviation). The gate
 * is the mean, times 0.7, of four networks of 8 hidden units. They learn from the same
 * batches and differ in their start: hidden units are random and outputs zero, so the
 * score of each starts as that of p. Adam makes up to 20 rounds over batches of 128
 * users, for many users fewer (1,500 steps, at least 5 rounds), with a learning rate from
 * 0.01 down to 0. Sums run over fixed blocks: same bits at any thread count. O(samples)
 * times some 30,000 operations. It learns 32 (2 n + 6) + 4 (n + 1) parameters for n
 * channels, which needs thousands of users. Without a positive sample *out is p.
 * REGATTA_ENOMEM, REGATTA_ENUMERIC (training did not stay finite) */
regatta_status rg_gate_fit(regatta_ctx *ctx, rg_blend *out, const rg_samples *samples,
                           const rg_samples_part *part, const int *on, const float *start,
                           const rg_gate_options *options);
#endif
