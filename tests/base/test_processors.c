#include "base/ctx.h"
#include "base/parallel.h"
#include "base/processors.h"
#include "support/suite.h"
#include <omp.h>

static void test_processors__quota(void)
{
    CU_ASSERT_EQUAL(rg_quota_threads("150000 100000\n", 8), 2);
    CU_ASSERT_EQUAL(rg_quota_threads("200000 100000\n", 8), 2);
    CU_ASSERT_EQUAL(rg_quota_threads("1000 100000\n", 8), 1);
    CU_ASSERT_EQUAL(rg_quota_threads("9000000 100000\n", 8), 8);
    CU_ASSERT_EQUAL(rg_quota_threads("max 100000\n", 8), 8);
    CU_ASSERT_EQUAL(rg_quota_threads("", 8), 8);
    CU_ASSERT_EQUAL(rg_quota_threads("-1 100000", 8), 8);
    CU_ASSERT_EQUAL(rg_quota_threads("100000 0", 8), 8);
}

/* What the host set counts (OMP_NUM_THREADS sets the same number), and is as it was. */
static void test_processors__what_the_host_set(void)
{
    const int old = omp_get_max_threads(), wanted = rg_processors() + 3;
    regatta_ctx *ctx = NULL;
    CU_ASSERT(rg_default_threads() >= 1);
    omp_set_num_threads(wanted);
    CU_ASSERT_EQUAL(rg_default_threads(), wanted);
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(ctx->threads, wanted);
    CU_ASSERT_EQUAL(omp_get_max_threads(), wanted);
    regatta_ctx_free(ctx);
    omp_set_num_threads(2 * RG_MOST_THREADS);
    CU_ASSERT_EQUAL(rg_default_threads(), RG_MOST_THREADS);
    omp_set_num_threads(old);
}

int test_processors(void)
{
    static const test_case cases[] = {
        {"quota", test_processors__quota},
        {"what the host set", test_processors__what_the_host_set}};
    return TEST_MAIN("processors", cases);
}
