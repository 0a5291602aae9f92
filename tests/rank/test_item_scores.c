#include "rank/item_scores.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>

static void test_item_scores__hand(void)
{
    regatta_ctx *ctx = context_of(1);
    const float w[] = {0, 2, 3, 4, 0, 0, 0, -1, 0}; /* rows: history items */
    const float scale[] = {1, 0.5f, 10};
    const uint32_t item[] = {0, 2};
    const float weight[] = {2, 3};
    rg_csr *g = dense_rows(ctx, w, 3, 3, 1);
    float row[3] = {7, 7, 7}, part[2];
    rg_item_scores(row, g, scale, item, weight, 2);
    CU_ASSERT_EQUAL(row[0], 0.0f);
    CU_ASSERT_DOUBLE_EQUAL(row[1], 0.5 * (2 * 2 - 3 * 1), 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(row[2], 10.0 * 2 * 3, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(rg_item_score_parts(part, g, scale, 1, item, weight, 2), 0.5,
                           1e-6);
    CU_ASSERT_DOUBLE_EQUAL(part[0], 2.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(part[1], -1.5, 1e-6);
    rg_item_scores(row, g, NULL, item, NULL, 0); /* no history says nothing */
    for (int j = 0; j < 3; j++) CU_ASSERT_EQUAL(row[j], 0.0f);
    rg_item_scores(row, g, NULL, item, NULL, 1);
    CU_ASSERT_EQUAL(row[2], 3.0f);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static void test_item_scores__parts_add_up(void)
{
    enum { N = 50 };
    regatta_ctx *ctx = context_of(1);
    rg_csr *g = random_rows(ctx, N, N, 1, 4), *users = random_rows(ctx, 20, N, 1, 5);
    float row[N], part[N], scale[N];
    for (int j = 0; j < N; j++) scale[j] = 1.0f / (float)(1 + j);
    for (int64_t u = 0; u < 20; u++) {
        const uint32_t *item = users->target + users->offset[u];
        const float *weight = users->value + users->offset[u];
        const int64_t n = rg_csr_degree(users, u);
        rg_item_scores(row, g, scale, item, weight, n);
        for (uint32_t j = 0; j < N; j++) {
            const double sum = rg_item_score_parts(part, g, scale, j, item, weight, n);
            double added = 0.0;
            for (int64_t k = 0; k < n; k++) added += (double)part[k];
            CU_ASSERT_EQUAL(sum, added);
            /* Float sums of at most 50 positive terms. */
            CU_ASSERT_DOUBLE_EQUAL(row[j], sum, 1e-5 * fabs(sum));
        }
    }
    rg_csr_free(g);
    rg_csr_free(users);
    regatta_ctx_free(ctx);
}

int main(void)
{
    const test_case cases[] = {
        {"hand", test_item_scores__hand},
        {"parts_add_up", test_item_scores__parts_add_up},
    };
    return TEST_MAIN("item_scores", cases);
}
