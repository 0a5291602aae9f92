/* Arguments that cannot be, and many readers of one model at once. */
#include "support/suite.h"
#include "support/tiny_model.h"
#include <pthread.h>
#include <regatta/regatta.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static regatta_model *model_of(regatta_ctx *ctx)
{
    const tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

static void refused(regatta_ctx *ctx, const regatta_model *m, const regatta_query *query,
                    const char *words)
{
    uint32_t items[40];
    float numbers[40];
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, query, NULL, items, NULL), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
    items[0] = 0;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, query, items, 1, numbers), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
    CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, query, numbers), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
}

static void test_rank__queries_that_cannot_be(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    const uint32_t user[] = {1, 23}, item[] = {1, 41};
    const int64_t offset[] = {0, 1, 2}, falling[] = {0, 1, 0}, below[] = {-1, 0, 1};
    const float vector[16] = {1.0f};
    const regatta_query base = {.struct_size = sizeof base, .n = 2};
    regatta_query q = base;
    refused(ctx, m, NULL, "the query is missing");
    refused(ctx, m, &q, "query: set either users or histories");
    q.user = user;
    refused(ctx, m, &q, "query 1: user 23 is not below 23");
    q.offset = offset;
    refused(ctx, m, &q, "query: set either users or histories");
    q.user = NULL;
    refused(ctx, m, &q, "query 0: items are missing");
    q.item = item;
    refused(ctx, m, &q, "query 1: item 41 is not below 41");
    q.offset = falling;
    refused(ctx, m, &q, "query 1: its offsets decrease");
    q.offset = below;
    refused(ctx, m, &q, "query 0: its offset is negative");
    q = base;
    q.n = -1;
    refused(ctx, m, &q, "query: n is negative");
    q = base;
    q.side = 2;
    refused(ctx, m, &q, "query: invalid side: 2");
    q.side = REGATTA_ITEMS;
    q.user = user;
    uint32_t best[40];
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &q, NULL, best, NULL), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "query: the side must be users");
    q = base;
    q.struct_size = 0;
    refused(ctx, m, &q, "query: struct_size is not set");
    q = base;
    q.vector = vector;
    refused(ctx, m, &q, "query: only candidates take vectors of the caller");
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A caller that was built before `vector` was appended: what lies behind its struct is
 * not read. */
static void test_rank__query_of_an_older_caller(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    const uint32_t user = 5;
    const float vector[8] = {1.0f};
    const regatta_query now = {.struct_size = sizeof now, .n = 1, .user = &user};
    regatta_query older = now;
    uint32_t items[20], again[20];
    older.struct_size = (uint32_t)offsetof(regatta_query, vector);
    older.vector = vector;
    older.side = 77;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &now, NULL, items, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &older, NULL, again, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(items, again, sizeof items), 0);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_rank__options_and_buffers_that_cannot_be(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    const uint32_t user = 1, item[] = {3, 41};
    const regatta_query q = {.struct_size = sizeof q, .n = 1, .user = &user};
    uint32_t items[20];
    float scores[20];
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    o.k = 0;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &q, &o, items, NULL), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "k must be 1 to 2147483647, not 0");
    o.k = 20;
    o.only = item;
    o.n_only = 2;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &q, &o, items, NULL), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "only: item 41 is not below 41");
    o.only = NULL;
    o.n_exclude = 1;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &q, &o, items, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &q, NULL, NULL, scores), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, NULL, &q, NULL, items, scores),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_recommend(NULL, m, &q, NULL, items, scores), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &q, item, 2, scores), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &q, NULL, 2, scores), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &q, item, 1, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &q, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &q, NULL, items, scores), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "");
    const int64_t ends[] = {0, 2}, falls[] = {2, 0}, below[] = {-1, 0};
    regatta_query out = q;
    out.exclude = item;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &out, NULL, items, NULL), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                           "query: exclude needs exclude_offset");
    out.exclude_offset = ends;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &out, NULL, items, NULL), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                           "query: exclude: item 41 is not below 41");
    CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &out, NULL, items, NULL, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &out, item, 1, scores), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(
        regatta_last_error(ctx),
        "query: only recommend and candidates exclude items of a query");
    out.exclude = NULL;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &out, NULL, items, NULL), REGATTA_EINVAL);
    out.exclude_offset = falls;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &out, NULL, items, NULL), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "query 0: exclude_offset decreases");
    out.exclude_offset = below;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &out, NULL, items, NULL), REGATTA_EINVAL);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_rank__explain_refuses(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    const uint32_t user[] = {1, 2}, item = 0, beyond = 41;
    regatta_query q = {.struct_size = sizeof q, .n = 2, .user = user};
    regatta_explanation x = REGATTA_EXPLANATION_INIT;
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &q, &item, 1, NULL, 0, &x), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "explain needs one query, not 2");
    q.n = 1;
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &q, &beyond, 1, NULL, 0, &x), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "explain: item 41 is not below 41");
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &q, NULL, 1, NULL, 0, &x), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &q, &item, -1, NULL, 0, &x), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &q, &item, 1, NULL, 3, &x), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &q, &item, 1, NULL, -1, &x), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &q, &item, 1, NULL, 0, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_explain(ctx, NULL, &q, &item, 1, NULL, 0, &x),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_explain(NULL, m, &q, &item, 1, NULL, 0, &x), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &q, NULL, 0, NULL, 0, NULL), REGATTA_OK);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_rank__no_query_is_no_work(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    const regatta_query q = {.struct_size = sizeof q};
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &q, NULL, NULL, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &q, NULL, 0, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &q, NULL), REGATTA_OK);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

enum { READERS = 4, ROUNDS = 10, USERS = 23, K = 7 };

typedef struct reader {
    const regatta_model *model;
    uint32_t items[USERS * K];
    float scores[USERS * K];
    int failed;
} reader;

/* Its own context, the shared model; answers have to stay the same. */
static void *read_often(void *state)
{
    reader *r = state;
    uint32_t user[USERS], items[USERS * K];
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    const regatta_query query = {.struct_size = sizeof query, .n = USERS, .user = user};
    regatta_ctx *ctx = NULL;
    options.threads = 2;
    opts.k = K;
    for (uint32_t u = 0; u < USERS; u++) user[u] = u;
    r->failed = regatta_ctx_create(&ctx, &options) != REGATTA_OK;
    for (int round = 0; round < ROUNDS && !r->failed; round++) {
        r->failed = regatta_recommend(ctx, r->model, &query, &opts, items, r->scores) !=
                    REGATTA_OK;
        if (round > 0) r->failed |= memcmp(items, r->items, sizeof items) != 0;
        memcpy(r->items, items, sizeof items);
    }
    regatta_ctx_free(ctx);
    return NULL;
}

static void test_rank__many_threads_read_one_model(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    pthread_t thread[READERS];
    static reader readers[READERS];
    for (int t = 0; t < READERS; t++) {
        readers[t].model = m;
        CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[t], NULL, read_often, &readers[t]),
                              0);
    }
    for (int t = 0; t < READERS; t++) {
        CU_ASSERT_EQUAL(pthread_join(thread[t], NULL), 0);
        CU_ASSERT_FALSE(readers[t].failed);
        CU_ASSERT_EQUAL(
            memcmp(readers[t].scores, readers[0].scores, sizeof readers[0].scores), 0);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_rank__a_model_without_vectors(void)
{
    static const char words[] =
        "this model has no vectors: train with the vectors channel";
    regatta_ctx *ctx = tiny_context(1);
    tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    const uint32_t user = 3;
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    uint32_t items[20];
    float numbers[20];
    spec.dim = 0;
    spec.channels = 1;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, &query, NULL, items, numbers), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &query, numbers), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, NULL, items, numbers), REGATTA_OK);
    CU_ASSERT(items[19] != REGATTA_NONE);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"queries", test_rank__queries_that_cannot_be},
    {"older query", test_rank__query_of_an_older_caller},
    {"options", test_rank__options_and_buffers_that_cannot_be},
    {"explain", test_rank__explain_refuses},
    {"without vectors", test_rank__a_model_without_vectors},
    {"no query", test_rank__no_query_is_no_work},
    {"readers", test_rank__many_threads_read_one_model},
};

int test_rank(void)
{
    return TEST_MAIN("rank", cases);
}
