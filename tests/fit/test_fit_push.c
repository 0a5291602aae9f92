/* Exposure in training: the strength that validation chooses, and what an update and a
 * forgetting make of impressions. */
#include "base/hash.h"
#include "base/rng.h"
#include "fit/validation.h"
#include "graph/bipartite.h"
#include "model/model.h"
#include "support/fault.h"
#include "support/model_bytes.h"
#include "support/suite.h"
#include "support/thread_ranks.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 300, ITEMS = 48, GROUPS = 3, EACH = ITEMS / GROUPS, MOST = 1 << 15 };

/* What the impressions say. */
typedef enum kind { NONE, REFUSED, RANDOM, LIKED } kind;

typedef struct rows {
    uint32_t user[MOST], item[MOST];
    float weight[MOST];
    int64_t time[MOST];
    int64_t n;
} rows;

static void add(rows *r, uint32_t user, uint32_t item, float weight, int64_t time)
{
    r->user[r->n] = user;
    r->item[r->n] = item;
    r->weight[r->n] = weight;
    r->time[r->n++] = time;
}

/* Each user accepts about half of the 16 items of their group, takes most of these, and
 * is shown items at the beginning: those that they refuse, any, or those that they
 * accept, each up to 3 times. */
static void make_rows(rows *r, kind what, uint32_t n_users)
{
    r->n = 0;
    for (uint32_t u = 0; u < n_users; u++)
        for (uint32_t j = 0; j < ITEMS; j++) {
            const uint64_t at = (uint64_t)u * ITEMS + j;
            const double x = rg_random_unit(3, RG_STREAM_TEST, at);
            const double y = rg_random_unit(4, RG_STREAM_TEST, at);
            const double z = rg_random_unit(5, RG_STREAM_TEST, at);
            const int own = j % GROUPS == u % GROUPS, accepts = own && x < 0.5;
            const int is_shown = what == REFUSED ? own && !accepts
                                 : what == LIKED ? accepts
                                                 : z < 0.3;
            for (int k = 0; k < 1 + (int)(j % 3) && is_shown && what != NONE; k++)
                add(r, u, j, -INFINITY, 100 + k);
            if (accepts && y < 0.8)
                add(r, u, j, 1.0f, 1000 + (int64_t)(1000.0 * y) + (int64_t)(j * 7 % 5));
        }
}

static regatta_graph *graph_of(regatta_ctx *ctx, const rows *r, int64_t from, int timed)
{
    regatta_edges e = REGATTA_EDGES_INIT;
    regatta_graph *g = NULL;
    e.n_edges = r->n - from;
    e.n_users = USERS;
    e.n_items = ITEMS;
    e.user = r->user + from;
    e.item = r->item + from;
    e.weight = r->weight + from;
    e.time = timed ? r->time + from : NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_OK);
    return g;
}

static regatta_model *train(regatta_ctx *ctx, const regatta_graph *graph,
                            const char *channels)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_model *model = NULL;
    o.channels = channels;
    o.preset = REGATTA_PRESET_FAST;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    return model;
}

static rows all; /* large, so that it is not on the stack */

/* Validation takes exposure where users are shown what they refuse, and refuses it where
 * they are shown anything, or what they like; with a blend and without, and with and
 * without times. */
static void test_fit_push__chooses_by_validation(void)
{
    static const char *const channels[] = {"items", "items,users"};
    regatta_ctx *ctx = tiny_context(2);
    for (int what = REFUSED; what <= LIKED; what++)
        for (int way = 0; way < 2; way++) {
            make_rows(&all, (kind)what, USERS);
            regatta_graph *graph = graph_of(ctx, &all, 0, way);
            regatta_model *model = train(ctx, graph, channels[way]);
            regatta_model_info info = REGATTA_MODEL_INFO_INIT;
            CU_ASSERT_EQUAL(regatta_model_get_info(ctx, &info, model), REGATTA_OK);
            CU_ASSERT_EQUAL(info.exposure > 0.0, what == REFUSED);
            CU_ASSERT_EQUAL(info.exposure, (double)*model->shown_strength);
            CU_ASSERT_EQUAL(info.n_shown, model->shown_offset[USERS]);
            CU_ASSERT(info.n_shown > USERS);
            regatta_model_free(model);
            regatta_graph_free(graph);
        }
    regatta_ctx_free(ctx);
}

/* What the slice measures with: the impressions before the first held-out interaction of
 * a user, those of held-out items too; without times all. */
static void test_fit_push__impressions_of_the_slice(void)
{
    const rg_validation_spec spec = {.share = 0.1, .max_users = USERS, .seed = 7};
    regatta_ctx *ctx = tiny_context(1);
    make_rows(&all, RANDOM, USERS);
    for (int64_t k = 0; k < all.n; k++) /* some are late */
        if (all.weight[k] < 0.0f && k % 2) all.time[k] = 5000;
    for (int timed = 0; timed < 2; timed++) {
        regatta_graph *graph = graph_of(ctx, &all, 0, timed);
        rg_validation *v = NULL;
        CU_ASSERT_EQUAL_FATAL(rg_validation_create(ctx, &v, graph, &spec), REGATTA_OK);
        const rg_csr *was = graph->shown, *now = v->train->shown;
        CU_ASSERT_EQUAL_FATAL(v->is_latest, timed);
        int64_t n_held = 0, n_late = 0;
        for (int64_t k = 0; k < v->holdout.n_users; k++) {
            const uint32_t u = v->holdout.user[k];
            int64_t n = 0;
            for (int64_t e = was->offset[u]; e < was->offset[u + 1LL]; e++)
                n += !timed || graph->shown_time[e] < v->holdout.at[k];
            CU_ASSERT_EQUAL(now->offset[u + 1LL] - now->offset[u], n);
            n_late += was->offset[u + 1LL] - was->offset[u] - n;
            for (int64_t e = now->offset[u]; e < now->offset[u + 1LL]; e++)
                n_held += rg_holdout_has(&v->holdout, k, now->target[e]);
        }
        CU_ASSERT(n_held > 0);
        CU_ASSERT_EQUAL(n_late > 0, timed);
        CU_ASSERT_EQUAL(now->n_edges, now->offset[USERS]);
        rg_validation_free(v);
        regatta_graph_free(graph);
    }
    regatta_ctx_free(ctx);
}

static void test_fit_push__same_bytes_at_any_thread_count(void)
{
    regatta_model *model[2] = {NULL, NULL};
    regatta_ctx *ctx[2];
    make_rows(&all, REFUSED, USERS);
    for (int k = 0; k < 2; k++) {
        ctx[k] = tiny_context(k == 0 ? 1 : 2);
        regatta_graph *graph = graph_of(ctx[k], &all, 0, 1);
        model[k] = train(ctx[k], graph, "items");
        regatta_graph_free(graph);
    }
    CU_ASSERT(model_bytes_same(ctx[0], model[0], model[1]));
    for (int k = 0; k < 2; k++) {
        regatta_model_free(model[k]);
        regatta_ctx_free(ctx[k]);
    }
}

static int add_hash(void *state, const void *bytes, size_t n)
{
    uint64_t *hash = state;
    *hash = rg_hash(bytes, n, *hash);
    return 0;
}

static void train_on_rank(const regatta_ranks *ranks, void *state)
{
    uint64_t *hash = (uint64_t *)state + (ranks != NULL ? ranks->rank : 0);
    regatta_ctx_options o = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    o.threads = 1;
    o.ranks = ranks;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &o), REGATTA_OK);
    regatta_graph *graph = graph_of(ctx, &all, 0, 1);
    regatta_model *model = train(ctx, graph, "items");
    CU_ASSERT(*model->shown_strength > 0.0f);
    *hash = 1;
    CU_ASSERT_EQUAL(regatta_model_write(ctx, model, add_hash, hash), REGATTA_OK);
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_fit_push__same_bytes_with_ranks(void)
{
    uint64_t alone = 0, hash[3] = {0};
    make_rows(&all, REFUSED, USERS);
    train_on_rank(NULL, &alone);
    thread_ranks_run(3, train_on_rank, hash);
    for (int r = 0; r < 3; r++) CU_ASSERT_EQUAL(hash[r], alone);
}

/* An update has the impressions of a file with all rows and keeps the strength; rows that
 * are impressions alone change the model. */
static void test_fit_push__update(void)
{
    regatta_ctx *ctx = tiny_context(2);
    make_rows(&all, REFUSED, USERS);
    const int64_t from = all.n - all.n / 4, last = all.n;
    regatta_graph *whole = graph_of(ctx, &all, 0, 1),
                  *news = graph_of(ctx, &all, from, 1);
    all.n = from;
    regatta_graph *old = graph_of(ctx, &all, 0, 1);
    regatta_model *model = train(ctx, old, "items"), *updated = NULL, *more = NULL;
    CU_ASSERT_EQUAL(regatta_model_update(ctx, &updated, model, news, NULL, NULL),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(updated->info.data_hash, whole->hash);
    CU_ASSERT_EQUAL(*updated->shown_strength, *model->shown_strength);
    CU_ASSERT(*updated->shown_strength > 0.0f);
    all.n = 0;
    add(&all, 0, 0, -INFINITY, 9000);
    add(&all, 0, 0, -INFINITY, 9000);
    regatta_graph *one = graph_of(ctx, &all, 0, 1);
    CU_ASSERT_EQUAL_FATAL(regatta_model_update(ctx, &more, updated, one, NULL, NULL),
                          REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(more->info.data_hash, updated->info.data_hash);
    int64_t n[2] = {0, 0};
    for (int64_t e = 0; e < updated->n_shown; e++) n[0] += updated->shown_count[e];
    for (int64_t e = 0; e < more->n_shown; e++) n[1] += more->shown_count[e];
    CU_ASSERT_EQUAL(n[1], n[0] + 2);
    CU_ASSERT_EQUAL(n[0], whole->shown->n_edges);
    CU_ASSERT(last > from);
    regatta_model_free(more);
    regatta_model_free(updated);
    regatta_model_free(model);
    regatta_graph_free(one);
    regatta_graph_free(old);
    regatta_graph_free(news);
    regatta_graph_free(whole);
    regatta_ctx_free(ctx);
}

/* After forgetting the last users the model has the impressions of the others. */
static void test_fit_push__forget(void)
{
    enum { LEFT = USERS - 40 };
    regatta_ctx *ctx = tiny_context(2);
    uint32_t gone[USERS - LEFT];
    regatta_update_options o = REGATTA_UPDATE_OPTIONS_INIT;
    regatta_model *without = NULL;
    make_rows(&all, REFUSED, USERS);
    regatta_graph *graph = graph_of(ctx, &all, 0, 1);
    regatta_model *model = train(ctx, graph, "items");
    make_rows(&all, REFUSED, LEFT);
    regatta_edges e = REGATTA_EDGES_INIT;
    regatta_graph *rest = NULL;
    e.n_edges = all.n;
    e.n_users = LEFT;
    e.n_items = ITEMS;
    e.user = all.user;
    e.item = all.item;
    e.weight = all.weight;
    e.time = all.time;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &rest, &e), REGATTA_OK);
    for (uint32_t k = 0; k < USERS - LEFT; k++) gone[k] = LEFT + k;
    o.forget = gone;
    o.n_forget = USERS - LEFT;
    CU_ASSERT_EQUAL_FATAL(regatta_model_update(ctx, &without, model, NULL, &o, NULL),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(without->info.data_hash, rest->hash);
    CU_ASSERT_EQUAL(without->shown_offset[LEFT], without->n_shown);
    CU_ASSERT(without->n_shown < model->n_shown);
    regatta_model_free(without);
    regatta_model_free(model);
    regatta_graph_free(rest);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_model *model = NULL;
    (void)arg;
    o.channels = "items";
    o.preset = REGATTA_PRESET_FAST;
    regatta_edges e = REGATTA_EDGES_INIT;
    regatta_graph *g = NULL;
    e.n_edges = all.n;
    e.n_users = 12;
    e.n_items = ITEMS;
    e.user = all.user;
    e.item = all.item;
    e.weight = all.weight;
    regatta_status status = regatta_graph_from_edges(ctx, &g, &e);
    if (status == REGATTA_OK) status = regatta_model_train(ctx, &model, g, &o);
    if (status == REGATTA_OK) CU_ASSERT_PTR_NOT_NULL(model->shown_strength);
    regatta_model_free(model);
    regatta_graph_free(g);
    return status;
}

static void test_fit_push__every_allocation_may_fail(void)
{
    make_rows(&all, REFUSED, 12);
    fault_sweep_memory(attempt, NULL);
}

static const test_case cases[] = {
    {"validation", test_fit_push__chooses_by_validation},
    {"slice", test_fit_push__impressions_of_the_slice},
    {"threads", test_fit_push__same_bytes_at_any_thread_count},
    {"ranks", test_fit_push__same_bytes_with_ranks},
    {"update", test_fit_push__update},
    {"forget", test_fit_push__forget},
    {"allocations", TEST_PLAIN_ONLY(test_fit_push__every_allocation_may_fail)},
};

int test_fit_push(void)
{
    return TEST_MAIN("fit_push", cases);
}
