#include "base/alloc.h"
#include "support/fault.h"
#include "support/suite.h"
#include <stdlib.h>
#include <string.h>

static int all_zero(const unsigned char *p, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (p[k] != 0) return 0;
    return 1;
}

/* Gives memory full of rubbish, at odd addresses. */
static void *dirty_alloc(void *state, size_t bytes)
{
    size_t *asked = state;
    *asked = bytes;
    char *p = malloc(bytes + 8);
    if (p == NULL) return NULL;
    memset(p, 0xa5, bytes + 8);
    return p + 8;
}

static void dirty_release(void *state, void *block)
{
    (void)state;
    free((char *)block - 8);
}

static void check_blocks(rg_mem mem)
{
    for (int64_t n = 0; n < 300; n += 7) {
        unsigned char *p = rg_alloc(mem, n, 3);
        CU_ASSERT_PTR_NOT_NULL_FATAL(p);
        CU_ASSERT_EQUAL((uintptr_t)p % 64, 0);
        CU_ASSERT(all_zero(p, (size_t)n * 3));
        memset(p, 0xff, (size_t)n * 3); /* all of it is ours */
        rg_free(mem, p);
    }
}

static void test_alloc__aligned_and_zeroed(void)
{
    size_t asked = 0;
    check_blocks(rg_mem_default());
    check_blocks((rg_mem){dirty_alloc, dirty_release, &asked});
}

static void test_alloc__nothing(void)
{
    const rg_mem mem = rg_mem_default();
    void *p = rg_alloc(mem, 0, 8), *q = rg_alloc(mem, 0, 8);
    CU_ASSERT_PTR_NOT_NULL(p);
    CU_ASSERT_PTR_NOT_NULL(q);
    CU_ASSERT_PTR_NOT_EQUAL(p, q);
    rg_free(mem, p);
    rg_free(mem, q);
    rg_free(mem, NULL);
}

static void test_alloc__too_much(void)
{
    size_t asked = 0;
    const rg_mem mem = {dirty_alloc, dirty_release, &asked};
    CU_ASSERT_PTR_NULL(rg_alloc(mem, -1, 1));
    CU_ASSERT_PTR_NULL(rg_alloc(mem, INT64_MAX, 8));
    CU_ASSERT_PTR_NULL(rg_alloc(mem, INT64_MAX, 1 + SIZE_MAX / INT64_MAX));
    CU_ASSERT_PTR_NULL(rg_alloc(mem, (int64_t)1 << 62, 4)); /* wraps to 0 */
    CU_ASSERT_PTR_NULL(rg_alloc(mem, 3, SIZE_MAX / 4));     /* no room for the header */
    CU_ASSERT_EQUAL(asked, 0);                              /* none reached the system */
}

static void test_alloc__grow(void)
{
    fault_memory m = {.fail_at = -1};
    const rg_mem mem = fault_allocator(&m);
    int *p = rg_grow(mem, NULL, 0, 3, sizeof *p);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    for (int k = 0; k < 3; k++) p[k] = k + 1;
    int *q = rg_grow(mem, p, 3, 1000, sizeof *q);
    CU_ASSERT_PTR_NOT_NULL_FATAL(q);
    CU_ASSERT_EQUAL(q[0], 1);
    CU_ASSERT_EQUAL(q[2], 3);
    CU_ASSERT(all_zero((unsigned char *)(q + 3), 997 * sizeof *q));
    int *r = rg_grow(mem, q, 1000, 2, sizeof *r); /* smaller, too */
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL(r[1], 2);
    m.fail_at = m.calls;
    CU_ASSERT_PTR_NULL(rg_grow(mem, r, 2, 4, sizeof *r));
    CU_ASSERT_EQUAL(r[1], 2); /* as it was */
    CU_ASSERT_PTR_NULL(rg_grow(mem, r, 2, INT64_MAX, sizeof *r));
    CU_ASSERT_EQUAL(r[0], 1);
    CU_ASSERT_EQUAL(m.live, 1);
    rg_free(mem, r);
    CU_ASSERT_EQUAL(m.live, 0);
}

static regatta_status two_blocks(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    int *a = NULL, *b = NULL;
    (void)arg;
    RG_NEW(ctx->mem, a, 5);
    RG_NEW(ctx->mem, b, 5);
    RG_TRY(REGATTA_OK);
done:
    rg_free(ctx->mem, a);
    rg_free(ctx->mem, b);
    return rg_end(ctx, status);
}

static void test_alloc__macros(void)
{
    fault_sweep_memory(two_blocks, NULL);
}

int test_alloc(void)
{
    static const test_case cases[] = {
        {"aligned and zeroed", test_alloc__aligned_and_zeroed},
        {"nothing", test_alloc__nothing},
        {"too much", test_alloc__too_much},
        {"grow", test_alloc__grow},
        {"macros", test_alloc__macros},
    };
    return TEST_MAIN("alloc", cases);
}
