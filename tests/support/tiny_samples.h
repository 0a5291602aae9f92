/* Random samples, for tests of the fits of a blend. */
#ifndef TESTS_SUPPORT_TINY_SAMPLES_H
#define TESTS_SUPPORT_TINY_SAMPLES_H
#include "fit/blend/samples.h"

/* n_users users with n_each samples of the channels of `planted`; scores of the channels
 * of on[] are random normal numbers (0 for the others), and so are the other inputs of a
 * gate. One sample per user is positive: it is drawn from the softmax of the scores of
 * `planted`. */
regatta_status tiny_samples(regatta_ctx *ctx, rg_samples **out, int64_t n_users,
                            int64_t n_each, const int *on, const rg_blend *planted,
                            uint64_t seed);
#endif
