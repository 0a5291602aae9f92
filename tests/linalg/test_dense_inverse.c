#include "base/rng.h"
#include "linalg/dense_inverse.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Unit diagonal, off-diagonal entries small enough to be positive definite. */
static double entry(int64_t n, int64_t r, int64_t c)
{
    const uint64_t low = (uint64_t)(r < c ? r : c), high = (uint64_t)(r < c ? c : r);
    if (r == c) return 1.0;
    return (2.0 * rg_random_unit(5, RG_STREAM_TEST, low * 10000 + high) - 1.0) * 0.7 /
           sqrt((double)n);
}

static rg_sym *fill(regatta_ctx *ctx, int64_t n)
{
    rg_sym *s = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_sym_create(ctx, &s, n), REGATTA_OK);
    for (int64_t r = 0; r < n; r++)
        for (int64_t c = 0; c < n && c / RG_SYM_WIDTH <= r / RG_SYM_WIDTH; c++)
            *rg_sym_at(s, r, c) = (float)entry(n, r, c);
    return s;
}

static void test_dense_inverse__hand(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_sym *s = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_sym_create(ctx, &s, 2), REGATTA_OK);
    *rg_sym_at(s, 1, 0) = *rg_sym_at(s, 0, 1) = 0.6f;
    CU_ASSERT_EQUAL(rg_sym_invert(ctx, s), REGATTA_OK);
    float row[2];
    rg_sym_row(row, s, 0);
    CU_ASSERT_DOUBLE_EQUAL(row[0], 1.0 / 0.64, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(row[1], -0.6 / 0.64, 1e-6);
    rg_sym_free(s);
    regatta_ctx_free(ctx);
}

static void test_dense_inverse__sizes(void)
{
    const int64_t sizes[] = {0, 1, RG_SYM_WIDTH, RG_SYM_WIDTH + 1, 300};
    regatta_ctx *ctx = context_of(2);
    for (int k = 0; k < 5; k++) {
        const int64_t n = sizes[k];
        rg_sym *s = fill(ctx, n);
        float *row = calloc((size_t)n + 1, sizeof *row);
        CU_ASSERT_PTR_NOT_NULL_FATAL(row);
        CU_ASSERT_EQUAL(rg_sym_invert(ctx, s), REGATTA_OK);
        double worst = 0.0; /* of |A A^-1 - I| */
        for (int64_t r = 0; r < n; r++) {
            rg_sym_row(row, s, r);
            for (int64_t c = 0; c < n; c += 7) {
                double sum = c == r ? -1.0 : 0.0;
                for (int64_t i = 0; i < n; i++) sum += (double)row[i] * entry(n, i, c);
                worst = fmax(worst, fabs(sum));
            }
        }
        /* Condition about 100 in float. */
        CU_ASSERT_TRUE(worst < 1e-4);
        free(row);
        rg_sym_free(s);
    }
    regatta_ctx_free(ctx);
}

static void test_dense_inverse__singular(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_sym *s = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_sym_create(ctx, &s, 3), REGATTA_OK);
    *rg_sym_at(s, 1, 0) = *rg_sym_at(s, 0, 1) = 1.0f;
    CU_ASSERT_EQUAL(rg_sym_invert(ctx, s), REGATTA_ENUMERIC);
    rg_sym_free(s);
    regatta_ctx_free(ctx);
}

static void test_dense_inverse__threads(void)
{
    const int threads[] = {1, 2, 3, 8};
    rg_sym *first = NULL;
    for (int k = 0; k < 4; k++) {
        regatta_ctx *ctx = context_of(threads[k]);
        rg_sym *s = fill(ctx, 290);
        CU_ASSERT_EQUAL(rg_sym_invert(ctx, s), REGATTA_OK);
        if (first == NULL) {
            first = s;
        } else {
            CU_ASSERT_EQUAL(memcmp(s->arena, first->arena, (size_t)rg_sym_bytes(290)), 0);
            rg_sym_free(s);
        }
        regatta_ctx_free(ctx);
    }
    rg_sym_free(first);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    (void)arg;
    rg_sym *s = NULL;
    regatta_status status = rg_sym_create(ctx, &s, 5);
    if (status == REGATTA_OK) status = rg_sym_invert(ctx, s);
    rg_sym_free(s);
    return rg_end(ctx, status);
}

static void test_dense_inverse__memory(void)
{
    fault_sweep_memory(attempt, NULL);
}

int test_dense_inverse(void)
{
    const test_case cases[] = {
        {"hand", test_dense_inverse__hand},
        {"sizes", test_dense_inverse__sizes},
        {"singular", test_dense_inverse__singular},
        {"threads", test_dense_inverse__threads},
        {"memory", test_dense_inverse__memory},
    };
    return TEST_MAIN("dense_inverse", cases);
}
