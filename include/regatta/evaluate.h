/* regatta/evaluate.h: ranking metrics against test interactions, and a paired test. */
#ifndef REGATTA_EVALUATE_H
#define REGATTA_EVALUATE_H
#include <regatta/model.h>
REGATTA_BEGIN_C

/* Metrics at one cut-off k, means over the measured users, or interactions with
 * every_next (docs/metrics.md defines each).
 * Start from REGATTA_METRICS_INIT. */
typedef struct regatta_metrics {
    uint32_t struct_size; /* sizeof this struct in the caller's build */
    uint32_t k;
    double recall, precision, f1, accuracy, ndcg, map, mrr, hit;
    double auc;      /* of the whole ranking, the same at every k */
    double coverage; /* share of items that are in the top k of at least one user */
    double gini;     /* Gini coefficient of the counts of items in top k lists; 0 = all
                        equal */
    double novelty;  /* mean of -log2(share of users who have the item) */
} regatta_metrics;

#define REGATTA_METRICS_INIT                                                             \
    {                                                                                    \
        sizeof(regatta_metrics), 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,    \
            0.0, 0.0                                                                     \
    }

/* The treatment of test items that no list can have: the model does not know the item or
 * the user, or the item is in the history and not ranked (keep_seen 0). */
typedef enum regatta_unknown {
    REGATTA_UNKNOWN_MISS = 0, /* they count as misses: every test user is measured, a user
                                 who cannot be ranked with an empty list */
    REGATTA_UNKNOWN_SKIP = 1  /* they do not count: users without other test items are not
                                 measured */
} regatta_unknown;

/* Receives metrics[n_metrics] of one measured user under the chosen treatment: first the
 * users of the model in its order (with a `history`: of the test graph), then the users
 * who cannot be ranked, in the order of the test graph. `user` is the number in the test
 * graph, n_test the number of test items that count. coverage and gini are NaN, novelty
 * is NaN for a user who cannot be ranked. Elements have the struct_size of the caller's
 * metrics. With every_next it is called for each measured interaction, n_test is 1, and a
 * user may come several times. Called from the calling thread. */
typedef void (*regatta_per_user_fn)(void *state, uint32_t user, uint32_t n_test,
                                    const regatta_metrics *metrics, int n_metrics);

/* Start from REGATTA_EVALUATE_OPTIONS_INIT. */
typedef struct regatta_evaluate_options {
    uint32_t struct_size;
    const uint32_t *k;            /* [n_k] cut-offs; NULL = 20 alone */
    int n_k;                      /* at most 16 */
    uint32_t keep_seen;           /* 1: also rank training items */
    regatta_per_user_fn per_user; /* may be NULL */
    void *per_user_state;
    const regatta_graph *history;  /* NULL: evaluate users of the model with its
                                      histories. Else evaluate the users of `test` that
                                      are in this graph, known to the model or not;
                                      each is folded in from their interactions in this
                                      graph in order (matched by names) */
    float mmr, popularity_penalty; /* re-ranking of the evaluated lists, as in
                                      recommend */
    uint32_t pool;
    uint32_t unknown;       /* a regatta_unknown */
    regatta_metrics *other; /* NULL or [n_k]: receives the metrics under the other
                               treatment. The caller sets struct_size in other[0] */
    /* [n_more_histories] graphs, at most 64, whose interactions follow those of
     * `history`, such as the validation part. If all have times, the interactions of a
     * user are in order of time. */
    const regatta_graph *const *more_histories;
    uint32_t n_more_histories;
    /* 1: each test interaction of a user in order is a query of its own, whose history
     * contains their earlier test interactions; all queries are folded in. Means are over
     * interactions. The first interaction of a user without a history cannot be ranked */
    uint32_t every_next;
    /* [n_only] numbers of the model's items: only these are ranked, and test interactions
     * with its other items are left out, for both treatments. NULL = all items */
    const uint32_t *only;
    int64_t n_only;
} regatta_evaluate_options;

#define REGATTA_EVALUATE_OPTIONS_INIT                                                    \
    {                                                                                    \
        sizeof(regatta_evaluate_options), NULL, 0, 0, NULL, NULL, NULL, 1.0f, 0.0f, 0,   \
            REGATTA_UNKNOWN_MISS, NULL, NULL, 0, 0, NULL, 0                              \
    }

/* What was measured, and which test interactions no list can have. Start from
 * REGATTA_EVALUATION_INIT. */
typedef struct regatta_evaluation {
    uint32_t struct_size;
    uint32_t n_users; /* users measured under the treatment that is asked for */
    int64_t n_test;   /* test interactions that count under it */
    uint32_t
        n_unknown_users; /* users of the test not in the model (or not in `history`) */
    int64_t n_unknown_edges; /* test interactions whose user or item is unknown */
    int64_t n_seen_edges;    /* those in the user's history; 0 with keep_seen */
    uint64_t test_hash;
    int64_t n_unknown_history; /* ignored in `history`: items not in the model */
    uint32_t n_other_users;    /* n_users and n_test under the other treatment */
    int64_t n_other_test;
    uint32_t asked_at_test; /* 1: queries were asked at the times of their test items; 0:
                               the histories or `test` have no times */
    int64_t n_outside; /* test interactions left out: their items are not in `only` */
    int64_t n_earlier; /* test interactions with times before the latest of the history of
                          their user: many if the split is random; 0 with every_next */
} regatta_evaluation;

#define REGATTA_EVALUATION_INIT                                                          \
    {                                                                                    \
        sizeof(regatta_evaluation), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                   \
    }

/* Ranks all items except those of the user's history for every user of `test` (matched by
 * names) and fills metrics[n_k]. If the histories and `test` have times, a query is asked
 * at the time of its earliest test item (regatta_query.at), at the latest interaction of
 * the history where that is later. The caller sets struct_size in metrics[0]; it is the
 * size of every element, and the library sets it in the others. `out` may be NULL. Costs
 * as much as regatta_recommend for these users.
 *   REGATTA_EINVAL   an option out of range, a struct_size that is not set
 *   REGATTA_EFORMAT  no test interaction can be ranked
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_evaluate(regatta_ctx *ctx, const regatta_model *model,
                                            const regatta_graph *test,
                                            const regatta_evaluate_options *opts,
                                            regatta_metrics *metrics,
                                            regatta_evaluation *out);

/* A paired t test of two lists of values. Start from REGATTA_PAIRED_INIT. */
typedef struct regatta_paired {
    uint32_t struct_size;
    int64_t n;             /* pairs in the test; without any all numbers are NaN */
    double mean_a, mean_b; /* of these pairs */
    double difference;     /* mean of a - b */
    double
        standard_error; /* of the difference; NaN for one pair, as t, p, low and high */
    double t;           /* difference / standard_error; 0 if all pairs are equal */
    double p;           /* two-sided, Student's distribution of n - 1 degrees */
    double low, high;   /* the 95 % confidence interval of the difference */
} regatta_paired;

#define REGATTA_PAIRED_INIT                                                              \
    {                                                                                    \
        sizeof(regatta_paired), 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0                \
    }

/* Tests whether a[n] and b[n], for example a metric of two models by user, have the same
 * mean. A pair with a NaN or an infinity is left out. O(n).
 *   REGATTA_EINVAL  NULL, n < 0, a struct_size that is not set */
REGATTA_API regatta_status regatta_paired_test(regatta_ctx *ctx, regatta_paired *out,
                                               const double *a, const double *b,
                                               int64_t n);
REGATTA_END_C
#endif
