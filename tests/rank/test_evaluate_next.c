/* Every next interaction measured, histories of several graphs. */
#include "rank/evaluate.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include "support/tiny_pairs.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

static const uint32_t cuts[] = {1, 3, 10};

static regatta_model *model_of(regatta_ctx *ctx)
{
    const tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

/* A session of a stranger, one of a user of `past`; "new" is no item of the model. */
static const tiny_pair past[] = {{"p", "i3"}, {"p", "i8"}}, more[] = {{"p", "i11"}};
static const tiny_pair sessions[] = {{"s", "i5"}, {"s", "i9"}, {"s", "new"},
                                     {"s", "i2"}, {"p", "i1"}, {"p", "i20"},
                                     {"s", "i5"}, {"s", "i30"}};

/* Adds the rank of `item` among those not in history[n], as hit and ndcg at each cut. */
static void add_rank(regatta_ctx *ctx, const regatta_model *m, const uint32_t *history,
                     int64_t n, uint32_t item, double *hit, double *ndcg)
{
    const int64_t offset[] = {0, n};
    const regatta_query query = {
        .struct_size = sizeof query, .n = 1, .offset = offset, .item = history};
    regatta_recommend_options ask = REGATTA_RECOMMEND_OPTIONS_INIT;
    uint32_t best[TINY_ITEMS];
    ask.k = TINY_ITEMS;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &ask, best, NULL), REGATTA_OK);
    for (uint32_t r = 0; r < TINY_ITEMS && best[r] != REGATTA_NONE; r++)
        for (int c = 0; c < 3; c++)
            if (best[r] == item && r < cuts[c]) {
                hit[c] += 1.0;
                ndcg[c] += 1.0 / log2((double)r + 2.0);
            }
}

typedef struct calls {
    int n, of_first;
} calls;

static void count_calls(void *state, uint32_t user, uint32_t n_test,
                        const regatta_metrics *metrics, int n_metrics)
{
    calls *c = state;
    (void)metrics;
    CU_ASSERT_EQUAL(n_test, 1);
    CU_ASSERT_EQUAL(n_metrics, 3);
    c->n++;
    c->of_first += user == 0;
}

static void is_mean(const regatta_metrics *m, const double *hit, const double *ndcg,
                    double n)
{
    for (int c = 0; c < 3; c++) {
        CU_ASSERT_DOUBLE_EQUAL(m[c].hit, hit[c] / n, 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(m[c].recall, hit[c] / n, 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(m[c].ndcg, ndcg[c] / n, 1e-12);
    }
}

/* The ranked ones by hand: three of s (the first has no history, "new" is unknown, i5 is
 * a repeat), two of p. */
static void test_evaluate_next__means_are_of_interactions(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = tiny_pairs(ctx, sessions, 8), *had = tiny_pairs(ctx, past, 2),
                  *had_more = tiny_pairs(ctx, more, 1);
    const regatta_graph *const rest[] = {had_more};
    const uint32_t s[] = {5, 9, 2, 5}, p[] = {3, 8, 11, 1};
    double hit[3] = {0.0}, ndcg[3] = {0.0};
    regatta_metrics miss[3] = {REGATTA_METRICS_INIT}, skip[3] = {REGATTA_METRICS_INIT};
    regatta_evaluation out = REGATTA_EVALUATION_INIT;
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    calls c = {0, 0};
    add_rank(ctx, m, s, 1, 9, hit, ndcg);
    add_rank(ctx, m, s, 2, 2, hit, ndcg);
    add_rank(ctx, m, s, 4, 30, hit, ndcg);
    add_rank(ctx, m, p, 3, 1, hit, ndcg);
    add_rank(ctx, m, p, 4, 20, hit, ndcg);
    CU_ASSERT(hit[2] > 0.0);
    opts.k = cuts;
    opts.n_k = 3;
    opts.history = had;
    opts.more_histories = rest;
    opts.n_more_histories = 1;
    opts.every_next = 1;
    opts.other = skip;
    opts.per_user = count_calls;
    opts.per_user_state = &c;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, miss, &out), REGATTA_OK);
    is_mean(miss, hit, ndcg, 8.0);
    is_mean(skip, hit, ndcg, 5.0);
    CU_ASSERT_EQUAL(out.n_users, 2);
    CU_ASSERT_EQUAL(out.n_test, 8);
    CU_ASSERT_EQUAL(out.n_other_users, 2);
    CU_ASSERT_EQUAL(out.n_other_test, 5);
    CU_ASSERT_EQUAL(out.n_unknown_users, 1);
    CU_ASSERT_EQUAL(out.n_unknown_edges, 2); /* the first of s, and "new" */
    CU_ASSERT_EQUAL(out.n_seen_edges, 1);
    CU_ASSERT_EQUAL(c.n, 8);
    CU_ASSERT_EQUAL(c.of_first, 6);
    regatta_graph_free(test);
    regatta_graph_free(had);
    regatta_graph_free(had_more);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* One test interaction for each user: the same as without every_next. */
static void test_evaluate_next__single_interactions(void)
{
    static const tiny_pair last[] = {{"p", "i1"}, {"q", "i2"}},
                           before[] = {{"p", "i3"}, {"q", "i20"}, {"q", "i21"}};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = tiny_pairs(ctx, last, 2), *had = tiny_pairs(ctx, before, 3);
    regatta_metrics once[3] = {REGATTA_METRICS_INIT}, every[3] = {REGATTA_METRICS_INIT};
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    opts.k = cuts;
    opts.n_k = 3;
    opts.history = had;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, once, NULL), REGATTA_OK);
    opts.every_next = 1;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, every, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(once, every, sizeof once), 0);
    regatta_graph_free(test);
    regatta_graph_free(had);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Users of the model, whose histories the test continues. */
static void test_evaluate_next__same_bits_at_any_number_of_threads(void)
{
    regatta_metrics first[3] = {REGATTA_METRICS_INIT}, m[3] = {REGATTA_METRICS_INIT};
    static const uint32_t threads[] = {1, 2, 3, 8};
    for (int k = 0; k < 4; k++) {
        regatta_ctx *ctx = tiny_context(threads[k]);
        regatta_model *model = model_of(ctx);
        regatta_graph *test = tiny_two_each(ctx, model);
        regatta_evaluation out = REGATTA_EVALUATION_INIT;
        regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
        opts.k = cuts;
        opts.n_k = 3;
        opts.every_next = 1;
        CU_ASSERT_EQUAL(
            regatta_evaluate(ctx, model, test, &opts, k > 0 ? m : first, &out),
            REGATTA_OK);
        CU_ASSERT_EQUAL(out.n_users, TINY_USERS);
        CU_ASSERT_EQUAL(out.n_test, 2 * TINY_USERS);
        if (k > 0) CU_ASSERT_EQUAL(memcmp(first, m, sizeof m), 0);
        regatta_graph_free(test);
        regatta_model_free(model);
        regatta_ctx_free(ctx);
    }
}

static void test_evaluate_next__refuses_bad_options(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = tiny_pairs(ctx, sessions, 8), *had = tiny_pairs(ctx, past, 2);
    const regatta_graph *const none[] = {NULL};
    regatta_metrics metrics = REGATTA_METRICS_INIT;
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    opts.every_next = 2;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &metrics, NULL),
                    REGATTA_EINVAL);
    opts.every_next = 0;
    opts.n_more_histories = 1;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &metrics, NULL),
                    REGATTA_EINVAL);
    opts.history = had;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &metrics, NULL),
                    REGATTA_EINVAL);
    opts.more_histories = none;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &metrics, NULL),
                    REGATTA_EINVAL);
    opts.n_more_histories = 65;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &metrics, NULL),
                    REGATTA_EINVAL);
    regatta_graph_free(test);
    regatta_graph_free(had);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

typedef struct what {
    const regatta_model *model;
    const regatta_graph *test, *history;
    const regatta_graph *more[1];
} what;

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const what *w = arg;
    regatta_metrics metrics = REGATTA_METRICS_INIT;
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    opts.every_next = 1;
    opts.history = w->history;
    opts.more_histories = w->more;
    opts.n_more_histories = w->history != NULL;
    return regatta_evaluate(ctx, w->model, w->test, &opts, &metrics, NULL);
}

static void test_evaluate_next__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = tiny_two_each(ctx, m), *had = tiny_pairs(ctx, past, 2);
    what w = {m, test, NULL, {had}};
    fault_sweep_memory(attempt, &w);
    w.history = had;
    fault_sweep_memory(attempt, &w);
    regatta_graph_free(had);
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"means_are_of_interactions", test_evaluate_next__means_are_of_interactions},
    {"single_interactions", test_evaluate_next__single_interactions},
    {"same_bits_at_any_number_of_threads",
     test_evaluate_next__same_bits_at_any_number_of_threads},
    {"refuses_bad_options", test_evaluate_next__refuses_bad_options},
    {"every_allocation_may_fail", test_evaluate_next__every_allocation_may_fail},
};

int test_evaluate_next(void)
{
    return TEST_MAIN("evaluate_next", cases);
}
