/* Calibrations in training, and of a model by pairs. */
#include "fit/calibration/calibrate.h"
#include "fit/calibration/calibration_sample.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

enum { ITEMS = 60 };

static regatta_model *train(uint32_t threads, float valid_share)
{
    const planted p = {
        .n_users = 240, .n_items = ITEMS, .communities = 4, .per_user = 12, .seed = 9};
    regatta_ctx *ctx = test_context(threads);
    regatta_graph *graph = NULL;
    regatta_model *model = NULL;
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.preset = REGATTA_PRESET_FAST;
    o.valid_share = valid_share;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &p), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    return model;
}

static void test_calibrate__training_calibrates(void)
{
    regatta_model *model = train(1, 0.1f);
    regatta_calibration c = REGATTA_CALIBRATION_INIT;
    CU_ASSERT_EQUAL(regatta_model_calibration(NULL, &c, model), REGATTA_OK);
    CU_ASSERT(c.form != REGATTA_FORM_NONE);
    CU_ASSERT_EQUAL(c.held_out, 1);
    CU_ASSERT(c.log_loss > 0.0 && c.log_loss < c.constant);
    CU_ASSERT(c.n_positives > 100.0 && c.n_positives < c.n_pairs);
    for (uint32_t threads = 2; threads <= 3; threads++) {
        regatta_model *again = train(threads, 0.1f);
        CU_ASSERT_EQUAL(memcmp(again->calibration.knots, model->calibration.knots,
                               RG_CALIBRATION_FLOATS * sizeof(float)),
                        0);
        CU_ASSERT_EQUAL(memcmp(again->calibration.numbers, model->calibration.numbers,
                               sizeof model->calibration.numbers),
                        0);
        regatta_model_free(again);
    }
    regatta_model_free(model);
}

static void test_calibrate__without_a_slice_there_is_none(void)
{
    regatta_model *model = train(1, 0.0f);
    regatta_ctx *ctx = test_context(1);
    regatta_calibration c = REGATTA_CALIBRATION_INIT;
    const uint32_t user = 0, item = 1;
    const int64_t offset[] = {0, 1};
    regatta_query query = REGATTA_QUERY_INIT;
    float score = 0.0f;
    double probability = 0.0;
    query.n = 1;
    query.user = &user;
    CU_ASSERT_EQUAL(regatta_model_calibration(ctx, &c, model), REGATTA_OK);
    CU_ASSERT_EQUAL(c.form, REGATTA_FORM_NONE);
    CU_ASSERT_EQUAL(
        regatta_score_pairs(ctx, model, &query, offset, &item, &score, &probability),
        REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "no calibration"));
    CU_ASSERT_EQUAL(regatta_score_pairs(ctx, model, &query, offset, &item, &score, NULL),
                    REGATTA_OK);
    regatta_ctx_free(ctx);
    regatta_model_free(model);
}

/* User 0 has item 0 of 300; item 1 is held out. The sample is item 1, the 64 best of the
 * 298 others with weight 1, and 64 of the 234 that are left with the weight of all. */
static void test_calibrate__sample_by_hand(void)
{
    enum { MANY = 300 };
    static float history[MANY], scale[MANY], w[MANY * MANY];
    uint32_t user[] = {0}, item[] = {1};
    int64_t offset[] = {0, 1};
    const rg_holdout held = {.n_users = 1, .user = user, .offset = offset, .item = item};
    history[0] = 1.0f;
    for (int j = 0; j < MANY; j++) scale[j] = 1.0f;
    for (int j = 1; j < MANY; j++) w[j] = (float)(MANY - j);
    const channel_parts parts = {
        .n_users = 1, .n_items = MANY, .history = history, .items = w, .scale = scale};
    regatta_ctx *ctx = test_context(1);
    regatta_model *model = channel_model(ctx, &parts);
    rg_calibration_sample s = {.user = NULL};
    CU_ASSERT_EQUAL(rg_calibration_sample_take(ctx, &s, model, &held, 1), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(s.pairs.n, (int64_t)(1 + 64 + 64));
    double sum = 0.0;
    for (int64_t k = 0; k < s.pairs.n; k++) {
        CU_ASSERT_EQUAL(s.user[k], 0);
        CU_ASSERT_EQUAL(s.label[k], k == 0);
        if (k < 65) CU_ASSERT_EQUAL(s.weight[k], 1.0);
        if (k > 1) CU_ASSERT(s.score[k] <= s.score[k - 1]);
        sum += s.weight[k];
    }
    CU_ASSERT_DOUBLE_EQUAL(sum, 299.0, 1e-9);
    rg_calibration_sample_free(ctx, &s);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* Scores and probabilities of the first 50 users, all items. */
static void score_all(const regatta_model *model, float *score, double *probability)
{
    enum { USERS = 50 };
    uint32_t user[USERS], item[USERS * ITEMS];
    int64_t offset[USERS + 1];
    regatta_ctx *ctx = test_context(2);
    regatta_query query = REGATTA_QUERY_INIT;
    for (uint32_t u = 0; u < USERS; u++) {
        user[u] = u;
        offset[u] = (int64_t)u * ITEMS;
        for (uint32_t i = 0; i < ITEMS; i++) item[u * ITEMS + i] = i;
    }
    offset[USERS] = (int64_t)USERS * ITEMS;
    query.n = USERS;
    query.user = user;
    CU_ASSERT_EQUAL(
        regatta_score_pairs(ctx, model, &query, offset, item, score, probability),
        REGATTA_OK);
    CU_ASSERT_EQUAL(
        regatta_score_pairs(ctx, model, &query, offset, item, NULL, probability),
        REGATTA_OK);
    regatta_ctx_free(ctx);
}

static void test_calibrate__own_pairs(void)
{
    enum { N = 50 * ITEMS };
    static float score[N], again[N];
    static double before[N], after[N];
    static uint32_t user[N];
    static uint8_t label[N];
    regatta_model *model = train(1, 0.1f), *own = NULL;
    regatta_ctx *ctx = test_context(1);
    regatta_pairs pairs = REGATTA_PAIRS_INIT;
    score_all(model, score, before);
    for (int k = 0; k < N; k++) {
        user[k] = (uint32_t)(k / ITEMS);
        label[k] = k % 3 == 0; /* a third, whatever the score */
    }
    pairs.n = N;
    pairs.user = user;
    pairs.label = label;
    pairs.score = score;
    CU_ASSERT_EQUAL_FATAL(regatta_calibrate(ctx, &own, model, &pairs), REGATTA_OK);
    score_all(own, again, after);
    CU_ASSERT_EQUAL(memcmp(score, again, sizeof score), 0);
    for (int k = 0; k < N; k++) {
        /* 3000 labels have a standard error of 0.009; levels of the isotonic
         * regression have 15 positives and more. */
        CU_ASSERT_DOUBLE_EQUAL(after[k], 1.0 / 3.0, 0.2);
        if (k % ITEMS > 0 && score[k] > score[k - 1]) CU_ASSERT(after[k] > after[k - 1]);
        if (k % ITEMS > 0 && score[k] > score[k - 1])
            CU_ASSERT(before[k] > before[k - 1]);
    }
    memset(label, 0, sizeof label);
    regatta_model *none = NULL;
    CU_ASSERT_EQUAL(regatta_calibrate(ctx, &none, model, &pairs), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NULL(none);
    CU_ASSERT_EQUAL(regatta_calibrate(ctx, &none, NULL, &pairs), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_calibrate(ctx, NULL, model, &pairs), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_calibrate(NULL, &none, model, &pairs), REGATTA_EINVAL);
    regatta_model_free(own);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const uint32_t user[] = {0, 0, 1, 1}, item[] = {0, 1, 2, 3};
    const uint8_t label[] = {0, 1, 1, 0};
    const int64_t offset[] = {0, 2, 4};
    float score[4];
    double probability[4];
    regatta_model *own = NULL;
    regatta_query query = REGATTA_QUERY_INIT;
    regatta_pairs pairs = REGATTA_PAIRS_INIT;
    const uint32_t users[] = {0, 1};
    query.n = 2;
    query.user = users;
    pairs.n = 4;
    pairs.user = user;
    pairs.label = label;
    pairs.score = score;
    regatta_status status =
        regatta_score_pairs(ctx, arg, &query, offset, item, score, NULL);
    if (status == REGATTA_OK) status = regatta_calibrate(ctx, &own, arg, &pairs);
    if (status == REGATTA_OK)
        status = regatta_score_pairs(ctx, own, &query, offset, item, NULL, probability);
    regatta_model_free(own);
    return status;
}

static void test_calibrate__memory(void)
{
    tiny_spec spec = tiny_default();
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    fault_sweep_memory(attempt, model);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static void test_calibrate__wrong_pairs_to_score(void)
{
    tiny_spec spec = tiny_default();
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = NULL;
    const uint32_t user = 0, item[] = {0, 41};
    const int64_t offset[] = {0, 1}, falls[] = {1, 0}, negative[] = {-1, 0},
                  high[] = {0, 2};
    regatta_query q = REGATTA_QUERY_INIT;
    float s[2];
    q.n = 1;
    q.user = &user;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_score_pairs(ctx, m, &q, NULL, item, s, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_score_pairs(ctx, m, &q, falls, item, s, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_score_pairs(ctx, m, &q, negative, item, s, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_score_pairs(ctx, m, &q, high, item, s, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_score_pairs(ctx, m, &q, offset, NULL, s, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_score_pairs(ctx, m, &q, offset, item, NULL, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_score_pairs(ctx, NULL, &q, offset, item, s, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_score_pairs(NULL, m, &q, offset, item, s, NULL),
                    REGATTA_EINVAL);
    q.n = 0;
    CU_ASSERT_EQUAL(regatta_score_pairs(ctx, m, &q, NULL, NULL, NULL, NULL), REGATTA_OK);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"training calibrates", test_calibrate__training_calibrates},
    {"without a slice there is none", test_calibrate__without_a_slice_there_is_none},
    {"sample by hand", test_calibrate__sample_by_hand},
    {"own pairs", test_calibrate__own_pairs},
    {"memory", test_calibrate__memory},
    {"wrong pairs to score", test_calibrate__wrong_pairs_to_score},
};

int test_calibrate(void)
{
    return TEST_MAIN("calibrate", cases);
}
