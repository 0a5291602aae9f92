/* Vectors with features in the input layer: training, files, new items and users,
 * updates, users that are forgotten, the choice, and what is refused. */
#include "channel/channel_content.h"
#include "model/model.h"
#include "model/model_copy.h"
#include "support/fault.h"
#include "support/feature_table.h"
#include "support/model_bytes.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 90, ITEMS = 48, GROUPS = 4, TEXT = 6, NEW = 5, DIM = 8 };

typedef struct world {
    regatta_ctx *ctx;
    regatta_graph *graph;
    regatta_features *items, *users;           /* of the nodes of the graph */
    regatta_features *more_items, *more_users; /* of NEW more */
    regatta_train_options options;
} world;

static void open_world(world *w, uint32_t threads)
{
    const planted p = {.n_users = USERS,
                       .n_items = ITEMS,
                       .communities = GROUPS,
                       .per_user = 9,
                       .seed = 3};
    const regatta_train_options init = REGATTA_TRAIN_OPTIONS_INIT;
    w->ctx = test_context(threads);
    CU_ASSERT_EQUAL_FATAL(planted_graph(w->ctx, &w->graph, &p), REGATTA_OK);
    w->items = feature_table(w->ctx, "", ITEMS, GROUPS, TEXT);
    w->users = feature_table(w->ctx, "", USERS, GROUPS, 0);
    w->more_items = feature_table(w->ctx, "", ITEMS + NEW, GROUPS, TEXT);
    w->more_users = feature_table(w->ctx, "", USERS + NEW, GROUPS, 0);
    w->options = init;
    w->options.channels = "vectors,items,content,profile";
    w->options.dim = DIM;
    w->options.max_steps = 10;
    w->options.temperature = 0.15f;
    w->options.item_features = w->items;
    w->options.user_features = w->users;
    w->options.feature_vectors = REGATTA_FEATURE_VECTORS_ALWAYS;
}

static void close_world(world *w)
{
    regatta_features_free(w->items);
    regatta_features_free(w->users);
    regatta_features_free(w->more_items);
    regatta_features_free(w->more_users);
    regatta_graph_free(w->graph);
    regatta_ctx_free(w->ctx);
}

static regatta_model *trained(const world *w)
{
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(w->ctx, &model, w->graph, &w->options),
                          REGATTA_OK);
    return model;
}

static regatta_model *extended(const world *w, const regatta_model *model)
{
    regatta_model *out = NULL;
    CU_ASSERT_EQUAL_FATAL(
        regatta_model_extend(w->ctx, &out, model, w->more_items, w->more_users, NULL),
        REGATTA_OK);
    return out;
}

static void test_feature_vectors__same_bytes_and_files(void)
{
    world one, three;
    open_world(&one, 1);
    open_world(&three, 3);
    for (int kind = 0; kind <= 1; kind++) {
        regatta_model *loaded = NULL;
        one.options.attention = three.options.attention = (uint32_t)kind;
        regatta_model *a = trained(&one), *b = trained(&three);
        model_bytes bytes = model_bytes_of(one.ctx, a);
        CU_ASSERT(model_bytes_same(one.ctx, a, b));
        CU_ASSERT_EQUAL_FATAL(
            regatta_model_load_memory(one.ctx, &loaded, bytes.at, bytes.n), REGATTA_OK);
        CU_ASSERT(model_bytes_same(one.ctx, a, loaded));
        CU_ASSERT(loaded->vectors->n_features[0] > 0);
        CU_ASSERT(loaded->vectors->n_features[1] > loaded->vectors->n_features[0]);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(a), "\"cold_share\""));
        /* and what is grown from both */
        regatta_model *x = extended(&one, a), *y = extended(&one, loaded);
        CU_ASSERT(model_bytes_same(one.ctx, x, y));
        regatta_model_free(x);
        regatta_model_free(y);
        regatta_model_free(a);
        regatta_model_free(b);
        regatta_model_free(loaded);
        free(bytes.at);
    }
    close_world(&one);
    close_world(&three);
}

/* x[DIM] = the rows of the item's features in the grown content, times those of the
 * model, scaled to length 1. */
static void unit_input(double x[DIM], const regatta_model *model, int64_t item)
{
    const rg_content_state *s = rg_content_of(model);
    const float *w = model->vectors->feature[1].data, *z = s->z.data;
    int64_t first = 0;
    double length = 0.0;
    memset(x, 0, DIM * sizeof *x);
    for (int64_t m = 0; m < s->features.n; m++) {
        const rg_feature_block *b = &s->features.block[m];
        for (int64_t c = 0; c < (b->is_dense ? b->rank : b->n_mapped); c++) {
            const double f = b->is_dense
                                 ? (double)z[item * s->features.rank + b->first + c]
                                 : (double)rg_weights_at(&s->rows[m], item, (uint32_t)c);
            for (int k = 0; k < DIM; k++) x[k] += f * (double)w[(first + c) * DIM + k];
        }
        first += b->is_dense ? b->rank : b->n_mapped;
    }
    for (int k = 0; k < DIM; k++) length += x[k] * x[k];
    for (int k = 0; k < DIM && length > 0.0; k++) x[k] /= sqrt(length);
}

/* own = the sum of F W and of the mean of the nearest items: that mean is the vector of
 * the same item in a copy of the model without rows of features. */
static void check_vector(const regatta_model *more, const regatta_model *plain,
                         int64_t item)
{
    double want[DIM], length = 0.0;
    const float *own = (const float *)more->vectors->item_vectors.data + item * DIM;
    const float *near = (const float *)plain->vectors->item_vectors.data + item * DIM;
    unit_input(want, more, item);
    for (int k = 0; k < DIM; k++) {
        want[k] += (double)near[k];
        length += want[k] * want[k];
    }
    for (int k = 0; k < DIM; k++)
        CU_ASSERT_DOUBLE_EQUAL((double)own[k],
                               length > 0.0 ? want[k] / sqrt(length) : 0.0, 1e-4);
}

/* New items have the vectors of their features; new users have some too. */
static void test_feature_vectors__new_nodes(void)
{
    world w;
    open_world(&w, 2);
    regatta_model *model = trained(&w), *more = extended(&w, model);
    CU_ASSERT_EQUAL_FATAL(more->n_items, ITEMS + NEW);
    CU_ASSERT_EQUAL_FATAL(more->n_users, USERS + NEW);
    regatta_model *bare = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_model_copy(w.ctx, &bare, model), REGATTA_OK);
    rg_node_vectors *rows = (rg_node_vectors *)(uintptr_t)bare->vectors;
    rows->n_features[0] = rows->n_features[1] = 0;
    regatta_model *plain = extended(&w, bare);
    for (int64_t i = ITEMS; i < ITEMS + NEW; i++) {
        CU_ASSERT_EQUAL(rg_content_has(rg_content_of(more), i), i < ITEMS + NEW - 1);
        check_vector(more, plain, i);
    }
    for (int64_t u = USERS; u < USERS + NEW - 1; u++) {
        const float *own = (const float *)more->vectors->user_vectors.data + u * DIM;
        double squares = 0.0;
        for (int k = 0; k < DIM; k++) squares += (double)own[k] * (double)own[k];
        CU_ASSERT_DOUBLE_EQUAL(squares, 1.0, 1e-5);
    }
    CU_ASSERT_EQUAL(memcmp(more->vectors->item_vectors.data,
                           model->vectors->item_vectors.data,
                           (size_t)(ITEMS * DIM) * sizeof(float)),
                    0);
    regatta_model_free(model);
    regatta_model_free(more);
    regatta_model_free(bare);
    regatta_model_free(plain);
    close_world(&w);
}

/* Returns the mean cosine of the last items' vectors with those of their own group less
 * that with the others. */
static double contrast(const regatta_model *model)
{
    const float *x = model->vectors->item_vectors.data;
    double own = 0.0, other = 0.0;
    for (int64_t i = ITEMS; i < ITEMS + NEW - 1; i++)
        for (int64_t j = 0; j < ITEMS; j++) {
            double cosine = 0.0;
            for (int k = 0; k < DIM; k++)
                cosine += (double)x[i * DIM + k] * (double)x[j * DIM + k];
            if (i % GROUPS == j % GROUPS)
                own += cosine;
            else
                other += cosine;
        }
    return (own / (ITEMS / GROUPS) - other / (ITEMS - ITEMS / GROUPS)) / (NEW - 1);
}

/* Items of a group have its tag, and lie near each other: so do the new ones. */
static void test_feature_vectors__learn(void)
{
    world w;
    open_world(&w, 2);
    regatta_model *model = trained(&w), *more = extended(&w, model);
    CU_ASSERT(contrast(more) > 0.3);
    regatta_model_free(model);
    regatta_model_free(more);
    close_world(&w);
}

/* Items that are in the tables of the training, without interactions, are as those that
 * are added later. */
static void test_feature_vectors__nodes_of_the_tables(void)
{
    world w;
    open_world(&w, 2);
    w.options.item_features = w.more_items;
    regatta_model *model = trained(&w);
    CU_ASSERT_EQUAL_FATAL(model->n_items, ITEMS + NEW);
    CU_ASSERT(contrast(model) > 0.3);
    regatta_model_free(model);
    close_world(&w);
}

/* Compact types keep the rows, and grow close ones. */
static void test_feature_vectors__compact_types(void)
{
    world w;
    open_world(&w, 2);
    regatta_model *model = trained(&w), *more = extended(&w, model);
    const float *x = more->vectors->item_vectors.data;
    for (int type = RG_BF16; type <= RG_I8; type++) {
        regatta_model *compact = NULL;
        CU_ASSERT_EQUAL_FATAL(rg_model_convert(w.ctx, &compact, model, (rg_element)type),
                              REGATTA_OK);
        regatta_model *grown = extended(&w, compact);
        for (int64_t i = ITEMS; i < ITEMS + NEW; i++) {
            float row[DIM];
            rg_rows_decode(row, &grown->vectors->item_vectors, i, i + 1);
            for (int k = 0; k < DIM; k++)
                CU_ASSERT_DOUBLE_EQUAL((double)row[k], (double)x[i * DIM + k], 0.04);
        }
        regatta_model_free(grown);
        regatta_model_free(compact);
    }
    regatta_model_free(model);
    regatta_model_free(more);
    close_world(&w);
}

/* An update keeps the rows of features; a new item without interactions has its vector
 * from them, and nothing new gives the same bytes. */
static void test_feature_vectors__update(void)
{
    world w;
    open_world(&w, 2);
    regatta_model *model = trained(&w), *same_model = NULL, *updated = NULL;
    regatta_graph *news = NULL;
    CU_ASSERT_EQUAL_FATAL(
        text_read(w.ctx, &news, "user,item\n0,7\n4,8\n90,8\n", NULL, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(
        regatta_model_update(w.ctx, &same_model, model, NULL, NULL, NULL), REGATTA_OK);
    CU_ASSERT(model_bytes_same(w.ctx, model, same_model));
    regatta_update_options o = REGATTA_UPDATE_OPTIONS_INIT;
    o.item_features = w.more_items;
    CU_ASSERT_EQUAL_FATAL(regatta_model_update(w.ctx, &updated, model, news, &o, NULL),
                          REGATTA_OK);
    for (int side = 0; side < 2; side++) {
        const rg_rows *before = &model->vectors->feature[side];
        CU_ASSERT_EQUAL(updated->vectors->n_features[side], before->n);
        CU_ASSERT_EQUAL(memcmp(before->data, updated->vectors->feature[side].data,
                               (size_t)(before->n * DIM) * sizeof(float)),
                        0);
    }
    CU_ASSERT_EQUAL_FATAL(updated->n_items, ITEMS + NEW);
    CU_ASSERT(contrast(updated) > 0.3);
    regatta_model_free(model);
    regatta_model_free(same_model);
    regatta_model_free(updated);
    regatta_graph_free(news);
    text_remove();
    close_world(&w);
}

enum { LEAVING = GROUPS, ROW_BYTES = 16 };

/* Reads the interactions of the world, and of LEAVING more users, one of each group. */
static void read_rows(const world *w, regatta_graph **kept, regatta_graph **all)
{
    const rg_csr *rows = w->graph->by_user;
    const size_t most = (size_t)(rows->n_edges + 3 * LEAVING + 1) * ROW_BYTES;
    char *text = malloc(most);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    size_t n = (size_t)snprintf(text, most, "user,item\n");
    for (int64_t u = 0; u < rows->n_rows; u++)
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++)
            n += (size_t)snprintf(text + n, most - n, "%d,%d\n", (int)u,
                                  (int)rows->target[e]);
    CU_ASSERT_EQUAL_FATAL(text_read(w->ctx, kept, text, NULL, NULL), REGATTA_OK);
    for (int k = 0; k < 3 * LEAVING; k++)
        n += (size_t)snprintf(text + n, most - n, "%d,%d\n", USERS + k % LEAVING,
                              7 * k % ITEMS);
    CU_ASSERT_EQUAL_FATAL(text_read(w->ctx, all, text, NULL, NULL), REGATTA_OK);
    free(text);
}

/* A table of users with one tag each: all groups have as many, so the encoding is the
 * same with and without those who leave. */
static rg_features *one_tag(regatta_ctx *ctx, int n)
{
    rg_features *f = NULL;
    rg_idmap *names = NULL;
    rg_csr *rows = NULL;
    uint32_t number;
    char name[ROW_BYTES];
    CU_ASSERT_EQUAL_FATAL(rg_features_create(ctx, &f), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_idmap_create(ctx, &names), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_csr_create(ctx, &rows, n, LEAVING, n, 1), REGATTA_OK);
    for (int k = 0; k < n; k++) {
        const int length = snprintf(name, sizeof name, "%d", k);
        CU_ASSERT_EQUAL_FATAL(rg_idmap_add(ctx, f->ids, name, length, &number),
                              REGATTA_OK);
        rows->target[k] = (uint32_t)(k % LEAVING);
        rows->value[k] = 1.0f;
        rows->offset[k + 1] = k + 1;
    }
    for (int k = 0; k < LEAVING; k++) {
        const int length = snprintf(name, sizeof name, "town%d", k);
        CU_ASSERT_EQUAL_FATAL(rg_idmap_add(ctx, names, name, length, &number),
                              REGATTA_OK);
    }
    CU_ASSERT_EQUAL_FATAL(rg_features_add_sparse(ctx, f, "towns", names, rows),
                          REGATTA_OK);
    return f;
}

static regatta_model *trained_on(world *w, regatta_graph *graph)
{
    regatta_graph *own = w->graph;
    w->graph = graph;
    regatta_model *model = trained(w);
    w->graph = own;
    return model;
}

/* A copy of the model without the users who leave. */
static regatta_model *without_leaving(const world *w, const regatta_model *model)
{
    uint32_t user[LEAVING];
    regatta_model *out = NULL;
    regatta_update_options o = REGATTA_UPDATE_OPTIONS_INIT;
    for (int k = 0; k < LEAVING; k++) user[k] = (uint32_t)(USERS + k);
    o.forget = user;
    o.n_forget = LEAVING;
    CU_ASSERT_EQUAL_FATAL(regatta_model_update(w->ctx, &out, model, NULL, &o, NULL),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(out->n_users, model->n_users - LEAVING);
    return out;
}

static int same_rows(const rg_rows *a, const rg_rows *b)
{
    return a->n == b->n && a->dim == b->dim &&
           memcmp(a->data, b->data, (size_t)(a->n * a->dim) * sizeof(float)) == 0;
}

static int same_vectors(const rg_node_vectors *a, const rg_node_vectors *b)
{
    const int n = (int)a->user_features.offset[USERS];
    return same_rows(&a->user_vectors, &b->user_vectors) &&
           same_rows(&a->item_vectors, &b->item_vectors) &&
           same_rows(&a->user_x0, &b->user_x0) &&
           same_rows(&a->item_state, &b->item_state) &&
           same_rows(&a->feature[0], &b->feature[0]) &&
           same_rows(&a->feature[1], &b->feature[1]) &&
           n == (int)b->user_features.offset[USERS] &&
           memcmp(a->user_features.target, b->user_features.target,
                  (size_t)n * sizeof *a->user_features.target) == 0;
}

/* With features of items, whose encoding does not depend on users, all bytes but the
 * record are those of a training without the users. */
static void test_feature_vectors__forgetting_is_never_having_seen(void)
{
    world w;
    regatta_graph *kept = NULL, *all = NULL;
    open_world(&w, 2);
    read_rows(&w, &kept, &all);
    w.options.user_features = NULL;
    w.options.channels = "vectors,items,content";
    w.options.valid_share = 0.0f;
    regatta_model *model = trained_on(&w, all), *never = trained_on(&w, kept);
    regatta_model *after = without_leaving(&w, model);
    CU_ASSERT(never->vectors->n_features[1] > 0);
    char *own = after->json;
    after->json = never->json;
    CU_ASSERT(model_bytes_same(w.ctx, after, never));
    after->json = own;
    regatta_model_free(model);
    regatta_model_free(never);
    regatta_model_free(after);
    regatta_graph_free(kept);
    regatta_graph_free(all);
    text_remove();
    close_world(&w);
}

/* So are the vectors with features of users; users that only the table has get theirs
 * from the new rows of features. */
static void test_feature_vectors__forgetting_with_user_features(void)
{
    world w;
    regatta_graph *kept = NULL, *all = NULL;
    open_world(&w, 2);
    read_rows(&w, &kept, &all);
    rg_features *before = one_tag(w.ctx, USERS + 2 * LEAVING);
    rg_features *after = one_tag(w.ctx, USERS + LEAVING);
    regatta_model *loaded = NULL;
    w.options.valid_share = 0.0f;
    w.options.user_features = before;
    regatta_model *model = trained_on(&w, all);
    model_bytes bytes = model_bytes_of(w.ctx, model);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load_memory(w.ctx, &loaded, bytes.at, bytes.n),
                          REGATTA_OK);
    /* The ids of those who leave are then those of nodes of the table alone. */
    w.options.user_features = after;
    regatta_model *never = trained_on(&w, kept);
    regatta_model *without = without_leaving(&w, loaded);
    CU_ASSERT_EQUAL(never->vectors->n_features[0], LEAVING);
    CU_ASSERT_EQUAL(never->vectors->n_features[2], 1);
    CU_ASSERT_EQUAL_FATAL(without->n_users, never->n_users);
    CU_ASSERT(same_vectors(without->vectors, never->vectors));
    CU_ASSERT_FALSE(same_rows(&model->vectors->feature[0], &never->vectors->feature[0]));
    regatta_model_free(model);
    regatta_model_free(loaded);
    regatta_model_free(never);
    regatta_model_free(without);
    regatta_features_free(before);
    regatta_features_free(after);
    regatta_graph_free(kept);
    regatta_graph_free(all);
    free(bytes.at);
    text_remove();
    close_world(&w);
}

static regatta_status forget_one(regatta_ctx *ctx, void *arg)
{
    const uint32_t user = 3;
    regatta_model *out = NULL;
    regatta_update_options o = REGATTA_UPDATE_OPTIONS_INIT;
    o.forget = &user;
    o.n_forget = 1;
    const regatta_status status = regatta_model_update(ctx, &out, arg, NULL, &o, NULL);
    regatta_model_free(out);
    return status;
}

/* A model of an earlier version lacks the features of its users; memory may fail. */
static void test_feature_vectors__forgetting_fails(void)
{
    world w;
    open_world(&w, 1);
    w.options.max_steps = 1;
    w.options.valid_share = 0.0f;
    regatta_model *model = trained(&w);
    fault_sweep_memory(forget_one, model);
    ((rg_node_vectors *)(uintptr_t)model->vectors)->n_features[2] = 0;
    CU_ASSERT_EQUAL(forget_one(w.ctx, model), REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(w.ctx), "users.features"));
    regatta_model_free(model);
    close_world(&w);
}

/* auto says what it tried; without a gain the tables are those of a training without. */
static void test_feature_vectors__auto(void)
{
    world w;
    open_world(&w, 2);
    w.options.feature_vectors = REGATTA_FEATURE_VECTORS_NONE;
    regatta_model *none = trained(&w);
    w.options.feature_vectors = REGATTA_FEATURE_VECTORS_AUTO;
    regatta_model *chosen = trained(&w);
    CU_ASSERT_PTR_NULL(strstr(regatta_model_json(none), "\"features\": true"));
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(chosen), "\"features\": true"));
    if (chosen->vectors->n_features[1] == 0)
        CU_ASSERT_EQUAL(memcmp(none->vectors->item_vectors.data,
                               chosen->vectors->item_vectors.data,
                               (size_t)(ITEMS * DIM) * sizeof(float)),
                        0);
    regatta_model_free(none);
    regatta_model_free(chosen);
    close_world(&w);
}

static void check_refused(world *w, const char *words)
{
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL(regatta_model_train(w->ctx, &model, w->graph, &w->options),
                    REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(w->ctx), words));
    CU_ASSERT_PTR_NULL(model);
}

static void test_feature_vectors__refused(void)
{
    world w;
    open_world(&w, 1);
    w.options.channels = "vectors,items";
    check_refused(&w, "feature_vectors needs");
    w.options.channels = "vectors";
    w.options.item_features = w.options.user_features = NULL;
    check_refused(&w, "feature_vectors needs");
    w.options.channels = NULL;
    w.options.item_features = w.items;
    w.options.feature_vectors = REGATTA_FEATURE_VECTORS_AUTO;
    w.options.valid_share = 0.0f;
    check_refused(&w, "needs validation");
    w.options.feature_vectors = 3;
    check_refused(&w, "feature_vectors must be");
    close_world(&w);
}

static const test_case cases[] = {
    {"same bytes and files", test_feature_vectors__same_bytes_and_files},
    {"new nodes", test_feature_vectors__new_nodes},
    {"learn", test_feature_vectors__learn},
    {"nodes of the tables", test_feature_vectors__nodes_of_the_tables},
    {"compact types", test_feature_vectors__compact_types},
    {"update", test_feature_vectors__update},
    {"forgetting is never having seen",
     test_feature_vectors__forgetting_is_never_having_seen},
    {"forgetting with user features",
     test_feature_vectors__forgetting_with_user_features},
    {"forgetting fails", test_feature_vectors__forgetting_fails},
    {"auto", test_feature_vectors__auto},
    {"refused", test_feature_vectors__refused},
};

int test_feature_vectors(void)
{
    return TEST_MAIN("feature_vectors", cases);
}
