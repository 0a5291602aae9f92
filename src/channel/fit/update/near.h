/* The items nearest to new items by what their users did. */
#ifndef RG_CHANNEL_FIT_NEAR_H
#define RG_CHANNEL_FIT_NEAR_H
#include "channel/fit/channel_fit.h"

/* As near and share of rg_new_nodes (model/model_copy.h); NULL: none. */
typedef struct rg_near {
    uint32_t *item;
    float *share;
} rg_near;

/* For each item from first_new on, the items before it with the most weight for it as a
 * candidate, by the fitted item attention. Without item attention there are none.
 * REGATTA_ENOMEM */
regatta_status rg_near_find(regatta_ctx *ctx, rg_near *out, const rg_fitted *fitted,
                            int64_t first_new);
void rg_near_free(regatta_ctx *ctx, rg_near *near);
#endif
