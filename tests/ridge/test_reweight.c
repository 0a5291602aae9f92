#include "base/rng.h"
#include "ridge/reweight.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 60, DIM = 12 };

static double row_sum(const rg_csr *g, int64_t j)
{
    double sum = 0.0;
    for (int64_t e = g->offset[j]; e < g->offset[j + 1]; e++) sum += (double)g->value[e];
    return sum;
}

/* Weights 1 and 3, scores log 3 and 0: 3 and 3, scaled back to a sum of 4. */
static void test_reweight__hand(void)
{
    regatta_ctx *ctx = context_of(1);
    const float w[] = {0, 1, 3, 0, 0, 0, 0, 0, 0};
    rg_csr *g = dense_rows(ctx, w, 3, 3, 1);
    const float score[] = {logf(3.0f), 0.0f};
    float out[2];
    rg_reweight_apply(out, g, score, 1);
    CU_ASSERT_DOUBLE_EQUAL(out[0], 2.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(out[1], 2.0, 1e-6);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

/* Signs that cancel: the sum of |w| is kept instead, and nothing explodes. */
static void test_reweight__cancelling(void)
{
    regatta_ctx *ctx = context_of(1);
    const float w[][2] = {{2, -1}, {1, -1}, {-1, -2}, {1, -0.999f}};
    for (int k = 0; k < 4; k++) {
        const float dense[] = {0, w[k][0], w[k][1], 0, 0, 0, 0, 0, 0};
        rg_csr *g = dense_rows(ctx, dense, 3, 3, 1);
        const float score[] = {0.0f, logf(2.0f) + 0.001f};
        float out[2];
        rg_reweight_apply(out, g, score, 1);
        const double before = fabs((double)w[k][0]) + fabs((double)w[k][1]);
        CU_ASSERT_DOUBLE_EQUAL(fabs((double)out[0]) + fabs((double)out[1]), before, 1e-5);
        CU_ASSERT_TRUE(out[0] * w[k][0] > 0.0f && out[1] * w[k][1] > 0.0f);
        CU_ASSERT_DOUBLE_EQUAL(out[1] / out[0], 2.002 * (double)(w[k][1] / w[k][0]),
                               2e-3 * fabs((double)(w[k][1] / w[k][0])));
        rg_csr_free(g);
    }
    regatta_ctx_free(ctx);
}

static void test_reweight__scores(void)
{
    regatta_ctx *ctx = context_of(1);
    const float w[] = {0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    rg_csr *g = dense_rows(ctx, w, 4, 4, 1);
    const float score[] = {NAN, INFINITY, 0.0f}, large[] = {300.0f, 300.0f, 300.0f};
    float out[3];
    rg_reweight_apply(out, g, score, 1); /* not finite counts as 0 */
    for (int k = 0; k < 3; k++) CU_ASSERT_DOUBLE_EQUAL(out[k], k + 1, 1e-6);
    rg_reweight_apply(out, g, large, 1);
    for (int k = 0; k < 3; k++) CU_ASSERT_DOUBLE_EQUAL(out[k], k + 1, 1e-6);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static void make_vectors(float *x)
{
    for (uint64_t k = 0; k < N * DIM; k++)
        x[k] = (float)rg_random_normal(8, RG_STREAM_TEST, k);
    memset(x + 3 * DIM, 0, DIM * sizeof *x);
    x[5 * DIM] = NAN;
}

/* beta cos(x_i, x_j) as two blocks of one strength: the same as one. */
static regatta_status build(regatta_ctx *ctx, rg_csr **out, const rg_csr *g,
                            const float *x, float beta)
{
    const rg_reweight_strength strength = {.heads = 2, .beta = {beta, beta}};
    return rg_reweight_build(ctx, out, g, x, DIM, &strength);
}

static void test_reweight__random(void)
{
    regatta_ctx *ctx = context_of(2);
    rg_csr *g = random_rows(ctx, N, N, 1, 21), *out = NULL, *same = NULL;
    float x[N * DIM];
    make_vectors(x);
    CU_ASSERT_EQUAL_FATAL(build(ctx, &out, g, x, 2.0f), REGATTA_OK);
    CU_ASSERT(sound_rows(out));
    for (int64_t j = 0; j < N; j++) {
        CU_ASSERT_DOUBLE_EQUAL(row_sum(out, j), row_sum(g, j), 1e-4 * row_sum(g, j));
        double want[N], sum = 0.0;
        for (int64_t e = g->offset[j]; e < g->offset[j + 1]; e++) {
            const int64_t i = g->target[e];
            double dot = 0.0, a = 0.0, b = 0.0;
            for (int k = 0; k < DIM; k++) {
                dot += (double)x[i * DIM + k] * (double)x[j * DIM + k];
                a += (double)x[i * DIM + k] * (double)x[i * DIM + k];
                b += (double)x[j * DIM + k] * (double)x[j * DIM + k];
            }
            const double cosine = a * b > 0.0 ? dot / sqrt(a * b) : 0.0;
            want[e - g->offset[j]] = (double)g->value[e] * exp(2.0 * cosine);
            sum += want[e - g->offset[j]];
        }
        for (int64_t e = g->offset[j]; e < g->offset[j + 1]; e++) {
            const double w = want[e - g->offset[j]] * row_sum(g, j) / sum;
            CU_ASSERT_DOUBLE_EQUAL(out->value[e], w, 1e-5 * w);
        }
    }
    /* beta = 0 gives the prior back. */
    CU_ASSERT_EQUAL_FATAL(build(ctx, &same, g, x, 0.0f), REGATTA_OK);
    for (int64_t e = 0; e < g->n_edges; e++)
        CU_ASSERT_DOUBLE_EQUAL(same->value[e], g->value[e], 1e-6 * (double)g->value[e]);
    rg_csr_free(out);
    rg_csr_free(same);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static rg_params *make_params(regatta_ctx *ctx, regatta_attention kind, int heads)
{
    const rg_shape shape = {
        .attention = kind, .heads = heads, .layers = 1, .dim = DIM, .n_items = N};
    rg_params *p = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_params_create(ctx, &p, &shape), REGATTA_OK);
    for (int64_t k = 0; k < p->n_floats; k++)
        p->arena[k] = 0.3f * (float)rg_random_normal(6, RG_STREAM_TEST, (uint64_t)k);
    return p;
}

/* Every kind keeps the sums and the signs, and says something; none says nothing. */
static void test_reweight__kinds(void)
{
    regatta_ctx *ctx = context_of(2);
    rg_csr *g = random_rows(ctx, N, N, 1, 21), *same = NULL;
    float x[N * DIM];
    make_vectors(x);
    for (int kind = REGATTA_ATTENTION_NONE; kind <= REGATTA_ATTENTION_GATV2; kind++) {
        rg_params *p = make_params(ctx, (regatta_attention)kind, 2);
        rg_csr *out = NULL;
        x[5 * DIM] = 1.0f;
        CU_ASSERT_EQUAL_FATAL(rg_reweight_layer(ctx, &out, g, x, p, 0), REGATTA_OK);
        CU_ASSERT(sound_rows(out));
        double moved = 0.0;
        for (int64_t j = 0; j < N; j++)
            CU_ASSERT_DOUBLE_EQUAL(row_sum(out, j), row_sum(g, j), 1e-4 * row_sum(g, j));
        for (int64_t e = 0; e < g->n_edges; e++) {
            CU_ASSERT_TRUE(out->value[e] > 0.0f);
            moved = fmax(moved, fabs((double)(out->value[e] / g->value[e]) - 1.0));
        }
        CU_ASSERT_EQUAL(moved > 1e-3, kind != REGATTA_ATTENTION_NONE);
        rg_csr_free(out);
        rg_params_free(p);
    }
    /* One head of cosine is the closed form above. */
    rg_params *p = make_params(ctx, REGATTA_ATTENTION_COSINE, 1);
    rg_csr *out = NULL;
    p->beta[0][0] = 2.0f;
    CU_ASSERT_EQUAL_FATAL(rg_reweight_layer(ctx, &out, g, x, p, 0), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(build(ctx, &same, g, x, 2.0f), REGATTA_OK);
    for (int64_t e = 0; e < g->n_edges; e++)
        CU_ASSERT_DOUBLE_EQUAL(out->value[e], same->value[e],
                               1e-5 * (double)same->value[e]);
    rg_csr_free(out);
    rg_csr_free(same);
    rg_params_free(p);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static regatta_status attempt_layer(regatta_ctx *ctx, void *arg)
{
    regatta_ctx *maker = context_of(1);
    rg_params *p = make_params(maker, REGATTA_ATTENTION_GATV2, 2);
    rg_csr *out = NULL;
    float x[N * DIM];
    make_vectors(x);
    const regatta_status status = rg_reweight_layer(ctx, &out, arg, x, p, 0);
    if (status != REGATTA_OK) CU_ASSERT_PTR_NULL(out);
    rg_csr_free(out);
    rg_params_free(p);
    regatta_ctx_free(maker);
    return rg_end(ctx, status);
}

static void test_reweight__threads(void)
{
    const int threads[] = {1, 2, 3, 8};
    rg_csr *first = NULL;
    float x[N * DIM];
    make_vectors(x);
    for (int k = 0; k < 4; k++) {
        regatta_ctx *ctx = context_of(threads[k]);
        rg_csr *g = random_rows(ctx, N, N, 1, 21), *out = NULL;
        CU_ASSERT_EQUAL_FATAL(build(ctx, &out, g, x, 4.0f), REGATTA_OK);
        rg_csr_free(g);
        regatta_ctx_free(ctx);
        if (first == NULL) {
            first = out;
        } else {
            CU_ASSERT_TRUE(same_rows(out, first));
            rg_csr_free(out);
        }
    }
    rg_csr_free(first);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_csr *out = NULL;
    float x[N * DIM];
    make_vectors(x);
    const regatta_status status = build(ctx, &out, arg, x, 4.0f);
    if (status != REGATTA_OK) CU_ASSERT_PTR_NULL(out);
    rg_csr_free(out);
    return rg_end(ctx, status);
}

static void test_reweight__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *g = random_rows(ctx, N, N, 1, 21);
    fault_sweep_memory(attempt, g);
    fault_sweep_memory(attempt_layer, g);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

int test_reweight(void)
{
    const test_case cases[] = {
        {"hand", test_reweight__hand},     {"cancelling", test_reweight__cancelling},
        {"scores", test_reweight__scores}, {"random", test_reweight__random},
        {"kinds", test_reweight__kinds},   {"threads", test_reweight__threads},
        {"memory", test_reweight__memory},
    };
    return TEST_MAIN("attention_prior", cases);
}
