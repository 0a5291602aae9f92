#include "graph/bipartite.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <float.h>
#include <string.h>

static regatta_ctx *context(void)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    return ctx;
}

typedef struct row {
    const char *user, *item;
    float weight;
    int64_t time;
} row;

static regatta_status build(regatta_ctx *ctx, regatta_graph **out, const row *rows, int n,
                            int has_weight, int has_time, regatta_dedup dedup,
                            int64_t *n_duplicates)
{
    regatta_status status = REGATTA_OK;
    rg_edges *e = NULL;
    *out = NULL;
    RG_TRY(rg_edges_create(ctx, &e, has_weight, has_time));
    for (int k = 0; k < n; k++) {
        uint32_t u = 0, i = 0;
        const row *r = &rows[k];
        RG_TRY(rg_idmap_add(ctx, e->users, r->user, (int64_t)strlen(r->user), &u));
        RG_TRY(rg_idmap_add(ctx, e->items, r->item, (int64_t)strlen(r->item), &i));
        RG_TRY(rg_edges_add(ctx, e, u, i, r->weight, r->time));
    }
    RG_TRY(rg_bipartite_build(ctx, out, e, dedup, n_duplicates));
done:
    rg_edges_free(e);
    return status;
}

/* u: x y (y twice), v: x z */
static const row small[] = {{"u", "x", 1, 10},
                            {"v", "z", 2, 20},
                            {"u", "y", 3, 50},
                            {"u", "y", 4, 40},
                            {"v", "x", 5, 30}};

static void test_bipartite__both_ways(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *g = NULL;
    int64_t n_duplicates = -1;
    CU_ASSERT_EQUAL_FATAL(
        build(ctx, &g, small, 5, 1, 1, REGATTA_DEDUP_SUM, &n_duplicates), REGATTA_OK);
    CU_ASSERT_EQUAL(n_duplicates, 1);
    const int64_t offset[] = {0, 2, 4}, time[] = {10, 50, 30, 20};
    const uint32_t target[] = {0, 2, 0, 1}, users[] = {0, 1, 1, 0};
    const float weight[] = {1, 7, 5, 2};
    CU_ASSERT_EQUAL(memcmp(g->by_user->offset, offset, sizeof offset), 0);
    CU_ASSERT_EQUAL(memcmp(g->by_user->target, target, sizeof target), 0);
    CU_ASSERT_EQUAL(memcmp(g->by_user->value, weight, sizeof weight), 0);
    CU_ASSERT_EQUAL(memcmp(g->time, time, sizeof time), 0);
    CU_ASSERT_EQUAL(memcmp(g->by_item->target, users, sizeof users), 0);
    CU_ASSERT_PTR_NULL(g->by_item->value);
    CU_ASSERT(sound_rows(g->by_user));
    CU_ASSERT(sound_rows(g->by_item));
    CU_ASSERT_EQUAL(rg_csr_find(g->by_user, 1, 1), 3);
    CU_ASSERT_EQUAL(rg_csr_find(g->by_user, 0, 1), -1);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static float weight_of_y(regatta_dedup dedup, int has_weight, int has_time)
{
    regatta_ctx *ctx = context();
    regatta_graph *g = NULL;
    CU_ASSERT_EQUAL_FATAL(build(ctx, &g, small, 5, has_weight, has_time, dedup, NULL),
                          REGATTA_OK);
    const float w = g->by_user->value != NULL ? g->by_user->value[1] : 1.0f;
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    return w;
}

static void test_bipartite__kinds_of_dedup(void)
{
    CU_ASSERT_EQUAL(weight_of_y(REGATTA_DEDUP_SUM, 1, 1), 7.0f);
    CU_ASSERT_EQUAL(weight_of_y(REGATTA_DEDUP_MAX, 1, 1), 4.0f);
    CU_ASSERT_EQUAL(weight_of_y(REGATTA_DEDUP_LAST, 1, 1), 3.0f); /* time 50 */
    CU_ASSERT_EQUAL(weight_of_y(REGATTA_DEDUP_LAST, 1, 0), 4.0f); /* the last row */
    CU_ASSERT_EQUAL(weight_of_y(REGATTA_DEDUP_SUM, 0, 0), 2.0f);
    CU_ASSERT_EQUAL(weight_of_y(REGATTA_DEDUP_MAX, 0, 0), 1.0f);
}

static void test_bipartite__edge_cases(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *g = NULL;
    const row one[] = {{"u", "x", 1, 0}};
    const row huge[] = {{"u", "x", FLT_MAX, 0}, {"u", "x", FLT_MAX, 0}};
    CU_ASSERT_EQUAL(build(ctx, &g, one, 0, 1, 1, REGATTA_DEDUP_SUM, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(g->by_user->n_edges, 0);
    regatta_graph_free(g);
    CU_ASSERT_EQUAL(build(ctx, &g, one, 1, 1, 0, REGATTA_DEDUP_SUM, NULL), REGATTA_OK);
    CU_ASSERT_PTR_NULL(g->by_user->value); /* all 1 */
    CU_ASSERT_PTR_NULL(g->time);
    regatta_graph_free(g);
    CU_ASSERT_EQUAL(build(ctx, &g, huge, 2, 1, 0, REGATTA_DEDUP_SUM, NULL),
                    REGATTA_EFORMAT);
    CU_ASSERT_PTR_NULL(g);
    regatta_ctx_free(ctx);
}

static void test_bipartite__hash_tells_graphs_apart(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *g[5] = {NULL};
    const row other[] = {{"u", "x", 1, 10},
                         {"v", "z", 2, 20},
                         {"u", "y", 3, 50},
                         {"u", "y", 4, 40},
                         {"w", "x", 5, 30}};
    build(ctx, &g[0], small, 5, 1, 1, REGATTA_DEDUP_SUM, NULL);
    build(ctx, &g[1], small, 5, 1, 1, REGATTA_DEDUP_SUM, NULL);
    build(ctx, &g[2], small, 5, 1, 0, REGATTA_DEDUP_SUM, NULL);
    build(ctx, &g[3], small, 5, 1, 1, REGATTA_DEDUP_MAX, NULL);
    build(ctx, &g[4], other, 5, 1, 1, REGATTA_DEDUP_SUM, NULL);
    CU_ASSERT_EQUAL(g[0]->hash, g[1]->hash);
    for (int k = 2; k < 5; k++) CU_ASSERT_NOT_EQUAL(g[0]->hash, g[k]->hash);
    for (int k = 0; k < 5; k++) regatta_graph_free(g[k]);
    regatta_ctx_free(ctx);
}

static void test_bipartite__select_and_induce(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *g = NULL, *part = NULL;
    const uint8_t edges[] = {1, 0, 0, 1}, users[] = {0, 1}, items[] = {1, 1, 0};
    build(ctx, &g, small, 5, 1, 1, REGATTA_DEDUP_SUM, NULL);
    CU_ASSERT_EQUAL(rg_bipartite_select(ctx, &part, g, edges), REGATTA_OK);
    CU_ASSERT_EQUAL(part->by_user->n_edges, 2);
    CU_ASSERT_EQUAL(part->items->n, 3);
    CU_ASSERT_EQUAL(part->time[1], 20);
    CU_ASSERT_EQUAL(part->by_user->value[1], 2.0f);
    CU_ASSERT_EQUAL(rg_csr_degree(part->by_item, 2), 0);
    regatta_graph_free(part);
    CU_ASSERT_EQUAL(rg_bipartite_induce(ctx, &part, g, users, items), REGATTA_OK);
    CU_ASSERT_EQUAL(part->users->n, 1);
    CU_ASSERT_EQUAL(part->items->n, 2);
    CU_ASSERT_STRING_EQUAL(rg_idmap_name(part->users, 0), "v");
    CU_ASSERT_EQUAL(part->by_user->n_edges, 2);
    CU_ASSERT_EQUAL(part->by_user->value[0], 5.0f);
    regatta_graph_free(part);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static regatta_status build_and_cut(regatta_ctx *ctx, void *arg)
{
    (void)arg;
    regatta_status status = REGATTA_OK;
    regatta_graph *g = NULL, *part = NULL;
    const uint8_t keep[] = {1, 0, 1, 1};
    RG_TRY(build(ctx, &g, small, 5, 1, 1, REGATTA_DEDUP_SUM, NULL));
    RG_TRY(rg_bipartite_select(ctx, &part, g, keep));
done:
    if (status != REGATTA_OK) CU_ASSERT_PTR_NULL(part);
    regatta_graph_free(part);
    regatta_graph_free(g);
    return rg_end(ctx, status);
}

static void test_bipartite__survives_missing_memory(void)
{
    fault_sweep_memory(build_and_cut, NULL);
}

int test_bipartite(void)
{
    const test_case cases[] = {
        {"both_ways", test_bipartite__both_ways},
        {"kinds_of_dedup", test_bipartite__kinds_of_dedup},
        {"edge_cases", test_bipartite__edge_cases},
        {"hash_tells_graphs_apart", test_bipartite__hash_tells_graphs_apart},
        {"select_and_induce", test_bipartite__select_and_induce},
        {"survives_missing_memory", test_bipartite__survives_missing_memory},
    };
    return TEST_MAIN("bipartite", cases);
}
