/* regatta/recommend.h: the best items of each query. */
#ifndef REGATTA_RECOMMEND_H
#define REGATTA_RECOMMEND_H
#include <regatta/query.h>
REGATTA_BEGIN_C

/* Start from REGATTA_RECOMMEND_OPTIONS_INIT. */
typedef struct regatta_recommend_options {
    uint32_t struct_size;
    uint32_t k;           /* items per query, 1..2^31-1; default 20 */
    uint32_t keep_seen;   /* 1: recommended items may be in the history */
    const uint32_t *only; /* [n_only] the only items allowed; NULL = all items */
    int64_t n_only;
    const uint32_t *exclude; /* [n_exclude] items not allowed */
    int64_t n_exclude;
    float mmr; /* diversity by maximal marginal relevance, [0, 1]; 1 = none */
    float popularity_penalty; /* standard deviations of the score subtracted per
                                 standard deviation of log popularity, [-100, 100]; 0 =
                                 none */
    uint32_t pool; /* number of best items that mmr selects from; 0 = 5 k, at least 100 */
} regatta_recommend_options;

#define REGATTA_RECOMMEND_OPTIONS_INIT                                                   \
    {                                                                                    \
        sizeof(regatta_recommend_options), 20, 0, NULL, 0, NULL, 0, 1.0f, 0.0f, 0        \
    }

/* Writes the k items of highest score for each query to items[n * k] and their scores to
 * scores[n * k] (may be NULL), best first, ties to the lower item number. Filters apply
 * before the cut; items of source domains are never answers. Rows with fewer items are
 * padded with REGATTA_NONE and -INFINITY. A score is the blend of the model's channels
 * (docs/model.md), or the raw score if the model has a single channel; scores are
 * comparable within a query only. For a history on which no channel tells items apart,
 * such as an empty one, items are ranked by popularity: by the biases of the vectors, or
 * without vectors by log(1 + users of the item). mmr and popularity_penalty change the
 * order (docs/model.md has the formulas) but not the scores, which remain those of
 * regatta_score and regatta_explain and may then rise from rank to rank. O(n * (items *
 * (dim + rank + channels) + attention edges of the history)) time, O(threads * 24 * items
 * * channels) memory (12 for 24 where a thread's rows would take 64 MB): never users x
 * items. REGATTA_EINVAL  k = 0, a number out of range;  REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_recommend(regatta_ctx *ctx, const regatta_model *model,
                                             const regatta_query *query,
                                             const regatta_recommend_options *opts,
                                             uint32_t *items, float *scores);
REGATTA_END_C
#endif
