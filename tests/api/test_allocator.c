/* An allocator that is not thread-safe, under models that many threads read. */
#include "support/suite.h"
#include "support/tiny_model.h"
#include <pthread.h>
#include <regatta/regatta.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { USERS = 23, READERS = 4, YIELDS = 50, ROUNDS = 20 };

/* Counts how often a thread came in while another was inside. */
typedef struct watched {
    atomic_int inside, conflicts;
    int64_t live; /* without a lock of its own */
} watched;

static void enter(watched *w)
{
    if (atomic_fetch_add(&w->inside, 1) > 0) atomic_fetch_add(&w->conflicts, 1);
    for (int k = 0; k < YIELDS; k++) sched_yield(); /* somebody else may come in */
}

static void leave(watched *w)
{
    atomic_fetch_sub(&w->inside, 1);
}

static void *watched_alloc(void *state, size_t bytes)
{
    watched *w = state;
    enter(w);
    void *block = malloc(bytes);
    w->live += block != NULL;
    leave(w);
    return block;
}

static void watched_release(void *state, void *block)
{
    watched *w = state;
    enter(w);
    w->live--;
    free(block);
    leave(w);
}

static regatta_ctx *context_over(watched *w)
{
    regatta_ctx_options o = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    o.threads = 1;
    o.allocator = (regatta_allocator){watched_alloc, watched_release, w};
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &o), REGATTA_OK);
    return ctx;
}

static regatta_status propose(regatta_ctx *ctx, const regatta_model *model, uint32_t user)
{
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    regatta_candidates_options o = REGATTA_CANDIDATES_OPTIONS_INIT;
    uint32_t items[5];
    o.n = 5;
    return regatta_candidates(ctx, model, &query, &o, items, NULL, NULL);
}

typedef struct reader {
    const regatta_model *model;
    uint32_t user;
    regatta_status status;
} reader;

/* The first call makes the tables of the model, with the model's allocator. */
static void *read_model(void *state)
{
    reader *r = state;
    regatta_ctx *ctx = NULL;
    r->status = regatta_ctx_create(&ctx, NULL);
    if (r->status == REGATTA_OK) r->status = propose(ctx, r->model, r->user);
    regatta_ctx_free(ctx);
    return NULL;
}

static void test_allocator__is_never_entered_twice(void)
{
    watched w = {.live = 0};
    regatta_ctx *ctx = context_over(&w);
    tiny_spec spec = tiny_default();
    spec.channels = 1;
    for (int round = 0; round < ROUNDS; round++) {
        regatta_model *model = NULL;
        pthread_t thread[READERS];
        reader r[READERS];
        CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
        for (uint32_t t = 0; t < READERS; t++) {
            r[t] = (reader){.model = model, .user = t};
            CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[t], NULL, read_model, &r[t]), 0);
        }
        /* Meanwhile the context that the allocator belongs to works as well. */
        for (uint32_t user = 0; user < USERS; user++)
            CU_ASSERT_EQUAL(propose(ctx, model, user), REGATTA_OK);
        for (int t = 0; t < READERS; t++) {
            pthread_join(thread[t], NULL);
            CU_ASSERT_EQUAL(r[t].status, REGATTA_OK);
        }
        regatta_model_free(model);
    }
    CU_ASSERT_EQUAL(atomic_load(&w.conflicts), 0);
    regatta_ctx_free(ctx);
    CU_ASSERT_EQUAL(w.live, 0);
}

/* Objects outlive their context, and the lock outlives both. */
static void test_allocator__objects_outlive_the_context(void)
{
    watched w = {.live = 0};
    regatta_ctx *ctx = context_over(&w), *other = tiny_context(1);
    const tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    regatta_ctx_free(ctx);
    CU_ASSERT(w.live > 0);
    CU_ASSERT_EQUAL(propose(other, model, 3), REGATTA_OK);
    regatta_model_free(model);
    CU_ASSERT_EQUAL(w.live, 0);
    regatta_ctx_free(other);
}

int test_allocator(void)
{
    static const test_case cases[] = {
        {"threads", test_allocator__is_never_entered_twice},
        {"outlive", test_allocator__objects_outlive_the_context},
    };
    return TEST_MAIN("allocator", cases);
}
