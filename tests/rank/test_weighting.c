#include "rank/weighting.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>

static const planted PLANTED = {.n_users = 6,
                                .n_items = 8,
                                .communities = 2,
                                .per_user = 3,
                                .with_weight = 1,
                                .seed = 1};

static void test_weighting__kinds(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    const float *value = graph->by_user->value;
    float *w = NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(value);
    CU_ASSERT_EQUAL(rg_weighting_apply(ctx, &w, graph, REGATTA_WEIGHTING_BINARY), 0);
    CU_ASSERT_PTR_NULL(w);
    CU_ASSERT_EQUAL(rg_weighting_apply(ctx, &w, graph, REGATTA_WEIGHTING_RAW), 0);
    for (int e = 0; e < graph->by_user->n_edges; e++) CU_ASSERT_EQUAL(w[e], value[e]);
    rg_free(ctx->mem, w);
    CU_ASSERT_EQUAL(rg_weighting_apply(ctx, &w, graph, REGATTA_WEIGHTING_LOG), 0);
    for (int e = 0; e < graph->by_user->n_edges; e++)
        CU_ASSERT_DOUBLE_EQUAL(w[e], log(1.0 + (double)value[e]), 1e-6);
    rg_free(ctx->mem, w);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_weighting__without_weights(void)
{
    const int pair[2][2] = {{0, 0}, {0, 1}};
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    float *w = NULL;
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 1, 2, 2, pair), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_weighting_apply(ctx, &w, graph, REGATTA_WEIGHTING_LOG), 0);
    CU_ASSERT_PTR_NULL(w); /* a common factor changes nothing */
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"kinds", test_weighting__kinds},
    {"without weights", test_weighting__without_weights},
};

int main(void)
{
    return TEST_MAIN("weighting", cases);
}
