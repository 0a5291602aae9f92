/* The item-attention part of a score: what the history attends to.
 *
 *   x_j = scale_j sum_{i in history} r_i w_ij                     (docs/model.md)
 *
 * A row is a scatter over the history's stored rows into one thread's own row. */
#ifndef RG_CHANNEL_CHANNEL_ITEMS_H
#define RG_CHANNEL_CHANNEL_ITEMS_H
#include "model/history.h"

/* Overwrites row[n_items]. O(items + history * kept weights per item). */
void rg_items_row(float *row, const regatta_model *model, const rg_history *history);
/* The same, and what stands behind it: best[n_items] the largest part that one item of
 * the history has in x_j, at least 0; support[n_items] log(1 + items whose part is above
 * 0). */
void rg_items_support(float *row, float *best, float *support, const regatta_model *model,
                      const rg_history *history);
/* contribution[n] of each history item to x_item. O(history * log weights). */
void rg_items_explain(double *contribution, const regatta_model *model,
                      const rg_history *history, uint32_t item);
#endif
