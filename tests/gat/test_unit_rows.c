#include "gat/unit_rows.h"
#include "support/gradcheck.h"
#include "support/suite.h"
#include <math.h>

static void test_unit_rows__by_hand(void)
{
    const float x[4] = {3.0f, 4.0f, 0.0f, -2.0f};
    float unit[4], norm[2];
    rg_unit_rows_forward(unit, norm, x, 1.0f, 1, 4, 2, 1); /* one row of two heads */
    CU_ASSERT_DOUBLE_EQUAL(unit[0], 0.6, 1e-7);
    CU_ASSERT_DOUBLE_EQUAL(unit[1], 0.8, 1e-7);
    CU_ASSERT(unit[2] == 0.0f && unit[3] == -1.0f);
    CU_ASSERT(norm[0] == 5.0f && norm[1] == 2.0f);
    rg_unit_rows_forward(unit, norm, x, 10.0f, 2, 2, 1, 1); /* two rows, length 10 */
    CU_ASSERT_DOUBLE_EQUAL(unit[0], 6.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(unit[3], -10.0, 1e-6);
}

static void test_unit_rows__zero_and_tiny_rows(void)
{
    const float x[4] = {0.0f, 0.0f, 3e-30f, 4e-30f}, du[4] = {1.0f, 1.0f, 0.0f, 0.0f};
    float unit[4], norm[2], dx[4] = {7.0f, 7.0f, 7.0f, 7.0f};
    rg_unit_rows_forward(unit, norm, x, 1.0f, 2, 2, 1, 1);
    CU_ASSERT(unit[0] == 0.0f && unit[1] == 0.0f && norm[0] == 0.0f);
    CU_ASSERT_DOUBLE_EQUAL(unit[2], 0.6, 1e-6); /* its squares are 0 in float */
    rg_unit_rows_backward(dx, du, unit, norm, 1.0f, 2, 2, 1, 1);
    CU_ASSERT(dx[0] == 7.0f && dx[1] == 7.0f); /* no direction, no gradient */
}

typedef struct probe {
    float x[12], du[12];
} probe;

static double loss_of(void *state)
{
    const probe *p = state;
    float unit[12], norm[6];
    double sum = 0.0;
    rg_unit_rows_forward(unit, norm, p->x, 2.5f, 3, 4, 2, 1);
    for (int k = 0; k < 12; k++) sum += (double)unit[k] * (double)p->du[k];
    return sum;
}

static void test_unit_rows__gradient(void)
{
    probe p;
    float unit[12], norm[6], dx[12] = {0.0f};
    for (int k = 0; k < 12; k++) {
        p.x[k] = sinf(1.0f + (float)k);
        p.du[k] = cosf(2.0f * (float)k);
    }
    rg_unit_rows_forward(unit, norm, p.x, 2.5f, 3, 4, 2, 1);
    rg_unit_rows_backward(dx, p.du, unit, norm, 2.5f, 3, 4, 2, 1);
    CU_ASSERT(gradcheck(p.x, dx, 12, 4e-3, 0, loss_of, &p) < 2e-3);
}

static const test_case cases[] = {
    {"by_hand", test_unit_rows__by_hand},
    {"zero_and_tiny_rows", test_unit_rows__zero_and_tiny_rows},
    {"gradient", test_unit_rows__gradient},
};

int test_unit_rows(void)
{
    return TEST_MAIN("unit_rows", cases);
}
