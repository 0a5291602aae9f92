#include "gat/adjacency.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_graph.h"
#include <string.h>

static regatta_ctx *context(uint32_t threads)
{
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = threads;
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    return ctx;
}

static rg_adjacency *build(uint32_t threads, const tiny_graph *t, int with_items)
{
    regatta_ctx *ctx = context(threads);
    rg_adjacency *adj = NULL;
    CU_ASSERT_EQUAL(rg_adjacency_build(ctx, &adj, &t->graph, t->weight,
                                       with_items ? &t->item_graph : NULL),
                    REGATTA_OK);
    regatta_ctx_free(ctx);
    return adj;
}

/* Users 0, 1; items 0, 1, 2 (nodes 2, 3, 4); user 1 has item 1 alone; item 2 nobody. */
static void test_adjacency__by_hand(void)
{
    const int pair[3][2] = {{0, 0}, {0, 1}, {1, 1}};
    const float weight[3] = {1.0f, 3.0f, 1.0f};
    tiny_graph *t = tiny_from_pairs(2, 3, 3, pair, weight);
    rg_adjacency *adj = build(1, t, 0);
    const int64_t offset[6] = {0, 2, 3, 4, 6, 6}, reverse[6] = {3, 4, 5, 0, 1, 2};
    const uint32_t target[6] = {2, 3, 3, 0, 0, 1};
    const double degree[5] = {4, 1, 1, 4, 0};
    const float edge_weight[6] = {0.5f, 0.75f, 0.5f, 0.5f, 0.75f, 0.5f};
    CU_ASSERT_EQUAL_FATAL(adj->n_edges, 6);
    CU_ASSERT_EQUAL(memcmp(adj->offset, offset, sizeof offset), 0);
    CU_ASSERT_EQUAL(memcmp(adj->target, target, sizeof target), 0);
    CU_ASSERT_EQUAL(memcmp(adj->reverse, reverse, sizeof reverse), 0);
    CU_ASSERT_EQUAL(memcmp(adj->degree, degree, sizeof degree), 0);
    CU_ASSERT_EQUAL(memcmp(adj->edge_weight, edge_weight, sizeof edge_weight), 0);
    rg_adjacency_free(adj);
    tiny_free(t);
}

static void test_adjacency__without_edges(void)
{
    tiny_graph *t = tiny_from_pairs(2, 1, 0, NULL, NULL);
    rg_adjacency *adj = build(2, t, 0);
    CU_ASSERT_EQUAL(adj->n_nodes, 3);
    CU_ASSERT_EQUAL(adj->n_edges, 0);
    CU_ASSERT_EQUAL(adj->offset[3], 0);
    rg_adjacency_free(adj);
    tiny_free(t);
}

/* Weights of 0 (log(1 + 0)) leave a node without degree: no division by it. */
static void test_adjacency__weight_zero(void)
{
    const int pair[1][2] = {{0, 0}};
    const float weight[1] = {0.0f};
    tiny_graph *t = tiny_from_pairs(1, 1, 1, pair, weight);
    rg_adjacency *adj = build(1, t, 0);
    CU_ASSERT_EQUAL(adj->edge_weight[0], 0.0f);
    CU_ASSERT_EQUAL(adj->edge_weight[1], 0.0f);
    rg_adjacency_free(adj);
    tiny_free(t);
}

static int64_t row_of(const rg_adjacency *adj, int64_t e)
{
    int64_t v = 0;
    while (adj->offset[v + 1] <= e) v++;
    return v;
}

static void test_adjacency__reverse_and_order(void)
{
    tiny_graph *t = tiny_random(9, 8, 0.4, 11);
    rg_adjacency *adj = build(2, t, 1);
    CU_ASSERT_EQUAL(adj->n_edges, 2 * t->by_user.n_edges + t->item_graph.n_edges);
    CU_ASSERT(t->item_graph.n_edges > 0);
    for (int64_t e = 0; e < adj->n_edges; e++) {
        const int64_t back = adj->reverse[e], v = row_of(adj, e);
        CU_ASSERT_EQUAL(adj->reverse[back], e);
        CU_ASSERT_EQUAL((int64_t)adj->target[back], v);
        CU_ASSERT_EQUAL(row_of(adj, back), (int64_t)adj->target[e]);
        CU_ASSERT_EQUAL(adj->edge_weight[back], adj->edge_weight[e]);
        if (e + 1 < adj->offset[v + 1]) CU_ASSERT(adj->target[e] < adj->target[e + 1]);
    }
    rg_adjacency_free(adj);
    tiny_free(t);
}

static void test_adjacency__symmetric_lacks_the_reverse_alone(void)
{
    tiny_graph *t = tiny_random(9, 8, 0.4, 11);
    regatta_ctx *ctx = context(2);
    rg_adjacency *whole = build(2, t, 1), *half = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_adjacency_build_symmetric(ctx, &half, &t->graph, t->weight,
                                                       &t->item_graph, NULL),
                          REGATTA_OK);
    const size_t n = (size_t)whole->n_edges;
    CU_ASSERT_EQUAL(half->n_edges, whole->n_edges);
    CU_ASSERT_PTR_NULL(half->reverse);
    CU_ASSERT_EQUAL(memcmp(half->target, whole->target, n * sizeof *half->target), 0);
    CU_ASSERT_EQUAL(
        memcmp(half->edge_weight, whole->edge_weight, n * sizeof *half->edge_weight), 0);
    rg_adjacency_free(whole);
    rg_adjacency_free(half);
    regatta_ctx_free(ctx);
    tiny_free(t);
}

static void test_adjacency__item_graph_keeps_values(void)
{
    tiny_graph *t = tiny_random(7, 6, 0.5, 3);
    rg_adjacency *adj = build(1, t, 1);
    for (int64_t i = 0; i < 6; i++) {
        const int64_t n = rg_csr_degree(&t->item_graph, i);
        const int64_t e = adj->offset[7 + i + 1] - n;
        for (int64_t k = 0; k < n; k++) {
            const int64_t own = t->item_graph.offset[i] + k;
            CU_ASSERT_EQUAL(adj->target[e + k], 7 + t->item_graph.target[own]);
            CU_ASSERT_EQUAL(adj->edge_weight[e + k], t->item_graph.value[own]);
        }
    }
    rg_adjacency_free(adj);
    tiny_free(t);
}

static void test_adjacency__same_bits_at_any_thread_count(void)
{
    tiny_graph *t = tiny_random(150, 90, 0.2, 5);
    rg_adjacency *one = build(1, t, 1);
    const uint32_t threads[3] = {2, 3, 8};
    const size_t n = (size_t)one->n_edges;
    for (int k = 0; k < 3; k++) {
        rg_adjacency *many = build(threads[k], t, 1);
        CU_ASSERT_EQUAL(
            memcmp(one->edge_weight, many->edge_weight, n * sizeof *one->edge_weight), 0);
        CU_ASSERT_EQUAL(memcmp(one->target, many->target, n * sizeof *one->target), 0);
        CU_ASSERT_EQUAL(memcmp(one->reverse, many->reverse, n * sizeof *one->reverse), 0);
        rg_adjacency_free(many);
    }
    rg_adjacency_free(one);
    tiny_free(t);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const tiny_graph *t = arg;
    rg_adjacency *adj = NULL;
    const regatta_status status =
        rg_adjacency_build(ctx, &adj, &t->graph, t->weight, &t->item_graph);
    CU_ASSERT_EQUAL(adj == NULL, status != REGATTA_OK);
    rg_adjacency_free(adj);
    return rg_end(ctx, status);
}

static void test_adjacency__every_allocation_may_fail(void)
{
    tiny_graph *t = tiny_random(5, 4, 0.5, 1);
    fault_sweep_memory(attempt, t);
    tiny_free(t);
}

static const test_case cases[] = {
    {"by_hand", test_adjacency__by_hand},
    {"without_edges", test_adjacency__without_edges},
    {"weight_zero", test_adjacency__weight_zero},
    {"reverse_and_order", test_adjacency__reverse_and_order},
    {"symmetric", test_adjacency__symmetric_lacks_the_reverse_alone},
    {"item_graph_keeps_values", test_adjacency__item_graph_keeps_values},
    {"same_bits", test_adjacency__same_bits_at_any_thread_count},
    {"every_allocation_may_fail", test_adjacency__every_allocation_may_fail},
};

int test_adjacency(void)
{
    return TEST_MAIN("adjacency", cases);
}
