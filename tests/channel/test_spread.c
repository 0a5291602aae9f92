#include "channel/fit/spread.h"
#include "support/fault.h"
#include "support/suite.h"
#include <string.h>

static const uint32_t ITEM[2] = {1, 3}; /* of 5 items the two that a core has */

/* Two blocks of one float before two rows of two. */
static regatta_status floats(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    const rg_spread s = {ctx, ITEM, 2, 5};
    static const float before[10] = {9, 1, 2, 3, 4, 8, 5, 6, 7, 0};
    static const float after[22] = {9, -1, -1, 1, 2, -1, -1, 3, 4, -1, -1,
                                    8, -1, -1, 5, 6, -1, -1, 7, 0, -1, -1};
    float *x = NULL;
    (void)arg;
    CU_ASSERT_EQUAL(rg_spread_floats(&s, &x, 2, 1, 2, -1.0f), REGATTA_OK);
    CU_ASSERT_PTR_NULL(x);
    RG_NEW(ctx->mem, x, 10);
    memcpy(x, before, sizeof before);
    RG_TRY(rg_spread_floats(&s, &x, 2, 1, 2, -1.0f));
    CU_ASSERT_EQUAL(memcmp(x, after, sizeof after), 0);
done:
    rg_free(ctx->mem, x);
    return rg_end(ctx, status);
}

static void test_spread__floats(void)
{
    fault_sweep_memory(floats, NULL);
}

static regatta_status rows(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    const rg_spread s = {ctx, ITEM, 2, 5};
    rg_csr *r = NULL;
    (void)arg;
    RG_TRY(rg_spread_rows(&s, &r));
    CU_ASSERT_PTR_NULL(r);
    RG_TRY(rg_csr_create(ctx, &r, 2, 2, 3, 1));
    memcpy(r->offset, (const int64_t[3]){0, 1, 3}, 3 * sizeof *r->offset);
    memcpy(r->target, (const uint32_t[3]){1, 0, 1}, 3 * sizeof *r->target);
    memcpy(r->value, (const float[3]){0.5f, 2.0f, -1.0f}, 3 * sizeof *r->value);
    RG_TRY(rg_spread_rows(&s, &r));
    static const int64_t offset[6] = {0, 0, 1, 1, 3, 3};
    static const uint32_t target[3] = {3, 1, 3};
    CU_ASSERT_EQUAL(r->n_rows, 5);
    CU_ASSERT_EQUAL(r->n_cols, 5);
    CU_ASSERT_EQUAL(memcmp(r->offset, offset, sizeof offset), 0);
    CU_ASSERT_EQUAL(memcmp(r->target, target, sizeof target), 0);
    CU_ASSERT_EQUAL(r->value[2], -1.0f);
done:
    rg_csr_free(r);
    return rg_end(ctx, status);
}

static void test_spread__rows(void)
{
    fault_sweep_memory(rows, NULL);
}

static const test_case cases[] = {
    {"floats", test_spread__floats},
    {"rows", test_spread__rows},
};

int test_spread(void)
{
    return TEST_MAIN("spread", cases);
}
