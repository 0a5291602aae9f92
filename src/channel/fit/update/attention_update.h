/* The update of attention in closed form between items. */
#ifndef RG_CHANNEL_FIT_ATTENTION_UPDATE_H
#define RG_CHANNEL_FIT_ATTENTION_UPDATE_H
#include "channel/fit/channel_fit.h"
#include "model/weights.h"
#include "ridge/item_attention.h"

/* Creates the weights that the ridge of the model before gave, by target; with
 * `reweighted` those that the model keeps beside the served ones. NULL if it has none,
 * for weights of 8 bits, and for an update that takes items from users.
 * REGATTA_ENOMEM */
regatta_status rg_attention_before(regatta_ctx *ctx, rg_csr **out, const rg_weights *w,
                                   const rg_fit_update *update, int reweighted);
/* Fits item attention again to `rows`, of which changed[r] = 1 are those that gained
 * items, or all if none did. `before` are the weights by target as the ridge gave them,
 * of the items before; only changed targets are solved, NULL: all. REGATTA_ENOMEM */
regatta_status rg_attention_update(regatta_ctx *ctx, rg_item_attention **out,
                                   const rg_csr *rows, const uint8_t *changed,
                                   const rg_item_attention_options *options,
                                   const rg_csr *before, const rg_fit_update *update);
#endif
