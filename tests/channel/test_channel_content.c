#include "base/kernels/vec.h"
#include "channel/channel_content.h"
#include "model/model_copy.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/feature_table.h"
#include "support/model_bytes.h"
#include "support/planted_graph.h"
#include "support/scratch.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 90, ITEMS = 48, GROUPS = 4, DIM = 8, NEW = 5, ALL = ITEMS + NEW };

static regatta_graph *graph_of(regatta_ctx *ctx)
{
    const planted p = {.n_users = USERS,
                       .n_items = ITEMS,
                       .communities = GROUPS,
                       .per_user = 9,
                       .seed = 3};
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &p), REGATTA_OK);
    return graph;
}

static regatta_train_options options_of(const char *channels)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = channels;
    o.max_steps = 4;
    o.dim = 8;
    return o;
}

/* Trains with features of `n` items; those beyond ITEMS have no interactions. */
static regatta_model *trained(regatta_ctx *ctx, const char *channels, int64_t n)
{
    regatta_train_options o = options_of(channels);
    regatta_model *model = NULL;
    regatta_graph *graph = graph_of(ctx);
    regatta_features *table = feature_table(ctx, "", n, GROUPS, DIM);
    o.item_features = table;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    regatta_features_free(table);
    regatta_graph_free(graph);
    return model;
}

/* Adds a modality whose only feature no node has: it has no coordinates. */
static void add_unused(regatta_ctx *ctx, regatta_features *table, int64_t n)
{
    rg_idmap *names = NULL;
    rg_csr *rows = NULL;
    uint32_t number;
    CU_ASSERT_EQUAL_FATAL(rg_idmap_create(ctx, &names), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_idmap_add(ctx, names, "unused", 6, &number), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_csr_create(ctx, &rows, n, 1, 0, 1), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_features_add_sparse(ctx, table, "none", names, rows),
                          REGATTA_OK);
}

/* Scores of all items for all users of the training. */
static float *scores_of(regatta_ctx *ctx, const regatta_model *model)
{
    uint32_t user[USERS], item[ALL];
    float *score = calloc((size_t)USERS * ALL, sizeof *score);
    CU_ASSERT_PTR_NOT_NULL_FATAL(score);
    for (uint32_t u = 0; u < USERS; u++) user[u] = u;
    for (uint32_t i = 0; i < ALL; i++) item[i] = i;
    const regatta_query query = {.struct_size = sizeof query, .n = USERS, .user = user};
    CU_ASSERT_EQUAL_FATAL(regatta_score(ctx, model, &query, item, model->n_items, score),
                          REGATTA_OK);
    return score;
}

static void check_same_scores(regatta_ctx *ctx, const regatta_model *a,
                              const regatta_model *b)
{
    float *x = scores_of(ctx, a), *y = scores_of(ctx, b);
    CU_ASSERT_EQUAL(a->n_items, b->n_items);
    CU_ASSERT_EQUAL(memcmp(x, y, USERS * ALL * sizeof *x), 0);
    free(x);
    free(y);
}

/* sum_m tail <f_i, f_j> + z_i' M z_j of the arrays of the state. */
static double attention(const rg_content_state *s, int64_t i, int64_t j)
{
    double sum = 0.0;
    const float *z = s->z.data;
    const int64_t rank = s->features.rank;
    for (int64_t a = 0; a < rank; a++)
        for (int64_t b = 0; b < rank; b++)
            sum += (double)z[i * rank + a] * (double)s->mix[b * rank + a] *
                   (double)z[j * rank + b];
    for (int64_t m = 0; m < s->features.n; m++) {
        const rg_weights *w = &s->rows[m];
        if (s->features.block[m].is_dense) continue;
        for (int64_t e = w->offset[i]; e < w->offset[i + 1]; e++)
            sum += (double)s->tail[m] * (double)rg_weights_at(w, i, w->target[e]) *
                   (double)rg_weights_at(w, j, w->target[e]);
    }
    return sum;
}

/* The only channel of a model gives raw scores: sums of the attention. */
static void test_content__scores(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_model *model = trained(ctx, "content", ALL);
    const rg_content_state *s = rg_content_of(model);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_EQUAL(s->features.n, 2);
    CU_ASSERT_EQUAL(model->n_items, ALL);
    float *score = scores_of(ctx, model);
    for (uint32_t u = 0; u < USERS; u++) {
        const rg_history h = history_of(model, u);
        double value[64];
        for (uint32_t j = 0; j < ALL; j++) {
            double sum = 0.0, parts = 0.0;
            channel_explain(value, NULL, model, "content", &h, j);
            for (int64_t k = 0; k < h.n; k++) {
                const double own = attention(s, h.item[k], j);
                sum += own;
                parts += value[k];
                CU_ASSERT_DOUBLE_EQUAL(value[k], own, 1e-4);
            }
            CU_ASSERT_DOUBLE_EQUAL((double)score[u * ALL + j], sum, 1e-4);
            CU_ASSERT_DOUBLE_EQUAL((double)score[u * ALL + j], parts, 1e-4);
        }
    }
    free(score);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* The whole blend: contributions and terms add up to the score, of new items too. */
static void test_content__explains(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_model *model = trained(ctx, NULL, ALL);
    const uint32_t user = 7;
    uint32_t item[ALL];
    regatta_explanation out[ALL];
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    for (uint32_t i = 0; i < ALL; i++) item[i] = i;
    out[0].struct_size = sizeof out[0];
    CU_ASSERT_EQUAL_FATAL(regatta_explain(ctx, model, &query, item, ALL, NULL, 0, out),
                          REGATTA_OK);
    for (int i = 0; i < ALL; i++) {
        double size = fabs(out[i].popularity) + fabs(out[i].centre);
        for (int c = 0; c < REGATTA_MAX_CHANNELS; c++)
            size +=
                fabs(out[i].history[c]) + fabs(out[i].direct[c]) + fabs(out[i].bias[c]);
        CU_ASSERT(fabs(out[i].residual) <= 1e-5 * size + 1e-9);
    }
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* The parts of features add up to the contribution of the channel. */
static void test_content__features(void)
{
    enum { MOST = 32 };
    regatta_ctx *ctx = test_context(1);
    regatta_model *model = trained(ctx, "content,items", ALL);
    const uint32_t user = 5;
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    for (uint32_t item = 0; item < ALL; item++) {
        regatta_explanation terms = REGATTA_EXPLANATION_INIT;
        regatta_feature_part part[MOST] = {REGATTA_FEATURE_PART_INIT};
        const int a = channel_number("content");
        int64_t n = 0;
        double sum = 0.0, size = 0.0;
        CU_ASSERT_EQUAL_FATAL(
            regatta_explain(ctx, model, &query, &item, 1, NULL, 0, &terms), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(
            regatta_explain_features(ctx, model, &query, item, part, MOST, &n),
            REGATTA_OK);
        CU_ASSERT_FATAL(n >= 1 && n <= MOST);
        for (int64_t k = 0; k < n; k++) {
            sum += part[k].contribution;
            size += fabs(part[k].contribution);
            CU_ASSERT(k == 0 ||
                      fabs(part[k].contribution) <= fabs(part[k - 1].contribution));
            CU_ASSERT_EQUAL(part[k].feature == NULL,
                            strcmp(part[k].modality, "text") == 0);
        }
        CU_ASSERT_DOUBLE_EQUAL(sum, terms.history[a], 1e-4 * size + 1e-6);
    }
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* A new item is scored like those of its group. */
static void test_content__new_items(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_model *model = trained(ctx, NULL, ALL);
    float *score = scores_of(ctx, model);
    for (int64_t j = ITEMS; j + 1 < ALL; j++) {
        double own = 0.0, other = 0.0;
        for (int64_t u = 0; u < USERS; u++)
            *(u % GROUPS == j % GROUPS ? &own : &other) += (double)score[u * ALL + j];
        CU_ASSERT(own / (USERS / GROUPS) > other / (USERS - USERS / GROUPS) + 0.2);
        CU_ASSERT_EQUAL(model->item_count[j], 0);
    }
    CU_ASSERT_STRING_EQUAL(regatta_model_name(model, REGATTA_ITEMS, ITEMS), "48");
    free(score);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* Sets what the blend adds for new items to x, for content alone. */
static void set_fresh(regatta_model *model, float x)
{
    for (int a = 0; a < model->blend->n; a++)
        model->blend->fresh[a] =
            model->blend->number[a] == channel_number("content") ? x : 0.0f;
}

/* Scores of known items do not change with the weight of new items, those of new items
 * do; contributions still add up, and a file keeps the weight. */
static void test_content__fresh(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_model *model = trained(ctx, "content,items", ALL), *read = NULL;
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    uint32_t user[USERS], fresh = ITEMS + 1;
    double mean = 0.0; /* the popularity of the last, which has no features */
    for (int64_t j = 0; j < ITEMS; j++) mean += (double)model->log_degree[j] / ITEMS;
    CU_ASSERT_EQUAL(model->n_fresh, NEW);
    CU_ASSERT_DOUBLE_EQUAL(model->log_degree[ALL - 1], mean, 1e-5);
    set_fresh(model, 0.0f);
    float *plain = scores_of(ctx, model);
    set_fresh(model, 2.0f);
    float *score = scores_of(ctx, model);
    for (int64_t u = 0; u < USERS; u++) {
        CU_ASSERT_EQUAL(memcmp(score + u * ALL, plain + u * ALL, ITEMS * sizeof *score),
                        0);
        user[u] = (uint32_t)u;
    }
    int64_t n_other = 0;
    for (int64_t u = 0; u < USERS; u++)
        n_other += score[u * ALL + fresh] != plain[u * ALL + fresh];
    CU_ASSERT(n_other > USERS / 2);
    for (size_t u = 0; u < USERS; u += 9) {
        const regatta_query one = {.struct_size = sizeof one, .n = 1, .user = &user[u]};
        regatta_explanation out = REGATTA_EXPLANATION_INIT;
        CU_ASSERT_EQUAL_FATAL(regatta_explain(ctx, model, &one, &fresh, 1, NULL, 0, &out),
                              REGATTA_OK);
        CU_ASSERT_DOUBLE_EQUAL(out.residual, 0.0, 1e-5 * (1.0 + fabs((double)out.score)));
        CU_ASSERT_EQUAL(out.score, score[u * ALL + fresh]);
    }
    scratch_open(folder);
    scratch_path(path, folder, "m");
    CU_ASSERT_EQUAL_FATAL(regatta_model_save(ctx, model, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &read, path), REGATTA_OK);
    check_same_scores(ctx, model, read);
    scratch_close(folder);
    free(plain);
    free(score);
    regatta_model_free(read);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* A twin has the content of its item and not the item among the nearest: its row of
 * vectors is a mean of others. */
static void test_content__twins(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_model *model = trained(ctx, "content,items", ITEMS), *grown = NULL;
    regatta_features *table = feature_table(ctx, "", ITEMS, GROUPS, DIM);
    const uint32_t twin[2] = {3, 8};
    CU_ASSERT_EQUAL_FATAL(rg_model_grow_twins(ctx, &grown, model, table, twin, twin, 2),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(grown->n_items, ITEMS + 2);
    CU_ASSERT_EQUAL(grown->n_fresh, 2);
    const rg_content_state *s = rg_content_of(grown);
    enum { LD = (ALL / RG_PANEL + 1) * RG_PANEL, AT_ONCE = 3 };
    float *row = calloc((AT_ONCE + 1) * LD, sizeof *row), *rows = row + LD;
    float *work =
        calloc((size_t)(rg_content_work(s) + AT_ONCE * s->features.rank), sizeof *work);
    CU_ASSERT_FATAL(row != NULL && work != NULL);
    rg_content_attention(rows, LD, s, 5, AT_ONCE, work);
    for (int k = AT_ONCE - 1; k >= 0; k--) {
        rg_content_attention(row, LD, s, 5 + k, 1, work);
        CU_ASSERT_EQUAL(memcmp(row, rows + k * LD, (ITEMS + 2) * sizeof *row), 0);
    }
    for (int k = 0; k < 2; k++) {
        double degree = 0.0;
        CU_ASSERT_EQUAL(row[twin[k]], row[ITEMS + k]);
        for (int64_t j = 0; j < ITEMS; j++) degree += (double)model->log_degree[j];
        CU_ASSERT(grown->expected_degree[ITEMS + k] > 0.0f);
        CU_ASSERT((double)grown->expected_degree[ITEMS + k] < degree);
        CU_ASSERT_NOT_EQUAL(grown->expected_degree[ITEMS + k],
                            model->log_degree[twin[k]]);
    }
    free(row);
    free(work);
    regatta_model_free(grown);
    regatta_model_free(model);
    regatta_features_free(table);
    regatta_ctx_free(ctx);
}

static void test_content__extends_as_it_trains(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_model *all = trained(ctx, NULL, ALL), *model = trained(ctx, NULL, ITEMS + 1);
    regatta_model *few = NULL, *again = NULL;
    regatta_features *table = feature_table(ctx, "", ALL, GROUPS, DIM);
    regatta_extension report = REGATTA_EXTENSION_INIT;
    CU_ASSERT_EQUAL(model->n_items, ITEMS + 1); /* the last has no features */
    CU_ASSERT_EQUAL_FATAL(regatta_model_extend(ctx, &few, model, table, NULL, &report),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(report.n_items, NEW - 1);
    CU_ASSERT_EQUAL(report.n_known_items, ITEMS + 1);
    CU_ASSERT_EQUAL(report.n_bare_items, 1);
    CU_ASSERT_EQUAL(few->n_items, ALL);
    CU_ASSERT_EQUAL_FATAL(regatta_model_extend(ctx, &again, all, table, NULL, &report),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(report.n_items, 0);
    check_same_scores(ctx, all, again);
    regatta_model_free(all);
    regatta_model_free(model);
    regatta_model_free(few);
    regatta_model_free(again);
    regatta_features_free(table);
    regatta_ctx_free(ctx);
}

static void test_content__file(void)
{
    regatta_ctx *ctx = test_context(1);
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_model *model = trained(ctx, NULL, ALL), *read = NULL, *small = NULL,
                  *more = NULL;
    regatta_features *table = feature_table(ctx, "n", ALL, GROUPS, DIM);
    regatta_convert_options o = REGATTA_CONVERT_OPTIONS_INIT;
    scratch_open(folder);
    scratch_path(path, folder, "m");
    CU_ASSERT_EQUAL_FATAL(regatta_model_save(ctx, model, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &read, path), REGATTA_OK);
    check_same_scores(ctx, model, read);
    for (o.type = REGATTA_TYPE_BF16; o.type <= REGATTA_TYPE_I8; o.type++) {
        CU_ASSERT_EQUAL_FATAL(regatta_model_convert(ctx, &small, read, &o), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(regatta_model_extend(ctx, &more, small, table, NULL, NULL),
                              REGATTA_OK);
        CU_ASSERT_EQUAL(more->n_items, 2 * ALL);
        regatta_model_free(small);
        regatta_model_free(more);
    }
    regatta_model_free(model);
    regatta_model_free(read);
    regatta_features_free(table);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void check_refused(regatta_ctx *ctx, const regatta_model *model,
                          const regatta_features *items, const char *words)
{
    regatta_model *out = NULL;
    CU_ASSERT_EQUAL(regatta_model_extend(ctx, &out, model, items, NULL, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
    CU_ASSERT_PTR_NULL(out);
}

static void test_content__refuses(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = graph_of(ctx);
    regatta_train_options o = options_of("items");
    regatta_model *model = trained(ctx, "content", ITEMS), *bare = NULL;
    regatta_features *table = feature_table(ctx, "n", 4, 2, DIM + 1);
    check_refused(ctx, model, table,
                  "features 'text': vectors of 9 numbers; those of the model have 8");
    snprintf(table->modality[0].name, RG_MODALITY_NAME, "words");
    check_refused(ctx, model, table,
                  "features 'words': the model has none of this name; it has tags, text");
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &bare, graph, &o), REGATTA_OK);
    check_refused(
        ctx, bare, table,
        "new items need a model with features of items: this one was trained without, or "
        "validation dropped the channel content");
    regatta_model_free(bare);
    o.channels = "content";
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &bare, graph, &o), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                           "channels: the channel content needs features of items");
    regatta_features_free(table);
    regatta_graph_free(graph);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* Features of unknown items, and one that all items have, say nothing: the training is
 * that without them. */
static void test_content__says_nothing(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = graph_of(ctx);
    uint32_t node[ITEMS], feature[ITEMS];
    for (uint32_t k = 0; k < ITEMS; k++) node[k] = k, feature[k] = 0;
    for (int same = 0; same < 2; same++)
        for (int valid = 0; valid < 2; valid++) {
            regatta_feature_arrays a = REGATTA_FEATURE_ARRAYS_INIT;
            regatta_train_options o = options_of("items,users,content");
            regatta_features *none = feature_table(ctx, "n", 9, GROUPS, DIM), *all = NULL;
            regatta_model *model = NULL;
            a.name = "same";
            a.n_nodes = ITEMS;
            a.n_values = ITEMS;
            a.node = node;
            a.feature = feature;
            a.n_features = 1;
            CU_ASSERT_EQUAL_FATAL(regatta_features_create(ctx, &all), REGATTA_OK);
            CU_ASSERT_EQUAL_FATAL(regatta_features_add(ctx, all, &a, NULL), REGATTA_OK);
            o.item_features = same ? all : none;
            if (!valid) o.valid_share = 0.0f;
            CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
            CU_ASSERT_PTR_NULL(rg_content_of(model));
            CU_ASSERT_EQUAL(model->n_items, ITEMS);
            regatta_model_free(model);
            o.channels = "content";
            CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_EINVAL);
            CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                                   "no features tell the items of the data apart");
            regatta_features_free(none);
            regatta_features_free(all);
        }
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_content__threads(void)
{
    regatta_ctx *one = test_context(1), *three = test_context(3);
    regatta_model *a = trained(one, "content,items", ALL),
                  *b = trained(three, "content,items", ALL);
    check_same_scores(one, a, b);
    regatta_model_free(a);
    regatta_model_free(b);
    regatta_ctx_free(one);
    regatta_ctx_free(three);
}

typedef struct attempt {
    const regatta_graph *graph;
    const regatta_model *model;
    const regatta_features *table;
} attempt;

static regatta_status train_once(regatta_ctx *ctx, void *arg)
{
    const attempt *a = arg;
    regatta_train_options o = options_of("content");
    regatta_model *model = NULL;
    o.item_features = a->table;
    o.valid_share = 0.0f;
    const regatta_status status = regatta_model_train(ctx, &model, a->graph, &o);
    regatta_model_free(model);
    return status;
}

static regatta_status extend_once(regatta_ctx *ctx, void *arg)
{
    const attempt *a = arg;
    regatta_model *out = NULL;
    const regatta_status status =
        regatta_model_extend(ctx, &out, a->model, a->table, NULL, NULL);
    regatta_model_free(out);
    return status;
}

static void test_content__no_memory(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = graph_of(ctx);
    regatta_model *model = trained(ctx, "content,items", ITEMS);
    regatta_features *table = feature_table(ctx, "", ALL, GROUPS, DIM);
    attempt a = {graph, model, table};
    fault_sweep_memory(train_once, &a);
    fault_sweep_memory(extend_once, &a);
    regatta_features_free(table);
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_content__modality_without_coordinates(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_train_options o = options_of("content,items");
    regatta_model *model = NULL, *again = NULL;
    regatta_graph *graph = graph_of(ctx);
    regatta_features *table = feature_table(ctx, "", ITEMS, GROUPS, 0);
    add_unused(ctx, table, ITEMS);
    o.item_features = table;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(model->json, "\"name\": \"none\""));
    CU_ASSERT_EQUAL_FATAL(regatta_model_update(ctx, &again, model, NULL, NULL, NULL),
                          REGATTA_OK);
    CU_ASSERT(model_bytes_same(ctx, again, model));
    regatta_model_free(again);
    regatta_model_free(model);
    regatta_features_free(table);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"scores", test_content__scores},
    {"explains", test_content__explains},
    {"features", test_content__features},
    {"new items", test_content__new_items},
    {"weight of new items", test_content__fresh},
    {"twins", test_content__twins},
    {"extends as it trains", test_content__extends_as_it_trains},
    {"file", test_content__file},
    {"refuses", test_content__refuses},
    {"says nothing", test_content__says_nothing},
    {"threads", test_content__threads},
    {"modality without coordinates", test_content__modality_without_coordinates},
    {"no memory", test_content__no_memory},
};

int test_channel_content(void)
{
    return TEST_MAIN("channel_content", cases);
}
