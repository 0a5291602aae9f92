/* Vectors of items that were not in training, folded in from their users. */
#ifndef RG_RANK_FOLD_ITEMS_H
#define RG_RANK_FOLD_ITEMS_H
#include "model/model.h"
#include <regatta/query.h>

/* Returns 0 if the model lacks the users' X_0 (a file of an earlier version). */
int rg_can_fold_items(const regatta_model *model);

/* Writes vectors[n][dim], unit rows, of a query of either side: the row of a node of the
 * model, the fold-in of a list (docs/model.md), zeros for an empty list. The query is
 * checked, the model has vectors and, for lists of users, can fold items in. For an item
 * O(sum of its users' histories * dim * layers^2) time, O(users of the item * dim *
 * layers) memory. */
regatta_status rg_vectors_of_nodes(regatta_ctx *ctx, const regatta_model *model,
                                   const regatta_query *query, float *vectors);
#endif
