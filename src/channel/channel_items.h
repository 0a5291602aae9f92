/* Channel `items`, item attention:
 *
 *   x_j = scale_j sum_{i in history} r_i w_ij                     (docs/model.md)
 *
 * A row is a scatter over the stored rows of the history's items. It costs O(items +
 * history * stored weights per item). */
#ifndef RG_CHANNEL_CHANNEL_ITEMS_H
#define RG_CHANNEL_CHANNEL_ITEMS_H
#include "model/channel.h"

/* State: rg_item_weights. */
extern const rg_channel_ops rg_channel_items;
#endif
