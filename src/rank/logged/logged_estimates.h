/* Estimates of the value of a policy from importance weights (docs/metrics.md). */
#ifndef RG_RANK_LOGGED_ESTIMATES_H
#define RG_RANK_LOGGED_ESTIMATES_H
#include "base/ctx.h"
#include <regatta/logged.h>

/* Records, of users that are numbered in order. */
typedef struct rg_logged_sample {
    int64_t n, n_users;
    const uint32_t *group;                        /* [n] ascending, the user */
    const double *probability;                    /* [n] of the evaluated policy */
    const double *propensity, *reward;            /* [n] */
    const double *own_expected, *policy_expected; /* [n] of the reward model: for the item
                                                     of the record, and for the policy */
} rg_logged_sample;

/* Fills the weights and estimates of *out, and n, n_users, n_matched, n_clipped. O(n).
 * ENOMEM. */
regatta_status rg_logged_estimate(regatta_ctx *ctx, regatta_logged_evaluation *out,
                                  const rg_logged_sample *sample, double max_weight);
#endif
