/* Offers made by hand, for tests of what is fitted on them. */
#ifndef TESTS_SUPPORT_TINY_OFFERS_H
#define TESTS_SUPPORT_TINY_OFFERS_H
#include "fit/blend/samples.h"

/* n_users users with n_each samples; scores of the channels of on[] are random normal
 * numbers (0 for the others), so is what else a gate sees. Which samples are label is
 * drawn, one a user, from the softmax of their scores by `planted`. */
regatta_status tiny_samples(regatta_ctx *ctx, rg_samples **out, int64_t n_users,
                            int64_t n_each, const int *on, const rg_blend *planted,
                            uint64_t seed);
#endif
