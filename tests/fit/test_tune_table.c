/* Comparison of trials by the means of users over the places that both have. */
#include "fit/tune/tune_table.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>

enum { USERS = 3, PLACES = 4 };

static void put(regatta_ctx *ctx, rg_tune_table *t, int64_t trial, int place, float a,
                float b, float c)
{
    float *ndcg = rg_alloc(ctx->mem, USERS, sizeof *ndcg);
    CU_ASSERT_PTR_NOT_NULL_FATAL(ndcg);
    ndcg[0] = a;
    ndcg[1] = b;
    ndcg[2] = c;
    rg_tune_table_put(t, trial, place, ndcg);
}

/* By hand: user 0 has the means 5/8 and 1/2 of two places, user 1 3/4 and 1/4 of one,
 * user 2 is not measured in a place that both trials have: differences 1/8 and 1/2. */
static void test_tune_table__compares_users(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_tune_table t = {.n_trials = 0};
    regatta_paired p;
    CU_ASSERT_EQUAL(rg_tune_table_create(ctx, &t, 3, PLACES, USERS, USERS), REGATTA_OK);
    put(ctx, &t, 0, 1, 0.5f, 0.25f, -1.0f);
    put(ctx, &t, 0, 2, 0.5f, -1.0f, -1.0f);
    put(ctx, &t, 0, 3, 0.0f, 0.0f, 0.0f); /* trial 1 has no fit there */
    put(ctx, &t, 1, 1, 0.75f, 0.75f, -1.0f);
    put(ctx, &t, 1, 2, 0.5f, -1.0f, -1.0f);
    put(ctx, &t, 1, 0, 1.0f, 1.0f, 1.0f); /* of the sample */
    rg_tune_table_compare(&p, &t, 1, 0, RG_TUNE_WHOLE, PLACES);
    CU_ASSERT_EQUAL(p.n, 2);
    CU_ASSERT_DOUBLE_EQUAL(p.difference, (0.125 + 0.5) / 2.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(p.standard_error, (0.5 - 0.125) / 2.0, 1e-12);
    CU_ASSERT_EQUAL(rg_tune_table_fits(&t, 1), 2);
    CU_ASSERT_EQUAL(rg_tune_table_fits(&t, 2), 0);
    rg_tune_table_compare(&p, &t, 1, 0, RG_TUNE_SAMPLE, RG_TUNE_WHOLE);
    CU_ASSERT_EQUAL(p.n, 0);
    rg_tune_table_compare(&p, &t, 2, 0, RG_TUNE_WHOLE, PLACES);
    CU_ASSERT(isnan(p.difference));
    rg_tune_table_free(&t);
    regatta_ctx_free(ctx);
}

static void test_tune_table__means(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_tune_table t = {.n_trials = 0};
    double mean, error;
    CU_ASSERT_EQUAL(rg_tune_table_create(ctx, &t, 2, PLACES, USERS, USERS), REGATTA_OK);
    put(ctx, &t, 0, 1, 0.5f, 0.25f, 0.0f);
    put(ctx, &t, 0, 2, 1.0f, 0.25f, -1.0f);
    rg_tune_table_mean(&mean, &error, &t, 0, RG_TUNE_WHOLE, PLACES);
    CU_ASSERT_DOUBLE_EQUAL(mean, (0.75 + 0.25 + 0.0) / 3.0, 1e-12);
    /* deviations 5/12, -1/12, -4/12: squares 42/144, over 2 and over 3 */
    CU_ASSERT_DOUBLE_EQUAL(error, sqrt(42.0 / 144.0 / 6.0), 1e-12);
    rg_tune_table_mean(&mean, &error, &t, 1, RG_TUNE_WHOLE, PLACES);
    CU_ASSERT(isnan(mean));
    rg_tune_table_free(&t);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"users", test_tune_table__compares_users},
    {"means", test_tune_table__means},
};

int test_tune_table(void)
{
    return TEST_MAIN("tune_table", cases);
}
