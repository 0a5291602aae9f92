#include "base/rng.h"
#include "support/suite.h"
#include <Random123/philox.h>
#include <math.h>
#include <string.h>

enum { N = 20000 };

static void test_rng__philox_vectors(void)
{
    /* The known answers of Random123: counter and key all zeros, all ones, and pi. */
    const philox4x32_ctr_t zeros = {{0, 0, 0, 0}};
    const philox4x32_key_t key = {{0, 0}};
    const uint32_t expected[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    philox4x32_ctr_t r = philox4x32(zeros, key);
    CU_ASSERT_EQUAL(memcmp(r.v, expected, sizeof expected), 0);
    const philox4x32_ctr_t pi = {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}};
    const philox4x32_key_t pi_key = {{0xa4093822, 0x299f31d0}};
    const uint32_t pi_expected[4] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
    r = philox4x32(pi, pi_key);
    CU_ASSERT_EQUAL(memcmp(r.v, pi_expected, sizeof pi_expected), 0);
    /* ... and how (seed, stream, index) become counter and key. */
    const philox4x32_ctr_t counter = {{0x89abcdef, 0x01234567, RG_STREAM_TEST, 0}};
    const philox4x32_key_t seed = {{0x55667788, 0x11223344}};
    r = philox4x32(counter, seed);
    CU_ASSERT_EQUAL(rg_random_u64(0x1122334455667788, RG_STREAM_TEST, 0x0123456789abcdef),
                    ((uint64_t)r.v[1] << 32) | r.v[0]);
}

static void test_rng__function_of_its_arguments(void)
{
    const uint64_t x = rg_random_u64(1, RG_STREAM_TEST, 5);
    CU_ASSERT_EQUAL(rg_random_u64(1, RG_STREAM_TEST, 5), x);
    CU_ASSERT_NOT_EQUAL(rg_random_u64(2, RG_STREAM_TEST, 5), x);
    CU_ASSERT_NOT_EQUAL(rg_random_u64(1, RG_STREAM_ORDER, 5), x);
    CU_ASSERT_NOT_EQUAL(rg_random_u64(1, RG_STREAM_TEST, 6), x);
    CU_ASSERT_NOT_EQUAL(rg_random_u64(1, RG_STREAM_TEST, 5 + (1ull << 32)), x);
    CU_ASSERT_NOT_EQUAL(rg_random_u64(1 + (1ull << 32), RG_STREAM_TEST, 5), x);
}

static void test_rng__unit_is_uniform(void)
{
    static int count[16];
    double sum = 0.0, chi = 0.0;
    memset(count, 0, sizeof count);
    for (uint64_t k = 0; k < N; k++) {
        const double x = rg_random_unit(3, RG_STREAM_TEST, k);
        CU_ASSERT(x >= 0.0 && x < 1.0);
        sum += x;
        count[(int)(x * 16.0)]++;
    }
    CU_ASSERT_DOUBLE_EQUAL(sum / N, 0.5, 5.0 * 0.29 / sqrt(N)); /* five deviations */
    for (int b = 0; b < 16; b++) chi += pow(count[b] - N / 16.0, 2.0) / (N / 16.0);
    CU_ASSERT(chi < 15.0 + 5.0 * sqrt(30.0)); /* 15 degrees of freedom */
}

static void test_rng__below(void)
{
    static int count[7];
    memset(count, 0, sizeof count);
    for (uint64_t k = 0; k < N; k++) {
        const uint64_t x = rg_random_below(4, RG_STREAM_TEST, k, 7);
        CU_ASSERT_FATAL(x < 7);
        count[x]++;
    }
    for (int b = 0; b < 7; b++)
        CU_ASSERT_DOUBLE_EQUAL(count[b], N / 7.0, 5.0 * sqrt(N / 7.0));
    CU_ASSERT_EQUAL(rg_random_below(4, RG_STREAM_TEST, 0, 1), 0);
    CU_ASSERT(rg_random_below(4, RG_STREAM_TEST, 0, UINT64_MAX) < UINT64_MAX);
}

static void test_rng__normal(void)
{
    double sum = 0.0, square = 0.0, fourth = 0.0;
    for (uint64_t k = 0; k < N; k++) {
        const double x = rg_random_normal(5, RG_STREAM_TEST, k);
        CU_ASSERT(isfinite(x));
        sum += x;
        square += x * x;
        fourth += x * x * x * x;
    }
    CU_ASSERT_DOUBLE_EQUAL(sum / N, 0.0, 5.0 / sqrt(N));
    CU_ASSERT_DOUBLE_EQUAL(square / N, 1.0, 5.0 * sqrt(2.0 / N));
    CU_ASSERT_DOUBLE_EQUAL(fourth / N, 3.0, 5.0 * sqrt(96.0 / N));
}

static void test_rng__shuffle(void)
{
    uint32_t a[50], b[50], seen[50] = {0};
    for (uint32_t k = 0; k < 50; k++) a[k] = b[k] = k;
    rg_shuffle(a, 50, 9, RG_STREAM_TEST, 0);
    rg_shuffle(b, 50, 9, RG_STREAM_TEST, 0);
    CU_ASSERT_EQUAL(memcmp(a, b, sizeof a), 0);
    for (int k = 0; k < 50; k++) seen[a[k]]++;
    for (int k = 0; k < 50; k++) CU_ASSERT_EQUAL(seen[k], 1);
    for (uint32_t k = 0; k < 50; k++) b[k] = k;
    rg_shuffle(b, 50, 9, RG_STREAM_TEST, 1);
    CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof a), 0);
    uint32_t one = 42;
    rg_shuffle(&one, 1, 9, RG_STREAM_TEST, 0);
    rg_shuffle(NULL, 0, 9, RG_STREAM_TEST, 0);
    CU_ASSERT_EQUAL(one, 42);
}

static void test_rng__shuffle_is_fair(void)
{
    int count[6] = {0}; /* which of the six orders of three */
    for (uint32_t round = 0; round < 12000; round++) {
        uint32_t a[3] = {0, 1, 2};
        rg_shuffle(a, 3, 10, RG_STREAM_TEST, round);
        count[a[0] * 2 + (a[1] > a[2])]++;
    }
    for (int k = 0; k < 6; k++)
        CU_ASSERT_DOUBLE_EQUAL(count[k], 2000.0, 5.0 * sqrt(2000.0));
}

int test_rng(void)
{
    static const test_case cases[] = {
        {"philox vectors", test_rng__philox_vectors},
        {"function of its arguments", test_rng__function_of_its_arguments},
        {"unit is uniform", test_rng__unit_is_uniform},
        {"below", test_rng__below},
        {"normal", test_rng__normal},
        {"shuffle", test_rng__shuffle},
        {"shuffle is fair", test_rng__shuffle_is_fair},
    };
    return TEST_MAIN("rng", cases);
}
