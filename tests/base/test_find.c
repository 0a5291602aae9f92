#include "base/find.h"
#include "support/suite.h"

/* Every length of 2, 4, 6, ... with every number from 0 on, found or not; repeats give
 * the first. */
static void test_find__all(void)
{
    enum { N = 20 };
    uint32_t a[N];
    for (uint32_t k = 0; k < N; k++) a[k] = 2 * k + 2;
    for (int64_t n = 0; n <= N; n++)
        for (uint32_t x = 0; x <= 2 * N + 4; x++) {
            int64_t want = 0;
            while (want < n && a[want] < x) want++;
            CU_ASSERT_EQUAL(rg_lower_bound_u32(a, n, x), want);
            CU_ASSERT_EQUAL(rg_find_u32(a, n, x), want < n && a[want] == x ? want : -1);
        }
    const uint32_t repeats[] = {1, 1, 4, 4, 4, UINT32_MAX};
    CU_ASSERT_EQUAL(rg_find_u32(repeats, 6, 4), 2);
    CU_ASSERT_EQUAL(rg_find_u32(repeats, 6, UINT32_MAX), 5);
    CU_ASSERT_EQUAL(rg_lower_bound_u32(repeats, 6, 2), 2);
}

int test_find(void)
{
    static const test_case cases[] = {{"all", test_find__all}};
    return TEST_MAIN("find", cases);
}
