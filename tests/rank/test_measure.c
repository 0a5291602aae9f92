#include "model/recency.h"
#include "rank/measure.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>

/* Item attention that ranks item 2 before 3 before the rest for both users. */
static regatta_model *by_hand(regatta_ctx *ctx)
{
    const float history[] = {1, 0, 0, 0, 0, 1, 0, 0};
    const float w[] = {0, 0, 2, 1, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    const channel_parts p = {.n_users = 2, .n_items = 4, .history = history, .items = w};
    return channel_model(ctx, &p);
}

static void test_measure__hand(void)
{
    uint32_t user[] = {0, 1}, item[] = {2, 0, 3};
    int64_t offset[] = {0, 1, 3};
    const rg_holdout held = {.n_users = 2, .user = user, .offset = offset, .item = item};
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = by_hand(ctx);
    double ndcg = 0.0, recall = 0.0;
    CU_ASSERT_EQUAL(rg_measure(ctx, &ndcg, &recall, m, &held), REGATTA_OK);
    /* User 0: item 2 is first. User 1: 2, 3, 0: places two and three of an ideal 1, 2. */
    const double second = 1.0 / log2(3.0), third = 0.5;
    CU_ASSERT_DOUBLE_EQUAL(ndcg, 0.5 * (1.0 + (second + third) / (1.0 + second)), 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(recall, 1.0, 1e-12);
    double again = 0.0;
    CU_ASSERT_EQUAL(rg_measure(ctx, &again, NULL, m, &held), REGATTA_OK);
    CU_ASSERT_EQUAL(again, ndcg);
    const rg_holdout none = {.n_users = 0, .user = user, .offset = offset, .item = item};
    CU_ASSERT_EQUAL(rg_measure(ctx, &ndcg, &recall, m, &none), REGATTA_OK);
    CU_ASSERT_EQUAL(ndcg, 0.0);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* What a user has is not ranked: it can neither be found nor be in the way. */
static void test_measure__seen_items_are_left_out(void)
{
    const float history[] = {1, 1, 0, 0};
    const float w[] = {0, 9, 1, 0, 9, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const channel_parts p = {.n_users = 1, .n_items = 4, .history = history, .items = w};
    uint32_t user[] = {0}, item[] = {2};
    int64_t offset[] = {0, 1};
    const rg_holdout held = {.n_users = 1, .user = user, .offset = offset, .item = item};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = channel_model(ctx, &p);
    double ndcg = 0.0;
    CU_ASSERT_EQUAL(rg_measure(ctx, &ndcg, NULL, m, &held), REGATTA_OK);
    CU_ASSERT_EQUAL(ndcg, 1.0);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A user had item 0, which points to 2, ten seconds before item 1, which points to 3 half
 * as much. Asked at once the later one counts more; long after that both are as old. */
static void test_measure__asked_at_the_time_of_the_holdout(void)
{
    const float history[] = {1, 1, 0, 0};
    const float w[] = {0, 0, 1, 0, 0, 0, 0, 0.5f, 0, 0, 0, 0, 0, 0, 0, 0};
    const float recency[RG_N_RECENCY] = {
        [RG_RECENCY_DECAY] = 1.0f, [RG_RECENCY_UNIT] = 1.0f, [RG_RECENCY_POWER] = 1.0f};
    const channel_parts p = {.n_users = 1, .n_items = 4, .history = history, .items = w};
    const int64_t clock[RG_N_CLOCK] = {0, 10}, time[] = {0, 10};
    const uint32_t position[] = {0, 1};
    uint32_t user[] = {0}, item[] = {2};
    int64_t offset[] = {0, 1}, at[] = {10};
    rg_holdout held = {.n_users = 1, .user = user, .offset = offset, .item = item};
    rg_sequences_draft draft = {0};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = channel_model(ctx, &p);
    double ndcg = 0.0;
    rg_sequences_free(m->sequences);
    m->sequences = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_sequences_begin(ctx, &draft, 1, 2, 0, clock, 0), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(
        rg_sequences_add(&draft, 2,
                         &(rg_steps){.n = 2, .position = position, .time = time}),
        REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_sequences_end(&draft, &m->sequences), REGATTA_OK);
    items_of(m)->recency = recency;
    for (int k = 0; k < 3; k++) { /* without a time; at once; long after */
        held.at = k > 0 ? at : NULL;
        at[0] = k > 1 ? 1000 : 10;
        CU_ASSERT_EQUAL(rg_measure(ctx, &ndcg, NULL, m, &held), REGATTA_OK);
        CU_ASSERT_DOUBLE_EQUAL(ndcg, k > 1 ? 1.0 : 1.0 / log2(3.0), 1e-12);
    }
    items_of(m)->recency = NULL;
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_measure__same_bits(void)
{
    enum { U = 22 };
    uint32_t user[U], item[U];
    int64_t offset[U + 1] = {0};
    uint32_t threads[] = {1, 2, 3, 8};
    tiny_spec spec = tiny_default();
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = NULL;
    double first = 0.0;
    spec.channels = 1;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    for (uint32_t u = 0; u < U; u++) {
        user[u] = u;
        item[u] = (5 * u) % 41;
        offset[u + 1] = u + 1;
    }
    const rg_holdout held = {.n_users = U, .user = user, .offset = offset, .item = item};
    for (int t = 0; t < 4; t++) {
        regatta_ctx *wide = tiny_context(threads[t]);
        double ndcg = 0.0;
        CU_ASSERT_EQUAL(rg_measure(wide, &ndcg, NULL, m, &held), REGATTA_OK);
        if (t == 0) first = ndcg;
        CU_ASSERT_EQUAL(ndcg, first);
        CU_ASSERT(ndcg > 0.0 && ndcg < 1.0);
        regatta_ctx_free(wide);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    uint32_t user[] = {0}, item[] = {2};
    int64_t offset[] = {0, 1};
    const rg_holdout held = {.n_users = 1, .user = user, .offset = offset, .item = item};
    double ndcg = 0.0;
    return rg_end(ctx, rg_measure(ctx, &ndcg, NULL, arg, &held));
}

static void test_measure__memory(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = by_hand(ctx);
    fault_sweep_memory(attempt, m);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

int test_measure(void)
{
    static const test_case cases[] = {
        {"hand", test_measure__hand},
        {"seen items", test_measure__seen_items_are_left_out},
        {"asked_at_the_time_of_the_holdout",
         test_measure__asked_at_the_time_of_the_holdout},
        {"same bits", test_measure__same_bits},
        {"memory", test_measure__memory},
    };
    return TEST_MAIN("measure", cases);
}
