#include "ridge/ridge_sweep.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { N_SHAPES = 3 };
static const rg_ridge_shape SHAPE[N_SHAPES] = {
    {1.0, 0.0, 6, 1e-4f}, {4.0, 0.5, 6, 1e-4f}, {16.0, 0.75, 6, 1e-4f}};

static rg_item_attention_options options(void)
{
    rg_item_attention_options o = rg_item_attention_defaults();
    o.neighbours = 8;
    o.table_bytes = 400; /* ten hubs: both ways of reading G */
    return o;
}

/* The score of each target and shape is the sum of the weights that a build of all items
 * with this shape gives, to the bit; `weighted` and threads change nothing. */
static void check(int64_t n_users, int64_t n_items, int weighted)
{
    regatta_ctx *ctx = context_of(1), *wide = context_of(3);
    rg_csr *g = random_rows(ctx, n_users, n_items, weighted, 5);
    rg_item_attention_options o = options();
    uint8_t wanted[64];
    for (int64_t j = 0; j < n_items; j++) wanted[j] = j % 3 != 1;
    rg_ridge_sweep *s = NULL, *same = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_ridge_sweep_create(ctx, &s, g, wanted, &o, SHAPE, N_SHAPES),
                          REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(
        rg_ridge_sweep_create(wide, &same, g, wanted, &o, SHAPE, N_SHAPES), REGATTA_OK);
    const int64_t n = s->offset[n_items];
    CU_ASSERT_EQUAL(same->offset[n_items], n);
    CU_ASSERT_EQUAL(
        memcmp(s->weight, same->weight, (size_t)(n * s->width) * sizeof(float)), 0);
    float score[64 * RG_SWEEP_WIDTH];
    for (int k = 0; k < N_SHAPES; k++) {
        rg_item_attention *a = NULL;
        o.lambda = SHAPE[k].lambda;
        o.theta = SHAPE[k].theta;
        CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(ctx, &a, g, &o), REGATTA_OK);
        for (int64_t u = 0; u < n_users; u++) {
            const int64_t first = g->offset[u], length = rg_csr_degree(g, u);
            const float *r = weighted ? g->value + first : NULL;
            float right[64] = {0.0f};
            rg_ridge_sweep_score(score, s, g->target + first, r, length);
            for (int64_t e = 0; e < length; e++) {
                const int64_t i = g->target[first + e];
                for (int64_t f = a->by_history->offset[i];
                     f < a->by_history->offset[i + 1]; f++)
                    right[a->by_history->target[f]] +=
                        (weighted ? r[e] : 1.0f) * a->by_history->value[f];
            }
            for (int64_t t = 0; t < s->n_targets; t++)
                CU_ASSERT_EQUAL(score[t * s->width + k], right[s->target[t]]);
        }
        for (int64_t t = 0; t < s->n_targets; t++) {
            CU_ASSERT_EQUAL(s->slot[s->target[t]], t);
            CU_ASSERT_EQUAL(s->degree[t], a->degree[s->target[t]]);
        }
        rg_item_attention_free(a);
    }
    for (int64_t j = 0; j < n_items; j++)
        CU_ASSERT_EQUAL(s->slot[j] >= 0, wanted[j] != 0);
    rg_ridge_sweep_free(s);
    rg_ridge_sweep_free(same);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
    regatta_ctx_free(wide);
}

static void test_ridge_sweep__is_the_build_of_each_shape(void)
{
    check(60, 40, 0);
    check(60, 40, 1);
    check(9, 20, 0);
}

/* A target without users has no weights; no target at all is a sweep without scores. */
static void test_ridge_sweep__edges(void)
{
    regatta_ctx *ctx = context_of(2);
    rg_csr *g = random_rows(ctx, 5, 12, 0, 1);
    const rg_item_attention_options o = options();
    uint8_t wanted[12] = {0};
    rg_ridge_sweep *s = NULL;
    CU_ASSERT_EQUAL(rg_ridge_sweep_create(ctx, &s, g, wanted, &o, SHAPE, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(s->n_targets, 0);
    CU_ASSERT_EQUAL(s->offset[12], 0);
    CU_ASSERT_EQUAL(s->width, RG_SWEEP_WIDTH);
    rg_ridge_sweep_free(s);
    rg_ridge_sweep_free(NULL);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const rg_item_attention_options o = options();
    const rg_csr *g = arg;
    uint8_t wanted[64];
    rg_ridge_sweep *s = NULL;
    memset(wanted, 1, sizeof wanted);
    const regatta_status status =
        rg_ridge_sweep_create(ctx, &s, g, wanted, &o, SHAPE, N_SHAPES);
    CU_ASSERT_EQUAL(s == NULL, status != REGATTA_OK);
    rg_ridge_sweep_free(s);
    return rg_end(ctx, status);
}

static void test_ridge_sweep__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *g = random_rows(ctx, 20, 15, 0, 2);
    fault_sweep_memory(attempt, g);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

int test_ridge_sweep(void)
{
    static const test_case cases[] = {
        {"is the build of each shape", test_ridge_sweep__is_the_build_of_each_shape},
        {"edges", test_ridge_sweep__edges},
        {"memory", test_ridge_sweep__memory},
    };
    return TEST_MAIN("ridge_sweep", cases);
}
