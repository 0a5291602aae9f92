/* New items in a model with content: their rows of features, and the items nearest to
 * them. */
#ifndef RG_CHANNEL_CONTENT_GROWTH_H
#define RG_CHANNEL_CONTENT_GROWTH_H
#include "channel/channel_content.h"
#include "model/model_copy.h"

/* Encodes the new items: z[n_items][rank] and rows[blocks] as rg_feature_blocks_encode;
 * items of growth->was have the numbers that it has. Errors as below. */
regatta_status rg_content_encode(regatta_ctx *ctx, float *z, rg_csr **rows,
                                 const rg_feature_blocks *blocks,
                                 const rg_growth *growth);
/* rg_channel_ops.grow of the channel "content": fills growth->near with the items of most
 * positive attention to each new item. O(new items x items x rank).
 *   REGATTA_EINVAL  vectors of another length than those of the model */
regatta_status rg_content_grow(regatta_ctx *ctx, regatta_model *model, void *state,
                               rg_growth *growth);
#endif
