#include "channel/channel_profile.h"
#include "model/model.h"
#include "ridge/content/profile_ridge.h"
#include "support/fault.h"
#include "support/feature_table.h"
#include "support/planted_graph.h"
#include "support/random_graph.h"
#include "support/scratch.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

enum { USERS = 120, ITEMS = 40, GROUPS = 4, NEW = 6, ALL = USERS + NEW };

static regatta_model *trained(regatta_ctx *ctx, const char *channels, int64_t n)
{
    const planted p = {.n_users = USERS,
                       .n_items = ITEMS,
                       .communities = GROUPS,
                       .per_user = 9,
                       .seed = 5};
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_graph *graph = NULL;
    regatta_model *model = NULL;
    regatta_features *table = feature_table(ctx, "", n, GROUPS, 0);
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &p), REGATTA_OK);
    o.user_features = table;
    o.channels = channels;
    o.max_steps = 3;
    o.dim = 8;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    regatta_features_free(table);
    regatta_graph_free(graph);
    return model;
}

/* Returns the share of the best eight items of a user that are of the user's group. */
static double own_share(regatta_ctx *ctx, const regatta_model *model, uint32_t user)
{
    enum { K = 8 };
    uint32_t item[K];
    float score[K];
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    int n = 0;
    o.k = K;
    CU_ASSERT_EQUAL_FATAL(regatta_recommend(ctx, model, &query, &o, item, score),
                          REGATTA_OK);
    for (int k = 0; k < K; k++) n += item[k] % GROUPS == user % GROUPS;
    return (double)n / K;
}

/* Users without a history get the items of their group; one without features too gets the
 * most popular ones. */
static void check_new_users(regatta_ctx *ctx, const regatta_model *model)
{
    double sum = 0.0;
    CU_ASSERT_EQUAL(model->n_users, ALL);
    for (uint32_t u = USERS; u + 1 < ALL; u++) sum += own_share(ctx, model, u);
    CU_ASSERT(sum / (NEW - 1) > 0.8);
    const uint32_t user = ALL - 1;
    uint32_t item[ITEMS];
    float score[ITEMS];
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    for (uint32_t j = 0; j < ITEMS; j++) item[j] = j;
    CU_ASSERT_EQUAL_FATAL(regatta_score(ctx, model, &query, item, ITEMS, score),
                          REGATTA_OK);
    for (uint32_t j = 0; j < ITEMS; j++)
        for (uint32_t i = 0; i < j; i++)
            if (model->item_count[i] > model->item_count[j] + 6)
                CU_ASSERT(score[i] > score[j]);
}

static void test_profile__new_users(void)
{
    regatta_ctx *ctx = test_context(2);
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_model *model = trained(ctx, NULL, ALL), *read = NULL;
    check_new_users(ctx, model);
    scratch_open(folder);
    scratch_path(path, folder, "m");
    CU_ASSERT_EQUAL_FATAL(regatta_model_save(ctx, model, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &read, path), REGATTA_OK);
    check_new_users(ctx, read);
    regatta_model_free(model);
    regatta_model_free(read);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void test_profile__extends(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_model *model = trained(ctx, "profile,items", USERS), *more = NULL;
    regatta_features *table = feature_table(ctx, "", ALL, GROUPS, 0);
    regatta_extension report = REGATTA_EXTENSION_INIT;
    CU_ASSERT_EQUAL_FATAL(regatta_model_extend(ctx, &more, model, NULL, table, &report),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(report.n_users, NEW);
    CU_ASSERT_EQUAL(report.n_items, 0);
    check_new_users(ctx, more);
    regatta_model_free(more);
    CU_ASSERT_EQUAL(regatta_model_extend(ctx, &more, model, table, NULL, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(
        regatta_last_error(ctx),
        "new items need a model with features of items: this one was trained without, or "
        "validation dropped the channel content");
    regatta_features_free(table);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* The explanation of a new user: the whole score is what is expected. */
static void test_profile__explains(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_model *model = trained(ctx, NULL, ALL);
    const uint32_t users[2] = {3, USERS};
    for (int k = 0; k < 2; k++) {
        regatta_explanation out[ITEMS];
        uint32_t item[ITEMS];
        const regatta_query query = {
            .struct_size = sizeof query, .n = 1, .user = &users[k]};
        for (uint32_t j = 0; j < ITEMS; j++) item[j] = j;
        out[0].struct_size = sizeof out[0];
        CU_ASSERT_EQUAL_FATAL(
            regatta_explain(ctx, model, &query, item, ITEMS, NULL, 0, out), REGATTA_OK);
        for (int j = 0; j < ITEMS; j++)
            CU_ASSERT(fabs(out[j].residual) <= 1e-4 * (1.0 + fabs(out[j].score)));
    }
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

enum { U = 30, N = 12, R = 4 };

/* (Z'Z + lambda I) h_j = Z'(y_j - b_j). */
static void test_profile__ridge(void)
{
    regatta_ctx *ctx = test_context(2);
    float z[U * R], out[N * R], bias[N];
    double y[U][N] = {{0.0}};
    for (int k = 0; k < U * R; k++) z[k] = sinf((float)(k * k));
    for (int with_value = 0; with_value < 2; with_value++) {
        rg_csr *rows = random_rows(ctx, U, N, with_value, 3);
        memset(y, 0, sizeof y);
        for (int64_t u = 0; u < U; u++) {
            double n = 0.0;
            for (int pass = 0; pass < 2; pass++)
                for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
                    const double r = with_value ? (double)rows->value[e] : 1.0;
                    if (pass == 0)
                        n += r;
                    else
                        y[u][rows->target[e]] = r / sqrt(n);
                }
        }
        CU_ASSERT_EQUAL_FATAL(rg_profile_ridge(ctx, out, bias, z, R, rows, 2.0),
                              REGATTA_OK);
        for (int j = 0; j < N; j++) {
            double mean = 0.0;
            for (int u = 0; u < U; u++) mean += y[u][j] / U;
            CU_ASSERT_DOUBLE_EQUAL((double)bias[j], mean, 1e-5);
            for (int k = 0; k < R; k++) {
                double left = 2.0 * (double)out[j * R + k], right = 0.0;
                for (int u = 0; u < U; u++) {
                    double product = 0.0;
                    for (int c = 0; c < R; c++)
                        product += (double)z[u * R + c] * (double)out[j * R + c];
                    left += (double)z[u * R + k] * product;
                    right += (double)z[u * R + k] * (y[u][j] - mean);
                }
                CU_ASSERT_DOUBLE_EQUAL(left, right, 1e-4);
            }
        }
        rg_csr_free(rows);
    }
    regatta_ctx_free(ctx);
}

static regatta_status ridge_once(regatta_ctx *ctx, void *arg)
{
    float z[U * R] = {1.0f}, out[N * R], bias[N];
    rg_begin(ctx);
    return rg_end(ctx, rg_profile_ridge(ctx, out, bias, z, R, arg, 2.0));
}

static void test_profile__no_memory(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_csr *rows = random_rows(ctx, U, N, 1, 3);
    fault_sweep_memory(ridge_once, rows);
    rg_csr_free(rows);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"new users", test_profile__new_users}, {"extends", test_profile__extends},
    {"explains", test_profile__explains},   {"ridge", test_profile__ridge},
    {"no memory", test_profile__no_memory},
};

int test_channel_profile(void)
{
    return TEST_MAIN("channel_profile", cases);
}
