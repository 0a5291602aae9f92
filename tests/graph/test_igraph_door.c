#include "graph/igraph_door.h"
#include "support/suite.h"
#include "support/tiny_graph.h"
#include <igraph.h>
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

/* A path of three nodes: a line with the middle one in the middle, the same each time. */
static void test_igraph_door__layout(void)
{
    const uint32_t end[] = {0, 1, 1, 2};
    const double length[] = {1.0, 1.0};
    double x[3], y[3], again_x[3], again_y[3];
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_igraph_layout(ctx, x, y, 3, end, length, 2), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_igraph_layout(ctx, again_x, again_y, 3, end, length, 2),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(x, again_x, sizeof x), 0);
    CU_ASSERT_EQUAL(memcmp(y, again_y, sizeof y), 0);
    for (int k = 0; k < 3; k++) CU_ASSERT(x[k] >= 0.0 && x[k] <= 1.0);
    CU_ASSERT(x[0] != x[2] || y[0] != y[2]);
    CU_ASSERT_EQUAL(rg_igraph_layout(ctx, x, y, 1, end, length, 0), REGATTA_OK);
    CU_ASSERT_EQUAL(x[0], 0.5);
    regatta_ctx_free(ctx);
}

static int n_errors, n_warnings;

static void count_error(const char *reason, const char *file, int line,
                        igraph_error_t code)
{
    (void)reason, (void)file, (void)line, (void)code;
    n_errors++;
}

static void count_warning(const char *reason, const char *file, int line)
{
    (void)reason, (void)file, (void)line;
    n_warnings++;
}

static int64_t draw(void)
{
    return (int64_t)igraph_rng_get_integer(igraph_rng_default(), 0, 1000000000);
}

/* A host's handlers and random numbers go on as if nobody had been there, and what they
 * were does not matter to the communities. */
static void test_igraph_door__the_host_is_left_alone(void)
{
    enum { USERS = 60, ITEMS = 50, N_DRAWS = 20 };
    regatta_ctx *ctx = NULL;
    rg_structure s = {0};
    uint32_t quiet[USERS + ITEMS], amid[USERS + ITEMS];
    int64_t drawn[N_DRAWS];
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    tiny_graph *t = tiny_random(USERS, ITEMS, 0.08, 3);
    CU_ASSERT_EQUAL(rg_igraph_structure(ctx, &s, quiet, &t->graph), REGATTA_OK);
    igraph_error_handler_t *const on_error = igraph_set_error_handler(count_error);
    igraph_warning_handler_t *const on_warning =
        igraph_set_warning_handler(count_warning);
    igraph_rng_seed(igraph_rng_default(), 5);
    for (int k = 0; k < N_DRAWS; k++) drawn[k] = draw();
    igraph_rng_seed(igraph_rng_default(), 5);
    for (int k = 0; k < N_DRAWS; k++) {
        CU_ASSERT_EQUAL(draw(), drawn[k]);
        CU_ASSERT_EQUAL(rg_igraph_structure(ctx, &s, amid, &t->graph), REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(amid, quiet, sizeof quiet), 0);
    }
    CU_ASSERT_EQUAL(n_errors + n_warnings, 0);
    igraph_error("a test", __FILE__, __LINE__, IGRAPH_FAILURE);
    igraph_warning("a test", __FILE__, __LINE__);
    CU_ASSERT_EQUAL(n_errors, 1);
    CU_ASSERT_EQUAL(n_warnings, 1);
    igraph_set_warning_handler(on_warning);
    igraph_set_error_handler(on_error);
    tiny_free(t);
    regatta_ctx_free(ctx);
}

/* A host with random numbers of its own finds them again. */
static void test_igraph_door__the_host_has_numbers_of_its_own(void)
{
    regatta_ctx *ctx = NULL;
    rg_structure s = {0};
    igraph_rng_t mine, twin;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    tiny_graph *t = tiny_random(30, 20, 0.1, 3);
    igraph_rng_t before = *igraph_rng_default();
    igraph_rng_init(&mine, &igraph_rngtype_glibc2);
    igraph_rng_init(&twin, &igraph_rngtype_glibc2);
    igraph_rng_seed(&mine, 9);
    igraph_rng_seed(&twin, 9);
    igraph_rng_set_default(&mine);
    for (int k = 0; k < 20; k++) {
        CU_ASSERT_EQUAL(draw(), (int64_t)igraph_rng_get_integer(&twin, 0, 1000000000));
        CU_ASSERT_EQUAL(rg_igraph_structure(ctx, &s, NULL, &t->graph), REGATTA_OK);
    }
    igraph_rng_set_default(&before);
    igraph_rng_destroy(&mine);
    igraph_rng_destroy(&twin);
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

int test_igraph_door(void)
{
    const test_case cases[] = {
        {"two_squares", test_igraph_door__two_squares},
        {"layout", test_igraph_door__layout},
        {"same_answer_twice", test_igraph_door__same_answer_twice},
        {"the_host_is_left_alone", test_igraph_door__the_host_is_left_alone},
        {"the_host_has_numbers_of_its_own",
         test_igraph_door__the_host_has_numbers_of_its_own},
    };
    return TEST_MAIN("igraph_door", cases);
}
