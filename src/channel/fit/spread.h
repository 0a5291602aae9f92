/* Extends tables of some items of a graph to all of its items. */
#ifndef RG_CHANNEL_FIT_SPREAD_H
#define RG_CHANNEL_FIT_SPREAD_H
#include "base/ctx.h"
#include "linalg/csr.h"
#include "ridge/item_attention.h"

typedef struct rg_spread {
    regatta_ctx *ctx;
    const uint32_t *item; /* [n_core] numbers among all items, ascending */
    int64_t n_core, n_items;
} rg_spread;

/* *x is [blocks] of `before` floats followed by [n_core][width]; it is replaced by the
 * same with n_items rows, where rows of other items are `fill`. NULL stays NULL. */
regatta_status rg_spread_floats(const rg_spread *s, float **x, int64_t blocks,
                                int64_t before, int64_t width, float fill);
/* The same for numbers [n_core]. */
regatta_status rg_spread_numbers(const rg_spread *s, uint32_t **x, uint32_t fill);
/* The same for the bias of items: other items have the least one. */
regatta_status rg_spread_bias(const rg_spread *s, float **bias);
/* The same for sparse rows of items whose targets are items. */
regatta_status rg_spread_rows(const rg_spread *s, rg_csr **rows);
/* The same for sparse rows of items with other targets. */
regatta_status rg_spread_features(const rg_spread *s, rg_csr **rows);
/* The same for item attention; only its rows by history item stay. */
regatta_status rg_spread_item_attention(const rg_spread *s, rg_item_attention *a);
#endif
