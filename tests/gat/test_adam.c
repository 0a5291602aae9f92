#include "base/rng.h"
#include "gat/adam.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

static const rg_shape SHAPE = {.attention = REGATTA_ATTENTION_GATV2,
                               .heads = 2,
                               .layers = 2,
                               .dim = 8,
                               .n_users = 700,
                               .n_items = 500};

/* The first step is `rate` against the sign of the gradient, whatever its size. */
static void test_adam__first_step(void)
{
    regatta_ctx *ctx = test_context(2);
    rg_params *p = NULL, *g = NULL;
    rg_adam *adam = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_params_create(ctx, &p, &SHAPE), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_params_create(ctx, &g, &SHAPE), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_adam_create(ctx, &adam, p->n_floats), REGATTA_OK);
    const rg_adam_rates rates = {.vectors = 0.1f, .bias = 0.2f, .attention = 0.3f};
    g->x0[0] = 5.0f;
    g->x0[1] = -0.01f;
    g->bias[3] = 1.0f;
    g->a[1][2] = -2.0f;
    rg_adam_step(adam, p, g, &rates, 2);
    CU_ASSERT_DOUBLE_EQUAL(p->x0[0], -0.1, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(p->x0[1], 0.1, 1e-6);
    CU_ASSERT_EQUAL(p->x0[2], 0.0f);
    CU_ASSERT_DOUBLE_EQUAL(p->bias[3], -0.2, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(p->a[1][2], 0.3, 1e-6);
    rg_adam_free(adam);
    rg_params_free(p);
    rg_params_free(g);
    regatta_ctx_free(ctx);
}

/* The textbook's formula in double. */
static void reference(double *x, double *m, double *v, double g, double rate, int t)
{
    *m = 0.9 * *m + 0.1 * g;
    *v = 0.999 * *v + 0.001 * g * g;
    const double mh = *m / (1.0 - pow(0.9, t)), vh = *v / (1.0 - pow(0.999, t));
    *x -= rate * mh / (sqrt(vh) + 1e-8);
}

static void many_steps(uint32_t threads, rg_params *p)
{
    regatta_ctx *ctx = test_context(threads);
    rg_params *g = NULL;
    rg_adam *adam = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_params_create(ctx, &g, &SHAPE), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_adam_create(ctx, &adam, p->n_floats), REGATTA_OK);
    const rg_adam_rates rates = {
        .vectors = 0.06f, .bias = 0.05f, .attention = 0.02f, .l2 = 0.01f};
    for (int t = 1; t <= 20; t++) {
        for (int64_t k = 0; k < g->n_floats; k++)
            g->arena[k] =
                (float)rg_random_normal((uint64_t)t, RG_STREAM_TEST, (uint64_t)k);
        rg_adam_step(adam, p, g, &rates, (int)threads);
    }
    rg_adam_free(adam);
    rg_params_free(g);
    regatta_ctx_free(ctx);
}

static void test_adam__against_double(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_params *p = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_params_create(ctx, &p, &SHAPE), REGATTA_OK);
    p->x0[77] = 1.5f;
    p->bias[0] = 1.5f;
    many_steps(1, p);
    const int64_t at[2] = {77, p->bias - p->arena};
    const double rate[2] = {0.06, 0.05}, l2[2] = {0.01, 0.0};
    for (int c = 0; c < 2; c++) {
        double x = 1.5, m = 0.0, v = 0.0;
        for (int t = 1; t <= 20; t++) {
            const double g =
                rg_random_normal((uint64_t)t, RG_STREAM_TEST, (uint64_t)at[c]);
            reference(&x, &m, &v, g + l2[c] * x, rate[c], t);
        }
        CU_ASSERT_DOUBLE_EQUAL(p->arena[at[c]], x, 1e-5); /* 20 float steps of .06 */
    }
    rg_params_free(p);
    regatta_ctx_free(ctx);
}

static void test_adam__same_bits(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_params *one = NULL, *many = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_params_create(ctx, &one, &SHAPE), REGATTA_OK);
    many_steps(1, one);
    const uint32_t threads[3] = {2, 3, 8};
    for (int c = 0; c < 3; c++) {
        CU_ASSERT_EQUAL_FATAL(rg_params_create(ctx, &many, &SHAPE), REGATTA_OK);
        many_steps(threads[c], many);
        CU_ASSERT_EQUAL(
            memcmp(one->arena, many->arena, (size_t)one->n_floats * sizeof(float)), 0);
        rg_params_free(many);
    }
    rg_params_free(one);
    regatta_ctx_free(ctx);
}

/* A panel of items takes the steps that these items take among all. */
static void test_adam__panel(void)
{
    enum { FIRST = 123, N = 77 };
    regatta_ctx *ctx = test_context(2);
    const rg_adam_rates rates = {.vectors = 0.06f, .bias = 0.05f, .l2 = 0.01f};
    const int64_t users = SHAPE.n_users * SHAPE.dim, from = users + FIRST * SHAPE.dim;
    rg_params *p[2], *g[2];
    rg_adam *adam[2];
    for (int k = 0; k < 2; k++) {
        CU_ASSERT_EQUAL_FATAL(rg_params_create(ctx, &p[k], &SHAPE), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(rg_params_create_panel(ctx, &g[k], &SHAPE, k ? FIRST : 0,
                                                     k ? N : SHAPE.n_items),
                              REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(rg_adam_create(ctx, &adam[k], g[k]->n_floats), REGATTA_OK);
    }
    for (int t = 1; t <= 3; t++) {
        for (int64_t k = 0; k < g[0]->n_floats; k++)
            g[0]->arena[k] =
                (float)rg_random_normal((uint64_t)t, RG_STREAM_TEST, (uint64_t)k);
        rg_params_take_part(g[1], g[0], 0);
        for (int k = 0; k < 2; k++) rg_adam_step(adam[k], p[k], g[k], &rates, 2);
    }
    CU_ASSERT_EQUAL(memcmp(p[0]->x0, p[1]->x0, (size_t)users * sizeof(float)), 0);
    CU_ASSERT_EQUAL(
        memcmp(p[0]->x0 + from, p[1]->x0 + from, (size_t)(N * SHAPE.dim) * sizeof(float)),
        0);
    CU_ASSERT_EQUAL(p[1]->x0[from - 1], 0.0f);
    CU_ASSERT_EQUAL(p[1]->x0[from + N * SHAPE.dim], 0.0f);
    CU_ASSERT_EQUAL(memcmp(p[0]->bias, p[1]->bias, (size_t)SHAPE.n_items * sizeof(float)),
                    0);
    for (int k = 0; k < 2; k++) {
        rg_adam_free(adam[k]);
        rg_params_free(p[k]);
        rg_params_free(g[k]);
    }
    regatta_ctx_free(ctx);
}

static regatta_status create(regatta_ctx *ctx, void *arg)
{
    rg_adam *adam = arg;
    const regatta_status status = rg_adam_create(ctx, &adam, 10);
    CU_ASSERT_EQUAL(adam == NULL, status != REGATTA_OK);
    rg_adam_free(adam);
    return rg_end(ctx, status);
}

static void test_adam__memory(void)
{
    fault_sweep_memory(create, NULL);
}

static const test_case cases[] = {
    {"first step", test_adam__first_step}, {"against double", test_adam__against_double},
    {"same bits", test_adam__same_bits},   {"panel", test_adam__panel},
    {"memory", test_adam__memory},
};

int test_adam(void)
{
    return TEST_MAIN("adam", cases);
}
