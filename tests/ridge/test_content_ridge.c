#include "base/rng.h"
#include "ridge/content/content_ridge.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { U = 40, N = 15, R = 5 };

static void draw(float *z)
{
    for (int k = 0; k < N * R; k++)
        z[k] = (float)rg_random_normal(5, RG_STREAM_TEST, (uint64_t)k);
}

/* Writes Z'GZ and Z'DZ from their definitions. */
static void moments(double gram[R][R], double own[R][R], const float *z,
                    const rg_csr *rows)
{
    memset(gram, 0, R * sizeof gram[0]);
    memset(own, 0, R * sizeof own[0]);
    for (int64_t u = 0; u < rows->n_rows; u++) {
        double sum[R] = {0.0}, n = 0.0;
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
            const double r = rows->value != NULL ? (double)rows->value[e] : 1.0;
            n += r;
            for (int k = 0; k < R; k++)
                sum[k] += r * (double)z[rows->target[e] * R + (uint32_t)k];
        }
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
            const double r = rows->value != NULL ? (double)rows->value[e] : 1.0;
            const float *x = z + rows->target[e] * R;
            for (int a = 0; a < R; a++)
                for (int b = 0; b < R; b++)
                    own[a][b] += r * r * (double)x[a] * (double)x[b] / n;
        }
        for (int a = 0; a < R && n > 0.0; a++)
            for (int b = 0; b < R; b++) gram[a][b] += sum[a] * sum[b] / n;
    }
}

/* (Z'GZ + lambda I) W = Z'GZ - Z'DZ. */
static void test_content_ridge__equations(void)
{
    regatta_ctx *ctx = context_of(2);
    float z[N * R], w[R * R];
    double gram[R][R], own[R][R];
    draw(z);
    for (int with_value = 0; with_value < 2; with_value++) {
        rg_csr *rows = random_rows(ctx, U, N, with_value, 3);
        double trace = 0.0;
        CU_ASSERT_EQUAL_FATAL(rg_content_ridge(ctx, w, z, R, rows), REGATTA_OK);
        moments(gram, own, z, rows);
        for (int k = 0; k < R; k++) trace += gram[k][k];
        for (int a = 0; a < R; a++)
            for (int b = 0; b < R; b++) {
                double left = 0.1 * trace / R * (double)w[a * R + b];
                for (int k = 0; k < R; k++) left += gram[a][k] * (double)w[k * R + b];
                CU_ASSERT_DOUBLE_EQUAL(left, gram[a][b] - own[a][b], 1e-4 * trace);
            }
        rg_csr_free(rows);
    }
    regatta_ctx_free(ctx);
}

static void test_content_ridge__no_interaction(void)
{
    regatta_ctx *ctx = context_of(1);
    float z[N * R], w[R * R];
    rg_csr *rows = NULL;
    draw(z);
    memset(w, 0x7f, sizeof w);
    CU_ASSERT_EQUAL_FATAL(rg_csr_create(ctx, &rows, U, N, 0, 0), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_content_ridge(ctx, w, z, R, rows), REGATTA_OK);
    for (int k = 0; k < R * R; k++) CU_ASSERT_EQUAL(w[k], 0.0f);
    rg_csr_free(rows);
    regatta_ctx_free(ctx);
}

static void test_content_ridge__threads(void)
{
    regatta_ctx *one = context_of(1), *three = context_of(3);
    rg_csr *rows = random_rows(one, U, N, 1, 3);
    float z[N * R], a[R * R], b[R * R];
    draw(z);
    CU_ASSERT_EQUAL_FATAL(rg_content_ridge(one, a, z, R, rows), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_content_ridge(three, b, z, R, rows), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(a, b, sizeof a), 0);
    rg_csr_free(rows);
    regatta_ctx_free(one);
    regatta_ctx_free(three);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    float z[N * R], w[R * R];
    draw(z);
    rg_begin(ctx);
    return rg_end(ctx, rg_content_ridge(ctx, w, z, R, arg));
}

static void test_content_ridge__no_memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *rows = random_rows(ctx, U, N, 1, 3);
    fault_sweep_memory(attempt, rows);
    rg_csr_free(rows);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"equations", test_content_ridge__equations},
    {"no interaction", test_content_ridge__no_interaction},
    {"threads", test_content_ridge__threads},
    {"no memory", test_content_ridge__no_memory},
};

int test_content_ridge(void)
{
    return TEST_MAIN("content_ridge", cases);
}
