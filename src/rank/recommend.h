/* The best items of each query. */
#ifndef RG_RANK_RECOMMEND_H
#define RG_RANK_RECOMMEND_H
#include "rank/scorer.h"
#include <regatta/recommend.h>

/* As regatta_recommend; query and options are checked. */
regatta_status rg_recommend(regatta_ctx *ctx, const regatta_model *model,
                            const regatta_query *query,
                            const regatta_recommend_options *opts, uint32_t *items,
                            float *scores);
/* As regatta_score; everything is checked. */
regatta_status rg_score_items(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query, const uint32_t *item,
                              int64_t n_items, float *scores);
/* As regatta_score_pairs without probabilities; everything is checked. */
regatta_status rg_score_pairs(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query, const int64_t *offset,
                              const uint32_t *item, float *scores);
/* As regatta_fold_in; the query is checked. */
regatta_status rg_query_vectors(regatta_ctx *ctx, const regatta_model *model,
                                const regatta_query *query, float *vectors);
#endif
