#include "base/kernels/vec.h"
#include "gat/svd_start.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static float *start(uint32_t threads, const regatta_graph *graph, int64_t dim)
{
    regatta_ctx *ctx = test_context(threads);
    rg_adjacency *adj = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_adjacency_build(ctx, &adj, graph, NULL, NULL), REGATTA_OK);
    float *x0 = calloc((size_t)(adj->n_nodes * dim), sizeof *x0);
    CU_ASSERT_EQUAL(rg_svd_start(ctx, x0, adj, dim, 1), REGATTA_OK);
    rg_adjacency_free(adj);
    regatta_ctx_free(ctx);
    return x0;
}

/* One edge: rank 1, so one column of 0.1 times its share and small others. */
static void test_svd_start__one_edge(void)
{
    const int pair[1][2] = {{0, 0}};
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 1, 1, 1, pair), REGATTA_OK);
    float *x0 = start(2, graph, 4);
    CU_ASSERT_DOUBLE_EQUAL(fabsf(x0[0]), 0.1, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(x0[0], x0[4], 1e-6); /* X_u X_i' > 0 */
    for (int k = 1; k < 4; k++) CU_ASSERT(x0[k] != 0.0f && fabsf(x0[k]) < 0.05f);
    free(x0);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const planted PLANTED = {
    .n_users = 120, .n_items = 80, .communities = 4, .per_user = 10, .seed = 5};

/* Deviation 0.1, and items of one community nearer than others. */
static void test_svd_start__planted(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    float *x0 = start(2, graph, 4);
    double square = 0.0, same = 0.0, other = 0.0;
    for (int k = 0; k < 200 * 4; k++) square += (double)x0[k] * (double)x0[k];
    CU_ASSERT_DOUBLE_EQUAL(sqrt(square / 800.0), 0.1, 1e-4);
    for (int i = 0; i < 80; i++)
        for (int j = 0; j < i; j++) {
            const float *a = x0 + (120 + i) * 4, *b = x0 + (120 + j) * 4;
            const double cosine =
                (double)(rg_vec_dot(a, b, 4) /
                         sqrtf(rg_vec_dot(a, a, 4) * rg_vec_dot(b, b, 4)));
            *(i % 4 == j % 4 ? &same : &other) += cosine;
        }
    CU_ASSERT(same / (4 * 190) > other / (6 * 400) + 0.5);
    free(x0);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_svd_start__same_bits(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    float *one = start(1, graph, 100); /* more columns than the rank */
    const uint32_t threads[3] = {2, 3, 8};
    for (int c = 0; c < 3; c++) {
        float *many = start(threads[c], graph, 100);
        CU_ASSERT_EQUAL(memcmp(one, many, 200 * 100 * sizeof *one), 0);
        free(many);
    }
    free(one);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const rg_adjacency *adj = arg;
    float x0[4 * 4];
    return rg_end(ctx, rg_svd_start(ctx, x0, adj, 4, 1));
}

static void test_svd_start__memory(void)
{
    const int pair[3][2] = {{0, 0}, {0, 1}, {1, 1}};
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    rg_adjacency *adj = NULL;
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 2, 2, 3, pair), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_adjacency_build(ctx, &adj, graph, NULL, NULL), REGATTA_OK);
    fault_sweep_memory(attempt, adj);
    rg_adjacency_free(adj);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"one edge", test_svd_start__one_edge},
    {"planted", test_svd_start__planted},
    {"same bits", test_svd_start__same_bits},
    {"memory", test_svd_start__memory},
};

int test_svd_start(void)
{
    return TEST_MAIN("spectral_start", cases);
}
