#include "model/candidates_tables.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <pthread.h>
#include <regatta/regatta.h>
#include <string.h>

enum { USERS = 23, READERS = 4, N_READ = 11 };

typedef struct reader {
    const regatta_model *model;
    uint32_t items[USERS * N_READ];
    int failed;
} reader;

static void *read_once(void *state)
{
    reader *r = state;
    uint32_t user[USERS];
    regatta_ctx *ctx = NULL;
    const regatta_query query = {.struct_size = sizeof query, .n = USERS, .user = user};
    regatta_candidates_options o = REGATTA_CANDIDATES_OPTIONS_INIT;
    o.n = N_READ;
    for (uint32_t u = 0; u < USERS; u++) user[u] = u;
    r->failed =
        regatta_ctx_create(&ctx, NULL) != REGATTA_OK ||
        regatta_candidates(ctx, r->model, &query, &o, r->items, NULL, NULL) != REGATTA_OK;
    regatta_ctx_free(ctx);
    return NULL;
}

/* What is made on first need is made once, whoever comes first. */
static void test_candidates_tables__first_need_of_many_threads(void)
{
    tiny_spec spec = tiny_default();
    spec.n_items = 9000;
    spec.dim = 32;
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = NULL;
    pthread_t thread[READERS];
    static reader readers[READERS];
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    for (int t = 0; t < READERS; t++) {
        readers[t].model = m;
        CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[t], NULL, read_once, &readers[t]),
                              0);
    }
    for (int t = 0; t < READERS; t++) {
        CU_ASSERT_EQUAL(pthread_join(thread[t], NULL), 0);
        CU_ASSERT_FALSE(readers[t].failed);
        CU_ASSERT_EQUAL(
            memcmp(readers[t].items, readers[0].items, sizeof readers[0].items), 0);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"first need", test_candidates_tables__first_need_of_many_threads},
};

int test_candidates_tables(void)
{
    return TEST_MAIN("candidates_tables", cases);
}
