#include "rank/evaluate.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include "support/tiny_pairs.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = TINY_USERS, ITEMS = TINY_ITEMS };

static regatta_model *model_of(regatta_ctx *ctx)
{
    const tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

typedef struct slow {
    regatta_metrics sum;
    int shown[ITEMS];
} slow;

static void slow_user(regatta_ctx *ctx, slow *s, const regatta_model *m, uint32_t user,
                      const int *is_test, int64_t k)
{
    uint32_t item[ITEMS];
    float score[ITEMS];
    int used[ITEMS] = {0};
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    for (uint32_t j = 0; j < ITEMS; j++) item[j] = j;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &query, item, ITEMS, score), REGATTA_OK);
    double hits = 0, dcg = 0, ideal = 0, ap = 0, first = 0, novelty = 0, right = 0;
    double candidates = 0, t = 0, listed = 0;
    for (uint32_t j = 0; j < ITEMS; j++) {
        if (tiny_has(m, user, j)) continue;
        candidates++;
        t += is_test[j];
        for (uint32_t i = 0; i < ITEMS; i++)
            if (is_test[j] && !is_test[i] && !tiny_has(m, user, i))
                right += score[j] > score[i] ? 1.0 : score[j] == score[i] ? 0.5 : 0.0;
    }
    for (int64_t r = 1; r <= k; r++) {
        int best = -1;
        for (int j = 0; j < ITEMS; j++)
            if (!used[j] && !tiny_has(m, user, (uint32_t)j) &&
                (best < 0 || score[j] > score[best]))
                best = j;
        if (best < 0) break;
        used[best] = 1;
        listed++;
        s->shown[best]++;
        double owners = 0;
        for (uint32_t u = 0; u < USERS; u++) owners += tiny_has(m, u, (uint32_t)best);
        novelty -= log2((owners > 0 ? owners : 1) / USERS);
        if (!is_test[best]) continue;
        hits++;
        dcg += 1.0 / log2((double)r + 1.0);
        ap += hits / (double)r;
        if (hits == 1) first = 1.0 / (double)r;
    }
    const double most = t < (double)k ? t : (double)k;
    for (int r = 1; r <= (int)most; r++) ideal += 1.0 / log2((double)r + 1.0);
    const double recall = hits / t, precision = hits / (double)k;
    s->sum.recall += recall;
    s->sum.precision += precision;
    s->sum.f1 += hits > 0 ? 2 * recall * precision / (recall + precision) : 0.0;
    s->sum.accuracy += (hits + candidates - listed - t + hits) / candidates;
    s->sum.ndcg += dcg / ideal;
    s->sum.map += ap / most;
    s->sum.mrr += first;
    s->sum.hit += hits > 0;
    s->sum.auc += right / (t * (candidates - t));
    s->sum.novelty += novelty / listed;
}

static void slow_all(regatta_ctx *ctx, slow *s, const regatta_model *m,
                     const regatta_graph *test, int64_t k)
{
    memset(s, 0, sizeof *s);
    for (uint32_t u = 0; u < USERS; u++) {
        int is_test[ITEMS] = {0};
        const uint32_t row = regatta_graph_find(test, REGATTA_USERS,
                                                regatta_model_name(m, REGATTA_USERS, u));
        for (int64_t e = test->by_user->offset[row]; e < test->by_user->offset[row + 1];
             e++) {
            const char *name =
                regatta_graph_name(test, REGATTA_ITEMS, test->by_user->target[e]);
            is_test[regatta_model_find(m, REGATTA_ITEMS, name)] = 1;
        }
        slow_user(ctx, s, m, u, is_test, k);
    }
}

static void near(double got, double wanted)
{
    CU_ASSERT_DOUBLE_EQUAL(got, wanted, 1e-12);
}

static void compare(const regatta_metrics *m, const slow *s)
{
    const regatta_metrics *sum = &s->sum;
    near(m->recall, sum->recall / USERS);
    near(m->precision, sum->precision / USERS);
    near(m->f1, sum->f1 / USERS);
    near(m->accuracy, sum->accuracy / USERS);
    near(m->ndcg, sum->ndcg / USERS);
    near(m->map, sum->map / USERS);
    near(m->mrr, sum->mrr / USERS);
    near(m->hit, sum->hit / USERS);
    near(m->auc, sum->auc / USERS);
    near(m->novelty, sum->novelty / USERS);
    double covered = 0, differences = 0, total = 0;
    for (int i = 0; i < ITEMS; i++) {
        covered += s->shown[i] > 0;
        total += s->shown[i];
        for (int j = 0; j < ITEMS; j++) differences += abs(s->shown[i] - s->shown[j]);
    }
    near(m->coverage, covered / ITEMS);
    near(m->gini, differences / (2.0 * ITEMS * total)); /* mean absolute difference */
}

static void test_evaluate__agrees_with_the_slow_way(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = tiny_two_each(ctx, m);
    const uint32_t k[] = {1, 5, 20, 100}; /* the last beyond all items */
    regatta_metrics metrics[4] = {REGATTA_METRICS_INIT};
    regatta_evaluation out = {.struct_size = sizeof out};
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    opts.k = k;
    opts.n_k = 4;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, metrics, &out), REGATTA_OK);
    CU_ASSERT_EQUAL(out.n_users, USERS);
    CU_ASSERT_EQUAL(out.n_test, 2 * USERS);
    CU_ASSERT_EQUAL(out.n_seen_edges, 0);
    CU_ASSERT_EQUAL(out.test_hash, test->hash);
    for (int c = 0; c < 4; c++) {
        slow s;
        CU_ASSERT_EQUAL(metrics[c].k, k[c]);
        slow_all(ctx, &s, m, test, k[c]);
        compare(&metrics[c], &s);
    }
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_evaluate__counts_what_it_leaves_out(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    char seen[8];
    snprintf(seen, sizeof seen, "i%u", m->history_item[m->history_offset[6]]);
    uint32_t unseen = 0;
    while (tiny_has(m, 6, unseen)) unseen++;
    char other[8];
    snprintf(other, sizeof other, "i%u", unseen);
    const tiny_pair pairs[] = {{"u6", seen},       {"u6", other},     {"stranger", other},
                               {"stranger", seen}, {"u6", "novelty"}, {"u0", "novelty"}};
    regatta_graph *test = tiny_pairs(ctx, pairs, 6);
    regatta_metrics metrics = REGATTA_METRICS_INIT;
    regatta_evaluation out = {.struct_size = sizeof out};
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, NULL, &metrics, &out), REGATTA_OK);
    CU_ASSERT_EQUAL(metrics.k, 20);
    CU_ASSERT_EQUAL(out.n_users, 3);
    CU_ASSERT_EQUAL(out.n_test, 6);
    opts.unknown = REGATTA_UNKNOWN_SKIP;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &metrics, &out), REGATTA_OK);
    CU_ASSERT_EQUAL(out.n_users, 1);
    CU_ASSERT_EQUAL(out.n_test, 1);
    CU_ASSERT_EQUAL(out.n_unknown_users, 1);
    CU_ASSERT_EQUAL(out.n_unknown_edges, 4);
    CU_ASSERT_EQUAL(out.n_seen_edges, 1);
    opts.keep_seen = 1;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, &metrics, &out), REGATTA_OK);
    CU_ASSERT_EQUAL(out.n_test, 2);
    CU_ASSERT_EQUAL(out.n_seen_edges, 0);
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_evaluate__nothing_that_can_be_ranked_is_an_error(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    const tiny_pair pairs[] = {{"stranger", "i0"}, {"u1", "novelty"}};
    regatta_graph *test = tiny_pairs(ctx, pairs, 2);
    regatta_metrics metrics = REGATTA_METRICS_INIT;
    regatta_evaluation out = {.struct_size = sizeof out};
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, NULL, &metrics, &out),
                    REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(regatta_last_error(ctx), "no test interaction can be ranked"));
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

typedef struct seen_users {
    uint32_t last;
    int n;
    double recall;
} seen_users;

static void per_user(void *state, uint32_t user, uint32_t n_test,
                     const regatta_metrics *metrics, int n_metrics)
{
    seen_users *s = state;
    CU_ASSERT(s->n == 0 || user < s->last); /* the test has the model's users reversed */
    CU_ASSERT_EQUAL(n_test, 2);
    CU_ASSERT_EQUAL(n_metrics, 2);
    CU_ASSERT(isnan(metrics[0].coverage) && isnan(metrics[0].gini));
    s->last = user;
    s->n++;
    s->recall += metrics[1].recall;
}

static void test_evaluate__hands_users_over_in_order(void)
{
    regatta_ctx *ctx = tiny_context(3);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = tiny_two_each(ctx, m);
    const uint32_t k[] = {1, 10};
    regatta_metrics metrics[2] = {REGATTA_METRICS_INIT};
    seen_users seen = {0};
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    opts.k = k;
    opts.n_k = 2;
    opts.per_user = per_user;
    opts.per_user_state = &seen;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, metrics, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(seen.n, USERS);
    near(metrics[1].recall, seen.recall / USERS);
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_evaluate__same_bits_at_any_thread_count(void)
{
    const uint32_t threads[] = {1, 2, 3, 8};
    regatta_metrics metrics[4];
    memset(metrics, 0, sizeof metrics); /* padding too is compared */
    for (int t = 0; t < 4; t++) {
        metrics[t].struct_size = sizeof metrics[t];
        regatta_ctx *ctx = tiny_context(threads[t]);
        regatta_model *m = model_of(ctx);
        regatta_graph *test = tiny_two_each(ctx, m);
        CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, NULL, &metrics[t], NULL),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(&metrics[t].recall, &metrics[0].recall,
                               sizeof metrics[0] - offsetof(regatta_metrics, recall)),
                        0);
        regatta_graph_free(test);
        regatta_model_free(m);
        regatta_ctx_free(ctx);
    }
}

static void test_evaluate__refuses_cutoffs_out_of_range(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = tiny_two_each(ctx, m);
    const uint32_t k[17] = {0};
    regatta_metrics metrics[17] = {REGATTA_METRICS_INIT};
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    opts.k = k;
    for (int n_k = -1; n_k < 18; n_k++) { /* too few, k = 0, too many */
        opts.n_k = n_k;
        CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, &opts, metrics, NULL),
                        REGATTA_EINVAL);
    }
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, NULL, test, NULL, metrics, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, NULL, NULL, metrics, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, m, test, NULL, NULL, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_evaluate(NULL, m, test, NULL, metrics, NULL), REGATTA_EINVAL);
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
    regatta_metrics metrics = REGATTA_METRICS_INIT;
    return regatta_evaluate(ctx, w->model, w->test, NULL, &metrics, NULL);
}

static void test_evaluate__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    regatta_graph *test = tiny_two_each(ctx, m);
    what w = {m, test};
    fault_sweep_memory(attempt, &w);
    regatta_graph_free(test);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"slow way", test_evaluate__agrees_with_the_slow_way},
    {"left out", test_evaluate__counts_what_it_leaves_out},
    {"nothing ranked", test_evaluate__nothing_that_can_be_ranked_is_an_error},
    {"per user", test_evaluate__hands_users_over_in_order},
    {"threads", test_evaluate__same_bits_at_any_thread_count},
    {"refusals", test_evaluate__refuses_cutoffs_out_of_range},
    {"allocations", test_evaluate__every_allocation_may_fail},
};

int test_evaluate(void)
{
    return TEST_MAIN("evaluate", cases);
}
