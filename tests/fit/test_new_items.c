/* The weight of features in the scores of new items, chosen on the slice. */
#include "fit/fit.h"
#include "model/model.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/feature_table.h"
#include "support/planted_graph.h"
#include "support/scratch.h"
#include "support/suite.h"
#include <regatta/regatta.h>
#include <string.h>

enum { USERS = 150, ITEMS = 140, GROUPS = 5 };

typedef struct data {
    regatta_ctx *ctx;
    regatta_graph *graph;
    regatta_features *features;
} data;

static data data_of(void)
{
    const planted p = {.n_users = USERS,
                       .n_items = ITEMS,
                       .communities = GROUPS,
                       .per_user = 8,
                       .seed = 5};
    data d = {.ctx = test_context(1)};
    d.features = feature_table(d.ctx, "", ITEMS, GROUPS, 0);
    CU_ASSERT_EQUAL_FATAL(planted_graph(d.ctx, &d.graph, &p), REGATTA_OK);
    return d;
}

static void free_data(data *d)
{
    regatta_features_free(d->features);
    regatta_graph_free(d->graph);
    regatta_ctx_free(d->ctx);
}

static regatta_status train(regatta_ctx *ctx, regatta_model **out, const data *d,
                            float valid_share)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = "items,content";
    o.preset = REGATTA_PRESET_FAST;
    o.valid_share = valid_share;
    o.item_features = d->features;
    *out = NULL;
    return regatta_model_train(ctx, out, d->graph, &o);
}

static float fresh_of(const regatta_model *model)
{
    for (int a = 0; a < model->blend->n; a++)
        if (model->blend->number[a] == channel_number("content"))
            return model->blend->fresh[a];
    return 0.0f;
}

/* Items of a group are alike by features, so that the features of a new item say more
 * than the means of its neighbours. */
static void test_new_items__weight(void)
{
    regatta_model *model[3];
    data d = data_of();
    for (uint32_t t = 0; t < 3; t++) {
        regatta_ctx *ctx = test_context(t + 1);
        CU_ASSERT_EQUAL_FATAL(train(ctx, &model[t], &d, 0.1f), REGATTA_OK);
        regatta_ctx_free(ctx);
        CU_ASSERT_EQUAL(fresh_of(model[t]), fresh_of(model[0]));
    }
    CU_ASSERT(fresh_of(model[0]) > 0.0f);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(model[0]), "\"new_items\": ["));
    for (uint32_t t = 0; t < 3; t++) regatta_model_free(model[t]);
    free_data(&d);
}

static void test_new_items__without_a_slice(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_model *model = NULL;
    data d = data_of();
    CU_ASSERT_EQUAL_FATAL(train(ctx, &model, &d, 0.0f), REGATTA_OK);
    CU_ASSERT_EQUAL(fresh_of(model), 0.0f);
    regatta_model_free(model);
    free_data(&d);
    regatta_ctx_free(ctx);
}

/* Features that say nothing of interactions: one channel is left in the score. */
static void test_new_items__one_channel_in_the_score(void)
{
    regatta_ctx *ctx = test_context(2);
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_model *model = NULL, *read = NULL;
    data d = data_of();
    regatta_features *items = feature_table(ctx, "", ITEMS, 7, 0);
    regatta_features *users = feature_table(ctx, "", USERS, 7, 0);
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    uint32_t user = 3, top[2][8];
    float score[2][8];
    regatta_recommend_options r = REGATTA_RECOMMEND_OPTIONS_INIT;
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    r.k = 8;
    o.channels = "items,content,profile";
    o.item_features = items;
    o.user_features = users;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, d.graph, &o), REGATTA_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(model->blend);
    CU_ASSERT_EQUAL(model->blend->n, 3);
    for (int a = 0; a < 3; a++)
        CU_ASSERT_EQUAL(model->blend->on[a] != 0.0f,
                        model->blend->number[a] == channel_number("items"));
    scratch_open(folder);
    scratch_path(path, folder, "m");
    CU_ASSERT_EQUAL_FATAL(regatta_model_save(ctx, model, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &read, path), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, model, &query, &r, top[0], score[0]),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, read, &query, &r, top[1], score[1]),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(top[0], top[1], sizeof top[0]), 0);
    CU_ASSERT_EQUAL(memcmp(score[0], score[1], sizeof score[0]), 0);
    scratch_close(folder);
    regatta_model_free(read);
    regatta_model_free(model);
    regatta_features_free(items);
    regatta_features_free(users);
    free_data(&d);
    regatta_ctx_free(ctx);
}

/* Every 150th allocation fails: all of them would take minutes. */
static void test_new_items__no_memory(void)
{
    enum { STEP = 150 };
    data d = data_of();
    long n = 1;
    for (long k = -1; k < n; k += k < 0 ? 1 : STEP) {
        fault_memory memory = {.fail_at = -1};
        regatta_ctx *ctx = NULL;
        regatta_ctx_options o = REGATTA_CTX_OPTIONS_INIT;
        regatta_model *model = NULL;
        o.threads = 1;
        o.allocator = fault_allocator(&memory);
        CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &o), REGATTA_OK);
        memory.calls = 0;
        memory.fail_at = k;
        CU_ASSERT_EQUAL(train(ctx, &model, &d, 0.1f),
                        k < 0 ? REGATTA_OK : REGATTA_ENOMEM);
        if (k < 0) n = memory.calls;
        regatta_model_free(model);
        regatta_ctx_free(ctx);
        CU_ASSERT_EQUAL(memory.live, 0);
    }
    CU_ASSERT(n > STEP);
    free_data(&d);
}

static const test_case cases[] = {
    {"weight", test_new_items__weight},
    {"without a slice", test_new_items__without_a_slice},
    {"one channel in the score", test_new_items__one_channel_in_the_score},
    {"no memory", test_new_items__no_memory},
};

int test_new_items(void)
{
    return TEST_MAIN("new_items", cases);
}
