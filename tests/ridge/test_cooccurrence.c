#include "ridge/cooccurrence.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>

static void one_row(float *acc, const rg_cooccurrence *c, int64_t j)
{
    uint32_t *touched = calloc((size_t)c->n_items + 1, sizeof *touched);
    CU_ASSERT_PTR_NOT_NULL_FATAL(touched);
    for (int64_t i = 0; i < c->n_items; i++) acc[i] = 0.0f;
    const int64_t n = rg_cooccurrence_row(acc, touched, c, j);
    int64_t positive = 0;
    for (int64_t i = 0; i < c->n_items; i++) positive += acc[i] > 0.0f;
    CU_ASSERT_EQUAL(n, positive);
    CU_ASSERT_TRUE(n <= rg_cooccurrence_cost(c, j));
    for (int64_t t = 0; t < n; t++) CU_ASSERT_TRUE(acc[touched[t]] > 0.0f);
    free(touched);
}

static void test_cooccurrence__hand(void)
{
    regatta_ctx *ctx = context_of(1);
    /* Users {0, 1}, {0, 1, 2, 3}, {2}; a = 0.5: weights 1/sqrt 2, 1/2, 1. */
    const float r[] = {1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 0};
    rg_csr *g = dense_rows(ctx, r, 3, 4, 0);
    rg_cooccurrence *c = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_cooccurrence_create(ctx, &c, g, 0.5, 500, 1), REGATTA_OK);
    float acc[4];
    one_row(acc, c, 0);
    CU_ASSERT_DOUBLE_EQUAL(acc[0], sqrt(0.5) + 0.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(acc[1], sqrt(0.5) + 0.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(acc[2], 0.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(c->self[2], 1.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(c->self[3], 0.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(c->mean_self, (2 * (sqrt(0.5) + 0.5) + 2.0) / 4, 1e-6);
    CU_ASSERT_EQUAL(c->degree[0], 2.0f);
    CU_ASSERT_EQUAL(c->n_capped, 0);
    rg_cooccurrence_free(c);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static void test_cooccurrence__empty(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *g = NULL;
    rg_cooccurrence *c = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_csr_create(ctx, &g, 2, 3, 0, 0), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_cooccurrence_create(ctx, &c, g, 0.5, 5, 1), REGATTA_OK);
    float acc[3];
    one_row(acc, c, 1);
    CU_ASSERT_EQUAL(c->mean_self, 0.0);
    rg_cooccurrence_free(c);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static void test_cooccurrence__random(void)
{
    enum { N = 40, M = 25 };
    regatta_ctx *ctx = context_of(1);
    for (int with_value = 0; with_value < 2; with_value++) {
        rg_csr *g = random_rows(ctx, N, M, with_value, 3);
        double want[M][M] = {{0}};
        for (int64_t u = 0; u < N; u++)
            for (int64_t e = g->offset[u]; e < g->offset[u + 1]; e++)
                for (int64_t f = g->offset[u]; f < g->offset[u + 1]; f++)
                    want[g->target[e]][g->target[f]] +=
                        pow((double)rg_csr_degree(g, u), -0.35) *
                        (with_value ? (double)g->value[e] * (double)g->value[f] : 1.0);
        rg_cooccurrence *c = NULL;
        CU_ASSERT_EQUAL_FATAL(rg_cooccurrence_create(ctx, &c, g, 0.35, 500, 1),
                              REGATTA_OK);
        CU_ASSERT_TRUE(rg_cooccurrence_cost(c, 0) >= M);
        for (int64_t j = 0; j < M; j++) {
            float acc[M];
            one_row(acc, c, j);
            /* Float sums of at most 40 terms. */
            for (int64_t i = 0; i < M; i++)
                CU_ASSERT_DOUBLE_EQUAL(acc[i], want[j][i], 1e-5 * want[j][i]);
            CU_ASSERT_DOUBLE_EQUAL(c->self[j], want[j][j], 1e-5 * want[j][j]);
        }
        rg_cooccurrence_free(c);
        rg_csr_free(g);
    }
    regatta_ctx_free(ctx);
}

/* Rows of fewer pairs than items take another way. */
static void test_cooccurrence__few(void)
{
    enum { N = 3, M = 12 };
    regatta_ctx *ctx = context_of(1);
    const uint32_t history[N][3] = {{1, 4, 7}, {1, 4, 11}, {2, 7, 11}};
    for (int with_value = 0; with_value < 2; with_value++) {
        float r[N * M] = {0.0f};
        for (int u = 0; u < N; u++)
            for (int k = 0; k < 3; k++)
                r[u * M + (int)history[u][k]] = with_value ? 2.0f + (float)u : 1.0f;
        rg_csr *g = dense_rows(ctx, r, N, M, with_value);
        rg_cooccurrence *c = NULL;
        CU_ASSERT_EQUAL_FATAL(rg_cooccurrence_create(ctx, &c, g, 0.0, 500, 1),
                              REGATTA_OK);
        for (int64_t j = 0; j < M; j++) {
            float acc[M];
            CU_ASSERT_TRUE(rg_cooccurrence_cost(c, j) < M);
            one_row(acc, c, j);
            for (int i = 0; i < M; i++) {
                float want = 0.0f;
                for (int u = 0; u < N; u++) want += r[u * M + j] * r[u * M + i];
                CU_ASSERT_EQUAL(acc[i], want);
            }
        }
        rg_cooccurrence_free(c);
        rg_csr_free(g);
    }
    regatta_ctx_free(ctx);
}

static void test_cooccurrence__cap(void)
{
    enum { CAP = 6, M = 30 };
    regatta_ctx *ctx = context_of(1);
    rg_csr *g = random_rows(ctx, 20, M, 1, 5);
    rg_cooccurrence *c = NULL, *again = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_cooccurrence_create(ctx, &c, g, 0.5, CAP, 9), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_cooccurrence_create(ctx, &again, g, 0.5, CAP, 9),
                          REGATTA_OK);
    CU_ASSERT_TRUE(same_rows(c->by_user, again->by_user));
    CU_ASSERT(sound_rows(c->by_user));
    int64_t capped = 0, edges = 0;
    for (int64_t u = 0; u < 20; u++) {
        const int64_t d = rg_csr_degree(g, u), s = rg_csr_degree(c->by_user, u);
        CU_ASSERT_EQUAL(s, d < CAP ? d : CAP);
        capped += d > CAP;
        for (int64_t e = c->by_user->offset[u]; e < c->by_user->offset[u + 1]; e++) {
            const int64_t f = rg_csr_find(g, u, c->by_user->target[e]);
            CU_ASSERT_TRUE(f >= 0 && g->value[f] == c->by_user->value[e]);
        }
    }
    CU_ASSERT_TRUE(capped > 0);
    CU_ASSERT_EQUAL(c->n_capped, capped);
    for (int64_t j = 0; j < M; j++) edges += (int64_t)c->degree[j];
    CU_ASSERT_EQUAL(edges, g->n_edges); /* degrees are those before the cap */
    /* A sampled history is weighed by its true length. */
    const double weight = pow((double)rg_csr_degree(g, 0), -0.5);
    for (int64_t e = 0; e < c->by_item->n_edges; e++)
        if (c->by_item->target[e] == 0)
            CU_ASSERT_DOUBLE_EQUAL(c->by_item->value[e], weight * (double)c->raw[e],
                                   1e-6 * weight * 5);
    rg_cooccurrence_free(c);
    rg_cooccurrence_free(again);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_cooccurrence *c = NULL;
    const regatta_status status = rg_cooccurrence_create(ctx, &c, arg, 0.5, 4, 1);
    if (status != REGATTA_OK) CU_ASSERT_PTR_NULL(c);
    rg_cooccurrence_free(c);
    return rg_end(ctx, status);
}

static void test_cooccurrence__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *g = random_rows(ctx, 12, 10, 1, 7);
    fault_sweep_memory(attempt, g);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

int test_cooccurrence(void)
{
    const test_case cases[] = {
        {"hand", test_cooccurrence__hand},     {"empty", test_cooccurrence__empty},
        {"random", test_cooccurrence__random}, {"few", test_cooccurrence__few},
        {"cap", test_cooccurrence__cap},       {"memory", test_cooccurrence__memory},
    };
    return TEST_MAIN("cooccurrence", cases);
}
