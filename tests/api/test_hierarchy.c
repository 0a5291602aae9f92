/* Models with shared attention parameters and hierarchical attention: training, files,
 * queries, updates, and what is refused. */
#include "model/model.h"
#include "model/model_copy.h"
#include "support/model_bytes.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 60, ITEMS = 40, COMMUNITIES = 4, DIM = 8 };

static regatta_graph *graph_of(regatta_ctx *ctx)
{
    regatta_graph *graph = NULL;
    const planted p = {.n_users = USERS,
                       .n_items = ITEMS,
                       .communities = COMMUNITIES,
                       .per_user = 12,
                       .seed = 5};
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &p), REGATTA_OK);
    return graph;
}

static regatta_train_options options_of(regatta_attention attention, regatta_share share,
                                        regatta_hierarchy hierarchy)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = "vectors,items";
    o.dim = DIM;
    o.heads = 2;
    o.max_steps = 10;
    o.attention = attention;
    o.share = share;
    o.hierarchy = hierarchy;
    return o;
}

/* Item i is in group "g<i % 4>"; the last three are in none. */
static regatta_features *groups_of(regatta_ctx *ctx)
{
    regatta_features *features = NULL;
    char text[ITEMS * 16] = "";
    size_t n = 0;
    for (int i = 0; i < ITEMS - 3; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%d\tg%d\n", i, i % COMMUNITIES);
    CU_ASSERT_EQUAL_FATAL(regatta_features_create(ctx, &features), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_features_read(ctx, features, text_file(text, n), NULL, NULL),
                    REGATTA_OK);
    return features;
}

/* The scores of all items for the history of a user, which is folded in. */
static void score_history(regatta_ctx *ctx, float score[ITEMS],
                          const regatta_model *model, uint32_t user)
{
    const int64_t first = model->history_offset[user];
    const int64_t offset[2] = {0, model->history_offset[user + 1] - first};
    regatta_query query = REGATTA_QUERY_INIT;
    query.n = 1;
    query.offset = offset;
    query.item = model->history_item + first;
    uint32_t item[ITEMS];
    for (uint32_t i = 0; i < ITEMS; i++) item[i] = i;
    CU_ASSERT_EQUAL(regatta_score(ctx, model, &query, item, ITEMS, score), REGATTA_OK);
}

/* One form of attention: the file is the same with any threads, loads, and answers as the
 * model in memory; explanations add up. */
static void check_form(const regatta_train_options *o, int64_t groups)
{
    regatta_ctx *one = test_context(1), *three = test_context(3);
    regatta_graph *graph = graph_of(one);
    regatta_model *model = NULL, *other = NULL, *loaded = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(one, &model, graph, o), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(three, &other, graph, o), REGATTA_OK);
    model_bytes a = model_bytes_of(one, model), b = model_bytes_of(three, other);
    CU_ASSERT(model_bytes_equal(&a, &b));
    CU_ASSERT_EQUAL(model->vectors->shape.n_groups, groups);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load_memory(one, &loaded, a.at, a.n), REGATTA_OK);
    model_bytes again = model_bytes_of(one, loaded);
    CU_ASSERT(model_bytes_equal(&a, &again));
    for (uint32_t u = 0; u < 4; u++) {
        float x[ITEMS], y[ITEMS];
        score_history(one, x, model, u);
        score_history(one, y, loaded, u);
        CU_ASSERT_EQUAL(memcmp(x, y, sizeof x), 0);
    }
    free(a.at);
    free(b.at);
    free(again.at);
    regatta_model_free(model);
    regatta_model_free(other);
    regatta_model_free(loaded);
    regatta_graph_free(graph);
    regatta_ctx_free(one);
    regatta_ctx_free(three);
}

static void test_hierarchy__same_bytes_and_files(void)
{
    for (int kind = 0; kind <= REGATTA_ATTENTION_GATV2; kind++) {
        regatta_train_options o =
            options_of((regatta_attention)kind, (regatta_share)(kind % 4),
                       REGATTA_HIERARCHY_COMMUNITIES);
        o.dynamic = (uint32_t)(kind % 2);
        check_form(&o, COMMUNITIES); /* Leiden finds those that were planted */
        if (kind == REGATTA_ATTENTION_NONE) continue;
        o.hierarchy = REGATTA_HIERARCHY_NONE;
        o.share = (regatta_share)((kind + 1) % 4);
        check_form(&o, 0);
    }
}

static void test_hierarchy__given_groups(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_features *groups = groups_of(ctx);
    regatta_train_options o = options_of(REGATTA_ATTENTION_COSINE, REGATTA_SHARE_NONE,
                                         REGATTA_HIERARCHY_GROUPS);
    o.item_groups = groups;
    check_form(&o, COMMUNITIES + 1);
    regatta_features_free(groups);
    text_remove();
    regatta_ctx_free(ctx);
}

/* Sharing stores less: keys of one head, parameters of one layer. */
static void test_hierarchy__sharing_stores_less(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = graph_of(ctx);
    int64_t size[4];
    for (int share = 0; share < 4; share++) {
        const regatta_train_options o = options_of(
            REGATTA_ATTENTION_DOT, (regatta_share)share, REGATTA_HIERARCHY_NONE);
        regatta_model *model = NULL;
        CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
        const rg_params *p = model->vectors->params;
        size[share] = 0;
        for (int k = 2; k < p->n_entries; k++)
            size[share] += p->entry[k].rows * p->entry[k].cols;
        CU_ASSERT_EQUAL(model->vectors->full != NULL, share > 0);
        regatta_model_free(model);
    }
    CU_ASSERT_EQUAL(size[REGATTA_SHARE_NONE], 2 * 2 * DIM * DIM);
    CU_ASSERT_EQUAL(size[REGATTA_SHARE_HEADS], 2 * (DIM * DIM + DIM * DIM / 2));
    CU_ASSERT_EQUAL(size[REGATTA_SHARE_LAYERS], 2 * DIM * DIM);
    CU_ASSERT_EQUAL(size[REGATTA_SHARE_ALL], DIM * DIM + DIM * DIM / 2);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* New rows of users of one community, with a new item. */
static regatta_graph *news_of(regatta_ctx *ctx)
{
    regatta_graph *news = NULL;
    CU_ASSERT_EQUAL_FATAL(text_read(ctx, &news,
                                    "user,item\n0,new\n4,new\n8,new\n12,new\n"
                                    "0,4\nnobody,new\nnobody,8\n",
                                    NULL, NULL),
                          REGATTA_OK);
    return news;
}

/* Groups stay in updates; a new item joins that of the items beside it. Nothing new gives
 * the same bytes, and forgetting trains again with the same kind of groups. */
static void check_update(const regatta_train_options *o)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = graph_of(ctx), *news = news_of(ctx);
    regatta_model *model = NULL, *same_model = NULL, *updated = NULL, *without = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, o), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_model_update(ctx, &same_model, model, NULL, NULL, NULL),
                    REGATTA_OK);
    CU_ASSERT(model_bytes_same(ctx, model, same_model));
    CU_ASSERT_EQUAL_FATAL(regatta_model_update(ctx, &updated, model, news, NULL, NULL),
                          REGATTA_OK);
    const rg_node_vectors *before = model->vectors, *after = updated->vectors;
    CU_ASSERT_EQUAL(after->shape.n_groups, before->shape.n_groups);
    CU_ASSERT_EQUAL(memcmp(after->group, before->group, ITEMS * sizeof *before->group),
                    0);
    CU_ASSERT_EQUAL(after->group[ITEMS], before->group[4]);
    const uint32_t user = 3;
    regatta_update_options forget = REGATTA_UPDATE_OPTIONS_INIT;
    forget.forget = &user;
    forget.n_forget = 1;
    CU_ASSERT_EQUAL(regatta_model_update(ctx, &without, model, NULL, &forget, NULL),
                    REGATTA_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(without);
    CU_ASSERT_EQUAL(without->vectors->shape.n_groups, before->shape.n_groups);
    regatta_model_free(model);
    regatta_model_free(same_model);
    regatta_model_free(updated);
    regatta_model_free(without);
    regatta_graph_free(graph);
    regatta_graph_free(news);
    regatta_ctx_free(ctx);
}

static void test_hierarchy__updates(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_features *groups = groups_of(ctx);
    regatta_train_options o = options_of(REGATTA_ATTENTION_COSINE, REGATTA_SHARE_ALL,
                                         REGATTA_HIERARCHY_COMMUNITIES);
    check_update(&o);
    o.hierarchy = REGATTA_HIERARCHY_GROUPS;
    o.item_groups = groups;
    check_update(&o);
    regatta_features_free(groups);
    text_remove();
    regatta_ctx_free(ctx);
}

/* Compact types keep groups and prototypes, and stay close. */
static void test_hierarchy__compact_types(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = graph_of(ctx);
    const regatta_train_options o = options_of(REGATTA_ATTENTION_DOT, REGATTA_SHARE_HEADS,
                                               REGATTA_HIERARCHY_COMMUNITIES);
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    for (int type = RG_BF16; type <= RG_I8; type++) {
        regatta_model *compact = NULL;
        float x[ITEMS], y[ITEMS];
        CU_ASSERT_EQUAL_FATAL(rg_model_convert(ctx, &compact, model, (rg_element)type),
                              REGATTA_OK);
        score_history(ctx, x, model, 7);
        score_history(ctx, y, compact, 7);
        for (int i = 0; i < ITEMS; i++)
            CU_ASSERT(x[i] == y[i] || fabsf(x[i] - y[i]) < 0.15f);
        regatta_model_free(compact);
    }
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* auto tries communities and says what it found. */
static void test_hierarchy__auto(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = graph_of(ctx);
    const regatta_train_options o =
        options_of(REGATTA_ATTENTION_NONE, REGATTA_SHARE_NONE, REGATTA_HIERARCHY_AUTO);
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    const char *json = regatta_model_json(model);
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"hierarchies\""));
    CU_ASSERT_EQUAL(strstr(json, "\"groups_of\"") != NULL,
                    model->vectors->shape.n_groups > 0);
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_hierarchy__refused(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = graph_of(ctx);
    regatta_features *groups = groups_of(ctx), *vectors = NULL;
    regatta_model *model = NULL;
    regatta_train_options o =
        options_of(REGATTA_ATTENTION_NONE, REGATTA_SHARE_NONE, REGATTA_HIERARCHY_GROUPS);
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "needs item_groups"));
    o.hierarchy = REGATTA_HIERARCHY_COMMUNITIES;
    o.item_groups = groups;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "no effect"));
    CU_ASSERT_EQUAL_FATAL(regatta_features_create(ctx, &vectors), REGATTA_OK);
    o.hierarchy = REGATTA_HIERARCHY_GROUPS;
    o.item_groups = vectors;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "no names of groups"));
    o.item_groups = NULL;
    o.hierarchy = 9;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_EINVAL);
    o.hierarchy = 0;
    o.share = 4;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(model);
    regatta_features_free(groups);
    regatta_features_free(vectors);
    regatta_graph_free(graph);
    text_remove();
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"same_bytes_and_files", test_hierarchy__same_bytes_and_files},
    {"given_groups", test_hierarchy__given_groups},
    {"sharing_stores_less", test_hierarchy__sharing_stores_less},
    {"updates", test_hierarchy__updates},
    {"compact_types", test_hierarchy__compact_types},
    {"auto", test_hierarchy__auto},
    {"refused", test_hierarchy__refused},
};

int test_hierarchy(void)
{
    return TEST_MAIN("hierarchy", cases);
}
