/* Sums of rows of weights against the plain loop: runs of consecutive targets, targets
 * anywhere, and rows that end in the middle of a run. */
#include "base/bf16.h"
#include "base/rng.h"
#include "channel/row_sum.h"
#include "support/suite.h"
#include <math.h>

enum { N = 3000, SEED = 11 };

/* Fills target[] with about n ascending numbers below N, of which each is left out with
 * probability `gap` from number `from` on; returns how many. */
static int64_t some_targets(uint32_t *target, int64_t from, double gap)
{
    int64_t n = 0;
    for (int64_t j = 0; j < N; j++)
        if (j < from || rg_random_unit(SEED, RG_STREAM_TEST, (uint64_t)j) >= gap)
            target[n++] = (uint32_t)j;
    return n;
}

static void check(const uint32_t *target, int64_t n)
{
    static uint16_t value[N];
    static float row[N];
    double want[N];
    const float r = 1.75f;
    const int64_t offset[2] = {0, n};
    const rg_weights w = {.offset = offset, .target = target, .value = value};
    for (int64_t j = 0; j < N; j++) {
        row[j] = (float)rg_random_normal(SEED, RG_STREAM_TEST, (uint64_t)(j + N));
        value[j] = rg_to_bf16(
            (float)rg_random_normal(SEED, RG_STREAM_TEST, (uint64_t)(j + 2 * N)));
        want[j] = (double)row[j];
    }
    for (int64_t k = 0; k < n; k++)
        want[target[k]] += (double)r * (double)rg_from_bf16(value[k]);
    rg_row_sum_add(row, &w, 0, r);
    for (int64_t j = 0; j < N; j++)
        CU_ASSERT_DOUBLE_EQUAL((double)row[j], want[j], 1e-5 * (1.0 + fabs(want[j])));
}

static void test_row_sum__all(void)
{
    static uint32_t target[N];
    const double gap[] = {0.0, 0.004, 0.1, 0.7, 0.999};
    for (int g = 0; g < 5; g++)
        for (int64_t from = 0; from <= 600; from += 300) {
            const int64_t n = some_targets(target, from, gap[g]);
            for (int64_t less = 0; less < 20 && less <= n; less++)
                check(target, n - less);
        }
    check(target, 0);
    check(target, 1);
}

int test_row_sum(void)
{
    const test_case cases[] = {{"runs and targets anywhere", test_row_sum__all}};
    return TEST_MAIN("row sum", cases);
}
