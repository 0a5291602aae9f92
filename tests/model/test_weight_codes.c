#include "base/bf16.h"
#include "base/rng.h"
#include "model/weight_codes.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

static void test_weight_codes__by_hand(void)
{
    const int64_t offset[] = {0, 3, 3, 5};
    uint16_t value[5], back[5];
    int8_t code[5];
    float scale[3];
    const float weight[] = {127.0f, -63.6f, 0.4f, 0.0f, 0.0f};
    for (int e = 0; e < 5; e++) value[e] = rg_to_bf16(weight[e]);
    rg_weights_encode(code, scale, value, offset, 3);
    CU_ASSERT(scale[0] == 1.0f && scale[1] == 0.0f && scale[2] == 0.0f);
    const int8_t want[] = {127, -64, 0, 0,
                           0}; /* -63.6 is -63.5 in bf16: a tie, to even */
    CU_ASSERT_EQUAL(memcmp(code, want, sizeof want), 0);
    CU_ASSERT(rg_weights_decode(back, code, scale, offset, 3));
    CU_ASSERT(rg_from_bf16(back[0]) == 127.0f && rg_from_bf16(back[1]) == -64.0f);
    CU_ASSERT(rg_from_bf16(back[2]) == 0.0f && rg_from_bf16(back[4]) == 0.0f);
}

static void test_weight_codes__scales_that_are_too_large(void)
{
    const int64_t offset[] = {0, 1};
    const int8_t code = 127;
    uint16_t value;
    const float scale = 3.4e38f / 127.0f, nan = NAN;
    CU_ASSERT(!rg_weights_decode(&value, &code, &scale, offset, 1));
    CU_ASSERT(!rg_weights_decode(&value, &code, &nan, offset, 1));
}

/* Within half a step of the row, and half a place of bfloat16 of what comes out. */
static void test_weight_codes__near(void)
{
    enum { ROWS = 20, N = 50 };
    int64_t offset[ROWS + 1];
    uint16_t value[ROWS * N], back[ROWS * N];
    int8_t code[ROWS * N];
    float scale[ROWS];
    for (int64_t r = 0; r <= ROWS; r++) offset[r] = r * N;
    for (uint64_t e = 0; e < ROWS * N; e++)
        value[e] = rg_to_bf16((float)(rg_random_normal(3, RG_STREAM_TEST, e) *
                                      pow(10.0, (double)(e / N) - 10.0)));
    rg_weights_encode(code, scale, value, offset, ROWS);
    CU_ASSERT(rg_weights_decode(back, code, scale, offset, ROWS));
    for (int64_t e = 0; e < ROWS * N; e++) {
        const double x = (double)rg_from_bf16(value[e]),
                     y = (double)rg_from_bf16(back[e]);
        CU_ASSERT(fabs(x - y) <= 0.5001 * (double)scale[e / N] + fabs(y) / 256.0);
    }
}

static const test_case cases[] = {
    {"by hand", test_weight_codes__by_hand},
    {"too large", test_weight_codes__scales_that_are_too_large},
    {"near", test_weight_codes__near},
};

int test_weight_codes(void)
{
    return TEST_MAIN("weight_codes", cases);
}
