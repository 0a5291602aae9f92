#include "ridge/exact_ridge.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 160 };

/* B by Gauss-Jordan in double over the items with interactions. */
static void reference(double *b, const rg_csr *g, const rg_exact_ridge_options *o)
{
    const int n = (int)g->n_cols;
    double *a = calloc((size_t)(n * n), sizeof *a), mean = 0.0;
    int live = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(a);
    for (int64_t u = 0; u < g->n_rows; u++)
        for (int64_t e = g->offset[u]; e < g->offset[u + 1]; e++)
            for (int64_t f = g->offset[u]; f < g->offset[u + 1]; f++)
                a[g->target[e] * (uint32_t)n + g->target[f]] +=
                    pow((double)rg_csr_degree(g, u), -o->user_power);
    for (int i = 0; i < n; i++) {
        mean += a[i * n + i];
        live += a[i * n + i] > 0.0;
    }
    mean /= live > 0 ? live : 1;
    for (int i = 0; i < n; i++) {
        const double own = a[i * n + i];
        a[i * n + i] += own > 0.0 ? o->lambda * mean * pow(own / mean, o->theta) : 1.0;
    }
    for (int k = 0; k < n; k++) { /* in place inverse */
        const double pivot = a[k * n + k];
        a[k * n + k] = 1.0;
        for (int c = 0; c < n; c++) a[k * n + c] /= pivot;
        for (int r = 0; r < n; r++) {
            const double factor = a[r * n + k];
            if (r == k) continue;
            a[r * n + k] = 0.0;
            for (int c = 0; c < n; c++) a[r * n + c] -= factor * a[k * n + c];
        }
    }
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            b[j * n + i] = i == j ? 0.0 : -a[j * n + i] / a[j * n + j];
    free(a);
}

static void check(const rg_item_attention *a, const double *b, int64_t n, int64_t keep)
{
    CU_ASSERT_EQUAL(a->by_target->n_edges, a->by_history->n_edges);
    for (int64_t j = 0; j < n; j++) {
        double largest = 0.0, least = (double)INFINITY;
        CU_ASSERT_TRUE(rg_csr_degree(a->by_target, j) <= keep);
        for (int64_t i = 0; i < n; i++) largest = fmax(largest, fabs(b[j * n + i]));
        for (int64_t i = 0; i < n; i++) {
            const int64_t e = rg_csr_find(a->by_target, j, (uint32_t)i);
            if (e < 0) continue;
            least = fmin(least, fabs(b[j * n + i]));
            /* Float arithmetic, condition below 1000. */
            CU_ASSERT_DOUBLE_EQUAL(a->by_target->value[e], b[j * n + i], 1e-4 * largest);
        }
        for (int64_t i = 0; i < n; i++) /* what was cut is not above what was kept */
            if (rg_csr_find(a->by_target, j, (uint32_t)i) < 0)
                CU_ASSERT_TRUE(fabs(b[j * n + i]) <= least + 1e-4 * largest);
    }
}

static void run(rg_ridge_method method, int64_t keep, const rg_csr *g)
{
    regatta_ctx *ctx = context_of(2);
    rg_exact_ridge_options o = rg_exact_ridge_defaults();
    o.keep = keep;
    if (method == RG_RIDGE_SPARSE) o.max_bytes = (int64_t)g->n_cols * g->n_cols * 2 - 1;
    double *b = calloc((size_t)(g->n_cols * g->n_cols), sizeof *b);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    rg_item_attention *a = NULL;
    rg_exact_ridge_plan plan;
    reference(b, g, &o);
    CU_ASSERT_EQUAL_FATAL(rg_exact_ridge_build(ctx, &a, &plan, g, &o), REGATTA_OK);
    CU_ASSERT_EQUAL(plan.method, method);
    CU_ASSERT_PTR_NOT_NULL_FATAL(a);
    CU_ASSERT(sound_rows(a->by_target));
    check(a, b, g->n_cols, keep > 0 ? keep : g->n_cols);
    CU_ASSERT_EQUAL(plan.lost > 0.0, keep > 0 && keep < g->n_cols);
    rg_item_attention_free(a);
    free(b);
    regatta_ctx_free(ctx);
}

/* Users with two neighbouring items each: G is a band, so its factor is sparse. */
static rg_csr *chain(regatta_ctx *ctx, int64_t n)
{
    float *dense = calloc((size_t)(n * n), sizeof *dense);
    CU_ASSERT_PTR_NOT_NULL_FATAL(dense);
    for (int64_t u = 0; u + 1 < n; u++) dense[u * n + u] = dense[u * n + u + 1] = 1.0f;
    rg_csr *g = dense_rows(ctx, dense, n, n, 0);
    free(dense);
    return g;
}

static void test_exact_ridge__dense(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *g = random_rows(ctx, 90, 140, 0, 3);
    run(RG_RIDGE_DENSE, MOST, g);
    run(RG_RIDGE_DENSE, 0, g);
    run(RG_RIDGE_DENSE, 12, g);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static void test_exact_ridge__sparse(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *g = chain(ctx, MOST);
    run(RG_RIDGE_SPARSE, 3, g);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

/* Over the limits, empty, or singular: no attention, no error. */
static void test_exact_ridge__declines(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_exact_ridge_options o = rg_exact_ridge_defaults();
    rg_exact_ridge_plan plan;
    rg_item_attention *a = NULL;
    rg_csr *g = random_rows(ctx, 30, 60, 0, 3);
    o.max_bytes = 1000;
    CU_ASSERT_EQUAL(rg_exact_ridge_build(ctx, &a, &plan, g, &o), REGATTA_OK);
    CU_ASSERT_PTR_NULL(a);
    CU_ASSERT_EQUAL(plan.method, RG_RIDGE_NONE);
    o = rg_exact_ridge_defaults();
    o.max_seconds = 0.0;
    CU_ASSERT_EQUAL(rg_exact_ridge_build(ctx, &a, &plan, g, &o), REGATTA_OK);
    CU_ASSERT_PTR_NULL(a);
    rg_csr_free(g);

    o = rg_exact_ridge_defaults();
    const float same[] = {1, 1, 1, 1};
    g = dense_rows(ctx, same, 2, 2, 0);
    o.lambda = 0.0;
    CU_ASSERT_EQUAL(rg_exact_ridge_build(ctx, &a, &plan, g, &o), REGATTA_OK);
    CU_ASSERT_PTR_NULL(a);
    CU_ASSERT_EQUAL(plan.method, RG_RIDGE_NONE);
    rg_csr_free(g);

    CU_ASSERT_EQUAL_FATAL(rg_csr_create(ctx, &g, 3, 0, 0, 0), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_exact_ridge_build(ctx, &a, NULL, g, &o), REGATTA_OK);
    CU_ASSERT_PTR_NULL(a);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

/* An item whose squared weights are 0 in floats has no place in the system, but meets
 * others in G. */
static void test_exact_ridge__squares_that_vanish(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_exact_ridge_options o = rg_exact_ridge_defaults();
    for (int sparse = 0; sparse < 2; sparse++) {
        rg_exact_ridge_plan plan;
        rg_item_attention *a = NULL;
        const float rows[] = {1, 1, 0, 1, 1, 0, 1, 0, 1e-25f, 0, 1, 1e-25f};
        rg_csr *g = dense_rows(ctx, rows, 4, 3, 1);
        if (sparse) o.max_bytes = 7; /* too few for the dense matrix of two places */
        CU_ASSERT_EQUAL(rg_exact_ridge_build(ctx, &a, &plan, g, &o), REGATTA_OK);
        CU_ASSERT_EQUAL(plan.n_items, 2);
        if (a != NULL) {
            CU_ASSERT_EQUAL(rg_csr_degree(a->by_target, 2), 0);
            CU_ASSERT_EQUAL(rg_csr_degree(a->by_target, 0), 1);
        }
        CU_ASSERT_EQUAL(a != NULL, !sparse);
        rg_item_attention_free(a);
        rg_csr_free(g);
    }
    regatta_ctx_free(ctx);
}

static void test_exact_ridge__threads(void)
{
    const int threads[] = {1, 2, 3, 8};
    regatta_ctx *maker = context_of(1);
    rg_csr *input[] = {random_rows(maker, 60, MOST, 1, 9), chain(maker, MOST)};
    for (int which = 0; which < 2; which++) {
        rg_item_attention *first = NULL;
        for (int k = 0; k < 4; k++) {
            regatta_ctx *ctx = context_of(threads[k]);
            rg_exact_ridge_options o = rg_exact_ridge_defaults();
            o.keep = 20;
            if (which == 1) o.max_bytes = MOST * MOST * 2 - 1;
            rg_item_attention *a = NULL;
            CU_ASSERT_EQUAL_FATAL(rg_exact_ridge_build(ctx, &a, NULL, input[which], &o),
                                  REGATTA_OK);
            CU_ASSERT_PTR_NOT_NULL_FATAL(a);
            if (first == NULL) {
                first = a;
            } else {
                CU_ASSERT_TRUE(same_rows(a->by_target, first->by_target));
                rg_item_attention_free(a);
            }
            regatta_ctx_free(ctx);
        }
        rg_item_attention_free(first);
        rg_csr_free(input[which]);
    }
    regatta_ctx_free(maker);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_exact_ridge_options o = rg_exact_ridge_defaults();
    o.keep = 3;
    o.cap = 5;
    const rg_csr *g = arg;
    if (g->n_rows == g->n_cols) o.max_bytes = (int64_t)g->n_cols * g->n_cols * 2 - 1;
    rg_item_attention *a = NULL;
    const regatta_status status = rg_exact_ridge_build(ctx, &a, NULL, g, &o);
    if (status != REGATTA_OK) CU_ASSERT_PTR_NULL(a);
    if (status == REGATTA_OK) CU_ASSERT_PTR_NOT_NULL(a);
    rg_item_attention_free(a);
    return rg_end(ctx, status);
}

static void test_exact_ridge__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *g = random_rows(ctx, 9, 10, 0, 3);
    fault_sweep_memory(attempt, g);
    rg_csr_free(g);
    g = chain(ctx, 80);
    fault_sweep_memory(attempt, g);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

int test_exact_ridge(void)
{
    const test_case cases[] = {
        {"dense", test_exact_ridge__dense},
        {"sparse", test_exact_ridge__sparse},
        {"declines", test_exact_ridge__declines},
        {"threads", test_exact_ridge__threads},
        {"squares that vanish", test_exact_ridge__squares_that_vanish},
        {"memory", test_exact_ridge__memory},
    };
    return TEST_MAIN("exact_ridge", cases);
}
