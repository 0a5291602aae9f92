#include "fit/calibration/pav.h"
#include "support/suite.h"
#include <math.h>

enum { N = 9 };

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* The level of cell k by the formula of minima and maxima: max over a <= k of the min
 * over b >= k of the mean of a..b. */
static double level_of(const double *weight, const double *value, int k)
{
    double best = -(double)INFINITY;
    for (int a = 0; a <= k; a++) {
        double least = (double)INFINITY, w = 0.0, v = 0.0;
        for (int c = a; c < N; c++) {
            w += weight[c];
            v += value[c];
            if (c >= k) least = fmin(least, v / w);
        }
        best = fmax(best, least);
    }
    return best;
}

static void test_pav__hand(void)
{
    rg_pav_cell cell[] = {{1, 0, 1}, {2, 2, 4}, {1, 0, 3}, {1, 1, 4}};
    CU_ASSERT_EQUAL(rg_pav(cell, 4), 3);
    CU_ASSERT_EQUAL(cell[1].weight, 3.0);
    CU_ASSERT_EQUAL(cell[1].value, 2.0);
    CU_ASSERT_EQUAL(cell[1].place, 7.0);
    CU_ASSERT_EQUAL(rg_pav(cell, 0), 0);
    rg_pav_cell falls[] = {{1, 3, 1}, {1, 2, 2}, {1, 1, 3}};
    CU_ASSERT_EQUAL(rg_pav(falls, 3), 1);
    CU_ASSERT_EQUAL(falls[0].value, 6.0);
}

static void test_pav__levels_are_those_of_the_formula(void)
{
    uint64_t state = 3;
    for (int round = 0; round < 200; round++) {
        rg_pav_cell cell[N];
        double weight[N], value[N];
        for (int k = 0; k < N; k++) {
            weight[k] = (double)(1 + next(&state) % 4);
            value[k] = weight[k] * (double)(next(&state) % 8);
            cell[k] = (rg_pav_cell){weight[k], value[k], 0.0};
        }
        const int64_t n = rg_pav(cell, N);
        int at = 0;
        double left = cell[0].weight;
        for (int k = 0; k < N; k++) {
            CU_ASSERT_DOUBLE_EQUAL(cell[at].value / cell[at].weight,
                                   level_of(weight, value, k), 1e-12);
            left -= weight[k];
            if (left == 0.0 && ++at < n) left = cell[at].weight;
        }
        CU_ASSERT_EQUAL(at, n);
        for (int64_t k = 1; k < n; k++)
            CU_ASSERT(cell[k].value / cell[k].weight >
                      cell[k - 1].value / cell[k - 1].weight);
    }
}

static const test_case cases[] = {
    {"hand", test_pav__hand},
    {"levels are those of the formula", test_pav__levels_are_those_of_the_formula},
};

int test_pav(void)
{
    return TEST_MAIN("pav", cases);
}
