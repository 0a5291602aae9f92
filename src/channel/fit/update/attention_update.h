/* The update of attention in closed form between items. */
#ifndef RG_CHANNEL_FIT_ATTENTION_UPDATE_H
#define RG_CHANNEL_FIT_ATTENTION_UPDATE_H
#include "channel/fit/channel_fit.h"
#include "model/weights.h"
#include "ridge/item_attention.h"

/* Fits item attention again to `rows`, which have changed[r] = 1 where they gained items.
 * `before` are the weights of the model by history item as the ridge gave them, of
 * the items before; only changed targets are solved. NULL, or weights of 8 bits: all are
 * solved, as for an update without changes, which proves the settings.
 * REGATTA_ENOMEM */
regatta_status rg_attention_update(regatta_ctx *ctx, rg_item_attention **out,
                                   const rg_csr *rows, const uint8_t *changed,
                                   const rg_item_attention_options *options,
                                   const rg_weights *before, const rg_fit_update *update);
#endif
