#include "base/hash.h"
#include "support/suite.h"

static void test_hash__known(void)
{
    /* XXH3's published value of the empty input under seed 0. */
    CU_ASSERT_EQUAL(rg_hash("", 0, 0), 0x2d06800538d394c2);
    CU_ASSERT_EQUAL(rg_hash(NULL, 0, 0), rg_hash("", 0, 0));
}

static void test_hash__chained(void)
{
    const uint64_t ab = rg_hash("b", 1, rg_hash("a", 1, 0));
    CU_ASSERT_EQUAL(rg_hash("b", 1, rg_hash("a", 1, 0)), ab);
    CU_ASSERT_NOT_EQUAL(rg_hash("a", 1, rg_hash("b", 1, 0)), ab); /* order counts */
    CU_ASSERT_NOT_EQUAL(rg_hash("ab", 2, 0), rg_hash("ab", 2, 1));
    CU_ASSERT_NOT_EQUAL(rg_hash("ab", 2, 0), rg_hash("ab", 3, 0)); /* so does length */
}

int test_hash(void)
{
    static const test_case cases[] = {{"known", test_hash__known},
                                      {"chained", test_hash__chained}};
    return TEST_MAIN("hash", cases);
}
