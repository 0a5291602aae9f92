#include "base/parallel.h"
#include "support/suite.h"

static void test_parallel__block_count(void)
{
    CU_ASSERT_EQUAL(rg_block_count(0, RG_BLOCK), 0);
    CU_ASSERT_EQUAL(rg_block_count(1, RG_BLOCK), 1);
    CU_ASSERT_EQUAL(rg_block_count(RG_BLOCK, RG_BLOCK), 1);
    CU_ASSERT_EQUAL(rg_block_count(RG_BLOCK + 1, RG_BLOCK), 2);
    CU_ASSERT_EQUAL(rg_block_count((int64_t)1 << 40, 1), (int64_t)1 << 40);
}

static void test_parallel__sum_in_order(void)
{
    /* 1 is lost beside 1e16 unless the large ones cancel before it comes. */
    const double late[3] = {1e16, -1e16, 1.0}, early[3] = {1.0, 1e16, -1e16};
    CU_ASSERT_EQUAL(rg_sum(late, 3), 1.0);
    CU_ASSERT_EQUAL(rg_sum(early, 3), 0.0);
    CU_ASSERT_EQUAL(rg_sum(late, 0), 0.0);
}

int main(void)
{
    static const test_case cases[] = {{"block count", test_parallel__block_count},
                                      {"sum in order", test_parallel__sum_in_order}};
    return TEST_MAIN("parallel", cases);
}
