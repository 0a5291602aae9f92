#include "base/files/unpacked.h"
#include "support/suite.h"
#include <string.h>

static void test_unpacked__default_bound(void)
{
    const regatta_ctx ctx = {.limit_bytes = 0};
    const int64_t least = 1 << 28;
    CU_ASSERT_EQUAL(rg_unpacked_most(&ctx, 0), least);
    CU_ASSERT_EQUAL(rg_unpacked_most(&ctx, least / 100), least);
    CU_ASSERT_EQUAL(rg_unpacked_most(&ctx, least), 100 * least);
    CU_ASSERT_EQUAL(rg_unpacked_most(&ctx, INT64_MAX / 100), INT64_MAX / 100 * 100);
    CU_ASSERT_EQUAL(rg_unpacked_most(&ctx, INT64_MAX), INT64_MAX);
}

static void test_unpacked__given_bound(void)
{
    const regatta_ctx ctx = {.limit_bytes = 5};
    CU_ASSERT_EQUAL(rg_unpacked_most(&ctx, 0), 5);
    CU_ASSERT_EQUAL(rg_unpacked_most(&ctx, INT64_MAX), 5);
}

static void test_unpacked__sum(void)
{
    regatta_ctx ctx = {.limit_bytes = 5};
    rg_unpacked u = {.packed = 0};
    CU_ASSERT_EQUAL(rg_unpacked_add(&ctx, &u, "x", 2), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_unpacked_add(&ctx, &u, "x", INT64_MAX), REGATTA_EFORMAT);
    CU_ASSERT_EQUAL(u.unpacked, 2);
    CU_ASSERT_EQUAL(rg_unpacked_add(&ctx, &u, "x", 3), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_unpacked_add(&ctx, &u, "x", 1), REGATTA_EFORMAT);
    CU_ASSERT_STRING_EQUAL(ctx.message, "x: unpacks to more than 5 bytes: raise "
                                        "--limit-bytes if the file may be so large");
}

/* 100 times the compressed bytes so far: the bound grows as a stream is read. */
static void test_unpacked__ratio(void)
{
    regatta_ctx ctx = {.limit_bytes = 0};
    rg_unpacked u = {.packed = 1 << 24};
    CU_ASSERT_EQUAL(rg_unpacked_add(&ctx, &u, "x", 100LL << 24), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_unpacked_add(&ctx, &u, "x", 1), REGATTA_EFORMAT);
    u.packed++;
    CU_ASSERT_EQUAL(rg_unpacked_add(&ctx, &u, "x", 100), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_unpacked_add(&ctx, &u, "x", 1), REGATTA_EFORMAT);
}

int test_unpacked(void)
{
    static const test_case cases[] = {{"default bound", test_unpacked__default_bound},
                                      {"given bound", test_unpacked__given_bound},
                                      {"sum", test_unpacked__sum},
                                      {"ratio", test_unpacked__ratio}};
    return TEST_MAIN("unpacked", cases);
}
