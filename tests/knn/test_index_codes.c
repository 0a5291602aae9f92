#include "base/rng.h"
#include "knn/index_codes.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { ROWS = 19, DIM = 150, STRIDE = 160 };

static float number(int64_t k)
{
    return (float)rg_random_normal(3, RG_STREAM_TEST, (uint64_t)k);
}

static void test_codes__by_hand(void)
{
    const float row[3] = {1.27f, -0.5f, 0.004f};
    uint8_t code[16];
    int8_t level[16];
    CU_ASSERT_EQUAL(rg_code_stride(3), 16);
    CU_ASSERT_EQUAL(rg_code_stride(16), 16);
    CU_ASSERT_EQUAL(rg_code_stride(17), 32);
    CU_ASSERT_DOUBLE_EQUAL(rg_code_largest(row, 3), 1.27, 1e-7);
    const float step = rg_code_step(rg_code_largest(row, 3));
    CU_ASSERT_DOUBLE_EQUAL(step, 0.01, 1e-8);
    rg_code_pack(code, row, 3, step);
    CU_ASSERT_EQUAL(code[0], 255);
    CU_ASSERT_EQUAL(code[1], 78);
    CU_ASSERT_EQUAL(code[2], 128);
    CU_ASSERT_EQUAL(code[15], 128); /* nothing */
    rg_code_query query = {.level = level};
    rg_code_query_row(&query, code, 16, step);
    CU_ASSERT_EQUAL(level[0], 127);
    CU_ASSERT_EQUAL(level[1], -50);
    CU_ASSERT_EQUAL(query.shift, 128 * 77);
}

static void test_codes__nothing_and_too_much(void)
{
    const float zeros[2] = {0.0f, -0.0f}, wild[3] = {NAN, INFINITY, -1e30f};
    uint8_t code[16];
    CU_ASSERT_EQUAL(rg_code_step(rg_code_largest(zeros, 2)), 1.0f);
    CU_ASSERT_EQUAL(rg_code_step(1e-44f), 1.0f); /* its inverse is infinite */
    rg_code_pack(code, zeros, 2, 1.0f);
    CU_ASSERT_EQUAL(code[0], 128);
    rg_code_pack(code, wild, 3, 1.0f);
    CU_ASSERT_EQUAL(code[0], 1);
    CU_ASSERT_EQUAL(code[1], 255);
    CU_ASSERT_EQUAL(code[2], 1);
}

/* Errors of rounding: half a step of one side times the length of the other. */
static void test_codes__products_are_near(void)
{
    static float rows[ROWS][DIM];
    static uint8_t code[ROWS][STRIDE];
    float x[DIM];
    int8_t level[STRIDE];
    for (int64_t i = 0; i < ROWS; i++)
        for (int64_t k = 0; k < DIM; k++) rows[i][k] = number(i * DIM + k);
    for (int64_t k = 0; k < DIM; k++) x[k] = number(k + 100000);
    const float step = rg_code_step(rg_code_largest(rows[0], (int64_t)ROWS * DIM));
    for (int i = 0; i < ROWS; i++) rg_code_pack(code[i], rows[i], DIM, step);
    rg_code_query query = {.level = level};
    rg_code_query_set(&query, x, DIM, step);
    for (uint32_t i = 0; i < ROWS; i++) {
        int32_t product;
        double dot = 0.0;
        for (int k = 0; k < DIM; k++) dot += (double)x[k] * (double)rows[i][k];
        rg_code_dot(0)(&product, level, code[0], STRIDE, &i, 1);
        CU_ASSERT_DOUBLE_EQUAL((double)query.factor * (product - query.shift), dot,
                               1.0); /* of lengths near 12 */
    }
}

static void test_codes__same_products_on_every_unit(void)
{
    static uint8_t code[ROWS * STRIDE];
    int8_t level[STRIDE];
    uint32_t index[ROWS];
    int32_t plain[ROWS], best[ROWS];
    for (int64_t k = 0; k < ROWS * STRIDE; k++)
        code[k] = (uint8_t)rg_random_u64(1, RG_STREAM_TEST, (uint64_t)k);
    for (uint64_t k = 0; k < STRIDE; k++)
        level[k] = (int8_t)((int)rg_random_below(2, RG_STREAM_TEST, k, 255) - 127);
    for (uint32_t i = 0; i < ROWS; i++) index[i] = (i * 7) % ROWS;
    code[5] = 255; /* the largest product there is */
    level[5] = 127;
    for (int64_t stride = 16; stride <= STRIDE; stride += 16)
        for (int64_t n = 0; n <= ROWS; n++) {
            memset(plain, 0, sizeof plain);
            memset(best, 0, sizeof best);
            rg_code_dot(1)(plain, level, code, stride, index, n);
            rg_code_dot(0)(best, level, code, stride, index, n);
            CU_ASSERT_EQUAL(memcmp(plain, best, sizeof plain), 0);
        }
}

static const test_case cases[] = {
    {"hand", test_codes__by_hand},
    {"extremes", test_codes__nothing_and_too_much},
    {"near", test_codes__products_are_near},
    {"units", test_codes__same_products_on_every_unit},
};

int test_index_codes(void)
{
    return TEST_MAIN("index_codes", cases);
}
