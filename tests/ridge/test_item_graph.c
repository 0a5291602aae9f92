#include "ridge/item_graph.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>

/* Row 0 keeps 1 (weight 4), row 1 keeps 2 (weight 2), row 2 nothing positive. */
static void test_item_graph__hand(void)
{
    regatta_ctx *ctx = context_of(1);
    const float w[] = {9, 4, 1, 0, 0, 2, -3, 0, 0};
    rg_csr *g = dense_rows(ctx, w, 3, 3, 1), *s = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_item_graph_build(ctx, &s, g, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(s->n_edges, 4);
    /* (T + T')/2: 0-1 is 2, 1-2 is 1; D = 2, 3, 1. */
    CU_ASSERT_DOUBLE_EQUAL(s->value[rg_csr_find(s, 0, 1)], 2.0 / sqrt(6.0), 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(s->value[rg_csr_find(s, 2, 1)], 1.0 / sqrt(3.0), 1e-6);
    CU_ASSERT_EQUAL(rg_csr_find(s, 0, 0), -1);
    rg_csr_free(s);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static void test_item_graph__edges(void)
{
    regatta_ctx *ctx = context_of(1);
    const float w[] = {0, 1, 1, 1, 0, 0, 0, 0, 0};
    for (int64_t n = 0; n < 4; n++) {
        rg_csr *g = dense_rows(ctx, w, n, n, 1), *s = NULL;
        CU_ASSERT_EQUAL(rg_item_graph_build(ctx, &s, g, 50), REGATTA_OK);
        CU_ASSERT(sound_rows(s));
        rg_csr_free(s);
        CU_ASSERT_EQUAL(rg_item_graph_build(ctx, &s, g, 0), REGATTA_OK);
        CU_ASSERT_EQUAL(s->n_edges, 0);
        rg_csr_free(s);
        rg_csr_free(g);
    }
    regatta_ctx_free(ctx);
}

static void test_item_graph__random(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *g = random_rows(ctx, 40, 40, 1, 31), *s = NULL;
    for (int64_t e = 0; e < g->n_edges; e += 3) g->value[e] *= -1.0f;
    CU_ASSERT_EQUAL_FATAL(rg_item_graph_build(ctx, &s, g, 5), REGATTA_OK);
    CU_ASSERT(sound_rows(s));
    for (int64_t r = 0; r < 40; r++)
        for (int64_t e = s->offset[r]; e < s->offset[r + 1]; e++) {
            const int64_t back = rg_csr_find(s, s->target[e], (uint32_t)r);
            CU_ASSERT_TRUE_FATAL(back >= 0);
            CU_ASSERT_EQUAL(s->value[back], s->value[e]); /* to the bit */
            CU_ASSERT_TRUE(s->value[e] > 0.0f && s->value[e] <= 1.0f);
            CU_ASSERT_NOT_EQUAL(s->target[e], (uint32_t)r);
        }
    for (int64_t r = 0; r < 40; r++) { /* a row's five largest are all there */
        int64_t larger = 0;
        for (int64_t e = g->offset[r]; e < g->offset[r + 1]; e++) {
            if (g->value[e] <= 0.0f || g->target[e] == r) continue;
            larger = 0;
            for (int64_t f = g->offset[r]; f < g->offset[r + 1]; f++)
                larger += g->target[f] != r && (g->value[f] > g->value[e] ||
                                                (g->value[f] == g->value[e] && f < e));
            if (larger < 5) CU_ASSERT_TRUE(rg_csr_find(s, r, g->target[e]) >= 0);
        }
    }
    rg_csr_free(s);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_csr *s = NULL;
    const regatta_status status = rg_item_graph_build(ctx, &s, arg, 5);
    if (status != REGATTA_OK) CU_ASSERT_PTR_NULL(s);
    rg_csr_free(s);
    return rg_end(ctx, status);
}

static void test_item_graph__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *g = random_rows(ctx, 12, 12, 1, 3);
    fault_sweep_memory(attempt, g);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

int test_item_graph(void)
{
    const test_case cases[] = {
        {"hand", test_item_graph__hand},
        {"edges", test_item_graph__edges},
        {"random", test_item_graph__random},
        {"memory", test_item_graph__memory},
    };
    return TEST_MAIN("item_graph", cases);
}
