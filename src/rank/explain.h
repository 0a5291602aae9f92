/* A score as a sum of contributions. */
#ifndef RG_RANK_EXPLAIN_H
#define RG_RANK_EXPLAIN_H
#include "rank/scorer.h"
#include <regatta/explain.h>

/* Receives the terms of the score of item[place], and the contributions all[n] of the
 * whole history, largest absolute value first. Both are valid during the call. */
typedef void (*rg_explained_fn)(void *state, int64_t place,
                                const regatta_explanation *terms,
                                const regatta_contribution *all, int64_t n);

/* Explains the scores of item[n_items] for the single query, in this order; arguments
 * are checked. Items are scored once for all of them. */
regatta_status rg_explain(regatta_ctx *ctx, const regatta_model *model,
                          const regatta_query *query, const uint32_t *item,
                          int64_t n_items, rg_explained_fn take, void *state);

/* Splits the part of the score of `item` that comes through features of items over its
 * features, in units of the score: *out, *n of them, largest absolute value first, to be
 * freed with the context's memory. Names belong to the model. */
regatta_status rg_explain_features(regatta_ctx *ctx, const regatta_model *model,
                                   const regatta_query *query, uint32_t item,
                                   rg_feature_part **out, int64_t *n);
#endif
