#include "base/rng.h"
#include "linalg/cholmod_door.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A ring with chords, diagonally dominant. */
typedef struct ring {
    rg_csr *off;
    double *diagonal;
    int64_t n;
} ring;

static ring make_ring(regatta_ctx *ctx, int64_t n)
{
    ring r = {.n = n};
    float *dense = calloc((size_t)(n * n) + 1, sizeof *dense);
    r.diagonal = calloc((size_t)n + 1, sizeof *r.diagonal);
    CU_ASSERT_PTR_NOT_NULL_FATAL(dense);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r.diagonal);
    for (int64_t i = 0; i < n; i++) {
        r.diagonal[i] = 7.0 + (double)(i % 3);
        const int64_t other[] = {(i + 1) % n, (i * i + 3) % n};
        for (int k = 0; k < 2; k++) {
            if (other[k] == i) continue;
            const float v = 0.5f + (float)((i + other[k]) % 2);
            dense[i * n + other[k]] = dense[other[k] * n + i] = v;
        }
    }
    r.off = dense_rows(ctx, dense, n, n, 1);
    free(dense);
    return r;
}

static void free_ring(ring *r)
{
    rg_csr_free(r->off);
    free(r->diagonal);
}

static double residual(const ring *r, const float *x, const float *b, int64_t columns)
{
    double worst = 0.0;
    for (int64_t i = 0; i < r->n; i++)
        for (int64_t c = 0; c < columns; c++) {
            double sum = r->diagonal[i] * (double)x[i * columns + c];
            for (int64_t e = r->off->offset[i]; e < r->off->offset[i + 1]; e++)
                sum += (double)r->off->value[e] *
                       (double)x[(int64_t)r->off->target[e] * columns + c];
            worst = fmax(worst, fabs(sum - (double)b[i * columns + c]));
        }
    return worst;
}

static void test_cholmod_door__hand(void)
{
    regatta_ctx *ctx = context_of(1);
    const float off[] = {0, 1, 1, 0};
    const double diagonal[] = {2, 2};
    float x[] = {3, 1, 3, 0}; /* two right-hand sides: (3, 3) and (1, 0) */
    rg_csr *g = dense_rows(ctx, off, 2, 2, 0);
    CU_ASSERT_EQUAL(rg_cholmod_solve(ctx, x, 2, g, diagonal), REGATTA_OK);
    CU_ASSERT_DOUBLE_EQUAL(x[0], 1.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(x[2], 1.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(x[1], 2.0 / 3.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(x[3], -1.0 / 3.0, 1e-6);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static void test_cholmod_door__edges(void)
{
    regatta_ctx *ctx = context_of(2);
    const int64_t sizes[] = {0, 1, 2, 60};
    const int64_t columns[] = {0, 1, 8, 19};
    for (int k = 0; k < 4; k++) {
        ring r = make_ring(ctx, sizes[k]);
        for (int c = 0; c < 4; c++) {
            float x[60 * 19], b[60 * 19];
            const int64_t n = sizes[k] * columns[c];
            for (int64_t i = 0; i < n; i++)
                x[i] = b[i] = (float)rg_random_normal(3, RG_STREAM_TEST, (uint64_t)i);
            CU_ASSERT_EQUAL(rg_cholmod_solve(ctx, x, columns[c], r.off, r.diagonal),
                            REGATTA_OK);
            CU_ASSERT_TRUE(residual(&r, x, b, columns[c]) < 1e-5);
        }
        free_ring(&r);
    }
    regatta_ctx_free(ctx);
}

static void test_cholmod_door__estimate(void)
{
    regatta_ctx *ctx = context_of(1);
    ring r = make_ring(ctx, 60);
    rg_cholmod *c = NULL;
    rg_sparse_factor *f = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_cholmod_analyze(ctx, &c, r.off, r.diagonal), REGATTA_OK);
    const rg_cholmod_estimate *e = rg_cholmod_estimate_of(c);
    CU_ASSERT_TRUE(e->flops > 0.0 && e->bytes > 0 && e->ordering != NULL);
    CU_ASSERT_EQUAL_FATAL(rg_cholmod_factorize(ctx, &f, c), REGATTA_OK);
    CU_ASSERT_EQUAL(e->entries, f->n_entries); /* what was promised */
    rg_sparse_factor_free(f);
    rg_cholmod_free(c);
    free_ring(&r);
    regatta_ctx_free(ctx);
}

static void test_cholmod_door__singular(void)
{
    regatta_ctx *ctx = context_of(1);
    const float off[] = {0, 1, 1, 0};
    const double singular[] = {1, 1}, indefinite[] = {1, -1};
    rg_csr *g = dense_rows(ctx, off, 2, 2, 1);
    float x[] = {1, 2};
    CU_ASSERT_EQUAL(rg_cholmod_solve(ctx, x, 1, g, singular), REGATTA_ENUMERIC);
    CU_ASSERT_EQUAL(rg_cholmod_solve(ctx, x, 1, g, indefinite), REGATTA_ENUMERIC);
    CU_ASSERT_EQUAL(x[0], 1.0f);
    CU_ASSERT_EQUAL(x[1], 2.0f);
    CU_ASSERT_NOT_EQUAL(strlen(regatta_last_error(ctx)), 0);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static void test_cholmod_door__threads(void)
{
    const int threads[] = {1, 2, 3, 8};
    float first[60 * 19];
    for (int k = 0; k < 4; k++) {
        regatta_ctx *ctx = context_of(threads[k]);
        ring r = make_ring(ctx, 60);
        float x[60 * 19];
        for (uint64_t i = 0; i < 60 * 19; i++)
            x[i] = (float)rg_random_normal(4, RG_STREAM_TEST, i);
        CU_ASSERT_EQUAL(rg_cholmod_solve(ctx, x, 19, r.off, r.diagonal), REGATTA_OK);
        if (k == 0) memcpy(first, x, sizeof x);
        CU_ASSERT_EQUAL(memcmp(first, x, sizeof x), 0);
        free_ring(&r);
        regatta_ctx_free(ctx);
    }
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const ring *r = arg;
    float x[10] = {1, 2, 3};
    return rg_end(ctx, rg_cholmod_solve(ctx, x, 1, r->off, r->diagonal));
}

static void test_cholmod_door__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    ring r = make_ring(ctx, 10);
    fault_sweep_memory(attempt, &r);
    free_ring(&r);
    regatta_ctx_free(ctx);
}

int test_cholmod_door(void)
{
    const test_case cases[] = {
        {"hand", test_cholmod_door__hand},
        {"edges", test_cholmod_door__edges},
        {"estimate", test_cholmod_door__estimate},
        {"singular", test_cholmod_door__singular},
        {"threads", test_cholmod_door__threads},
        {"memory", test_cholmod_door__memory},
    };
    return TEST_MAIN("cholmod_door", cases);
}
