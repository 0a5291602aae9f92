/* The gate of a blend (blend.h) by maximum likelihood: weights of the channels that
 * depend on the candidate. */
#ifndef RG_FIT_GATE_FIT_H
#define RG_FIT_GATE_FIT_H
#include "fit/blend/samples.h"

typedef struct rg_gate_options {
    double tilt; /* > 0: a second scenario is learned from as much as the first, in which
                  * a positive label stays with probability (d / largest d)^tilt */
    uint64_t seed;
} rg_gate_options;

/* The loss of ranker.h without its penalty, over both scenarios, of the score
 *   sum_a s_a max(0, p_a + g_a(x)) + li g_pop(x),
 * p the weights of rg_ranker_anchor, g the gate of the inputs x less their mean over
 * their deviation (which *out has in its numbers). Units start random, outputs at zero:
 * so the score starts as p's. Five rounds of Adam over batches of 128 users, its rate
 * from 0.003 down to 0. Sums run over fixed blocks: same bits at any thread count.
 * O(samples) times some 10,000 operations. 32 (2 n + 6) + n + 1 numbers are learned for n
 * channels: that takes thousands of users. Without a positive sample *out is p.
 * REGATTA_ENOMEM, REGATTA_ENUMERIC (training did not stay finite) */
regatta_status rg_gate_fit(regatta_ctx *ctx, rg_blend *out, const rg_samples *samples,
                           const rg_samples_part *part, const int *on, const float *start,
                           const rg_gate_options *options);
#endif
