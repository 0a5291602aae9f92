/* Answers as of a moment: nothing later than `at` has an effect. */
#include "api/query_as_of.h"
#include "model/history.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

enum { USERS = 40, ITEMS = 30, EACH = 7, K = 5 };

/* Users and items of four groups; user u has EACH items at the times u, u + 10, .., and
 * the first of them again at the end. */
static regatta_model *model_of(regatta_ctx *ctx, int with_times)
{
    static uint32_t user[USERS * (EACH + 1)], item[USERS * (EACH + 1)];
    static int64_t time[USERS * (EACH + 1)];
    int64_t n = 0;
    for (uint32_t u = 0; u < USERS; u++)
        for (uint32_t k = 0; k <= EACH; k++, n++) {
            const uint32_t step = k % EACH;
            user[n] = u;
            item[n] = (u % 4 + 4 * (step * (u / 4 + 1) + step)) % ITEMS;
            time[n] = (int64_t)u + 10 * (int64_t)k;
        }
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = n,
                                 .n_users = USERS,
                                 .n_items = ITEMS,
                                 .user = user,
                                 .item = item,
                                 .time = with_times ? time : NULL};
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_graph *graph = NULL;
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &graph, &edges), REGATTA_OK);
    o.channels = "vectors,items";
    o.dim = 8;
    o.max_steps = 5;
    o.temperature = 0.2f;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    regatta_graph_free(graph);
    return model;
}

/* The history of a user of the model up to a moment. */
static int64_t history_until(regatta_ctx *ctx, const regatta_model *m, uint32_t user,
                             int64_t at, uint32_t *item, int64_t *time)
{
    regatta_history h = REGATTA_HISTORY_INIT;
    h.capacity = EACH + 1;
    h.item = item;
    h.time = time;
    CU_ASSERT_EQUAL_FATAL(regatta_model_history(ctx, &h, m, user), REGATTA_OK);
    int64_t n = 0;
    while (n < h.n && time[n] <= at) n++;
    return n;
}

typedef struct answer {
    uint32_t items[K], near[K];
    float scores[K], all[ITEMS], vector[8];
    regatta_explanation terms;
    regatta_contribution because[EACH];
} answer;

/* All that may be asked of one query. */
static void ask(regatta_ctx *ctx, answer *a, const regatta_model *m,
                const regatta_query *query)
{
    uint32_t every[ITEMS];
    regatta_recommend_options r = REGATTA_RECOMMEND_OPTIONS_INIT;
    regatta_candidates_options c = REGATTA_CANDIDATES_OPTIONS_INIT;
    memset(a, 0, sizeof *a);
    for (uint32_t j = 0; j < ITEMS; j++) every[j] = j;
    r.k = c.n = K;
    a->terms.struct_size = sizeof a->terms;
    a->because[0].struct_size = sizeof a->because[0];
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, query, &r, a->items, a->scores),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_candidates(ctx, m, query, &c, a->near, NULL, NULL),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_score(ctx, m, query, every, ITEMS, a->all), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, query, a->vector), REGATTA_OK);
    CU_ASSERT_EQUAL(
        regatta_explain(ctx, m, query, a->items, 1, a->because, EACH, &a->terms),
        REGATTA_OK);
}

static void same(const answer *a, const answer *b)
{
    CU_ASSERT_EQUAL(memcmp(a, b, sizeof *a), 0);
}

/* A user whose history is cut is the history that is left. */
static void test_query_as_of__is_what_was_before(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, 1);
    answer cut, left, whole;
    for (uint32_t user = 0; user < USERS; user += 9) {
        uint32_t item[EACH + 1];
        int64_t time[EACH + 1], at = (int64_t)user + 25;
        const int64_t offset[] = {0, history_until(ctx, m, user, at, item, time)};
        CU_ASSERT_EQUAL(offset[1], 3);
        regatta_query q = {.struct_size = sizeof q, .n = 1, .user = &user, .at = &at};
        const regatta_query before = {.struct_size = sizeof before,
                                      .n = 1,
                                      .offset = offset,
                                      .item = item,
                                      .time = time,
                                      .at = &at};
        ask(ctx, &cut, m, &q);
        ask(ctx, &left, m, &before);
        same(&cut, &left);
        q.at = NULL;
        ask(ctx, &whole, m, &q);
        CU_ASSERT(memcmp(cut.all, whole.all, sizeof cut.all) != 0);
        at = time[EACH]; /* the latest interaction is not later than itself */
        q.at = &at;
        ask(ctx, &left, m, &q);
        same(&whole, &left);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Later items of a history, in any order of its rows, change nothing. */
static void test_query_as_of__the_future_has_no_effect(void)
{
    const uint32_t item[] = {9, 1, 5, 1, 17}, before[] = {1, 5};
    const int64_t offset[] = {0, 5}, time[] = {70, 10, 20, 21, 90}, left[] = {10, 20};
    const int64_t two[] = {0, 2};
    int64_t at = 20;
    const uint32_t nothing[] = {3};
    const int64_t empty[] = {0, 0}, never[] = {1};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 1);
    answer a, b;
    const regatta_query long_one = {.struct_size = sizeof long_one,
                                    .n = 1,
                                    .offset = offset,
                                    .item = item,
                                    .time = time,
                                    .at = &at};
    regatta_query q = {.struct_size = sizeof q,
                       .n = 1,
                       .offset = two,
                       .item = before,
                       .time = left,
                       .at = &at};
    ask(ctx, &a, m, &long_one);
    ask(ctx, &b, m, &q);
    same(&a, &b);
    at = INT64_MIN; /* before everything: an empty history */
    q.offset = empty;
    q.item = nothing;
    q.time = never;
    ask(ctx, &a, m, &long_one);
    ask(ctx, &b, m, &q);
    same(&a, &b);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Each query of a block is answered as alone, and with any number of threads. */
static void test_query_as_of__a_block_is_its_queries(void)
{
    enum { N = 60 };
    uint32_t user[N], items[N * K], one[K];
    int64_t at[N];
    float scores[N * K], alone[K];
    regatta_recommend_options r = REGATTA_RECOMMEND_OPTIONS_INIT;
    regatta_candidates_options c = REGATTA_CANDIDATES_OPTIONS_INIT;
    r.k = c.n = K;
    for (uint32_t q = 0; q < N; q++) {
        user[q] = q * 7 % USERS;
        at[q] = (int64_t)user[q] + 10 * (int64_t)(q % 11) - 5;
    }
    for (uint32_t threads = 1; threads < 4; threads++) {
        regatta_ctx *ctx = tiny_context(threads);
        regatta_model *m = model_of(ctx, 1);
        regatta_query q = {.struct_size = sizeof q, .n = N, .user = user, .at = at};
        for (int which = 0; which < 2; which++) {
            CU_ASSERT_EQUAL(which
                                ? regatta_candidates(ctx, m, &q, &c, items, scores, NULL)
                                : regatta_recommend(ctx, m, &q, &r, items, scores),
                            REGATTA_OK);
            for (int k = 0; k < N; k++) {
                const regatta_query single = {
                    .struct_size = sizeof q, .n = 1, .user = user + k, .at = at + k};
                CU_ASSERT_EQUAL(
                    which ? regatta_candidates(ctx, m, &single, &c, one, alone, NULL)
                          : regatta_recommend(ctx, m, &single, &r, one, alone),
                    REGATTA_OK);
                CU_ASSERT_EQUAL(memcmp(one, items + k * K, sizeof one), 0);
                CU_ASSERT_EQUAL(memcmp(alone, scores + k * K, sizeof alone), 0);
            }
        }
        regatta_model_free(m);
        regatta_ctx_free(ctx);
    }
}

/* Nothing is copied unless something is cut; users who are not cut stay users. */
static void test_query_as_of__cuts_what_it_must(void)
{
    const uint32_t user[] = {3, 4};
    const int64_t late[] = {1000, 1000}, at[] = {1000, 24};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 1);
    regatta_query q = {.struct_size = sizeof q, .n = 2, .user = user, .at = late};
    rg_as_of as_of;
    CU_ASSERT_EQUAL_FATAL(rg_as_of_create(ctx, &as_of, m, &q), REGATTA_OK);
    CU_ASSERT_PTR_EQUAL(as_of.query.user, user);
    CU_ASSERT_PTR_NULL(as_of.query.offset);
    rg_as_of_free(ctx, &as_of);
    q.at = at;
    CU_ASSERT_EQUAL_FATAL(rg_as_of_create(ctx, &as_of, m, &q), REGATTA_OK);
    CU_ASSERT(rg_query_is_user(&as_of.query, 0));
    CU_ASSERT_FALSE(rg_query_is_user(&as_of.query, 1));
    CU_ASSERT_EQUAL(as_of.query.offset[1], 0);
    CU_ASSERT_EQUAL(as_of.query.offset[2], 3);
    CU_ASSERT_EQUAL(as_of.query.time[2], 24);
    rg_as_of_free(ctx, &as_of);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_query_as_of__needs_times(void)
{
    const uint32_t user = 1, item[] = {1, 2};
    const int64_t at = 5, offset[] = {0, 2}, time[] = {1, 9};
    const float vector[8] = {1.0f};
    uint32_t found[K];
    float scores[K];
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *timed = model_of(ctx, 1), *m = model_of(ctx, 0);
    regatta_recommend_options r = REGATTA_RECOMMEND_OPTIONS_INIT;
    regatta_candidates_options c = REGATTA_CANDIDATES_OPTIONS_INIT;
    regatta_similar_options s = REGATTA_SIMILAR_OPTIONS_INIT;
    r.k = c.n = s.k = K;
    regatta_query q = {.struct_size = sizeof q, .n = 1, .user = &user, .at = &at};
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &q, &r, found, scores), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, timed, &q, &r, found, scores), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_similar(ctx, timed, &q, &s, found, scores), REGATTA_EINVAL);
    q.user = NULL;
    q.offset = offset;
    q.item = item;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &q, &r, found, scores), REGATTA_EINVAL);
    q.time = time; /* a history with times of its own */
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &q, &r, found, scores), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_similar(ctx, timed, &q, &s, found, scores), REGATTA_OK);
    const regatta_query seeker = {
        .struct_size = sizeof seeker, .n = 1, .vector = vector, .at = &at};
    CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &seeker, &c, found, scores, NULL),
                    REGATTA_EINVAL);
    q.side = REGATTA_ITEMS;
    q.item = &user;
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, &q, &s, found, scores), REGATTA_EINVAL);
    regatta_model_free(m);
    regatta_model_free(timed);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const uint32_t user[] = {3, 4};
    const int64_t at[] = {1000, 24};
    uint32_t items[2 * K];
    regatta_recommend_options r = REGATTA_RECOMMEND_OPTIONS_INIT;
    const regatta_query q = {.struct_size = sizeof q, .n = 2, .user = user, .at = at};
    r.k = K;
    return regatta_recommend(ctx, arg, &q, &r, items, NULL);
}

static void test_query_as_of__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, 1);
    fault_sweep_memory(attempt, m);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"is_what_was_before", test_query_as_of__is_what_was_before},
    {"the_future_has_no_effect", test_query_as_of__the_future_has_no_effect},
    {"a_block_is_its_queries", test_query_as_of__a_block_is_its_queries},
    {"cuts_what_it_must", test_query_as_of__cuts_what_it_must},
    {"needs_times", test_query_as_of__needs_times},
    {"every_allocation_may_fail", test_query_as_of__every_allocation_may_fail},
};

int test_query_as_of(void)
{
    return TEST_MAIN("query_as_of", cases);
}
