#include "fit/scenarios.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { U = 400, EACH = 5, N = 10 };

/* 400 users with five held-out items each; item j has j + 1 users, so that the quantile
 * is near 10. */
typedef struct many {
    uint32_t user[U], item[U * EACH], degree[N];
    int64_t offset[U + 1];
    rg_holdout holdout;
} many;

static void fill(many *m)
{
    for (uint32_t u = 0; u < U; u++) {
        m->user[u] = 3 * u;
        m->offset[u + 1] = (int64_t)(u + 1) * EACH;
        for (uint32_t e = 0; e < EACH; e++) m->item[u * EACH + e] = 2 * e + u % 2;
    }
    m->offset[0] = 0;
    for (uint32_t j = 0; j < N; j++) m->degree[j] = j < 5 ? 1 : 1000;
    m->holdout =
        (rg_holdout){.n_users = U, .user = m->user, .offset = m->offset, .item = m->item};
}

/* The tilted scenario is a part of the past's: popular items all stay, of rare ones
 * (1 / 1000)^1/4 = 18 %; users keep their order, none is left without an item. */
static void test_scenarios__popular_items_stay(void)
{
    static many m;
    regatta_ctx *ctx = context_of(1);
    rg_scenarios *f = NULL;
    int64_t popular = 0, rare = 0, at = 0;
    fill(&m);
    CU_ASSERT_EQUAL_FATAL(
        rg_scenarios_create(ctx, &f, &m.holdout, m.degree, N, 7, REGATTA_EXPECT_BOTH, 0),
        REGATTA_OK);
    CU_ASSERT_EQUAL(f->past.n_users, U);
    CU_ASSERT_EQUAL(memcmp(f->past.user, m.user, sizeof m.user), 0);
    CU_ASSERT_EQUAL(memcmp(f->past.item, m.item, sizeof m.item), 0);
    for (int64_t u = 0; u < f->tilted.n_users; u++) {
        while (at < U && m.user[at] != f->tilted.user[u]) at++;
        CU_ASSERT_FATAL(at < U); /* ascending, and users of the past */
        CU_ASSERT(f->tilted.offset[u + 1] > f->tilted.offset[u]);
        for (int64_t e = f->tilted.offset[u]; e < f->tilted.offset[u + 1]; e++) {
            const uint32_t j = f->tilted.item[e];
            if (e > f->tilted.offset[u]) CU_ASSERT(j > f->tilted.item[e - 1]);
            CU_ASSERT_EQUAL(j % 2, (uint32_t)at % 2); /* one of his */
            popular += j >= 5;
            rare += j < 5;
        }
    }
    CU_ASSERT_EQUAL(popular, U * EACH / 2);
    CU_ASSERT(rare > 100 && rare < 260); /* 178 of 1000, deviation 12 */
    rg_scenarios_free(f);
    regatta_ctx_free(ctx);
}

/* Item attention that finds the popular item and not the rare one. */
static void test_scenarios__measure_is_the_mean(void)
{
    const float history[] = {1, 0, 0, 0},
                w[] = {0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const channel_parts p = {.n_users = 1, .n_items = 4, .history = history, .items = w};
    uint32_t user[] = {0}, item[] = {1, 3}, degree[] = {1, 1, 1, 1};
    int64_t offset[] = {0, 2};
    const rg_holdout holdout = {
        .n_users = 1, .user = user, .offset = offset, .item = item};
    regatta_ctx *ctx = context_of(2);
    regatta_model *m = channel_model(ctx, &p);
    rg_scenarios *f = NULL;
    double both = 0.0, past = 0.0, tilted = 0.0;
    CU_ASSERT_EQUAL_FATAL(
        rg_scenarios_create(ctx, &f, &holdout, degree, 4, 1, REGATTA_EXPECT_BOTH, 0),
        REGATTA_OK);
    int better = 0;
    CU_ASSERT_EQUAL(rg_scenarios_measure(ctx, &both, &better, m, f), REGATTA_OK);
    CU_ASSERT_EQUAL(better, 1); /* there was no incumbent */
    CU_ASSERT_EQUAL(rg_scenarios_measure(ctx, &both, &better, m, f), REGATTA_OK);
    CU_ASSERT_EQUAL(better, 0); /* the same again is no gain */
    rg_scenarios_begin(f);
    CU_ASSERT_EQUAL(rg_scenarios_incumbent(f, &both, &past), 0);
    CU_ASSERT_EQUAL(rg_scenarios_measure(ctx, &both, &better, m, f), REGATTA_OK);
    CU_ASSERT_EQUAL(better, 1);
    CU_ASSERT_EQUAL(rg_measure(ctx, &past, NULL, m, &f->past), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_measure(ctx, &tilted, NULL, m, &f->tilted), REGATTA_OK);
    CU_ASSERT_DOUBLE_EQUAL(both, 0.5 * (past + tilted), 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(past, 1.5 / (1.0 + 1.0 / log2(3.0)), 1e-12);
    double of_past = 0.0, recall = 0.0;
    CU_ASSERT_EQUAL(rg_scenarios_incumbent(f, &of_past, &recall), 1);
    CU_ASSERT_EQUAL(of_past, past);
    CU_ASSERT_EQUAL(recall, 1.0);
    rg_scenarios_free(f);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Item 2 is held out and comes second, or with the exponent of the second model first.
 * One user: no spread, so any gain counts. The expected scenario alone is measured. */
static void test_scenarios__expectations(void)
{
    const float history[] = {1, 0, 0, 0}, scale[] = {1.0f, 0.5f, 1.0f, 1.0f},
                w[] = {0, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    channel_parts p = {.n_users = 1, .n_items = 4, .history = history, .items = w};
    uint32_t user[] = {0}, item[] = {2}, degree[] = {1, 1, 1, 1};
    int64_t offset[] = {0, 1};
    const rg_holdout holdout = {
        .n_users = 1, .user = user, .offset = offset, .item = item};
    regatta_ctx *ctx = context_of(2);
    regatta_model *second = channel_model(ctx, &p);
    p.scale = scale;
    regatta_model *first = channel_model(ctx, &p);
    for (uint32_t expect = 0; expect <= REGATTA_EXPECT_POPULAR; expect++) {
        rg_scenarios *f = NULL;
        double ndcg = 0.0, past = 0.0, recall = 0.0;
        int better = 0;
        CU_ASSERT_EQUAL_FATAL(rg_scenarios_create(ctx, &f, &holdout, degree, 4, 1,
                                                  (regatta_expect)expect, 0),
                              REGATTA_OK);
        CU_ASSERT_EQUAL(f->tilted.n_users, 1); /* all as popular: nothing is thinned */
        CU_ASSERT_EQUAL(rg_scenarios_measure(ctx, &ndcg, &better, second, f), REGATTA_OK);
        CU_ASSERT_DOUBLE_EQUAL(ndcg, 1.0 / log2(3.0), 1e-12);
        CU_ASSERT_EQUAL(better, 1);
        CU_ASSERT_EQUAL(rg_scenarios_measure(ctx, &ndcg, &better, first, f), REGATTA_OK);
        CU_ASSERT_DOUBLE_EQUAL(ndcg, 1.0, 1e-12);
        CU_ASSERT_EQUAL(better, 1);
        CU_ASSERT_EQUAL(rg_scenarios_incumbent(f, &past, &recall), 1);
        CU_ASSERT_DOUBLE_EQUAL(past, 1.0, 1e-12);
        CU_ASSERT_EQUAL(rg_scenarios_expected(f),
                        expect == REGATTA_EXPECT_POPULAR ? &f->tilted : &f->past);
        rg_scenarios_free(f);
    }
    regatta_model_free(first);
    regatta_model_free(second);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    many *m = arg;
    rg_scenarios *f = NULL;
    const regatta_status status = rg_scenarios_create(ctx, &f, &m->holdout, m->degree, N,
                                                      7, REGATTA_EXPECT_BOTH, 0);
    CU_ASSERT_EQUAL(f == NULL, status != REGATTA_OK);
    rg_scenarios_free(f);
    return rg_end(ctx, status);
}

static void test_scenarios__memory(void)
{
    static many m;
    fill(&m);
    fault_sweep_memory(attempt, &m);
}

int test_scenarios(void)
{
    static const test_case cases[] = {
        {"popular items stay", test_scenarios__popular_items_stay},
        {"mean", test_scenarios__measure_is_the_mean},
        {"expectations", test_scenarios__expectations},
        {"memory", test_scenarios__memory},
    };
    return TEST_MAIN("scenarios", cases);
}
