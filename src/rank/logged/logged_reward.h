/* The reward model of the doubly robust estimate. */
#ifndef RG_RANK_LOGGED_REWARD_H
#define RG_RANK_LOGGED_REWARD_H
#include "rank/logged/logged_policy.h"

enum { RG_REWARD_FOLDS = 5 };

/* Writes the expected reward of the item of each record (own[n], 0 for an item without a
 * feature) and of what the policy shows there (policy[n], 0 where it shows nothing).
 * O(n), no memory. */
void rg_logged_reward(double *own, double *policy, const rg_logged_records *records,
                      const rg_logged_shown *shown);
#endif
