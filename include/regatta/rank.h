/* regatta/rank.h: recommend, score, explain, find similar nodes, evaluate. */
#ifndef REGATTA_RANK_H
#define REGATTA_RANK_H
#include <regatta/model.h>
REGATTA_BEGIN_C

/* For whom: users of the model by number, or histories of anybody (folded in, see
 * docs/model.md), or for candidates alone vectors of the caller's own. One of the three;
 * arrays are the caller's. With `side` REGATTA_ITEMS the same of items, for
 * regatta_fold_in and regatta_similar: item numbers in `user`, or in `item` the users who
 * had an item that the model does not know. New fields are only ever appended. */
typedef struct regatta_query {
    uint32_t struct_size;
    int64_t n;            /* how many */
    const uint32_t *user; /* [n] user numbers, or NULL when histories are given */
    const int64_t
        *offset; /* [n + 1] into item: history q is item[offset[q]..offset[q+1]) */
    const uint32_t *item; /* item numbers; repeats count once */
    const float *vector;  /* [n][dim] of any length, finite: regatta_candidates alone */
    uint32_t side;        /* regatta_side of those asked about; 0 = REGATTA_USERS */
} regatta_query;

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

/* Who proposes candidates; combined by |. */
enum {
    REGATTA_SOURCE_GRAPH = 1,   /* what the items of the history attend to, two hops */
    REGATTA_SOURCE_VECTORS = 2, /* scale * cosine + bias, the vector part of the score */
    REGATTA_SOURCE_BOTH = 3
};
#define REGATTA_N_SOURCES 2

/* Start from REGATTA_CANDIDATES_OPTIONS_INIT. */
typedef struct regatta_candidates_options {
    uint32_t struct_size;
    uint32_t n;           /* candidates per query, 1..2^31-1; default 500 */
    uint32_t sources;     /* REGATTA_SOURCE_*; 0 = those that the model has */
    uint32_t keep_seen;   /* 1: items of the history may come back */
    const uint32_t *only; /* [n_only] nothing but these; NULL = all items */
    int64_t n_only;
    const uint32_t *exclude; /* [n_exclude] never these */
    int64_t n_exclude;
    uint32_t exact;  /* 1: all items are searched, also where the model has an index */
    uint32_t effort; /* beam of the search in an index: more find more and take longer; at
                        least n is taken; 0 = 96 */
} regatta_candidates_options;

#define REGATTA_CANDIDATES_OPTIONS_INIT                                                  \
    {                                                                                    \
        sizeof(regatta_candidates_options), 500, 0, 0, NULL, 0, NULL, 0, 0, 0            \
    }

/* Hundreds of items for each query, cheaper than regatta_recommend and from chosen
 * sources (docs/model.md): items[n * opts.n], best first. scores[n * opts.n] (may be
 * NULL) is the source's own number, of both sources the sum of 1 / (60 + rank) over those
 * that propose the item, each proposing its best opts.n (Cormack, Clarke and Buettcher,
 * SIGIR 2009). by_source[n * opts.n][REGATTA_N_SOURCES] (may be NULL) is what graph and
 * vectors gave: NaN where one did not propose the item.
 * Filters act before the cut, ties go to the lower number, padding is REGATTA_NONE,
 * -INFINITY and NaN. The graph proposes what the history leads to with a weight above 0,
 * nothing else; where no source proposes anything (an empty history) it is what is
 * popular, by log(1 + users of the item) and with NaN from both sources. The tables that
 * are searched are made by a model's first call, while others wait. O(n * history) for
 * the graph, whatever the degrees of its items; for the vectors O(n * items * dim) on
 * bytes, or with an index in the model what its beam looks at.
 *   REGATTA_EINVAL  n = 0, a number out of range, a source that the model lacks, the
 *                   graph for vectors of the caller's
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_candidates(regatta_ctx *ctx,
                                              const regatta_model *model,
                                              const regatta_query *query,
                                              const regatta_candidates_options *opts,
                                              uint32_t *items, float *scores,
                                              float *by_source);

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

/* What makes two nodes of a side alike: the cosine of one of these. */
typedef enum regatta_near {
    REGATTA_NEAR_AUTO = 0,      /* the first of the three that there is */
    REGATTA_NEAR_VECTORS = 1,   /* the nodes' vectors */
    REGATTA_NEAR_ATTENTION = 2, /* items of the model: a_i = e_i + w_i, with w_i the item
                                   attention from i to every candidate and e_i itself: as
                                   (w_ij + w_ji + sum_k w_ik w_jk) / (|a_i| |a_j|) */
    REGATTA_NEAR_HISTORY =
        3 /* who had what: a user's items, each weighed by d_i^-1/2,
             d_i the number of its users; an item's users by d_u^-1/2 */
} regatta_near;

/* Start from REGATTA_SIMILAR_OPTIONS_INIT. */
typedef struct regatta_similar_options {
    uint32_t struct_size;
    uint32_t k;           /* nodes per query, 1..2^31-1; default 20 */
    uint32_t by;          /* regatta_near */
    const uint32_t *only; /* [n_only] of the side: nothing but these; NULL = all */
    int64_t n_only;
    const uint32_t *exclude; /* [n_exclude] of the side: never these */
    int64_t n_exclude;
} regatta_similar_options;

#define REGATTA_SIMILAR_OPTIONS_INIT                                                     \
    {                                                                                    \
        sizeof(regatta_similar_options), 20, 0, NULL, 0, NULL, 0                         \
    }

/* The k nodes of the query's side nearest to each query (a node, or a list that is folded
 * in), a node itself left out: nodes[n * k] and cosines[n * k] (may be NULL), best first,
 * ties to the lower number, filters before the cut, padding as above. By attention and by
 * history, nodes that have nothing in common with the query are not there: their cosine
 * is not above 0. `opts` NULL means INIT. O(n * nodes * dim), else O(entries of all rows)
 * for each 16 queries.
 *   REGATTA_EINVAL  a number out of range; by vectors that the model does not have; by
 *                   attention for users, for lists, or without item attention
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_similar(regatta_ctx *ctx, const regatta_model *model,
                                           const regatta_query *query,
                                           const regatta_similar_options *opts,
                                           uint32_t *nodes, float *cosines);

/* What one item of the history adds to a score, in all and by channel. */
typedef struct regatta_contribution {
    uint32_t item;       /* of the history */
    float attention;     /* its share of the attention, all of them sum to 1: towards this
                            candidate where item attention has positive weights for it
                            (shares of those), else the layers' over the history, else
                            the same for each */
    double contribution; /* what it adds to the score: vectors + items + spectral */
    double vectors;      /* through the node vectors */
    double items;        /* through item attention */
    double spectral;     /* through the spectral filter */
} regatta_contribution;

/* score = history + bias + users + popularity + centre + residual, the last below 1e-5 of
 * the others' size. A gate of the blend (docs/model.md) only weighs channels, and what
 * is beyond the ends of scaling shrinks a channel's parts evenly (docs/model.md). */
typedef struct regatta_explanation {
    uint32_t struct_size;
    double score;      /* as regatta_score gives it */
    double history;    /* sum of all contributions */
    double bias;       /* through the item's own bias, learned with the vectors */
    double users;      /* through user attention: what users alike lend */
    double popularity; /* the blend's own term of the item's popularity; all of the score
                          where nothing is known of the history */
    double centre;     /* what scaling took off, the mean over all items: differs between
                          items only by clipping and the factors of the blend */
    double residual;   /* what the terms above leave: rounding, or the user's own
                          free vector where the layers read it (REGATTA_COMBINE_ALL) */
} regatta_explanation;

/* Explains the score of `item` for the single query: up to `capacity`
 * contributions, largest absolute first, in contributions[]; *n_contributions is
 * how many were written. O(history * dim + items * channels).
 *   REGATTA_EINVAL  a number out of range, more than one query;  REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_explain(regatta_ctx *ctx, const regatta_model *model,
                                           const regatta_query *query, uint32_t item,
                                           regatta_contribution *contributions,
                                           int64_t capacity, int64_t *n_contributions,
                                           regatta_explanation *out);

/* Metrics at one cut-off k, means over the users that have test items
 * (docs/metrics.md defines each). */
typedef struct regatta_metrics {
    uint32_t k;
    double recall, precision, f1, accuracy, ndcg, map, mrr, hit;
    double auc;      /* of the whole ranking: the same at every k */
    double coverage; /* share of items that come up in some user's top k */
    double gini;     /* of how often items come up; 0 even, 1 always the same */
    double novelty;  /* mean of -log2(share of users who have the item) */
} regatta_metrics;

/* The same for one user, handed to the callback in order of users: the model's number, or
 * with a `history` that of the test graph. */
typedef void (*regatta_per_user_fn)(void *state, uint32_t user, uint32_t n_test,
                                    const regatta_metrics *metrics, int n_metrics);

/* Start from REGATTA_EVALUATE_OPTIONS_INIT. */
typedef struct regatta_evaluate_options {
    uint32_t struct_size;
    const uint32_t *k;            /* [n_k] cut-offs; NULL = 20 alone */
    int n_k;                      /* at most 16 */
    uint32_t keep_seen;           /* 1: rank training items too */
    regatta_per_user_fn per_user; /* may be NULL; called from the calling thread */
    void *per_user_state;
    const regatta_graph *history;  /* NULL: users of the model, with its histories. Else
                                      the users of `test` that are in this graph, known to
                                      the model or not, each folded in from his items here
                                      (matched by names) */
    float mmr, popularity_penalty; /* of the lists that are measured, as in recommend */
    uint32_t pool;
} regatta_evaluate_options;

#define REGATTA_EVALUATE_OPTIONS_INIT                                                    \
    {                                                                                    \
        sizeof(regatta_evaluate_options), NULL, 0, 0, NULL, NULL, NULL, 1.0f, 0.0f, 0    \
    }

typedef struct regatta_evaluation {
    uint32_t struct_size;
    uint32_t n_users; /* users measured: with at least one test item that counts */
    int64_t n_test;   /* test interactions that count */
    uint32_t n_unknown_users; /* left out: not in the model (or not in `history`) */
    int64_t n_unknown_edges;  /* left out: user or item not in the model */
    int64_t n_seen_edges;     /* left out: in the user's history (unless keep_seen) */
    uint64_t test_hash;
    int64_t n_unknown_history; /* left out of `history`: items not in the model */
} regatta_evaluation;

/* Ranks all items for every user of `test` (matched by names), items of his history left
 * out, and fills metrics[n_k]. The cost of regatta_recommend for them.
 *   REGATTA_EINVAL   an option out of range
 *   REGATTA_EFORMAT  no test interaction counts
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_evaluate(regatta_ctx *ctx, const regatta_model *model,
                                            const regatta_graph *test,
                                            const regatta_evaluate_options *opts,
                                            regatta_metrics *metrics,
                                            regatta_evaluation *out);
REGATTA_END_C
#endif
