/* Which nodes may come back, as the lists of a question say: a bit for each. */
#ifndef RG_RANK_ALLOW_H
#define RG_RANK_ALLOW_H
#include "base/ctx.h"

/* Bits of n nodes in *out, freed with rg_free: those of `only` (NULL = all) that
 * `exclude` does not name. *out is NULL where all may come. ENOMEM. O(n / 32 + both
 * lists). */
regatta_status rg_allow_create(regatta_ctx *ctx, uint32_t **out, int64_t n,
                               const uint32_t *only, int64_t n_only,
                               const uint32_t *exclude, int64_t n_exclude);

static inline int rg_allows(const uint32_t *allow, int64_t node)
{
    return allow == NULL || (allow[node / 32] >> node % 32 & 1) != 0;
}

/* row[n]: -INFINITY where a node may not come back. */
void rg_allow_mask(float *row, const uint32_t *allow, int64_t n);
#endif
