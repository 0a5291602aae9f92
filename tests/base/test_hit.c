#include "base/hit.h"
#include "base/rng.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int descending(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x > y ? -1 : x < y;
}

/* A higher score, then a lower row; both come back. */
static void test_hit__order(void)
{
    const float score[] = {INFINITY, 3.5f, 0x1p-149f, 0.0f, -0.0f, -1.0f, -INFINITY};
    for (int k = 0; k < 7; k++) {
        CU_ASSERT_EQUAL(rg_hit_score(rg_hit_key(score[k], 7)), score[k]);
        CU_ASSERT_EQUAL(rg_hit_row(rg_hit_key(score[k], UINT32_MAX)), UINT32_MAX);
        CU_ASSERT(rg_hit_key(score[k], 1) > rg_hit_key(score[k], 2));
        if (k > 0 && score[k] < score[k - 1])
            CU_ASSERT(rg_hit_key(score[k], 0) < rg_hit_key(score[k - 1], UINT32_MAX));
    }
    CU_ASSERT_EQUAL(rg_hit_key(0.0f, 5), rg_hit_key(-0.0f, 5));
}

enum { N = 3000 };

static void check_select(const uint64_t *all, int64_t n, int64_t k)
{
    static uint64_t key[N], want[N];
    memcpy(key, all, (size_t)n * sizeof *key);
    memcpy(want, all, (size_t)n * sizeof *want);
    qsort(want, (size_t)n, sizeof *want, descending);
    rg_hits_select(key, n, k);
    qsort(key, (size_t)k, sizeof *key, descending);
    CU_ASSERT_EQUAL(memcmp(key, want, (size_t)k * sizeof *key), 0);
}

/* Against a sort: short and long lists, many ties and few, every kind of k. */
static void test_hit__select(void)
{
    static uint64_t key[N];
    const uint64_t ranges[] = {1, 4, 1000, UINT64_MAX / 2};
    for (uint64_t round = 0; round < 120; round++) {
        const uint64_t most = round % 2 == 0 ? 200 : N;
        const int64_t n = 1 + (int64_t)rg_random_below(1, RG_STREAM_TEST, round, most);
        for (int64_t i = 0; i < n; i++)
            key[i] = rg_random_below(2 + round, RG_STREAM_TEST, (uint64_t)i,
                                     ranges[round % 4]);
        check_select(key, n, 0);
        check_select(key, n, n);
        check_select(key, n, 1);
        check_select(key, n,
                     (int64_t)rg_random_below(3, RG_STREAM_TEST, round, (uint64_t)n + 1));
    }
}

static void test_hit__sort(void)
{
    static uint64_t key[N], want[N];
    for (int64_t n = 0; n < N; n += 1 + n / 3) {
        for (int64_t i = 0; i < n; i++)
            key[i] = want[i] =
                rg_hit_key((float)rg_random_normal(4, RG_STREAM_TEST, (uint64_t)(i % 50)),
                           (uint32_t)i);
        qsort(want, (size_t)n, sizeof *want, descending);
        rg_hits_sort(key, n);
        CU_ASSERT_EQUAL(memcmp(key, want, (size_t)n * sizeof *key), 0);
    }
}

int test_hit(void)
{
    static const test_case cases[] = {
        {"order", test_hit__order},
        {"select", test_hit__select},
        {"sort", test_hit__sort},
    };
    return TEST_MAIN("hit", cases);
}
