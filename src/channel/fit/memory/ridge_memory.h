/* Estimates of the memory of ridges. */
#ifndef RG_CHANNEL_FIT_RIDGE_MEMORY_H
#define RG_CHANNEL_FIT_RIDGE_MEMORY_H
#include "channel/fit/channel_fit.h"
#include "ridge/item_attention.h"

/* Fills the estimate of a local ridge between targets: by_target has a row for each of
 * them, by_other is its transpose. O(interactions). */
void rg_ridge_memory(rg_channel_memory *out, const rg_csr *by_target,
                     const rg_csr *by_other, const rg_item_attention_options *options,
                     const rg_memory_sizes *sizes);
/* The estimate of item attention: the local ridge, and the exact one where it may be
 * tried. */
void rg_items_memory(rg_channel_memory *out, const rg_memory_sizes *sizes);
#endif
