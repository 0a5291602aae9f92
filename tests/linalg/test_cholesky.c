#include "base/rng.h"
#include "linalg/cholesky.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { N = 12 };

/* g = x' x of x[2 N][n], whose columns are normal; column `copied` is that of `from`. */
static void gram_of(double *g, int n, int copied, int from)
{
    double x[2 * N][N];
    for (int r = 0; r < 2 * N; r++) {
        for (int c = 0; c < n; c++)
            x[r][c] = rg_random_normal(3, RG_STREAM_TEST, (uint64_t)(r * N + c));
        if (copied >= 0) x[r][copied] = x[r][from];
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            g[i * n + j] = 0.0;
            for (int r = 0; r < 2 * N; r++) g[i * n + j] += x[r][i] * x[r][j];
        }
}

/* [4 2; 2 5] = L L' with L = [2 0; 1 2]. */
static void test_cholesky__hand(void)
{
    double a[] = {4.0, -77.0, 2.0, 5.0}, x[] = {8.0, 11.0};
    CU_ASSERT_EQUAL(rg_cholesky(a, 2, 0.0), 2);
    CU_ASSERT(a[0] == 2.0 && a[2] == 1.0 && a[3] == 2.0);
    CU_ASSERT_EQUAL(a[1], -77.0); /* above the diagonal */
    rg_cholesky_solve(x, a, 2);
    CU_ASSERT_DOUBLE_EQUAL(4.0 * x[0] + 2.0 * x[1], 8.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(2.0 * x[0] + 5.0 * x[1], 11.0, 1e-12);
    CU_ASSERT_EQUAL(rg_cholesky(a, 0, 0.0), 0);
}

static void test_cholesky__factor_and_solve(void)
{
    double g[N * N], l[N * N], x[N];
    for (int n = 1; n <= N; n++) {
        gram_of(g, n, -1, 0);
        memcpy(l, g, sizeof g);
        CU_ASSERT_EQUAL(rg_cholesky(l, n, 1e-9), n);
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++) {
                double sum = 0.0;
                for (int k = 0; k <= j; k++) sum += l[i * n + k] * l[j * n + k];
                CU_ASSERT_DOUBLE_EQUAL(sum, g[i * n + j], 1e-11);
            }
        for (int i = 0; i < n; i++) x[i] = 1.0 + i;
        rg_cholesky_solve(x, l, n);
        for (int i = 0; i < n; i++) {
            double sum = 0.0;
            for (int j = 0; j < n; j++) sum += g[i * n + j] * x[j];
            CU_ASSERT_DOUBLE_EQUAL(sum, 1.0 + i, 1e-9);
        }
    }
}

/* A dependent row is zero and counts for nothing; so does one that is not a number. */
static void test_cholesky__dependent(void)
{
    double g[N * N];
    gram_of(g, N, 7, 2);
    CU_ASSERT_EQUAL(rg_cholesky(g, N, 1e-9), N - 1);
    for (int k = 0; k <= 7; k++) CU_ASSERT_EQUAL(g[7 * N + k], 0.0);
    for (int i = 8; i < N; i++) CU_ASSERT(isfinite(g[i * N + i]) && g[i * N + i] > 0.0);
    double negative[] = {-1.0}, nan[] = {(double)NAN};
    CU_ASSERT_EQUAL(rg_cholesky(negative, 1, 0.0), 0);
    CU_ASSERT_EQUAL(rg_cholesky(nan, 1, 0.0), 0);
    CU_ASSERT_EQUAL(nan[0], 0.0);
}

int test_cholesky(void)
{
    static const test_case cases[] = {
        {"hand", test_cholesky__hand},
        {"factor and solve", test_cholesky__factor_and_solve},
        {"dependent", test_cholesky__dependent},
    };
    return TEST_MAIN("cholesky", cases);
}
