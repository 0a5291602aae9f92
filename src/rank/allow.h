/* The nodes that the filters of a query allow: one bit per node. */
#ifndef RG_RANK_ALLOW_H
#define RG_RANK_ALLOW_H
#include "base/ctx.h"

/* Sets *out to the bits of n nodes: the nodes of `only` (NULL = all) below n_own (those
 * of the target domain) that are not in `exclude`. Freed with rg_free; NULL if all nodes
 * are allowed. ENOMEM. O(n / 32 + both lists). */
regatta_status rg_allow_create(regatta_ctx *ctx, uint32_t **out, int64_t n, int64_t n_own,
                               const uint32_t *only, int64_t n_only,
                               const uint32_t *exclude, int64_t n_exclude);

static inline int rg_allows(const uint32_t *allow, int64_t node)
{
    return allow == NULL || (allow[node / 32] >> node % 32 & 1) != 0;
}

/* Sets row[n] to -INFINITY for nodes that are not allowed. */
void rg_allow_mask(float *row, const uint32_t *allow, int64_t n);
#endif
