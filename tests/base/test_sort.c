#include "base/rng.h"
#include "base/sort.h"
#include "support/suite.h"
#include <string.h>

static void test_sort__ascending_without_repeats(void)
{
    uint32_t a[] = {5, 1, 5, 0, UINT32_MAX, 1, 3};
    const uint32_t sorted[] = {0, 1, 1, 3, 5, 5, UINT32_MAX};
    rg_sort_u32(a, 7);
    CU_ASSERT_EQUAL(memcmp(a, sorted, sizeof sorted), 0);
    CU_ASSERT_EQUAL(rg_unique_u32(a, 7), 5);
    CU_ASSERT_EQUAL(a[4], UINT32_MAX);
    CU_ASSERT_EQUAL(rg_unique_u32(a, 0), 0);
}

static void test_sort__long_lists(void)
{
    enum { N = 5000 };
    static uint64_t a[N];
    for (int form = 0; form < 5; form++) {
        uint64_t sum = 0, after = 0;
        for (uint32_t k = 0; k < N; k++) {
            const uint64_t drawn = rg_random_below(1, RG_STREAM_TEST, k, 1000);
            a[k] = form == 0   ? drawn << 40 | k
                   : form == 1 ? drawn % 3
                   : form == 2 ? (uint64_t)(N - k)
                   : form == 3 ? (k < N / 2 ? 2 * k : 2 * (N - k))
                               : UINT64_MAX - k % 2;
            sum += a[k];
        }
        rg_sort_u64(a, N);
        for (int k = 0; k < N; k++) after += a[k];
        CU_ASSERT_EQUAL(after, sum);
        for (int k = 1; k < N; k++) CU_ASSERT(a[k - 1] <= a[k]);
    }
    rg_sort_u64(a, 0);
    rg_sort_u64(a, 1);
}

static void test_sort__moments_of_one_time_keep_their_places(void)
{
    enum { N = 5000 };
    static rg_moment a[N];
    for (int sorted = 0; sorted < 2; sorted++) {
        for (uint32_t k = 0; k < N; k++) {
            const uint64_t drawn = rg_random_below(1, RG_STREAM_TEST, k, 40);
            a[k] = (rg_moment){sorted ? INT64_MIN + k / 3 : (int64_t)drawn - 20, k};
        }
        rg_sort_moments(a, N);
        for (int k = 1; k < N; k++) {
            CU_ASSERT(a[k - 1].time <= a[k].time);
            CU_ASSERT(a[k - 1].time < a[k].time || a[k - 1].place < a[k].place);
        }
    }
    rg_sort_moments(a, 0);
    rg_sort_moments(a, 1);
}

int test_sort(void)
{
    const test_case cases[] = {
        {"ascending_without_repeats", test_sort__ascending_without_repeats},
        {"long_lists", test_sort__long_lists},
        {"moments_of_one_time_keep_their_places",
         test_sort__moments_of_one_time_keep_their_places},
    };
    return TEST_MAIN("sort", cases);
}
