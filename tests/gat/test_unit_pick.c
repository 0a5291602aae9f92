#include "base/rng.h"
#include "gat/unit_pick.h"
#include "support/suite.h"
#include <math.h>

static void test_unit_pick__by_hand(void)
{
    const float x[6] = {3.0f, 4.0f, 0.0f, 0.0f, -2.0f, 0.0f};
    const uint32_t row[2] = {2, 0};
    float out[6], norm[3];
    rg_unit_pick_forward(out, norm, x, NULL, 3, 2, 2);
    const float want[6] = {0.6f, 0.8f, 0.0f, 0.0f, -1.0f, 0.0f};
    for (int k = 0; k < 6; k++) CU_ASSERT_DOUBLE_EQUAL(out[k], want[k], 1e-6);
    CU_ASSERT_EQUAL(norm[0], 5.0f);
    CU_ASSERT_EQUAL(norm[1], 0.0f);
    rg_unit_pick_forward(out, norm, x, row, 2, 2, 1);
    CU_ASSERT_EQUAL(out[0], -1.0f);
    CU_ASSERT_EQUAL(norm[1], 5.0f);
}

static void test_unit_pick__not_a_number(void)
{
    const float x[2] = {NAN, 1.0f};
    float out[2];
    rg_unit_pick_forward(out, NULL, x, NULL, 1, 2, 1);
    CU_ASSERT(isnan(out[1])); /* a broken row is seen by the loss, not hidden */
}

/* f(x) = sum_rk w_rk u_rk against central differences; a zero row has no gradient. */
static void test_unit_pick__gradient(void)
{
    enum { N = 4, DIM = 5 };
    float x[N * DIM], w[N * DIM], u[N * DIM], dx[N * DIM], norm[N];
    for (int k = 0; k < N * DIM; k++) {
        x[k] =
            k / DIM == 2 ? 0.0f : (float)rg_random_normal(1, RG_STREAM_TEST, (uint64_t)k);
        w[k] = (float)rg_random_normal(2, RG_STREAM_TEST, (uint64_t)k);
    }
    rg_unit_pick_forward(u, norm, x, NULL, N, DIM, 2);
    rg_unit_pick_backward(dx, w, u, norm, NULL, N, DIM, 2);
    for (int k = 0; k < N * DIM; k++) {
        const int r = k / DIM;
        if (r == 2) {
            CU_ASSERT_EQUAL(dx[k], 0.0f);
            continue;
        }
        double f[2];
        for (int side = 0; side < 2; side++) {
            double dot = 0.0, square = 0.0;
            for (int c = r * DIM; c < (r + 1) * DIM; c++) {
                const double y = (double)x[c] + (c == k ? (side ? -1e-5 : 1e-5) : 0.0);
                dot += y * (double)w[c];
                square += y * y;
            }
            f[side] = dot / sqrt(square);
        }
        CU_ASSERT_DOUBLE_EQUAL(dx[k], (f[0] - f[1]) / 2e-5, 1e-5);
    }
}

static const test_case cases[] = {
    {"by hand", test_unit_pick__by_hand},
    {"not a number", test_unit_pick__not_a_number},
    {"gradient", test_unit_pick__gradient},
};

int test_unit_pick(void)
{
    return TEST_MAIN("unit_pick", cases);
}
