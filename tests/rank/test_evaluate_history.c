/* Users folded in from a history of their own, and measured. */
#include "rank/evaluate.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include "support/tiny_pairs.h"
#include <regatta/regatta.h>
#include <stdio.h>

enum { USERS = TINY_USERS, ITEMS = TINY_ITEMS };

static regatta_model *model_of(regatta_ctx *ctx)
{
    const tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

/* The model's own histories as a graph, from the last user to the first. */
static regatta_graph *histories(regatta_ctx *ctx, const regatta_model *m)
{
    static char names[USERS + ITEMS][8];
    tiny_pair pairs[USERS * ITEMS];
    int n = 0;
    for (uint32_t j = 0; j < ITEMS; j++) snprintf(names[USERS + j], 8, "i%u", j);
    for (uint32_t u = USERS; u-- > 0;) {
        snprintf(names[u], sizeof names[u], "u%u", u);
        for (uint32_t j = ITEMS; j-- > 0;)
            if (tiny_has(m, u, j)) pairs[n++] = (tiny_pair){names[u], names[USERS + j]};
    }
    return tiny_pairs(ctx, pairs, n);
}

typedef struct sums {
    const regatta_graph *test, *history;
    double recall, ndcg;
} sums;

/* Adds up the users who are in the history. */
static void add_user(void *state, uint32_t user, uint32_t n_test,
                     const regatta_metrics *metrics, int n_metrics)
{
    sums *s = state;
    const char *name = regatta_graph_name(s->test, REGATTA_USERS, user);
    (void)n_test;
    (void)n_metrics;
    if (regatta_graph_find(s->history, REGATTA_USERS, name) == REGATTA_NONE) return;
    s->recall += metrics->recall;
    s->ndcg += metrics->ndcg;
}

static void test_evaluate_history__folds_known_users_in_as_they_are(void)
{
    regatta_ctx *ctx = tiny_context(2);
    tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    regatta_metrics known = REGATTA_METRICS_INIT, folded = known;
    regatta_evaluation out = {.struct_size = sizeof out};
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    spec.attention = REGATTA_ATTENTION_NONE; /* folding in is exact */
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    regatta_graph *test = tiny_two_each(ctx, m), *history = histories(ctx, m);
    sums of_all = {.test = test, .history = history};
    opts.per_user = add_user;
    opts.per_user_state = &of_all;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &known, NULL), REGATTA_OK);
    opts.per_user = NULL;
    opts.history = history;
    opts.unknown = REGATTA_UNKNOWN_SKIP;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &folded, &out), REGATTA_OK);
    /* All but users without a history, who are not in the graph of them. */
    CU_ASSERT_EQUAL(out.n_users + out.n_unknown_users, USERS);
    CU_ASSERT_EQUAL(out.n_unknown_edges, 2 * (int64_t)out.n_unknown_users);
    CU_ASSERT(out.n_unknown_users > 0);
    CU_ASSERT_EQUAL(out.n_unknown_history, 0);

    CU_ASSERT_DOUBLE_EQUAL(folded.recall, of_all.recall / out.n_users, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(folded.ndcg, of_all.ndcg / out.n_users, 1e-12);
    regatta_graph_free(test);
    regatta_graph_free(history);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

typedef struct last_user {
    uint32_t user;
    double hit;
} last_user;

static void keep_last(void *state, uint32_t user, uint32_t n_test,
                      const regatta_metrics *metrics, int n_metrics)
{
    last_user *last = state;
    (void)n_metrics;
    CU_ASSERT_EQUAL(n_test, 1);
    *last = (last_user){user, metrics[0].hit};
}

static void test_evaluate_history__measures_users_the_model_has_never_seen(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    const uint32_t item[] = {3, 8};
    const int64_t offset[] = {0, 2};
    const regatta_query query = {
        .struct_size = sizeof query, .n = 1, .offset = offset, .item = item};
    uint32_t best[3];
    char second[12];
    regatta_recommend_options ask = REGATTA_RECOMMEND_OPTIONS_INIT;
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    regatta_evaluation out = {.struct_size = sizeof out};
    regatta_metrics metrics = REGATTA_METRICS_INIT;
    last_user last = {REGATTA_NONE, -1.0};
    const uint32_t one = 1, two = 2;
    ask.k = 3;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &ask, best, NULL), REGATTA_OK);
    snprintf(second, sizeof second, "i%u", best[1]);
    const tiny_pair had[] = {
        {"new", "i8"}, {"new", "i3"}, {"new", "novelty"}, {"u1", "i2"}};
    const tiny_pair wants[] = {
        {"gone", "i1"}, {"new", second}, {"new", "i8"}, {"u2", "i7"}};
    regatta_graph *history = tiny_pairs(ctx, had, 4), *test = tiny_pairs(ctx, wants, 4);
    opts.history = history;
    opts.unknown = REGATTA_UNKNOWN_SKIP;
    opts.per_user = keep_last;
    opts.per_user_state = &last;
    opts.n_k = 1;
    opts.k = &two;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &metrics, &out), REGATTA_OK);
    CU_ASSERT_EQUAL(metrics.hit, 1.0);
    CU_ASSERT_EQUAL(last.user, 1); /* of the test graph, whose first is "gone" */
    CU_ASSERT_EQUAL(last.hit, 1.0);
    CU_ASSERT_EQUAL(out.n_users, 1);
    CU_ASSERT_EQUAL(out.n_unknown_users, 2); /* u2 too: the history says nothing of him */
    CU_ASSERT_EQUAL(out.n_seen_edges, 1);
    CU_ASSERT_EQUAL(out.n_unknown_history, 1);
    opts.k = &one;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &metrics, &out), REGATTA_OK);
    CU_ASSERT_EQUAL(metrics.hit, 0.0); /* it is the second */
    regatta_graph_free(test);
    regatta_graph_free(history);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

typedef struct what {
    const regatta_model *model;
    const regatta_graph *test, *history;
} what;

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const what *w = arg;
    regatta_metrics metrics = REGATTA_METRICS_INIT;
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    opts.history = w->history;
    return regatta_evaluate(ctx, w->model, w->test, &opts, &metrics, NULL);
}

static void test_evaluate_history__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = tiny_two_each(ctx, m), *history = histories(ctx, m);
    what w = {m, test, history};
    fault_sweep_memory(attempt, &w);
    regatta_graph_free(history);
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"known users", test_evaluate_history__folds_known_users_in_as_they_are},
    {"unknown users", test_evaluate_history__measures_users_the_model_has_never_seen},
    {"allocations", test_evaluate_history__every_allocation_may_fail},
};

int test_evaluate_history(void)
{
    return TEST_MAIN("evaluate_history", cases);
}
