#include "base/rng.h"
#include "ridge/item_attention.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

static double gram[MOST][MOST];

static void dense_gram(const rg_csr *g, double power)
{
    memset(gram, 0, sizeof gram);
    for (int64_t u = 0; u < g->n_rows; u++)
        for (int64_t e = g->offset[u]; e < g->offset[u + 1]; e++)
            for (int64_t f = g->offset[u]; f < g->offset[u + 1]; f++)
                gram[g->target[e]][g->target[f]] +=
                    pow((double)rg_csr_degree(g, u), -power) *
                    (g->value != NULL ? (double)g->value[e] * (double)g->value[f] : 1.0);
}

/* x of a x = b for n unknowns by Cholesky, in place: b becomes x. */
static void cholesky_solve(double *a, double *b, int n)
{
    for (int j = 0; j < n; j++) {
        for (int k = 0; k < j; k++)
            for (int i = j; i < n; i++) a[i * n + j] -= a[i * n + k] * a[j * n + k];
        const double root = sqrt(a[j * n + j]);
        for (int i = j; i < n; i++) a[i * n + j] /= root;
    }
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++) b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++) b[i] -= a[k * n + i] * b[k];
        b[i] /= a[i * n + i];
    }
}

/* The slow obvious local ridge of candidate j; want[i] = w_ij. */
static void reference(double *want, const rg_csr *g, int64_t j,
                      const rg_item_attention_options *o)
{
    const int n_items = (int)g->n_cols;
    double degree[MOST] = {0}, mean = 0.0, best[MOST];
    int chosen[MOST], m = 0, live = 0;
    for (int64_t e = 0; e < g->n_edges; e++) degree[g->target[e]] += 1.0;
    for (int i = 0; i < n_items; i++) {
        mean += gram[i][i];
        live += gram[i][i] > 0.0;
        best[i] = i == j || degree[i] == 0.0 ? 0.0 : gram[i][j] / sqrt(degree[i]);
        want[i] = 0.0;
    }
    mean /= live;
    while (m < o->neighbours) {
        int top = 0;
        for (int i = 1; i < n_items; i++)
            if (best[i] > best[top] * (1.0 + 1e-6)) top = i;
        if (best[top] <= 0.0) break;
        best[top] = 0.0;
        chosen[m++] = top;
    }
    double a[MOST * MOST], b[MOST];
    for (int r = 0; r < m; r++) {
        for (int c = 0; c < m; c++) a[r * m + c] = gram[chosen[r]][chosen[c]];
        const double own = gram[chosen[r]][chosen[r]];
        a[r * m + r] += o->lambda * mean * pow(own / mean, o->theta);
        b[r] = gram[chosen[r]][j];
    }
    cholesky_solve(a, b, m);
    for (int r = 0; r < m; r++) want[chosen[r]] = b[r];
}

static void check_against_reference(regatta_ctx *ctx, const rg_csr *g,
                                    const rg_item_attention_options *o)
{
    rg_item_attention *a = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(ctx, &a, g, o), REGATTA_OK);
    CU_ASSERT(sound_rows(a->by_target));
    CU_ASSERT(sound_rows(a->by_history));
    dense_gram(g, o->user_power);
    for (int64_t j = 0; j < g->n_cols; j++) {
        double want[MOST], norm = 0.0;
        reference(want, g, j, o);
        for (int64_t i = 0; i < g->n_cols; i++) norm = fmax(norm, fabs(want[i]));
        for (int64_t i = 0; i < g->n_cols; i++) {
            const int64_t e = rg_csr_find(a->by_target, j, (uint32_t)i);
            const int64_t f = rg_csr_find(a->by_history, i, (uint32_t)j);
            CU_ASSERT_EQUAL(e >= 0, f >= 0);
            const double w = e >= 0 ? (double)a->by_target->value[e] : 0.0;
            if (f >= 0) CU_ASSERT_EQUAL(a->by_history->value[f], (float)w);
            /* Float arithmetic on a system of condition below 100. */
            CU_ASSERT_DOUBLE_EQUAL(w, want[i], 2e-5 * norm);
        }
    }
    rg_item_attention_free(a);
}

static rg_item_attention_options exact_options(void)
{
    rg_item_attention_options o = rg_item_attention_defaults();
    o.steps = 60;
    o.tolerance = 1e-6f;
    return o;
}

/* Two users {0, 1}: G is all 2^(1-a), so with a = 0, lambda = 1, theta = 0 the system of
 * item 0 is (2 + 2) w = 2. */
static void test_item_attention__hand(void)
{
    regatta_ctx *ctx = context_of(1);
    const float r[] = {1, 1, 0, 1, 1, 0};
    rg_csr *g = dense_rows(ctx, r, 2, 3, 0);
    rg_item_attention_options o = exact_options();
    o.user_power = 0.0;
    o.lambda = 1.0;
    o.theta = 0.0;
    o.candidate_power = 1.0;
    rg_item_attention *a = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(ctx, &a, g, &o), REGATTA_OK);
    CU_ASSERT_EQUAL(a->by_target->n_edges, 2);
    CU_ASSERT_DOUBLE_EQUAL(a->by_target->value[0], 0.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(a->by_target->value[1], 0.5, 1e-6);
    CU_ASSERT_EQUAL(rg_csr_degree(a->by_target, 2), 0);
    CU_ASSERT_EQUAL(a->scale[0], 0.5f);
    CU_ASSERT_EQUAL(a->scale[2], 1.0f);
    CU_ASSERT_EQUAL(a->degree[1], 2.0f);
    rg_item_attention_set_power(a, 2.0);
    CU_ASSERT_EQUAL(a->scale[0], 0.25f);
    rg_item_attention_free(a);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static void test_item_attention__edges(void)
{
    regatta_ctx *ctx = context_of(2);
    const rg_item_attention_options o = exact_options();
    const int64_t shape[][2] = {{0, 0}, {0, 3}, {3, 0}, {1, 1}, {1, 5}, {5, 1}};
    for (int k = 0; k < 6; k++) {
        const float ones[] = {1, 1, 1, 1, 1};
        rg_csr *g = dense_rows(ctx, ones, shape[k][0], shape[k][1], 0);
        rg_item_attention *a = NULL;
        CU_ASSERT_EQUAL(rg_item_attention_build(ctx, &a, g, &o), REGATTA_OK);
        CU_ASSERT_EQUAL(a->by_target->n_edges, k == 4 ? 20 : 0);
        rg_item_attention_free(a);
        rg_csr_free(g);
    }
    regatta_ctx_free(ctx);
}

/* Items with the same users: without a ridge the system is singular, and ends anyway. */
static void test_item_attention__singular(void)
{
    regatta_ctx *ctx = context_of(1);
    float r[8 * 6];
    for (int k = 0; k < 48; k++) r[k] = 1.0f;
    rg_csr *g = dense_rows(ctx, r, 8, 6, 0);
    rg_item_attention_options o = exact_options();
    for (int with_ridge = 0; with_ridge < 2; with_ridge++) {
        o.lambda = with_ridge ? 1e-6 : 0.0;
        rg_item_attention *a = NULL;
        CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(ctx, &a, g, &o), REGATTA_OK);
        CU_ASSERT(sound_rows(a->by_target));
        double sum = 0.0;
        for (int64_t e = 0; e < 5; e++) sum += (double)a->by_target->value[e];
        CU_ASSERT_DOUBLE_EQUAL(sum, 1.0, 1e-4); /* any split among equals solves it */
        rg_item_attention_free(a);
    }
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

/* All of G in the table, some of it, none: three ways to gather, one result. */
static void test_item_attention__reference(void)
{
    regatta_ctx *ctx = context_of(2);
    const int64_t table[] = {1 << 20, 15 * 15 * 4 + 8, 0};
    for (int with_value = 0; with_value < 2; with_value++) {
        rg_csr *g = random_rows(ctx, 50, 40, with_value, 11);
        for (int k = 0; k < 3; k++) {
            rg_item_attention_options o = exact_options();
            o.table_bytes = table[k];
            o.neighbours = 20;
            check_against_reference(ctx, g, &o);
            o.neighbours = 100; /* more than there are */
            o.user_power = 0.0;
            o.theta = 0.25;
            check_against_reference(ctx, g, &o);
        }
        rg_csr_free(g);
    }
    regatta_ctx_free(ctx);
}

static void test_item_attention__threads(void)
{
    const int threads[] = {1, 2, 3, 8};
    rg_item_attention *first = NULL;
    regatta_ctx *maker = context_of(1);
    rg_csr *g = random_rows(maker, 150, 120, 1, 13);
    for (int k = 0; k < 4; k++) {
        regatta_ctx *ctx = context_of(threads[k]);
        rg_item_attention_options o = rg_item_attention_defaults();
        o.neighbours = 30;
        o.cap = 40;
        o.table_bytes = 50 * 50 * 4;
        rg_item_attention *a = NULL;
        CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(ctx, &a, g, &o), REGATTA_OK);
        if (first == NULL) {
            first = a;
        } else {
            CU_ASSERT_TRUE(same_rows(a->by_target, first->by_target));
            CU_ASSERT_TRUE(same_rows(a->by_history, first->by_history));
            rg_item_attention_free(a);
        }
        regatta_ctx_free(ctx);
    }
    rg_item_attention_free(first);
    rg_csr_free(g);
    regatta_ctx_free(maker);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_item_attention_options o = rg_item_attention_defaults();
    o.cap = 5;
    o.table_bytes = 4 * 4 * 4;
    rg_item_attention *a = NULL;
    const regatta_status status = rg_item_attention_build(ctx, &a, arg, &o);
    if (status != REGATTA_OK) CU_ASSERT_PTR_NULL(a);
    rg_item_attention_free(a);
    return rg_end(ctx, status);
}

/* Over all neighbours that the build chose, the solution is that of the build, bit for
 * bit. */
static void test_item_attention__solve(void)
{
    for (int threads = 1; threads <= 3; threads++) {
        regatta_ctx *ctx = context_of(threads);
        rg_csr *g = random_rows(ctx, 40, 30, 0, 5);
        rg_item_attention_options o = rg_item_attention_defaults();
        rg_item_attention *a = NULL;
        rg_cooccurrence *co = NULL;
        o.neighbours = 6;
        CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(ctx, &a, g, &o), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(rg_item_attention_gram(ctx, &co, g, &o), REGATTA_OK);
        const size_t n = (size_t)a->by_target->n_edges * sizeof(float);
        float *want = malloc(n);
        memcpy(want, a->by_target->value, n);
        memset(a->by_target->value, 0, n);
        CU_ASSERT_EQUAL(rg_item_attention_solve(ctx, a->by_target, co, &o), REGATTA_OK);
        CU_ASSERT(n > 0 && memcmp(want, a->by_target->value, n) == 0);
        free(want);
        rg_cooccurrence_free(co);
        rg_item_attention_free(a);
        rg_csr_free(g);
        regatta_ctx_free(ctx);
    }
}

static void test_item_attention__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *g = random_rows(ctx, 12, 10, 0, 17);
    fault_sweep_memory(attempt, g);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

int test_item_attention(void)
{
    const test_case cases[] = {
        {"hand", test_item_attention__hand},
        {"edges", test_item_attention__edges},
        {"singular", test_item_attention__singular},
        {"reference", test_item_attention__reference},
        {"threads", test_item_attention__threads},
        {"solve", test_item_attention__solve},
        {"memory", test_item_attention__memory},
    };
    return TEST_MAIN("item_attention", cases);
}
