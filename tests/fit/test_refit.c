/* Updates of models with interactions of other domains. */
#include "base/rng.h"
#include "fit/domains/merge.h"
#include "model/model.h"
#include "support/fault.h"
#include "support/model_bytes.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    USERS = 160,
    MORE_USERS = 4,
    ITEMS = 120,
    TASTES = 12,
    SHARED = 5,    /* the item of the source that gets a row of the target */
    NEW_ITEMS = 2, /* this one, and one that is nowhere */
    FEW = 3,
    MANY = 10,
    MOST = 4096,
    NAME = 12
};

typedef struct rows {
    uint32_t user[MOST], item[MOST];
    int64_t time[MOST];
    int64_t n;
} rows;

static void add(rows *r, uint32_t user, uint32_t item)
{
    r->user[r->n] = user;
    r->item[r->n] = item;
    r->time[r->n] = 1000 + r->n;
    r->n++;
}

static uint32_t drawn(uint64_t seed, uint32_t user, int k)
{
    const uint64_t at = ((uint64_t)user * 100 + (uint64_t)k) * 2;
    if (rg_random_below(seed, RG_STREAM_TEST, at, 5) == 0)
        return (uint32_t)rg_random_below(seed, RG_STREAM_TEST, at + 1, ITEMS);
    return TASTES *
               (uint32_t)rg_random_below(seed, RG_STREAM_TEST, at + 1, ITEMS / TASTES) +
           user % TASTES;
}

/* The rows of a domain: most are of the user's taste. */
static void make_rows(rows *r, int per_user, uint64_t seed)
{
    r->n = 0;
    for (int k = 0; k < per_user; k++)
        for (uint32_t u = 0; u < USERS; u++) add(r, u, drawn(seed, u, k));
}

/* New rows of the target: of users that it has and of others, also with an item of the
 * source and with a new one. */
static void add_news(rows *r)
{
    for (uint32_t u = USERS - 20; u < USERS + MORE_USERS; u++)
        for (int k = FEW; k < 2 * FEW; k++) add(r, u, drawn(1, u, k));
    for (uint32_t u = 0; u < 6; u++) add(r, TASTES * u + SHARED, ITEMS);
    add(r, 1, ITEMS + 1);
    add(r, USERS, ITEMS + 1);
}

static char names[2][USERS + ITEMS + 16][NAME];
static const char *name[2][USERS + ITEMS + 16];

/* Users u0, u1, .. of both domains; items t0, .. of the target, behind them s5 of the
 * source and a new one, and s0, .. of the source. */
static void make_names(const char *items)
{
    for (int k = 0; k < USERS + MORE_USERS; k++) {
        snprintf(names[0][k], NAME, "u%d", k);
        name[0][k] = names[0][k];
    }
    for (int k = 0; k < ITEMS + NEW_ITEMS; k++) {
        snprintf(names[1][k], NAME, "%s%d", items, k);
        name[1][k] = names[1][k];
    }
    if (items[0] != 't') return;
    snprintf(names[1][ITEMS], NAME, "s%d", SHARED);
    snprintf(names[1][ITEMS + 1], NAME, "new");
}

/* The graph of rows [from, to). */
static regatta_graph *graph_of(regatta_ctx *ctx, const rows *r, int64_t from, int64_t to,
                               const char *items, int timed)
{
    regatta_edges e = REGATTA_EDGES_INIT;
    regatta_graph *g = NULL;
    const int more =
        from > 0 || to > USERS * MANY || (items[0] == 't' && to > USERS * FEW);
    make_names(items);
    e.n_edges = to - from;
    e.n_users = USERS + (more ? MORE_USERS : 0);
    e.n_items = ITEMS + (more ? NEW_ITEMS : 0);
    e.user = r->user + from;
    e.item = r->item + from;
    e.time = timed ? r->time + from : NULL;
    e.user_names = name[0];
    e.item_names = name[1];
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_OK);
    return g;
}

/* A target with new rows, its source, and a model of the rows before. */
typedef struct world {
    regatta_ctx *ctx;
    regatta_graph *old, *news, *all, *source;
    regatta_model *model;
    double weight; /* of the source */
} world;

static rows target, source;

static void open_world(world *w, const char *channels, int timed)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    *w = (world){.ctx = tiny_context(2)};
    make_rows(&source, MANY, 2);
    make_rows(&target, FEW, 1);
    const int64_t n = target.n;
    add_news(&target);
    w->source = graph_of(w->ctx, &source, 0, source.n, "s", timed);
    w->old = graph_of(w->ctx, &target, 0, n, "t", timed);
    w->news = graph_of(w->ctx, &target, n, target.n, "t", timed);
    w->all = graph_of(w->ctx, &target, 0, target.n, "t", timed);
    const regatta_graph *const sources[] = {w->source};
    o.channels = channels;
    o.dim = 8;
    o.max_steps = 4;
    o.temperature = 0.2f;
    o.valid_share = 0.3f;
    o.sources = sources;
    o.n_sources = 1;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(w->ctx, &w->model, w->old, &o), REGATTA_OK);
    const char *sources_at = strstr(w->model->json, "\"sources\": [");
    CU_ASSERT_PTR_NOT_NULL_FATAL(sources_at);
    w->weight = strtod(strstr(sources_at, "\"weight\": ") + strlen("\"weight\": "), NULL);
    CU_ASSERT_FATAL(w->weight > 0.0);
}

static void close_world(world *w)
{
    regatta_model_free(w->model);
    regatta_graph_free(w->old);
    regatta_graph_free(w->news);
    regatta_graph_free(w->all);
    regatta_graph_free(w->source);
    regatta_ctx_free(w->ctx);
}

static regatta_model *update(const world *w, const regatta_model *model,
                             const regatta_graph *news, const uint32_t *forget, int64_t n)
{
    regatta_update_options o = REGATTA_UPDATE_OPTIONS_INIT;
    regatta_model *out = NULL;
    o.forget = forget;
    o.n_forget = n;
    CU_ASSERT_EQUAL_FATAL(regatta_model_update(w->ctx, &out, model, news, &o, NULL),
                          REGATTA_OK);
    return out;
}

/* An update of nothing gives the same bytes. New rows give the graph of a merge of all
 * rows, to its hash; what was fitted to it is what is fitted again; users get items of
 * their taste, and only items of the target. */
static void test_refit__sources(void)
{
    static const char *const channels[] = {"items", "items,vectors,users,spectral"};
    for (int way = 0; way < 2; way++) {
        world w;
        regatta_graph *merged = NULL;
        open_world(&w, channels[way], way);
        regatta_model *again = update(&w, w.model, NULL, NULL, 0);
        CU_ASSERT(model_bytes_same(w.ctx, w.model, again));
        regatta_model_free(again);
        regatta_model *updated = update(&w, w.model, w.news, NULL, 0);
        const rg_merge_source sources = {w.source, w.weight};
        CU_ASSERT_EQUAL_FATAL(
            rg_merge(w.ctx, &merged, w.all, &sources, 1, REGATTA_WEIGHTING_BINARY),
            REGATTA_OK);
        CU_ASSERT_EQUAL(updated->info.data_hash, merged->hash);
        CU_ASSERT_EQUAL(updated->own.users, USERS + MORE_USERS);
        CU_ASSERT_EQUAL(updated->own.items, ITEMS + NEW_ITEMS);
        CU_ASSERT_EQUAL(updated->n_items, 2 * ITEMS + 1);
        CU_ASSERT_EQUAL(updated->blend != NULL, way);
        again = update(&w, updated, NULL, NULL, 0);
        CU_ASSERT(model_bytes_same(w.ctx, updated, again));
        regatta_model_free(again);
        int right = 0;
        for (uint32_t u = USERS - 20; u < USERS + MORE_USERS; u++) {
            uint32_t best = REGATTA_NONE;
            const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &u};
            regatta_recommend_options ask = REGATTA_RECOMMEND_OPTIONS_INIT;
            ask.k = 1;
            CU_ASSERT_EQUAL(regatta_recommend(w.ctx, updated, &query, &ask, &best, NULL),
                            REGATTA_OK);
            CU_ASSERT_FATAL(best < ITEMS + NEW_ITEMS);
            right += best < ITEMS && best % TASTES == u % TASTES;
        }
        CU_ASSERT(right >= (20 + MORE_USERS) / 2); /* 2 by chance */
        regatta_model_free(updated);
        regatta_graph_free(merged);
        close_world(&w);
    }
}

/* Without the last users, in the target and in the source, the graph is that of a merge
 * of what is left. */
static void test_refit__forget(void)
{
    enum { KEPT = USERS - 30 };
    world w;
    regatta_graph *part[2] = {NULL, NULL}, *merged = NULL;
    uint32_t gone[USERS - KEPT];
    uint8_t user[USERS] = {0}, item[ITEMS];
    open_world(&w, "items,users", 1);
    for (uint32_t k = 0; k < USERS - KEPT; k++) gone[k] = KEPT + k;
    regatta_model *without = update(&w, w.model, NULL, gone, USERS - KEPT);
    memset(user, 1, KEPT);
    for (int k = 0; k < 2; k++) {
        const regatta_graph *g = k ? w.source : w.old;
        for (int64_t i = 0; i < ITEMS; i++) item[i] = rg_csr_degree(g->by_item, i) == 0;
        for (int64_t e = 0; e < g->by_user->offset[KEPT]; e++)
            item[g->by_user->target[e]] = 1;
        CU_ASSERT_EQUAL_FATAL(rg_bipartite_induce(w.ctx, &part[k], g, user, item),
                              REGATTA_OK);
    }
    const rg_merge_source sources = {part[1], w.weight};
    CU_ASSERT_EQUAL_FATAL(
        rg_merge(w.ctx, &merged, part[0], &sources, 1, REGATTA_WEIGHTING_BINARY),
        REGATTA_OK);
    CU_ASSERT_EQUAL(without->info.data_hash, merged->hash);
    CU_ASSERT_EQUAL(without->own.users, KEPT);
    CU_ASSERT_EQUAL(without->own.items, part[0]->items->n);
    regatta_model *again = update(&w, without, NULL, NULL, 0);
    CU_ASSERT(model_bytes_same(w.ctx, without, again));
    regatta_model_free(again);
    regatta_model_free(without);
    for (int k = 0; k < 2; k++) regatta_graph_free(part[k]);
    regatta_graph_free(merged);
    close_world(&w);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const world *w = arg;
    regatta_model *out = NULL;
    regatta_update_report r = REGATTA_UPDATE_REPORT_INIT;
    const regatta_status status =
        regatta_model_update(ctx, &out, w->model, w->news, NULL, &r);
    CU_ASSERT_EQUAL(out == NULL, status != REGATTA_OK);
    regatta_model_free(out);
    return status;
}

static void test_refit__every_allocation_may_fail(void)
{
    world w;
    open_world(&w, "items", 1);
    fault_sweep_memory(attempt, &w);
    close_world(&w);
}

/* Steps have no effect, and other weights than 1 are not known any more. */
static void test_refit__refusals(void)
{
    world w;
    regatta_update_options o = REGATTA_UPDATE_OPTIONS_INIT;
    regatta_model *out = NULL;
    open_world(&w, "items,vectors", 1);
    o.steps = 5;
    CU_ASSERT_EQUAL(regatta_model_update(w.ctx, &out, w.model, w.news, &o, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(
        regatta_last_error(w.ctx),
        "the model has interactions of other domains: all channels are "
        "fitted from the beginning, and steps have no effect");
    char *at = strstr(w.model->json, "\"weighting\": \"binary\"");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    memcpy(at + strlen("\"weighting\": "), "\"log\"   ", 8);
    CU_ASSERT_EQUAL(regatta_model_update(w.ctx, &out, w.model, w.news, NULL, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(
        regatta_last_error(w.ctx),
        "a model with interactions of other domains and weights cannot be updated: "
        "train again");
    CU_ASSERT_PTR_NULL(out);
    close_world(&w);
}

static const test_case cases[] = {
    {"sources", test_refit__sources},
    {"forget", test_refit__forget},
    {"refusals", test_refit__refusals},
    {"allocations", TEST_PLAIN_ONLY(test_refit__every_allocation_may_fail)},
};

int test_refit(void)
{
    return TEST_MAIN("refit", cases);
}
