#include "rank/allow.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>

enum { N = 77 };

static void test_allow__by_hand(void)
{
    regatta_ctx *ctx = tiny_context(1);
    const uint32_t only[] = {40, 3, 33}, exclude[] = {33, 7};
    uint32_t *allow = NULL;
    CU_ASSERT_EQUAL(rg_allow_create(ctx, &allow, 41, 41, only, 3, exclude, 2),
                    REGATTA_OK);
    for (int64_t j = 0; j < 41; j++)
        CU_ASSERT_EQUAL(rg_allows(allow, j), j == 3 || j == 40);
    rg_free(ctx->mem, allow);
    regatta_ctx_free(ctx);
}

static void test_allow__no_list(void)
{
    regatta_ctx *ctx = tiny_context(1);
    float row[1] = {2.0f};
    uint32_t *allow = (uint32_t[]){0};
    CU_ASSERT_EQUAL(rg_allow_create(ctx, &allow, N, N, NULL, 0, NULL, 0), REGATTA_OK);
    CU_ASSERT_PTR_NULL(allow);
    CU_ASSERT(rg_allows(allow, N - 1));
    rg_allow_mask(row, allow, 1);
    CU_ASSERT(row[0] == 2.0f);
    regatta_ctx_free(ctx);
}

/* An empty list of what may come leaves nothing. */
static void test_allow__empty_list(void)
{
    regatta_ctx *ctx = tiny_context(1);
    const uint32_t only[] = {0};
    uint32_t *allow = NULL;
    CU_ASSERT_EQUAL(rg_allow_create(ctx, &allow, N, N, only, 0, NULL, 0), REGATTA_OK);
    for (int64_t j = 0; j < N; j++) CU_ASSERT_FALSE(rg_allows(allow, j));
    rg_free(ctx->mem, allow);
    regatta_ctx_free(ctx);
}

/* One node left out of all: its word is looked at, the others are passed over, and what
 * lies behind the row is not written. */
static void test_allow__mask(void)
{
    regatta_ctx *ctx = tiny_context(1);
    for (uint32_t out = 0; out < N; out++) {
        float row[N + 1];
        uint32_t *allow = NULL;
        for (int j = 0; j <= N; j++) row[j] = (float)j;
        CU_ASSERT_EQUAL(rg_allow_create(ctx, &allow, N, N, NULL, 0, &out, 1), REGATTA_OK);
        rg_allow_mask(row, allow, N);
        for (uint32_t j = 0; j <= N; j++)
            CU_ASSERT(row[j] == (j == out ? -INFINITY : (float)j));
        rg_free(ctx->mem, allow);
    }
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    uint32_t *allow = NULL;
    rg_begin(ctx);
    const regatta_status status =
        rg_end(ctx, rg_allow_create(ctx, &allow, N, N, arg, 1, NULL, 0));
    if (status != REGATTA_OK) CU_ASSERT_PTR_NULL(allow);
    rg_free(ctx->mem, allow);
    return status;
}

static void test_allow__every_allocation_may_fail(void)
{
    uint32_t only = 5;
    fault_sweep_memory(attempt, &only);
}

static const test_case cases[] = {
    {"by hand", test_allow__by_hand},
    {"no list", test_allow__no_list},
    {"empty list", test_allow__empty_list},
    {"mask", test_allow__mask},
    {"allocations", test_allow__every_allocation_may_fail},
};

int test_allow(void)
{
    return TEST_MAIN("allow", cases);
}
