#include "rank/rerank.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

enum { USERS = 23, ITEMS = 41, DIM = 8 };

static regatta_model *model_of(regatta_ctx *ctx, int64_t dim)
{
    tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    spec.dim = dim;
    spec.channels = dim == 0;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

/* Items 0 and 1 are had by the same users, item 2 by others, 3 by nobody. By history
 * cos(0, 1) = 1 and cos(0, 2) = 0. */
static void test_rerank__mmr_by_hand(void)
{
    regatta_ctx *ctx = tiny_context(1);
    const float history[] = {1, 1, 0, 0, /**/ 1, 1, 0, 0, /**/ 0, 0, 1, 0};
    const float in[] = {1, 1, 1, 1};
    const channel_parts parts = {
        .n_users = 3, .n_items = 4, .rank = 1, .history = history, .in = in, .out = in};
    regatta_model *m = channel_model(ctx, &parts);
    const float row[] = {10, 9, 5, 0};
    const rg_rerank_options o = {.mmr = 0.5f, .k = 3};
    uint32_t items[3];
    float scores[3];
    rg_rerank *r = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_rerank_create(ctx, &r, m, &o), REGATTA_OK);
    rg_rerank_row(r, items, scores, row, 0);
    /* Relevance 1, .9, .5, 0. Then .45 - .5 of 1, .25 - 0 of 2, 0 - 0 of 3; then
     * .45 - .5 of 1 against 0 - 0 of 3: the last is 3. */
    CU_ASSERT_EQUAL(items[0], 0);
    CU_ASSERT_EQUAL(items[1], 2);
    CU_ASSERT_EQUAL(items[2], 3);
    CU_ASSERT_EQUAL(scores[0], 10.0f);
    CU_ASSERT_EQUAL(scores[1], 5.0f);
    CU_ASSERT_EQUAL(scores[2], 0.0f);
    rg_rerank_free(r);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* log_degree of items with 3, 1, 0 users: log 4, log 2, 0, so mean log 2 and deviation
 * sqrt(2/3) log 2. Scores 3, 2, 1: deviation sqrt(2/3). A penalty of 2 takes 2 off item 0
 * and gives 2 to item 2: 1, 2, 3. */
static void test_rerank__penalty_by_hand(void)
{
    regatta_ctx *ctx = tiny_context(1);
    const float history[] = {1, 1, 0, /**/ 1, 0, 0, /**/ 1, 0, 0};
    const float in[] = {1, 1, 1};
    const channel_parts parts = {
        .n_users = 3, .n_items = 3, .rank = 1, .history = history, .in = in, .out = in};
    regatta_model *m = channel_model(ctx, &parts);
    const float row[] = {3, 2, 1}, without[] = {3, -INFINITY, 1};
    rg_rerank_options o = {.mmr = 1.0f, .popularity_penalty = 2.0f, .k = 5};
    uint32_t items[3];
    float scores[3];
    rg_rerank *r = NULL;
    CU_ASSERT(rg_rerank_wanted(&o));
    CU_ASSERT_EQUAL_FATAL(rg_rerank_create(ctx, &r, m, &o), REGATTA_OK);
    rg_rerank_row(r, items, scores, row, 0);
    CU_ASSERT(items[0] == 2 && items[1] == 1 && items[2] == 0);
    CU_ASSERT(scores[0] == 1.0f && scores[1] == 2.0f && scores[2] == 3.0f);
    rg_rerank_row(r, items, scores, without, 0); /* what is not there stays away */
    CU_ASSERT(items[0] == 2 && items[1] == 0 && items[2] == REGATTA_NONE);
    CU_ASSERT(isinf(scores[2]));
    rg_rerank_free(r);
    o.popularity_penalty = 0.9f; /* 3 - .9, 2, 1 + .9 */
    CU_ASSERT_EQUAL_FATAL(rg_rerank_create(ctx, &r, m, &o), REGATTA_OK);
    rg_rerank_row(r, items, scores, row, 0);
    CU_ASSERT(items[0] == 0 && items[1] == 1 && items[2] == 2);
    rg_rerank_free(r);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static double cosine(const regatta_model *m, uint32_t a, uint32_t b)
{
    const float *v = regatta_model_vectors(m, REGATTA_ITEMS);
    double dot = 0.0;
    for (uint32_t k = 0; k < DIM; k++)
        dot += (double)v[a * DIM + k] * (double)v[b * DIM + k];
    return dot;
}

/* From regatta_score alone, in double. */
static void slow_mmr(uint32_t *out, const regatta_model *m, const float *score, int k,
                     double lambda)
{
    int taken[ITEMS] = {0};
    double low = (double)INFINITY, high = -(double)INFINITY;
    for (int j = 0; j < ITEMS; j++) {
        if (!(score[j] > -INFINITY)) continue;
        low = fmin(low, (double)score[j]);
        high = fmax(high, (double)score[j]);
    }
    for (int r = 0; r < k; r++) {
        double most = -(double)INFINITY;
        for (uint32_t j = 0; j < ITEMS; j++) {
            if (taken[j] || !(score[j] > -INFINITY)) continue;
            double near = r > 0 ? -2.0 : 0.0;
            for (int c = 0; c < r; c++) near = fmax(near, cosine(m, j, out[c]));
            const double value =
                lambda * ((double)score[j] - low) / (high - low) - (1.0 - lambda) * near;
            if (value > most) {
                most = value;
                out[r] = j;
            }
        }
        taken[out[r]] = 1;
    }
}

static void test_rerank__mmr_agrees_with_the_slow_way(void)
{
    enum { K = 10 };
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, DIM);
    uint32_t user[USERS], all[ITEMS], items[USERS * K], wanted[K], differ = 0;
    float scores[USERS * K], score[USERS * ITEMS];
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    const regatta_query query = {.struct_size = sizeof query, .n = USERS, .user = user};
    for (uint32_t u = 0; u < USERS; u++) user[u] = u;
    for (uint32_t j = 0; j < ITEMS; j++) all[j] = j;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &query, all, ITEMS, score), REGATTA_OK);
    o.k = K;
    o.mmr = 0.4f;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, items, scores), REGATTA_OK);
    for (uint32_t u = 0; u < USERS; u++) {
        float *row = score + u * ITEMS, before[ITEMS];
        memcpy(before, row, sizeof before);
        for (int64_t e = m->history_offset[u]; e < m->history_offset[u + 1]; e++)
            row[m->history_item[e]] = -INFINITY;
        slow_mmr(wanted, m, row, K, 0.4);
        CU_ASSERT_EQUAL(memcmp(wanted, items + u * K, sizeof wanted), 0);
        for (int r = 0; r < K; r++) {
            CU_ASSERT_EQUAL(scores[u * K + (uint32_t)r],
                            before[items[u * K + (uint32_t)r]]);
            differ +=
                r > 0 && scores[u * K + (uint32_t)r] > scores[u * K + (uint32_t)r - 1];
        }
    }
    CU_ASSERT(differ > 0); /* or nothing was re-ranked */
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_rerank__ends_of_the_scales(void)
{
    enum { K = 12 };
    regatta_ctx *ctx = tiny_context(1);
    for (int64_t dim = 0; dim <= DIM; dim += DIM) {
        regatta_model *m = model_of(ctx, dim);
        const uint32_t user = 9;
        const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
        uint32_t plain[K], items[K];
        regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
        o.k = K;
        CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, plain, NULL), REGATTA_OK);
        o.mmr = 0.999999f; /* almost none, but by the other way */
        CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, items, NULL), REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(plain, items, sizeof plain), 0);
        o.mmr = 0.0f;
        o.pool = K; /* a pool of k: the same items in another order */
        CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, items, NULL), REGATTA_OK);
        CU_ASSERT_EQUAL(items[0], plain[0]);
        int same = 0;
        for (int a = 0; a < K; a++)
            for (int b = 0; b < K; b++) same += items[a] == plain[b];
        CU_ASSERT_EQUAL(same, K);
        CU_ASSERT_NOT_EQUAL(memcmp(plain, items, sizeof plain), 0);
        o.mmr = 1.5f;
        CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, items, NULL),
                        REGATTA_EINVAL);
        CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "mmr must be 0 to 1, not 1.5");
        o.mmr = NAN;
        CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, items, NULL),
                        REGATTA_EINVAL);
        o.mmr = 1.0f;
        o.popularity_penalty = -INFINITY;
        CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, items, NULL),
                        REGATTA_EINVAL);
        regatta_model_free(m);
    }
    regatta_ctx_free(ctx);
}

static void test_rerank__same_bits_at_any_thread_count(void)
{
    enum { K = 7 };
    const uint32_t threads[] = {1, 2, 3, 8};
    uint32_t user[USERS], items[2][USERS * K];
    const regatta_query query = {.struct_size = sizeof query, .n = USERS, .user = user};
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    for (uint32_t u = 0; u < USERS; u++) user[u] = u;
    o.k = K;
    o.mmr = 0.6f;
    o.popularity_penalty = 0.3f;
    for (int64_t dim = 0; dim <= DIM; dim += DIM)
        for (int t = 0; t < 4; t++) {
            regatta_ctx *ctx = tiny_context(threads[t]);
            regatta_model *m = model_of(ctx, dim);
            CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, items[t > 0], NULL),
                            REGATTA_OK);
            CU_ASSERT_EQUAL(memcmp(items[0], items[t > 0], sizeof items[0]), 0);
            regatta_model_free(m);
            regatta_ctx_free(ctx);
        }
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const uint32_t user = 4;
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    uint32_t items[20];
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    o.mmr = 0.5f;
    o.popularity_penalty = 1.0f;
    return regatta_recommend(ctx, arg, &query, &o, items, NULL);
}

static void test_rerank__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(2);
    for (int64_t dim = 0; dim <= DIM; dim += DIM) {
        regatta_model *m = model_of(ctx, dim);
        fault_sweep_memory(attempt, m);
        regatta_model_free(m);
    }
    regatta_ctx_free(ctx);
}

/* Vectors whose products overflow, and scores that are not finite: still each item once,
 * and as many as there are with a score. */
static void test_rerank__numbers_that_are_not_finite(void)
{
    static const float bad[] = {INFINITY, NAN, 3e38f, -3e38f, 0.0f};
    static const float size[] = {1e30f, -1e30f, 1.0f, 0.0f};
    regatta_ctx *ctx = tiny_context(1);
    const tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    for (int v = 0; v < 4; v++) {
        float row[41];
        uint32_t items[10];
        float scores[10];
        const rg_rerank_options o = {.mmr = 0.3f, .popularity_penalty = 1.0f, .k = 10};
        rg_rerank *r = NULL;
        float *x = (float *)(uintptr_t)m->vectors->item_vectors.data;
        for (int64_t k = 0; k < 41 * spec.dim; k++) x[k] = size[v];
        for (int j = 0; j < 41; j++) row[j] = bad[j % 5];
        CU_ASSERT_EQUAL_FATAL(rg_rerank_create(ctx, &r, m, &o), REGATTA_OK);
        rg_rerank_row(r, items, scores, row, 0);
        for (int k = 0; k < 10; k++) {
            CU_ASSERT(items[k] < 41 || items[k] == REGATTA_NONE);
            for (int b = 0; b < k; b++)
                CU_ASSERT(items[k] == REGATTA_NONE || items[b] != items[k]);
        }
        rg_rerank_free(r);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"mmr by hand", test_rerank__mmr_by_hand},
    {"penalty by hand", test_rerank__penalty_by_hand},
    {"slow way", test_rerank__mmr_agrees_with_the_slow_way},
    {"ends", test_rerank__ends_of_the_scales},
    {"threads", test_rerank__same_bits_at_any_thread_count},
    {"not finite", test_rerank__numbers_that_are_not_finite},
    {"allocations", test_rerank__every_allocation_may_fail},
};

int test_rerank(void)
{
    return TEST_MAIN("rerank", cases);
}
