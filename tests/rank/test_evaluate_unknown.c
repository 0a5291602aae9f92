/* Test items that no list can have: misses, or left out. */
#include "rank/evaluate.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include "support/tiny_pairs.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { ITEMS = TINY_ITEMS };
static const uint32_t two = 2;

static regatta_model *model_of(regatta_ctx *ctx)
{
    const tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

static void near(double got, double wanted)
{
    CU_ASSERT_DOUBLE_EQUAL(got, wanted, 1e-12);
}

/* u6 has six items; the test has the second of their list, an unknown item, and one of
 * their history. u8 has one item; the test has an unknown item alone. The stranger has
 * an item of the model and an unknown one. */
static regatta_graph *test_of(regatta_ctx *ctx, const regatta_model *m)
{
    static char second[12], seen[12];
    const uint32_t user = 6;
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    regatta_recommend_options ask = REGATTA_RECOMMEND_OPTIONS_INIT;
    uint32_t best[2];
    ask.k = 2;
    CU_ASSERT_EQUAL_FATAL(regatta_recommend(ctx, m, &query, &ask, best, NULL),
                          REGATTA_OK);
    snprintf(second, sizeof second, "i%u", best[1]);
    snprintf(seen, sizeof seen, "i%u", m->history_item[m->history_offset[6]]);
    const tiny_pair pairs[] = {{"stranger", "i0"}, {"u8", "new"}, {"u6", "newer"},
                               {"u6", second},     {"u6", seen},  {"stranger", "new"}};
    return tiny_pairs(ctx, pairs, 6);
}

static regatta_evaluate_options options_of(uint32_t unknown, regatta_metrics *other)
{
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    opts.k = &two;
    opts.n_k = 1;
    opts.unknown = unknown;
    opts.other = other;
    return opts;
}

static void check_miss(const regatta_metrics *m)
{
    near(m->recall, 1.0 / 3.0 / 3.0);
    near(m->precision, 1.0 / 2.0 / 3.0);
    near(m->f1, 0.4 / 3.0);
    near(m->ndcg, 1.0 / log2(3.0) / (1.0 + 1.0 / log2(3.0)) / 3.0);
    near(m->map, 0.5 / 2.0 / 3.0);
    near(m->mrr, 0.5 / 3.0);
    near(m->hit, 1.0 / 3.0);
    /* u6 35 candidates, second of them; two of three items lose all their pairs */
    near(m->auc, 33.0 / 34.0 / 3.0 / 3.0);
    /* wrong of all: u6 1 + 2 of 35 + 2, u8 2 + 1 of 40 + 1, the stranger 2 of 41 + 1 */
    near(m->accuracy, (3.0 - 3.0 / 37.0 - 3.0 / 41.0 - 2.0 / 42.0) / 3.0);
}

static void check_skip(const regatta_metrics *m)
{
    near(m->recall, 1.0);
    near(m->precision, 0.5);
    near(m->f1, 2.0 / 3.0);
    near(m->ndcg, 1.0 / log2(3.0));
    near(m->map, 0.5);
    near(m->mrr, 0.5);
    near(m->hit, 1.0);
    near(m->auc, 33.0 / 34.0);
    near(m->accuracy, 1.0 - 1.0 / 35.0);
    near(m->coverage, 2.0 / ITEMS);
}

static void test_evaluate_unknown__both_treatments_by_hand(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = test_of(ctx, m);
    regatta_metrics miss = REGATTA_METRICS_INIT, skip = miss, other = miss;
    regatta_evaluation out = REGATTA_EVALUATION_INIT;
    regatta_evaluate_options opts = options_of(REGATTA_UNKNOWN_MISS, &other);
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &miss, &out), REGATTA_OK);
    CU_ASSERT(out.n_users == 3 && out.n_test == 6);
    CU_ASSERT(out.n_other_users == 1 && out.n_other_test == 1);
    CU_ASSERT_EQUAL(out.n_unknown_users, 1);
    CU_ASSERT_EQUAL(out.n_unknown_edges, 4);
    CU_ASSERT_EQUAL(out.n_seen_edges, 1);
    check_miss(&miss);
    check_skip(&other);

    opts = options_of(REGATTA_UNKNOWN_SKIP, &other);
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &skip, &out), REGATTA_OK);
    CU_ASSERT(out.n_users == 1 && out.n_test == 1);
    CU_ASSERT(out.n_other_users == 3 && out.n_other_test == 6);
    CU_ASSERT_EQUAL(out.n_unknown_edges, 4);
    check_skip(&skip);
    CU_ASSERT_EQUAL(memcmp(&other, &miss, sizeof miss), 0);
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* With keep_seen the item of the history is ranked: it may be hit. */
static void test_evaluate_unknown__keep_seen_ranks_the_history(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = test_of(ctx, m);
    const uint32_t all = ITEMS;
    regatta_metrics miss = REGATTA_METRICS_INIT, skip = miss;
    regatta_evaluation out = REGATTA_EVALUATION_INIT;
    regatta_evaluate_options opts = options_of(REGATTA_UNKNOWN_MISS, &skip);
    opts.k = &all;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &miss, &out), REGATTA_OK);
    near(miss.recall, 1.0 / 3.0 / 3.0); /* the longest list has no item of the history */
    near(skip.recall, 1.0);
    opts.keep_seen = 1;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &miss, &out), REGATTA_OK);
    CU_ASSERT_EQUAL(out.n_seen_edges, 0);
    CU_ASSERT(out.n_test == 6 && out.n_other_test == 2);
    near(miss.recall, 2.0 / 3.0 / 3.0);
    near(skip.recall, 1.0);
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

typedef struct told {
    int n;
    uint32_t user[4], n_test[4];
    regatta_metrics metrics[4];
} told;

static void tell(void *state, uint32_t user, uint32_t n_test,
                 const regatta_metrics *metrics, int n_metrics)
{
    told *t = state;
    CU_ASSERT_EQUAL(n_metrics, 1);
    CU_ASSERT_FATAL(t->n < 4);
    t->user[t->n] = user;
    t->n_test[t->n] = n_test;
    t->metrics[t->n++] = *metrics;
}

/* Users by the test graph's numbers, those without a list last. */
static void test_evaluate_unknown__tells_of_every_measured_user(void)
{
    regatta_ctx *ctx = tiny_context(3);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = test_of(ctx, m);
    told t = {.n = 0};
    regatta_metrics mean = REGATTA_METRICS_INIT;
    regatta_evaluate_options opts = options_of(REGATTA_UNKNOWN_MISS, NULL);
    opts.per_user = tell;
    opts.per_user_state = &t;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &mean, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(t.n, 3);
    CU_ASSERT(t.user[0] == 2 && t.user[1] == 1 && t.user[2] == 0);
    CU_ASSERT(t.n_test[0] == 3 && t.n_test[1] == 1 && t.n_test[2] == 2);
    near(t.metrics[0].recall, 1.0 / 3.0);
    near(t.metrics[1].accuracy, 1.0 - 3.0 / 41.0);
    CU_ASSERT(t.metrics[2].recall == 0.0 && t.metrics[2].auc == 0.0);
    CU_ASSERT(isfinite(t.metrics[1].novelty) && isnan(t.metrics[2].novelty));
    near(mean.novelty, (t.metrics[0].novelty + t.metrics[1].novelty) / 2.0);

    t.n = 0;
    opts.unknown = REGATTA_UNKNOWN_SKIP;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &mean, NULL), REGATTA_OK);
    CU_ASSERT(t.n == 1 && t.user[0] == 2 && t.n_test[0] == 1);
    near(mean.novelty, t.metrics[0].novelty);
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Without unknown or seen items the treatments are one. */
static void test_evaluate_unknown__no_difference_where_all_is_known(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = tiny_two_each(ctx, m);
    regatta_metrics miss = REGATTA_METRICS_INIT, skip = miss;
    regatta_evaluation out = REGATTA_EVALUATION_INIT;
    regatta_evaluate_options opts = options_of(REGATTA_UNKNOWN_MISS, &skip);
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &miss, &out), REGATTA_OK);
    CU_ASSERT(out.n_users == out.n_other_users && out.n_test == out.n_other_test);
    CU_ASSERT(miss.recall > 0.0);
    CU_ASSERT_EQUAL(memcmp(&miss, &skip, sizeof miss), 0);
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A user who is in no history cannot be ranked, though the model knows them. */
static void test_evaluate_unknown__users_without_a_history_given(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    const tiny_pair had[] = {{"x", "i8"}, {"x", "i3"}, {"x", "new"}};
    const tiny_pair wants[] = {
        {"u2", "i7"}, {"x", "i8"}, {"x", "i1"}, {"x", "new"}, {"x", "i2"}};
    regatta_graph *history = tiny_pairs(ctx, had, 3), *test = tiny_pairs(ctx, wants, 5);
    const uint32_t all = ITEMS;
    regatta_metrics miss = REGATTA_METRICS_INIT, skip = miss;
    regatta_evaluation out = REGATTA_EVALUATION_INIT;
    regatta_evaluate_options opts = options_of(REGATTA_UNKNOWN_MISS, &skip);
    opts.k = &all;
    opts.history = history;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &miss, &out), REGATTA_OK);
    CU_ASSERT(out.n_users == 2 && out.n_test == 5);
    CU_ASSERT(out.n_other_users == 1 && out.n_other_test == 2);
    CU_ASSERT(out.n_unknown_users == 1 && out.n_unknown_edges == 2);
    CU_ASSERT(out.n_seen_edges == 1 && out.n_unknown_history == 1);
    near(miss.recall, 2.0 / 4.0 / 2.0);
    near(skip.recall, 1.0);
    regatta_graph_free(test);
    regatta_graph_free(history);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_evaluate_unknown__same_bits_at_any_thread_count(void)
{
    const uint32_t threads[] = {1, 2, 3, 8};
    const size_t first = offsetof(regatta_metrics, recall);
    regatta_metrics metrics[4][2];
    memset(metrics, 0, sizeof metrics);
    for (int t = 0; t < 4; t++) {
        regatta_ctx *ctx = tiny_context(threads[t]);
        regatta_model *m = model_of(ctx);
        regatta_graph *test = test_of(ctx, m);
        regatta_evaluate_options opts = options_of(REGATTA_UNKNOWN_MISS, &metrics[t][1]);
        for (int k = 0; k < 2; k++) metrics[t][k].struct_size = sizeof metrics[t][k];
        CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &metrics[t][0], NULL),
                        REGATTA_OK);
        for (int k = 0; k < 2; k++)
            CU_ASSERT_EQUAL(memcmp(&metrics[t][k].recall, &metrics[0][k].recall,
                                   sizeof metrics[0][0] - first),
                            0);
        regatta_graph_free(test);
        regatta_model_free(m);
        regatta_ctx_free(ctx);
    }
}

static void test_evaluate_unknown__refusals(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = test_of(ctx, m);
    regatta_metrics metrics = REGATTA_METRICS_INIT, unset = REGATTA_METRICS_INIT;
    regatta_evaluate_options opts = options_of(2, NULL);
    unset.struct_size = 0;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &metrics, NULL),
                    REGATTA_EINVAL);
    opts = options_of(REGATTA_UNKNOWN_SKIP, &unset);
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &metrics, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "other metrics"));
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

typedef struct what {
    const regatta_model *model;
    const regatta_graph *test;
} what;

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const what *w = arg;
    told t = {.n = 0};
    regatta_metrics metrics = REGATTA_METRICS_INIT, other = REGATTA_METRICS_INIT;
    regatta_evaluate_options opts = options_of(REGATTA_UNKNOWN_MISS, &other);
    opts.per_user = tell;
    opts.per_user_state = &t;
    return regatta_evaluate(ctx, w->model, w->test, &opts, &metrics, NULL);
}

static void test_evaluate_unknown__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = test_of(ctx, m);
    what w = {m, test};
    fault_sweep_memory(attempt, &w);
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"by hand", test_evaluate_unknown__both_treatments_by_hand},
    {"keep seen", test_evaluate_unknown__keep_seen_ranks_the_history},
    {"per user", test_evaluate_unknown__tells_of_every_measured_user},
    {"all known", test_evaluate_unknown__no_difference_where_all_is_known},
    {"no history", test_evaluate_unknown__users_without_a_history_given},
    {"threads", test_evaluate_unknown__same_bits_at_any_thread_count},
    {"refusals", test_evaluate_unknown__refusals},
    {"allocations", test_evaluate_unknown__every_allocation_may_fail},
};

int test_evaluate_unknown(void)
{
    return TEST_MAIN("evaluate_unknown", cases);
}
