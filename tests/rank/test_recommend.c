#include "rank/recommend.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

enum { K = 10 };

static regatta_model *model_of(regatta_ctx *ctx, tiny_spec spec)
{
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

static regatta_query of_users(const uint32_t *user, int64_t n)
{
    return (regatta_query){.struct_size = sizeof(regatta_query), .n = n, .user = user};
}

static regatta_query of_histories(const int64_t *offset, const uint32_t *item, int64_t n)
{
    return (regatta_query){
        .struct_size = sizeof(regatta_query), .n = n, .offset = offset, .item = item};
}

/* scale <u, v> + bias, the slow way. */
static double slow_score(const regatta_model *m, const float *unit, int64_t item)
{
    double dot = 0.0;
    for (int64_t k = 0; k < m->vectors->shape.dim; k++)
        dot += (double)unit[k] *
               (double)rg_model_row(NULL, &m->vectors->item_vectors, item)[k];
    return (double)m->vectors->scale * dot + (double)m->vectors->bias[item];
}

static int in_history(const regatta_model *m, uint32_t user, uint32_t item)
{
    for (int64_t e = m->history_offset[user]; e < m->history_offset[user + 1]; e++)
        if (m->history_item[e] == item) return 1;
    return 0;
}

static void test_recommend__users_get_the_best_unseen_in_order(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, tiny_default());
    uint32_t user[23], items[23 * K];
    float scores[23 * K];
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = K;
    for (uint32_t u = 0; u < 23; u++) user[u] = u;
    const regatta_query query = of_users(user, 23);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &opts, items, scores), REGATTA_OK);
    for (uint32_t u = 0; u < 23; u++) {
        const float *unit = rg_model_row(NULL, &m->vectors->user_vectors, u);
        int better = 0; /* unseen items above the last one shown */
        for (int r = 0; r < K; r++) {
            const uint32_t item = items[u * K + (uint32_t)r];
            CU_ASSERT_FALSE(in_history(m, u, item));
            CU_ASSERT_DOUBLE_EQUAL(scores[u * K + (uint32_t)r], slow_score(m, unit, item),
                                   1e-5);
            if (r > 0)
                CU_ASSERT(scores[u * K + (uint32_t)r - 1] >= scores[u * K + (uint32_t)r]);
        }
        for (uint32_t j = 0; j < 41; j++)
            better += !in_history(m, u, j) &&
                      slow_score(m, unit, j) > (double)scores[u * K + K - 1] + 1e-5;
        CU_ASSERT(better <= K - 1);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_recommend__filters_act_before_the_cut(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, tiny_default());
    const uint32_t user[] = {0}, only[] = {40, 3, 3, 17}, exclude[] = {17};
    uint32_t items[4];
    float scores[4];
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = 4;
    opts.only = only;
    opts.n_only = 4;
    opts.exclude = exclude;
    opts.n_exclude = 1;
    const regatta_query query = of_users(user, 1);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &opts, items, scores), REGATTA_OK);
    /* User 0 has no history: the biases decide. */
    const int first_is_40 = m->vectors->bias[40] > m->vectors->bias[3];
    CU_ASSERT_EQUAL(items[0], first_is_40 ? 40 : 3);
    CU_ASSERT_EQUAL(items[1], first_is_40 ? 3 : 40);
    CU_ASSERT_EQUAL(scores[0], m->vectors->bias[items[0]]);
    CU_ASSERT_EQUAL(items[2], REGATTA_NONE);
    CU_ASSERT_EQUAL(items[3], REGATTA_NONE);
    CU_ASSERT(isinf(scores[2]) && scores[2] < 0.0f);
    opts.n_only = 0; /* a list of nothing allows nothing */
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &opts, items, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(items[0], REGATTA_NONE);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Each query has its own exclusions, beside those of the options. */
static void test_recommend__exclusions_of_a_query(void)
{
    enum { ALL = 41 };
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, tiny_default());
    const uint32_t user[] = {6, 6, 6}, one[] = {6};
    uint32_t all[ALL], items[3 * ALL];
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = ALL;
    regatta_query query = of_users(one, 1);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &opts, all, NULL), REGATTA_OK);
    const uint32_t exclude[] = {all[0], all[5], all[2], all[0], all[1]};
    const int64_t offset[] = {1, 1, 4, 5};
    query = of_users(user, 3);
    query.exclude_offset = offset;
    query.exclude = exclude;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &opts, items, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(items, all, sizeof all), 0);
    CU_ASSERT_EQUAL(items[ALL], all[1]);
    CU_ASSERT_EQUAL(items[ALL + 1], all[3]);
    CU_ASSERT_EQUAL(items[ALL + 2], all[4]);
    CU_ASSERT_EQUAL(items[ALL + 3], all[6]);
    CU_ASSERT_EQUAL(items[2 * ALL], all[0]);
    CU_ASSERT_EQUAL(items[2 * ALL + 1], all[2]);
    opts.exclude = all + 2;
    opts.n_exclude = 1;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &opts, items, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(items[2 * ALL + 1], all[3]);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_recommend__seen_items_come_back_when_asked(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, tiny_default());
    const uint32_t user[] = {6};
    uint32_t items[60];
    float scores[60];
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = 60; /* more than there are */
    const regatta_query query = of_users(user, 1);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &opts, items, scores), REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(items[34], REGATTA_NONE);
    CU_ASSERT_EQUAL(items[35], REGATTA_NONE); /* 41 items less 6 seen */
    CU_ASSERT_EQUAL(items[59], REGATTA_NONE);
    CU_ASSERT(isinf(scores[59]));
    opts.keep_seen = 1;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &opts, items, scores), REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(items[40], REGATTA_NONE);
    CU_ASSERT_EQUAL(items[41], REGATTA_NONE);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_recommend__repeats_and_order_of_a_history_do_not_matter(void)
{
    regatta_ctx *ctx = tiny_context(3);
    regatta_model *m = model_of(ctx, tiny_default());
    const int64_t offset[] = {0, 3, 8, 8};
    const uint32_t item[] = {2, 9, 30, 30, 9, 2, 9, 30};
    uint32_t items[3 * K];
    float scores[3 * K];
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = K;
    const regatta_query query = of_histories(offset, item, 3);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &opts, items, scores), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(items, items + K, K * sizeof *items), 0);
    CU_ASSERT_EQUAL(memcmp(scores, scores + K, K * sizeof *scores), 0);
    for (int r = 0; r < K; r++) { /* nothing known: what is popular */
        CU_ASSERT_EQUAL(scores[2 * K + r], m->vectors->bias[items[2 * K + r]]);
        CU_ASSERT(items[r] != 2 && items[r] != 9 && items[r] != 30);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Of kind NONE and combine MEAN a history alone says everything about a user. */
static void test_fold_in__own_history_gives_the_own_vector(void)
{
    regatta_ctx *ctx = tiny_context(2);
    const regatta_combine combine[] = {REGATTA_COMBINE_MEAN, REGATTA_COMBINE_LAST};
    for (int c = 0; c < 2; c++) {
        tiny_spec spec = tiny_default();
        spec.combine = combine[c];
        regatta_model *m = model_of(ctx, spec);
        static float folded[23 * 8];
        const regatta_query query =
            of_histories(m->history_offset, m->history_item, m->n_users);
        CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &query, folded), REGATTA_OK);
        for (int64_t k = 0; k < 23 * 8; k++)
            CU_ASSERT_DOUBLE_EQUAL(
                folded[k], rg_model_row(NULL, &m->vectors->user_vectors, 0)[k], 1e-6);
        regatta_model_free(m);
    }
    regatta_ctx_free(ctx);
}

static void test_fold_in__of_users_is_their_row(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, tiny_default());
    const uint32_t user[] = {5, 0, 22};
    float vectors[3 * 8];
    const regatta_query query = of_users(user, 3);
    CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &query, vectors), REGATTA_OK);
    for (int q = 0; q < 3; q++)
        CU_ASSERT_EQUAL(memcmp(vectors + q * 8,
                               rg_model_row(NULL, &m->vectors->user_vectors, user[q]),
                               8 * sizeof *vectors),
                        0);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Every thread count, and every place in a tile, the same bits. */
static void test_recommend__same_bits_at_any_thread_count(void)
{
    enum { N = 75 };
    static uint32_t items[4][N * K];
    static float scores[4][N * K];
    const uint32_t threads[] = {1, 2, 3, 8};
    uint32_t history[N * 3];
    int64_t offset[N + 1];
    for (int q = 0; q <= N; q++) offset[q] = 3 * q;
    for (uint32_t e = 0; e < N * 3; e++) history[e] = (e * 7) % 41;
    for (int t = 0; t < 4; t++) {
        regatta_ctx *ctx = tiny_context(threads[t]);
        tiny_spec spec = tiny_default();
        spec.attention = REGATTA_ATTENTION_COSINE;
        regatta_model *m = model_of(ctx, spec);
        regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
        opts.k = K;
        const regatta_query query = of_histories(offset, history, N);
        CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &opts, items[t], scores[t]),
                        REGATTA_OK);
        regatta_model_free(m);
        regatta_ctx_free(ctx);
    }
    for (int t = 1; t < 4; t++) {
        CU_ASSERT_EQUAL(memcmp(items[0], items[t], sizeof items[0]), 0);
        CU_ASSERT_EQUAL(memcmp(scores[0], scores[t], sizeof scores[0]), 0);
    }
}

/* One query alone has its items cut between the threads: the bits of the batch, also with
 * more threads than panels, and in tiles of every size. */
static void test_recommend__same_bits_alone_and_in_a_batch(void)
{
    enum { N = 23 };
    uint32_t user[N], items[N * K], alone[K];
    float scores[N * K], number[K];
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = K;
    for (uint32_t u = 0; u < N; u++) user[u] = u;
    for (uint32_t threads = 1; threads < 6; threads += 2) {
        regatta_ctx *ctx = tiny_context(threads);
        tiny_spec spec = tiny_default();
        spec.channels = 1;
        regatta_model *m = model_of(ctx, spec);
        const regatta_query query = of_users(user, N);
        CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &opts, items, scores),
                        REGATTA_OK);
        for (uint32_t u = 0; u < N; u++) {
            const regatta_query one = of_users(&u, 1);
            CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &one, &opts, alone, number),
                            REGATTA_OK);
            CU_ASSERT_EQUAL(memcmp(items + u * K, alone, sizeof alone), 0);
            CU_ASSERT_EQUAL(memcmp(scores + u * K, number, sizeof number), 0);
        }
        regatta_model_free(m);
        regatta_ctx_free(ctx);
    }
}

static void test_score__is_the_number_that_ranks(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, tiny_default());
    uint32_t user[23], items[23 * K];
    float scores[23 * K], again[K];
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = K;
    for (uint32_t u = 0; u < 23; u++) user[u] = u;
    const regatta_query query = of_users(user, 23);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &opts, items, scores), REGATTA_OK);
    for (uint32_t u = 0; u < 23; u++) {
        const regatta_query one = of_users(&u, 1);
        CU_ASSERT_EQUAL(regatta_score(ctx, m, &one, items + u * K, K, again), REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(again, scores + u * K, sizeof again), 0);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_status answers(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *m = arg;
    const int64_t offset[] = {0, 2};
    const uint32_t item[] = {3, 1}, only[] = {4, 5, 6};
    uint32_t items[2];
    float numbers[8];
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = 2;
    opts.only = only;
    opts.n_only = 3;
    const regatta_query query = of_histories(offset, item, 1);
    RG_TRY(regatta_recommend(ctx, m, &query, &opts, items, NULL));
    RG_TRY(regatta_score(ctx, m, &query, only, 3, numbers));
    RG_TRY(regatta_fold_in(ctx, m, &query, numbers));
done:
    return status;
}

static void test_recommend__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, tiny_default());
    fault_sweep_memory(answers, m);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"best unseen", test_recommend__users_get_the_best_unseen_in_order},
    {"filters", test_recommend__filters_act_before_the_cut},
    {"exclusions of a query", test_recommend__exclusions_of_a_query},
    {"seen", test_recommend__seen_items_come_back_when_asked},
    {"repeats", test_recommend__repeats_and_order_of_a_history_do_not_matter},
    {"fold-in own history", test_fold_in__own_history_gives_the_own_vector},
    {"fold-in users", test_fold_in__of_users_is_their_row},
    {"alone", test_recommend__same_bits_alone_and_in_a_batch},
    {"threads", test_recommend__same_bits_at_any_thread_count},
    {"score", test_score__is_the_number_that_ranks},
    {"allocations", test_recommend__every_allocation_may_fail},
};

int test_recommend(void)
{
    return TEST_MAIN("recommend", cases);
}
