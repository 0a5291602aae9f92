#include "graph/igraph_door.h"
#include "support/suite.h"
#include "support/tiny_graph.h"
#include <string.h>

/* Two squares, each a community; the last user and item are alone. */
static void test_igraph_door__two_squares(void)
{
    const int pairs[][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1},
                            {2, 2}, {2, 3}, {3, 2}, {3, 3}};
    regatta_ctx *ctx = NULL;
    rg_structure s = {0};
    uint32_t community[10];
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    tiny_graph *t = tiny_from_pairs(5, 5, 8, pairs, NULL);
    CU_ASSERT_EQUAL(rg_igraph_structure(ctx, &s, community, &t->graph), REGATTA_OK);
    CU_ASSERT_EQUAL(s.n_components, 4);
    CU_ASSERT_EQUAL(s.largest_component, 4);
    CU_ASSERT_EQUAL(s.max_core, 2);
    CU_ASSERT_EQUAL(s.max_core_nodes, 8);
    CU_ASSERT_EQUAL(s.n_communities, 4);
    CU_ASSERT_DOUBLE_EQUAL(s.modularity, 0.5, 1e-12);
    CU_ASSERT_EQUAL(community[0], community[1]);
    CU_ASSERT_EQUAL(community[0], community[5]);
    CU_ASSERT_NOT_EQUAL(community[0], community[2]);
    tiny_free(t);
    regatta_ctx_free(ctx);
}

/* The seed is ours: the same communities every time. */
static void test_igraph_door__same_answer_twice(void)
{
    enum { USERS = 60, ITEMS = 50 };
    regatta_ctx *ctx = NULL;
    rg_structure a = {0}, b = {0};
    uint32_t first[USERS + ITEMS], second[USERS + ITEMS];
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    tiny_graph *t = tiny_random(USERS, ITEMS, 0.08, 3);
    CU_ASSERT_EQUAL(rg_igraph_structure(ctx, &a, first, &t->graph), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_igraph_structure(ctx, &b, second, &t->graph), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(first, second, sizeof first), 0);
    CU_ASSERT_EQUAL(a.modularity, b.modularity);
    CU_ASSERT(a.n_communities >= a.n_components);
    tiny_free(t);
    regatta_ctx_free(ctx);
}

int main(void)
{
    const test_case cases[] = {
        {"two_squares", test_igraph_door__two_squares},
        {"same_answer_twice", test_igraph_door__same_answer_twice},
    };
    return TEST_MAIN("igraph_door", cases);
}
