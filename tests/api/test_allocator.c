/* An allocator that is not thread-safe, under models that many threads read. */
#include "support/suite.h"
#include "support/tiny_model.h"
#include <pthread.h>
#include <regatta/regatta.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

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

/* The bytes that are in use, and the most that were. */
typedef struct counter {
    size_t live, peak;
} counter;

static void *count_alloc(void *state, size_t bytes)
{
    counter *c = state;
    size_t *block = malloc(bytes + 2 * sizeof *block);
    if (block == NULL) return NULL;
    block[0] = bytes;
    c->live += bytes;
    c->peak = c->live > c->peak ? c->live : c->peak;
    return block + 2;
}

static void count_release(void *state, void *block)
{
    size_t *own = (size_t *)block - 2;
    ((counter *)state)->live -= own[0];
    free(own);
}

/* Makes a context of this limit, over a counting allocator or (c NULL) the C library's.
 */
static regatta_ctx *limited(counter *c, uint64_t limit)
{
    regatta_ctx_options o = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    o.threads = 2;
    o.memory_limit = limit;
    if (c != NULL) o.allocator = (regatta_allocator){count_alloc, count_release, c};
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &o), REGATTA_OK);
    return ctx;
}

static regatta_status convert(regatta_ctx *ctx, const regatta_model *model)
{
    regatta_convert_options o = REGATTA_CONVERT_OPTIONS_INIT;
    regatta_model *small = NULL;
    o.type = REGATTA_TYPE_I8;
    const regatta_status status = regatta_model_convert(ctx, &small, model, &o);
    CU_ASSERT_EQUAL(status == REGATTA_OK, small != NULL);
    regatta_model_free(small);
    return status;
}

static double bytes_of(double size, const char *unit)
{
    return unit[0] == 'k' ? size * 1e3 : unit[0] == 'M' ? size * 1e6 : size;
}

/* Returns 1 if the message names a limit that its other two numbers exceed, up to the
 * digits that they have. */
static int adds_up(const char *message)
{
    double most, used, more;
    char unit[3][8];
    const int n =
        sscanf(message,
               "out of memory: the memory_limit is %lf %7[a-zA-Z], %lf %7s were in "
               "use and %lf %7s more were needed",
               &most, unit[0], &used, unit[1], &more, unit[2]);
    return n == 6 && bytes_of(used, unit[1]) + bytes_of(more, unit[2]) >
                         0.98 * bytes_of(most, unit[0]);
}

/* A call fails with the limit's name as long as it is too low, and leaves nothing; no
 * block beyond it is asked for. */
static void test_allocator__memory_limit(void)
{
    regatta_ctx *own = tiny_context(2);
    const tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    int refused = 0, done = 0;
    CU_ASSERT_EQUAL_FATAL(tiny_model(own, &model, &spec), REGATTA_OK);
    for (uint64_t limit = 1; done < 6; limit += 1 + limit / 4) {
        counter c = {0, 0};
        regatta_ctx *ctx = limited(done % 2 == 0 ? &c : NULL, limit);
        const size_t before = c.live;
        const regatta_status status = convert(ctx, model);
        if (status == REGATTA_OK) {
            CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "");
            done++;
        } else {
            CU_ASSERT_EQUAL(status, REGATTA_ENOMEM);
            CU_ASSERT(adds_up(regatta_last_error(ctx)));
            refused++;
        }
        CU_ASSERT_EQUAL(c.live, before);
        CU_ASSERT(c.peak <= limit || c.peak == before);
        CU_ASSERT_EQUAL(convert(NULL, model), REGATTA_EINVAL);
        regatta_ctx_free(ctx);
        CU_ASSERT_EQUAL(c.live, 0);
    }
    CU_ASSERT(refused > 10);
    regatta_model_free(model);
    regatta_ctx_free(own);
}

/* Objects count as long as they live, whoever frees them. */
static void test_allocator__memory_limit_of_objects(void)
{
    const tiny_spec spec = tiny_default();
    counter c = {0, 0};
    regatta_ctx *ctx = limited(&c, 0);
    regatta_model *model[3] = {NULL, NULL, NULL};
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model[0], &spec), REGATTA_OK);
    const size_t each = c.live;
    const size_t most = c.peak;
    regatta_model_free(model[0]);
    regatta_ctx_free(ctx);
    ctx = limited(NULL, most + each);
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model[0], &spec), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model[1], &spec), REGATTA_OK);
    CU_ASSERT_EQUAL(tiny_model(ctx, &model[2], &spec), REGATTA_ENOMEM);
    CU_ASSERT_PTR_NULL(model[2]);
    regatta_model_free(model[0]);
    CU_ASSERT_EQUAL(tiny_model(ctx, &model[2], &spec), REGATTA_OK);
    regatta_ctx_free(ctx);
    regatta_model_free(model[1]);
    regatta_model_free(model[2]);
}

int test_allocator(void)
{
    static const test_case cases[] = {
        {"threads", test_allocator__is_never_entered_twice},
        {"outlive", test_allocator__objects_outlive_the_context},
        {"memory limit", test_allocator__memory_limit},
        {"memory limit of objects", test_allocator__memory_limit_of_objects},
    };
    return TEST_MAIN("allocator", cases);
}
