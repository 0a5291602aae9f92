/* The vectors of new nodes from their features: the rows of the input layer, F W
 * (gat/feature_input.h), and the rows of the items nearest by content. */
#ifndef RG_CHANNEL_FEATURE_GROWTH_H
#define RG_CHANNEL_FEATURE_GROWTH_H
#include "model/model_copy.h"
#include "model/node_vectors.h"

/* Fills the rows of the new nodes of a grown model whose vectors have rows of features:
 * the input F W, and as vector the sum of this at length 1 and of the row that is there,
 * which is zero for users and the mean of the nearest items for items, at length 1. Nodes
 * of which no feature is known, and twins, keep their rows. Rows of features of new users
 * are stored too. After rg_growth_rows.
 *   REGATTA_EINVAL  the rows are not those of the model's features
 *   REGATTA_ENOMEM */
regatta_status rg_feature_growth(regatta_ctx *ctx, regatta_model *model,
                                 rg_node_vectors *v, const rg_growth *growth);
#endif
