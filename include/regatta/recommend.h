/* regatta/recommend.h: the best items of each query. */
#ifndef REGATTA_RECOMMEND_H
#define REGATTA_RECOMMEND_H
#include <regatta/query.h>
REGATTA_BEGIN_C

/* Start from REGATTA_RECOMMEND_OPTIONS_INIT. */
typedef struct regatta_recommend_options {
    uint32_t struct_size;
    uint32_t k;           /* items per query, 1..2^31-1; default 20 */
    uint32_t keep_seen;   /* 1: items of the history may come back */
    const uint32_t *only; /* [n_only] nothing but these; NULL = all items */
    int64_t n_only;
    const uint32_t *exclude; /* [n_exclude] never these */
    int64_t n_exclude;
    float mmr; /* diversity by maximal marginal relevance, [0, 1]; 1 = none */
    float popularity_penalty; /* deviations of score that one of log popularity costs,
                                 [-100, 100]; 0 = none */
    uint32_t pool; /* best items that mmr chooses from; 0 = 5 k, at least 100 */
} regatta_recommend_options;

#define REGATTA_RECOMMEND_OPTIONS_INIT                                                   \
    {                                                                                    \
        sizeof(regatta_recommend_options), 20, 0, NULL, 0, NULL, 0, 1.0f, 0.0f, 0        \
    }

/* The best k items of each query by score, best first, ties to the lower number;
 * filters act before the cut. Rows of items[n * k] and scores[n * k] (may be NULL)
 * that have no more are padded with REGATTA_NONE and -INFINITY. A score is the blend of
 * the model's channels (docs/model.md), or its only channel's own; numbers compare within
 * a query. Where the model knows nothing of a history (an empty one) it gets what is
 * popular: by the vectors' biases, or without them by log(1 + users of the item).
 * mmr and popularity_penalty change the order (docs/model.md has the formulas), not the
 * scores: those are of regatta_score and what regatta_explain explains, so that they may
 * rise from rank to rank.
 * O(n * (items * (dim + rank + channels) + what the history attends to)) time,
 * O(threads * 24 * items * channels) memory (12 for 24 where a thread's rows would take
 * 64 MB): never users x items.
 *   REGATTA_EINVAL  k = 0, a number out of range;  REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_recommend(regatta_ctx *ctx, const regatta_model *model,
                                             const regatta_query *query,
                                             const regatta_recommend_options *opts,
                                             uint32_t *items, float *scores);
REGATTA_END_C
#endif
