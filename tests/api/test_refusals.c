/* Questions about candidates and similarity that cannot be: refused, with words. */
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>

enum { ITEMS = 41, DIM = 8 };

static regatta_model *model_of(regatta_ctx *ctx, int channels, int64_t dim)
{
    tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    spec.channels = channels;
    spec.dim = dim;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    return m;
}

static regatta_query nodes_of(regatta_side side, const uint32_t *node, int64_t n)
{
    return (regatta_query){
        .struct_size = sizeof(regatta_query), .n = n, .user = node, .side = side};
}

static void not_similar(regatta_ctx *ctx, const regatta_model *m, regatta_query query,
                        regatta_similar_options o, const char *words)
{
    uint32_t nodes[40];
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, &query, &o, nodes, NULL), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
}

static void test_refusals__similar(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 0, DIM), *without = model_of(ctx, 1, 0);
    const uint32_t last = 23, user = 1;
    const int64_t offset[] = {0, 1};
    const regatta_similar_options init = REGATTA_SIMILAR_OPTIONS_INIT;
    regatta_similar_options o = init;
    regatta_query query = nodes_of(REGATTA_USERS, &user, 1);
    uint32_t nodes[20];
    not_similar(ctx, m, nodes_of(REGATTA_USERS, &last, 1), o,
                "query 0: user 23 is not below 23");
    o.k = 0;
    not_similar(ctx, m, query, o, "k must be 1 to 2147483647, not 0");
    o = init;
    o.by = 4;
    not_similar(ctx, m, query, o, "similar: invalid by: 4");
    o.by = REGATTA_SIMILARITY_VECTORS;
    not_similar(ctx, without, query, o,
                "this model has no vectors: train with the vectors channel");
    o.by = REGATTA_SIMILARITY_ATTENTION;
    not_similar(ctx, without, query, o,
                "similar: users have no similarity by attention: use vectors or history");
    not_similar(
        ctx, m, nodes_of(REGATTA_ITEMS, &user, 1), o,
        "similar: this model has no item attention: train with the items channel");
    query = (regatta_query){.struct_size = sizeof query,
                            .n = 1,
                            .offset = offset,
                            .item = &user,
                            .side = REGATTA_ITEMS};
    not_similar(ctx, without, query, o,
                "similar: new items have no attention: use vectors or history");
    o = init;
    o.exclude = &last;
    o.n_exclude = 1;
    not_similar(ctx, m, nodes_of(REGATTA_USERS, &user, 1), o,
                "exclude: user 23 is not below 23");
    o.n_exclude = -1;
    not_similar(ctx, m, nodes_of(REGATTA_USERS, &user, 1), o,
                "exclude: the number of users is negative");
    o.n_exclude = 1;
    o.exclude = NULL;
    not_similar(ctx, m, nodes_of(REGATTA_USERS, &user, 1), o,
                "exclude: the list of 1 users is NULL");
    query.side = 2;
    not_similar(ctx, m, query, init, "query: invalid side: 2");
    query = nodes_of(REGATTA_USERS, &user, 1);
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, &query, NULL, NULL, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_similar(ctx, NULL, &query, NULL, nodes, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, NULL, NULL, nodes, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_similar(NULL, m, &query, NULL, nodes, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, &query, NULL, nodes, NULL), REGATTA_OK);
    query.n = 0;
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, &query, NULL, NULL, NULL), REGATTA_OK);
    regatta_model_free(m);
    regatta_model_free(without);
    regatta_ctx_free(ctx);
}

static regatta_candidates_options ask_for(uint32_t n, uint32_t sources)
{
    regatta_candidates_options o = REGATTA_CANDIDATES_OPTIONS_INIT;
    o.n = n;
    o.sources = sources;
    return o;
}

static void no_candidates(regatta_ctx *ctx, const regatta_model *m,
                          const regatta_query *query, const regatta_candidates_options *o,
                          const char *words)
{
    uint32_t items[8];
    CU_ASSERT_EQUAL(regatta_candidates(ctx, m, query, o, items, NULL, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
}

static void test_refusals__candidates(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 1, DIM), *vectors = model_of(ctx, 0, DIM),
                  *graph = model_of(ctx, 1, 0);
    const uint32_t user = 1, item = ITEMS;
    float vector[DIM] = {1.0f};
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    regatta_query own = {.struct_size = sizeof own, .n = 1, .vector = vector};
    regatta_candidates_options o = ask_for(0, 0);
    no_candidates(ctx, m, &query, &o, "n must be 1 to 2147483647, not 0");
    o = ask_for(3, 4);
    no_candidates(ctx, m, &query, &o, "invalid sources: 4");
    o = ask_for(3, REGATTA_SOURCE_BOTH);
    no_candidates(ctx, vectors, &query, &o,
                  "this model has no item attention: the graph has no candidates");
    no_candidates(ctx, graph, &query, &o,
                  "this model has no vectors: train with the vectors channel");
    no_candidates(ctx, m, &own, &o, "the graph needs users or histories, not vectors");
    o.only = &item;
    o.n_only = 1;
    no_candidates(ctx, m, &query, &o, "only: item 41 is not below 41");
    o = ask_for(3, 0);
    no_candidates(ctx, graph, &own, &o,
                  "this model has no vectors: train with the vectors channel");
    vector[5] = NAN;
    no_candidates(ctx, m, &own, &o, "query 0: its vector is not finite");
    own.user = &user;
    no_candidates(ctx, m, &own, &o, "query: vectors exclude users and histories");
    no_candidates(ctx, m, NULL, &o, "the query is missing");
    CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, NULL, NULL, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_candidates(NULL, m, &query, &o, NULL, NULL, NULL),
                    REGATTA_EINVAL);
    uint32_t items[3]; /* each model has what it is asked for by default */
    CU_ASSERT_EQUAL(regatta_candidates(ctx, vectors, &query, &o, items, NULL, NULL),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_candidates(ctx, graph, &query, &o, items, NULL, NULL),
                    REGATTA_OK);
    const regatta_query none = {.struct_size = sizeof none};
    CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &none, &o, NULL, NULL, NULL), REGATTA_OK);
    regatta_model_free(m);
    regatta_model_free(vectors);
    regatta_model_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"similar", test_refusals__similar},
    {"candidates", test_refusals__candidates},
};

int test_refusals(void)
{
    return TEST_MAIN("refusals", cases);
}
