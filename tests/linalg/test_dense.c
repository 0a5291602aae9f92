#include "base/rng.h"
#include "linalg/dense.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 601, DIM = 12 }; /* neither fills whole blocks */

static float *random_floats(int64_t n, uint64_t seed)
{
    float *x = calloc((size_t)n, sizeof *x);
    for (int64_t k = 0; k < n; k++)
        x[k] = (float)rg_random_normal(seed, RG_STREAM_TEST, (uint64_t)k);
    return x;
}

static void test_dense__by_hand(void)
{
    const float x[4] = {1.0f, 2.0f, 3.0f, 4.0f}, w[4] = {1.0f, 10.0f, 100.0f, 0.0f};
    float out[4], dx[4] = {1.0f, 1.0f, 1.0f, 1.0f}, dw[4] = {0.0f}, scratch[4];
    rg_dense_forward(out, x, w, 2, 2, 1);
    CU_ASSERT(out[0] == 201.0f && out[1] == 10.0f && out[2] == 403.0f && out[3] == 30.0f);
    rg_dense_backward_input(dx, scratch, x, w, 1, 2, 2, 1);
    CU_ASSERT(dx[0] == 22.0f && dx[1] == 101.0f && dx[2] == 44.0f && dx[3] == 301.0f);
    rg_dense_backward_input(dx, scratch, x, w, 0, 2, 2, 1);
    CU_ASSERT(dx[0] == 21.0f && dx[3] == 300.0f);
    rg_dense_backward_weight(dw, x, x, 2, 2, 1);
    rg_dense_backward_weight(dw, x, x, 2, 2, 1); /* adds */
    CU_ASSERT(dw[0] == 20.0f && dw[1] == 28.0f && dw[2] == 28.0f && dw[3] == 40.0f);
}

/* 601 products near 1 in float against double: 1e-4 is ten times their rounding. */
static void test_dense__against_double(void)
{
    float *x = random_floats(N * DIM, 1), *y = random_floats(N * DIM, 2);
    float *dw = calloc(DIM * DIM, sizeof *dw);
    double part[3 * DIM];
    CU_ASSERT_EQUAL_FATAL(rg_column_dots_doubles(N, DIM), 2 * DIM);
    rg_dense_backward_weight(dw, x, y, N, DIM, 2);
    rg_column_dots(part, x, y, N, DIM, DIM, 2);
    for (int64_t r = 0; r < DIM; r++) {
        for (int64_t c = 0; c < DIM; c++) {
            double sum = 0.0;
            for (int64_t v = 0; v < N; v++)
                sum += (double)x[v * DIM + r] * (double)y[v * DIM + c];
            CU_ASSERT(fabs((double)dw[r * DIM + c] - sum) < 1e-4 * fmax(1.0, fabs(sum)));
            if (r == c) CU_ASSERT(fabs(part[c] - sum) < 1e-9);
        }
    }
    free(x);
    free(y);
    free(dw);
}

/* y with one column a head. */
static void test_dense__column_dots_per_head(void)
{
    const float x[8] = {1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f, 7.0f, 8.0f};
    const float y[4] = {1.0f, 10.0f, 2.0f, 0.0f};
    double part[8];
    rg_column_dots(part, x, y, 2, 4, 2, 1);
    CU_ASSERT(part[0] == 11.0 && part[1] == 14.0 && part[2] == 30.0 && part[3] == 40.0);
}

static void test_dense__same_bits_at_any_thread_count(void)
{
    const int threads[3] = {2, 3, 8};
    float *x = random_floats(N * DIM, 1), *y = random_floats(N * DIM, 2);
    float one[DIM * DIM] = {0.0f}, many[DIM * DIM];
    rg_dense_backward_weight(one, x, y, N, DIM, 1);
    for (int k = 0; k < 3; k++) {
        memset(many, 0, sizeof many);
        rg_dense_backward_weight(many, x, y, N, DIM, threads[k]);
        CU_ASSERT_EQUAL(memcmp(one, many, sizeof one), 0);
    }
    free(x);
    free(y);
}

static const test_case cases[] = {
    {"by_hand", test_dense__by_hand},
    {"against_double", test_dense__against_double},
    {"column_dots_per_head", test_dense__column_dots_per_head},
    {"same_bits", test_dense__same_bits_at_any_thread_count},
};

int test_dense(void)
{
    return TEST_MAIN("dense", cases);
}
