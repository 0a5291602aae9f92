/* Channel `vectors`: x_j = scale * cos(query, item j) + bias_j over the node vectors of
 * the attention layers. The query is the user's own vector, or the history folded in.
 *
 * The contribution of history item e and the attention to it are
 *   contribution_e = scale / |y| sum_l c_{l+1} sum_h coef[l][h][e] <x_e^l[h], v[h]>
 *   attention_e    proportional to sum_l c_{l+1} sum_h coef[l][h][e]
 * with y, coef as rg_fold_in gives them, x^l the items' states, v the item's unit row.
 * For a user of the model the fold-in uses the user's own query. In a compact model the
 * rounding of the user's row is distributed by attention. The bias is bias_j. */
#ifndef RG_CHANNEL_CHANNEL_VECTORS_H
#define RG_CHANNEL_CHANNEL_VECTORS_H
#include "model/channel.h"
#include "model/node_vectors.h"

/* State: rg_node_vectors. */
extern const rg_channel_ops rg_channel_vectors;
#endif
