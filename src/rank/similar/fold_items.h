/* Vectors of items that were not in training, from the users who had them. */
#ifndef RG_RANK_FOLD_ITEMS_H
#define RG_RANK_FOLD_ITEMS_H
#include "model/model.h"
#include <regatta/query.h>

/* 0 where the model lacks the users' X_0 (a file of an earlier version). */
int rg_can_fold_items(const regatta_model *model);

/* vectors[n][dim] of a query of either side, unit rows: of a node of the model its own,
 * of a list its fold-in (docs/model.md), zeros for an empty one. The query is checked,
 * the model has vectors and, for lists of users, can fold them in. For an item O(sum of
 * its users' histories * dim * layers^2) time, O(users of the item * dim * layers)
 * memory. */
regatta_status rg_vectors_of_nodes(regatta_ctx *ctx, const regatta_model *model,
                                   const regatta_query *query, float *vectors);
#endif
