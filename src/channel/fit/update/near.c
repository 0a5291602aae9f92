#include "channel/fit/update/near.h"
#include "channel/fit/items_fit.h"
#include "channel/growth.h"

/* Writes the neighbours before first_new with the largest positive weights. */
static void find(uint32_t *near, float *share, const rg_csr *by_target, int64_t j,
                 int64_t first_new, float *row)
{
    const uint32_t *item = by_target->target + by_target->offset[j];
    const float *weight = by_target->value + by_target->offset[j];
    const int64_t n = rg_csr_degree(by_target, j);
    for (int64_t e = 0; e < n; e++) row[e] = item[e] < first_new ? weight[e] : 0.0f;
    rg_growth_near(near, share, row, n);
    for (int64_t e = 0; e < RG_NEAR && near[e] != REGATTA_NONE; e++)
        near[e] = item[near[e]];
}

regatta_status rg_near_find(regatta_ctx *ctx, rg_near *out, const rg_fitted *fitted,
                            int64_t first_new)
{
    regatta_status status = REGATTA_OK;
    const rg_items_part *part = rg_items_fitted(fitted);
    const int64_t n_new = fitted->rows.n_cols - first_new;
    float *row = NULL;
    if (part == NULL || n_new == 0) return REGATTA_OK;
    const rg_csr *by_target = part->attention->by_target;
    RG_NEW(ctx->mem, out->item, n_new * RG_NEAR);
    RG_NEW(ctx->mem, out->share, n_new * RG_NEAR);
    RG_NEW(ctx->mem, row, rg_csr_widest(by_target));
    for (int64_t k = 0; k < n_new; k++)
        find(out->item + k * RG_NEAR, out->share + k * RG_NEAR, by_target, first_new + k,
             first_new, row);
done:
    rg_free(ctx->mem, row);
    return status; /* the caller frees *out */
}

void rg_near_free(regatta_ctx *ctx, rg_near *near)
{
    rg_free(ctx->mem, near->item);
    rg_free(ctx->mem, near->share);
}
