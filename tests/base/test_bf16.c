#include "base/bf16.h"
#include "base/rng.h"
#include "support/suite.h"
#include <math.h>

static void test_bf16__hand(void)
{
    CU_ASSERT_EQUAL(rg_to_bf16(0.0f), 0x0000);
    CU_ASSERT_EQUAL(rg_to_bf16(1.0f), 0x3f80);
    CU_ASSERT_EQUAL(rg_to_bf16(-2.0f), 0xc000);
    CU_ASSERT_EQUAL(rg_from_bf16(0x3f80), 1.0f);
    CU_ASSERT_EQUAL(rg_from_bf16(0xc000), -2.0f);
    /* Between 1 and the next, 1 + 2^-7: the half goes to the even one, 1. */
    CU_ASSERT_EQUAL(rg_to_bf16(1.0f + 0x1p-8f), 0x3f80);
    CU_ASSERT_EQUAL(rg_to_bf16(1.0f + 0x1.8p-8f), 0x3f81);
    /* Between 1 + 2^-7 and 1 + 2^-6 the even one is above. */
    CU_ASSERT_EQUAL(rg_to_bf16(1.0f + 0x1.8p-7f), 0x3f82);
}

static void test_bf16__what_it_holds_comes_back(void)
{
    int n_wrong = 0;
    for (uint32_t h = 0; h < 0x10000; h++) {
        const float x = rg_from_bf16((uint16_t)h);
        n_wrong += isfinite(x) && rg_to_bf16(x) != h;
    }
    CU_ASSERT_EQUAL(n_wrong, 0);
}

/* Eight bits of mantissa: half of the last is 2^-9 of the power of two below x. */
static void test_bf16__nearest(void)
{
    for (uint64_t k = 0; k < 2000; k++) {
        const float x =
            (float)(rg_random_normal(3, RG_STREAM_TEST, k) * exp(0.01 * (double)k));
        CU_ASSERT(fabsf(rg_from_bf16(rg_to_bf16(x)) - x) <= 0x1p-8f * fabsf(x));
    }
}

int test_bf16(void)
{
    static const test_case cases[] = {
        {"hand", test_bf16__hand},
        {"comes back", test_bf16__what_it_holds_comes_back},
        {"nearest", test_bf16__nearest},
    };
    return TEST_MAIN("bf16", cases);
}
