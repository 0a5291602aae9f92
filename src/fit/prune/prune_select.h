/* The n_keep largest of many effects, without sorting them. */
#ifndef RG_FIT_PRUNE_PRUNE_SELECT_H
#define RG_FIT_PRUNE_PRUNE_SELECT_H
#include <stdint.h>

/* Keeps the effects above `key` (the bits of a float from 0 up), and the first n_equal of
 * those equal to it. */
typedef struct rg_prune_limit {
    uint32_t key;
    int64_t n_equal;
} rg_prune_limit;

/* Returns the limit that keeps n_keep of effect[n], 0 <= n_keep <= n, all at least 0.
 * O(n). */
rg_prune_limit rg_prune_limit_of(const float *effect, int64_t n, int64_t n_keep);
/* Returns 1 if the next effect, in order, is kept; counts those that equal the limit. */
int rg_prune_keeps(rg_prune_limit *limit, float effect);
#endif
