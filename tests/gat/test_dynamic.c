#include "gat/attention/dynamic.h"
#include "support/suite.h"
#include "support/tiny_graph.h"
#include <math.h>
#include <string.h>

static int near(double x, double y)
{
    return fabs(x - y) < 1e-6;
}

static void test_dynamic__by_hand(void)
{
    const rg_dynamic_edge edge = {
        .side = 1, .log_degree = {2.0f, 3.0f}, .typed = 1.0f, .age = 5.0f};
    float theta[RG_N_DYNAMIC * 2] = {0.0f};
    CU_ASSERT(rg_dynamic_factor(theta, &edge) == 1.0f);
    CU_ASSERT(rg_dynamic_term(theta, &edge) == 0.0f);
    for (int k = 0; k < RG_N_DYNAMIC; k++) {
        theta[k * 2] = 100.0f; /* of users */
        theta[k * 2 + 1] = 0.1f * (float)(k + 1);
    }
    CU_ASSERT(near((double)rg_dynamic_factor(theta, &edge), exp(0.1 + 0.2 * 2.0)));
    CU_ASSERT(near((double)rg_dynamic_term(theta, &edge), 0.3 * 3.0 + 0.4 + 0.5 * 5.0));
}

static void test_dynamic__degrees_and_ages(void)
{
    CU_ASSERT(rg_log_degree(16.0) == 0.0f && rg_log_degree(0.0) == 0.0f);
    CU_ASSERT(near((double)rg_log_degree(32.0), log(2.0)));
    CU_ASSERT(rg_log_age(0) == 0.0f && rg_log_age(-5) == 0.0f);
    CU_ASSERT(near((double)rg_log_age(86400), log(2.0)));
    CU_ASSERT(isfinite(rg_log_age(INT64_MAX)));
}

/* Ages are those to the latest interaction of the row, on both sides. */
static void test_dynamic__ages_of_a_graph(void)
{
    const int pair[3][2] = {{0, 0}, {0, 1}, {1, 0}};
    const int64_t day = 86400;
    int64_t time[3] = {0, 3 * day, 7 * day};
    regatta_ctx *ctx = NULL;
    rg_adjacency *adj = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    tiny_graph *t = tiny_from_pairs(2, 2, 3, pair, NULL);
    t->graph.time = time;
    CU_ASSERT_EQUAL_FATAL(rg_adjacency_build(ctx, &adj, &t->graph, NULL, NULL),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(rg_adjacency_fill_dynamic(ctx, adj, &t->graph, 1), REGATTA_OK);
    CU_ASSERT(near((double)adj->log_age[0], log(4.0))); /* user 0, item 0 */
    CU_ASSERT(adj->log_age[1] == 0.0f && adj->log_age[2] == 0.0f);
    CU_ASSERT(near((double)adj->log_age[3], log(8.0))); /* item 0, user 0 */
    CU_ASSERT(adj->log_age[4] == 0.0f && adj->log_age[5] == 0.0f);
    CU_ASSERT(near((double)adj->log_degree[0], log(2.0 / 16.0)));
    t->graph.time = NULL;
    rg_adjacency_free(adj);
    tiny_free(t);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"by_hand", test_dynamic__by_hand},
    {"degrees_and_ages", test_dynamic__degrees_and_ages},
    {"ages_of_a_graph", test_dynamic__ages_of_a_graph},
};

int test_dynamic(void)
{
    return TEST_MAIN("dynamic", cases);
}
