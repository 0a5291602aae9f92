/* regatta/score.h: scores of given items, and the vectors of queries. */
#ifndef REGATTA_SCORE_H
#define REGATTA_SCORE_H
#include <regatta/query.h>
REGATTA_BEGIN_C

/* Writes the score of each of item[n_items] for each query to scores[n * n_items]: the
 * scores by which regatta_recommend ranks. Costs as much as regatta_recommend, because a
 * blend scales scores over all items.
 *   REGATTA_EINVAL  a number out of range, an item of a source domain;  REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_score(regatta_ctx *ctx, const regatta_model *model,
                                         const regatta_query *query, const uint32_t *item,
                                         int64_t n_items, float *scores);

/* Writes the score of the items of each query: query q is asked for item[k], offset[q] <=
 * k < offset[q + 1], whose score goes to scores[k] and its calibrated probability to
 * probabilities[k]. One of the two arrays may be NULL. The probability is that the user
 * takes the item, estimated from the score alone (regatta/pairs.h, docs/model.md): in
 * training for items that the user does not have yet. Costs as much as regatta_recommend
 * for the queries, however many items each has. An item of a source domain, which is
 * never an answer, has the score -infinity and the probability 0.
 *   REGATTA_EINVAL  a number out of range, offsets that decrease, probabilities of a
 *                   model without a calibration
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_score_pairs(
    regatta_ctx *ctx, const regatta_model *model, const regatta_query *query,
    const int64_t *offset, const uint32_t *item, float *scores, double *probabilities);

/* Writes the vectors [n][dim] of the queries: the stored row of a user (or item) of the
 * model, the fold-in of a history, zeros for an empty history. An item that the model
 * does not contain is folded in from its users (docs/model.md). O(length of the list *
 * layers * dim) each.
 *   REGATTA_EINVAL  a number out of range, a model without vectors;  REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_fold_in(regatta_ctx *ctx, const regatta_model *model,
                                           const regatta_query *query, float *vectors);
REGATTA_END_C
#endif
