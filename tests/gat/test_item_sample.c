#include "base/rng.h"
#include "gat/item_sample.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>

static void test_item_sample__positives_are_in(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_item_sample *s = NULL;
    const uint32_t positive[4] = {7, 3, 7, 99};
    CU_ASSERT_EQUAL_FATAL(rg_item_sample_create(ctx, &s, 100, 10, 4), REGATTA_OK);
    for (uint64_t step = 0; step < 50; step++) {
        rg_item_sample_draw(s, positive, 4, 1, step);
        CU_ASSERT_EQUAL(s->n, 10);
        for (int e = 0; e < 4; e++) {
            const uint32_t k = s->place[positive[e]];
            CU_ASSERT_FATAL(k < 10);
            CU_ASSERT_EQUAL(s->item[k], positive[e]);
            CU_ASSERT_EQUAL(s->shift[k], 0.0f);
        }
        for (int64_t k = 1; k < s->n; k++) CU_ASSERT(s->item[k - 1] < s->item[k]);
    }
    rg_item_sample_free(s);
    regatta_ctx_free(ctx);
}

/* More positives than the size: half of it still comes from elsewhere, or all there is.
 */
static void test_item_sample__many_positives(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_item_sample *s = NULL;
    uint32_t positive[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    CU_ASSERT_EQUAL_FATAL(rg_item_sample_create(ctx, &s, 20, 4, 8), REGATTA_OK);
    rg_item_sample_draw(s, positive, 8, 1, 0);
    CU_ASSERT_EQUAL(s->n, 10);
    rg_item_sample_free(s);
    CU_ASSERT_EQUAL_FATAL(rg_item_sample_create(ctx, &s, 9, 4, 8), REGATTA_OK);
    rg_item_sample_draw(s, positive, 8, 1, 0);
    CU_ASSERT_EQUAL(s->n, 9); /* all: no correction */
    for (int k = 0; k < 9; k++) CU_ASSERT_EQUAL(s->shift[k], 0.0f);
    rg_item_sample_free(s);
    regatta_ctx_free(ctx);
}

/* The mean over many samples of sum exp(z + shift) is the sum over all items. */
static void test_item_sample__unbiased(void)
{
    enum { N = 40, ROUNDS = 4000 };
    regatta_ctx *ctx = test_context(1);
    rg_item_sample *s = NULL;
    const uint32_t positive[2] = {5, 30};
    double z[N], all = 0.0, mean = 0.0;
    for (int j = 0; j < N; j++) {
        z[j] = rg_random_normal(3, RG_STREAM_TEST, (uint64_t)j);
        all += exp(z[j]);
    }
    CU_ASSERT_EQUAL_FATAL(rg_item_sample_create(ctx, &s, N, 12, 2), REGATTA_OK);
    for (uint64_t step = 0; step < ROUNDS; step++) {
        rg_item_sample_draw(s, positive, 2, 9, step);
        for (int64_t k = 0; k < s->n; k++)
            mean += exp(z[s->item[k]] + (double)s->shift[k]) / ROUNDS;
    }
    CU_ASSERT_DOUBLE_EQUAL(mean, all, 0.02 * all); /* deviation of the mean: 0.5% */
    rg_item_sample_free(s);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_item_sample *s = arg;
    const regatta_status status = rg_item_sample_create(ctx, &s, 10, 5, 3);
    CU_ASSERT_EQUAL(s == NULL, status != REGATTA_OK);
    rg_item_sample_free(s);
    return rg_end(ctx, status);
}

static void test_item_sample__memory(void)
{
    fault_sweep_memory(attempt, NULL);
}

static const test_case cases[] = {
    {"positives are in", test_item_sample__positives_are_in},
    {"many positives", test_item_sample__many_positives},
    {"unbiased", test_item_sample__unbiased},
    {"memory", test_item_sample__memory},
};

int test_item_sample(void)
{
    return TEST_MAIN("item_sample", cases);
}
