/* New items of a model with items of other domains: they come before those, and every
 * table has the numbers that it has where they are last. */
#include "base/rng.h"
#include "channel/channel_content.h"
#include "channel/channel_spectral.h"
#include "channel/channel_users.h"
#include "channel/features/own_growth.h"
#include "support/fault.h"
#include "support/model_bytes.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 90, TASTES = 6, EACH = 12, NEW = 5, OWN = TASTES * EACH, DIM = 8 };
static const char CHANNELS[] = "vectors,items,users,spectral,content";

static uint32_t drawn(uint64_t seed, int64_t k, uint32_t n)
{
    return (uint32_t)rg_random_below(seed, RG_STREAM_TEST, (uint64_t)k, n);
}

/* Users of taste u % TASTES with `each` items PREFIXj of their taste, and one more that
 * they were shown. */
static regatta_graph *tastes(regatta_ctx *ctx, const char *prefix, int each, int timed)
{
    enum { ROW = 40 };
    regatta_graph *graph = NULL;
    const size_t most = (size_t)(USERS * (each + 1) + 1) * ROW;
    char *text = malloc(most);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    size_t n =
        (size_t)snprintf(text, most, "user,item,weight%s\n", timed ? ",timestamp" : "");
    for (int k = 0; k < USERS * (each + 1); k++) {
        const int u = k < USERS * each ? k / each : k - USERS * each;
        n += (size_t)snprintf(text + n, most - n, "u%d,%s%u,%s", u, prefix,
                              TASTES * drawn((uint64_t)each, k, EACH) +
                                  (uint32_t)u % TASTES,
                              k < USERS * each ? "1" : "shown");
        if (timed)
            n += (size_t)snprintf(text + n, most - n, ",%u",
                                  1600000000 + 86400 * drawn(7, k, 900));
        n += (size_t)snprintf(text + n, most - n, "\n");
    }
    CU_ASSERT_EQUAL_FATAL(text_read(ctx, &graph, text, NULL, NULL), REGATTA_OK);
    free(text);
    return graph;
}

/* A table of the items t0.., s0.. and n_new others, each with the tag of its taste and
 * one of a few others. */
static rg_features *table_of(regatta_ctx *ctx, int n_new)
{
    const int n = 2 * OWN + n_new;
    rg_features *f = NULL;
    rg_idmap *names = NULL;
    rg_csr *rows = NULL;
    uint32_t number;
    char name[16];
    CU_ASSERT_EQUAL_FATAL(rg_features_create(ctx, &f), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_idmap_create(ctx, &names), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_csr_create(ctx, &rows, n, TASTES + EACH, 2 * n, 1),
                          REGATTA_OK);
    for (int k = 0; k < n; k++) {
        const int j = k < OWN ? k : k < 2 * OWN ? k - OWN : k - 2 * OWN;
        const int length = snprintf(name, sizeof name, "%s%d",
                                    k < OWN       ? "t"
                                    : k < 2 * OWN ? "s"
                                                  : "new",
                                    j);
        CU_ASSERT_EQUAL_FATAL(rg_idmap_add(ctx, f->ids, name, length, &number),
                              REGATTA_OK);
        rows->target[2 * k] = (uint32_t)(j % TASTES);
        rows->target[2 * k + 1] = (uint32_t)(TASTES + (j + j / TASTES) % EACH);
        rows->value[2 * k] = rows->value[2 * k + 1] = 1.0f;
        rows->offset[k + 1] = 2 * k + 2;
    }
    for (int c = 0; c < TASTES + EACH; c++) {
        const int length = snprintf(name, sizeof name, "tag%d", c);
        CU_ASSERT_EQUAL_FATAL(rg_idmap_add(ctx, names, name, length, &number),
                              REGATTA_OK);
    }
    CU_ASSERT_EQUAL_FATAL(rg_features_add_sparse(ctx, f, "tags", names, rows),
                          REGATTA_OK);
    return f;
}

/* A model of a target with few interactions and a source with many. */
static regatta_model *mixed(regatta_ctx *ctx, const char *channels, rg_features *items,
                            int timed)
{
    regatta_graph *target = tastes(ctx, "t", 3, timed);
    regatta_graph *source = tastes(ctx, "s", 12, timed);
    const regatta_graph *sources[] = {source};
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_model *model = NULL;
    o.channels = channels;
    o.max_steps = 4;
    o.dim = DIM;
    o.temperature = 0.15f;
    o.valid_share = 0.3f;
    o.sources = sources;
    o.n_sources = 1;
    o.item_features = items;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, target, &o), REGATTA_OK);
    CU_ASSERT_FATAL(model->own.items < model->n_items);
    regatta_graph_free(target);
    regatta_graph_free(source);
    text_remove();
    return model;
}

/* The number in the model with the new items last of item j of the other. */
static int64_t last_of(const regatta_model *own, int64_t j)
{
    const int64_t first = own->own.items - NEW;
    if (j < first) return j;
    return j < first + NEW ? own->n_items - NEW + j - first : j - NEW;
}

static int same_row(const rg_rows *a, int64_t i, const rg_rows *b, int64_t j)
{
    return memcmp((const float *)a->data + i * a->dim,
                  (const float *)b->data + j * b->dim,
                  (size_t)a->dim * sizeof(float)) == 0;
}

static void check_shown(const regatta_model *own, const regatta_model *last)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(own->shown_strength);
    CU_ASSERT_EQUAL(*own->shown_strength, *last->shown_strength);
    CU_ASSERT(own->n_shown > 0 && own->n_shown == last->n_shown);
    for (int64_t e = 0; e < own->n_shown; e++) {
        CU_ASSERT_EQUAL(last_of(own, own->shown_item[e]), last->shown_item[e]);
        CU_ASSERT_EQUAL(own->shown_count[e], last->shown_count[e]);
    }
}

static void check_tables(const regatta_model *own, const regatta_model *last)
{
    const rg_spectral_state *s = rg_model_state(own, &rg_channel_spectral);
    const rg_spectral_state *t = rg_model_state(last, &rg_channel_spectral);
    const rg_content_state *c = rg_content_of(own), *d = rg_content_of(last);
    for (int64_t j = 0; j < own->n_items; j++) {
        const int64_t k = last_of(own, j);
        CU_ASSERT_STRING_EQUAL(rg_idmap_name(own->items, (uint32_t)j),
                               rg_idmap_name(last->items, (uint32_t)k));
        CU_ASSERT_EQUAL(own->expected_degree[j], last->expected_degree[k]);
        CU_ASSERT_EQUAL(own->item_count[j], last->item_count[k]);
        CU_ASSERT(
            same_row(&own->vectors->item_vectors, j, &last->vectors->item_vectors, k));
        CU_ASSERT(same_row(&s->in, j, &t->in, k) && same_row(&s->out, j, &t->out, k));
        CU_ASSERT(same_row(&c->z, j, &d->z, k));
        CU_ASSERT_EQUAL(own->item_weights->scale[j], last->item_weights->scale[k]);
        for (int64_t i = 0; i < own->n_items; i++)
            CU_ASSERT_EQUAL(
                rg_weights_at(&own->item_weights->rows, i, (uint32_t)j),
                rg_weights_at(&last->item_weights->rows, last_of(own, i), (uint32_t)k));
    }
    for (int64_t e = 0; e < own->n_edges; e++)
        CU_ASSERT_EQUAL(last_of(own, own->history_item[e]), last->history_item[e]);
    check_shown(own, last);
}

/* A file of it passes all checks of the reader, and has the same bytes again. */
static void check_file(regatta_ctx *ctx, const regatta_model *model)
{
    regatta_model *loaded = NULL;
    model_bytes bytes = model_bytes_of(ctx, model);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load_memory(ctx, &loaded, bytes.at, bytes.n),
                          REGATTA_OK);
    CU_ASSERT(model_bytes_same(ctx, model, loaded));
    regatta_model_free(loaded);
    free(bytes.at);
}

/* Lists of all items have the new ones and none of the source. */
static void check_answers(regatta_ctx *ctx, const regatta_model *model)
{
    const uint32_t n = model->own.items;
    uint32_t user = 7, *item = calloc(n, sizeof *item);
    float *score = calloc(n, sizeof *score);
    regatta_query query = REGATTA_QUERY_INIT;
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    int n_new = 0;
    query.user = &user;
    query.n = 1;
    o.k = n;
    CU_ASSERT_PTR_NOT_NULL_FATAL(item);
    CU_ASSERT_EQUAL_FATAL(regatta_recommend(ctx, model, &query, &o, item, score),
                          REGATTA_OK);
    for (uint32_t k = 0; k < n && item[k] != REGATTA_NONE; k++) {
        const char *name = rg_idmap_name(model->items, item[k]);
        CU_ASSERT_NOT_EQUAL(name[0], 's');
        n_new += name[0] == 'n';
    }
    CU_ASSERT_EQUAL(n_new, NEW);
    free(item);
    free(score);
}

static void test_own_growth__is_growth_in_another_order(void)
{
    regatta_ctx *ctx = test_context(2);
    rg_features *few = table_of(ctx, 0), *all = table_of(ctx, NEW);
    for (int type = RG_F32; type <= RG_I8; type++) {
        regatta_model *trained = mixed(ctx, CHANNELS, few, 0), *model = NULL;
        regatta_model *own = NULL, *last = NULL;
        int64_t n_new = 0;
        CU_ASSERT_EQUAL_FATAL(rg_model_convert(ctx, &model, trained, (rg_element)type),
                              REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(rg_model_grow(ctx, &last, model, all, NULL, NULL),
                              REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(
            rg_model_grow_own(ctx, &own, &n_new, model, all, NULL, NULL), REGATTA_OK);
        CU_ASSERT_EQUAL(n_new, NEW);
        CU_ASSERT_EQUAL(own->own.items, model->own.items + NEW);
        CU_ASSERT_EQUAL(own->n_items, model->n_items + NEW);
        if (type == RG_F32) check_tables(own, last);
        check_file(ctx, own);
        check_answers(ctx, own);
        regatta_model_free(trained);
        regatta_model_free(model);
        regatta_model_free(own);
        regatta_model_free(last);
    }
    regatta_features_free(few);
    regatta_features_free(all);
    regatta_ctx_free(ctx);
}

/* A training whose table has new items, and twice more of them; with times, the channels
 * of order. */
static void test_own_growth__of_a_training(void)
{
    regatta_ctx *ctx = test_context(2);
    rg_features *some = table_of(ctx, 2), *all = table_of(ctx, NEW);
    for (int timed = 0; timed < 2; timed++) {
        regatta_extension r = REGATTA_EXTENSION_INIT;
        regatta_model *more = NULL;
        regatta_model *model =
            mixed(ctx, timed ? "items,order,content" : CHANNELS, some, timed);
        /* Its weight in the scores of new items was chosen on twins of the target's. */
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(model), "\"new_items\": [{"));
        CU_ASSERT_EQUAL_FATAL(regatta_model_extend(ctx, &more, model, all, NULL, &r),
                              REGATTA_OK);
        CU_ASSERT_EQUAL(r.n_items, NEW - 2);
        CU_ASSERT_EQUAL(r.n_bare_items, 0);
        CU_ASSERT_STRING_EQUAL(rg_idmap_name(more->items, more->own.items - 1), "new4");
        CU_ASSERT_STRING_EQUAL(rg_idmap_name(more->items, more->own.items - NEW), "new0");
        CU_ASSERT_EQUAL(rg_idmap_name(more->items, more->own.items)[0], 's');
        check_file(ctx, more);
        check_answers(ctx, more);
        regatta_model_free(model);
        regatta_model_free(more);
    }
    regatta_features_free(some);
    regatta_features_free(all);
    regatta_ctx_free(ctx);
}

typedef struct growing {
    const regatta_model *model;
    const rg_features *items;
} growing;

static regatta_status grow(regatta_ctx *ctx, void *arg)
{
    const growing *g = arg;
    regatta_model *out = NULL;
    const regatta_status status =
        regatta_model_extend(ctx, &out, g->model, g->items, NULL, NULL);
    regatta_model_free(out);
    return status;
}

static void test_own_growth__without_memory(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_features *few = table_of(ctx, 0), *all = table_of(ctx, NEW);
    regatta_model *model = mixed(ctx, CHANNELS, few, 0);
    growing g = {model, all};
    fault_sweep_memory(grow, &g);
    regatta_model_free(model);
    regatta_features_free(few);
    regatta_features_free(all);
    regatta_ctx_free(ctx);
}

int test_own_growth(void)
{
    static const test_case cases[] = {
        {"is growth in another order", test_own_growth__is_growth_in_another_order},
        {"of a training", test_own_growth__of_a_training},
        {"without memory", test_own_growth__without_memory},
    };
    return TEST_MAIN("own_growth", cases);
}
