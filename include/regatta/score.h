/* regatta/score.h: scores of given items, and vectors of queries. */
#ifndef REGATTA_SCORE_H
#define REGATTA_SCORE_H
#include <regatta/query.h>
REGATTA_BEGIN_C

/* scores[n * n_items] of each query with each of item[n_items], the same numbers
 * that regatta_recommend ranks by, at its cost: a blend is scaled over all items.
 *   REGATTA_EINVAL  a number out of range;  REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_score(regatta_ctx *ctx, const regatta_model *model,
                                         const regatta_query *query, const uint32_t *item,
                                         int64_t n_items, float *scores);

/* The vectors [n][dim] of the queries: of a user (or item) of the model its own row, of a
 * history its fold-in; zeros for an empty history. An item that the model does not know
 * is folded in from the users who had it (docs/model.md). O(length of the list * layers *
 * dim) each.
 *   REGATTA_EINVAL  a number out of range, a model without vectors;  REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_fold_in(regatta_ctx *ctx, const regatta_model *model,
                                           const regatta_query *query, float *vectors);
REGATTA_END_C
#endif
