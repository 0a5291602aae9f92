/* Channel order and recency on planted sequences. */
#include "base/rng.h"
#include "channel/channel_order.h"
#include "model/model.h"
#include "model/recency.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <math.h>
#include <regatta/explain.h>
#include <regatta/history.h>
#include <regatta/recommend.h>
#include <regatta/score.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 300, ITEMS = 40, STEPS = 12, ROOM = USERS * STEPS * 24 };

static char text[ROOM];
static uint32_t next_of[USERS]; /* the item that follows the user's last one */

/* Each user walks on a ring of items, one time in five to a random item instead. `time`
 * writes the time of a step. */
static void write_walks(int n_users, int n_steps, int (*time)(int step))
{
    int at = 0;
    for (int u = 0; u < n_users; u++) {
        uint32_t item = (uint32_t)u % ITEMS;
        for (int k = 0; k < n_steps; k++) {
            const uint64_t draw = (uint64_t)(u * STEPS + k);
            at += snprintf(text + at, ROOM - (size_t)at, "u%d\ti%u\t%d\n", u, item,
                           time(k));
            next_of[u] = (item + 1) % ITEMS;
            item = rg_random_unit(9, RG_STREAM_TEST, draw) < 0.8
                       ? next_of[u]
                       : (uint32_t)(rg_random_unit(8, RG_STREAM_TEST, draw) * ITEMS);
        }
    }
}

static int forward(int step)
{
    return 100 * step;
}
static int backward(int step)
{
    return -100 * step;
}
static int still(int step)
{
    (void)step;
    return 7;
}

static regatta_graph *graph_of_text(regatta_ctx *ctx)
{
    regatta_graph *graph = NULL;
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    o.time_column = 3;
    o.weight_column = REGATTA_COLUMN_NONE;
    CU_ASSERT_EQUAL_FATAL(text_read(ctx, &graph, text, &o, NULL), REGATTA_OK);
    text_remove();
    return graph;
}

static regatta_model *train(uint32_t threads, const char *channels)
{
    regatta_ctx *ctx = test_context(threads);
    regatta_graph *graph = graph_of_text(ctx);
    regatta_model *model = NULL;
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = channels;
    o.dim = 8;
    o.max_steps = 10;
    o.eval_every = 5;
    o.temperature = 0.2f;
    o.valid_share = 0.1f;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    return model;
}

static int has_order(const regatta_model *model)
{
    return rg_model_channel(model, rg_channel_find("order", 5)) != NULL;
}

/* The share of users whose best item is the next one of the ring. */
static double share_of_next(const regatta_model *model)
{
    regatta_ctx *ctx = test_context(1);
    uint32_t user[USERS], best[USERS];
    float score[USERS];
    regatta_query q = REGATTA_QUERY_INIT;
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    int right = 0;
    o.k = 1;
    o.keep_seen = 0;
    for (uint32_t u = 0; u < USERS; u++) user[u] = u;
    q.n = USERS;
    q.user = user;
    CU_ASSERT_EQUAL_FATAL(regatta_recommend(ctx, model, &q, &o, best, score), REGATTA_OK);
    for (int u = 0; u < USERS; u++) {
        char name[16];
        snprintf(name, sizeof name, "i%u", next_of[u]);
        right += strcmp(rg_idmap_name(model->items, best[u]), name) == 0;
    }
    regatta_ctx_free(ctx);
    return (double)right / USERS;
}

static void test_order__finds_the_ring(void)
{
    write_walks(USERS, STEPS, forward);
    regatta_model *both = train(1, NULL), *alone = train(1, "order"),
                  *items = train(1, "items");
    CU_ASSERT_TRUE(has_order(both));
    CU_ASSERT(share_of_next(both) > 0.5);
    CU_ASSERT(share_of_next(alone) > 0.65);
    const rg_item_weights *w = items->item_weights;
    CU_ASSERT_PTR_NOT_NULL_FATAL(w->recency); /* what was last says most */
    CU_ASSERT(w->recency[RG_RECENCY_DECAY] < 1.0f);
    regatta_model_free(both);
    regatta_model_free(alone);
    regatta_model_free(items);
}

/* Rows in the reverse order with their times are the same data. */
static void test_order__decreasing_times(void)
{
    write_walks(USERS, STEPS, backward);
    regatta_model *m = train(1, "order");
    int right = 0;
    for (uint32_t u = 0; u < USERS; u++) next_of[u] = u % ITEMS; /* the latest is first */
    CU_ASSERT_TRUE(has_order(m));
    for (int u = 0; u < USERS; u++) next_of[u] = (next_of[u] + ITEMS - 1) % ITEMS;
    right = share_of_next(m) > 0.6;
    CU_ASSERT_TRUE(right);
    regatta_model_free(m);
}

static void test_order__equal_times_are_no_order(void)
{
    write_walks(USERS, STEPS, still);
    regatta_model *m = train(1, NULL);
    CU_ASSERT_FALSE(has_order(m));
    CU_ASSERT_PTR_NULL(m->item_weights->recency);
    CU_ASSERT_PTR_NOT_NULL(strstr(m->json, "\"held_out\": \"random\""));
    regatta_model_free(m);
}

static void test_order__same_bits(void)
{
    write_walks(USERS, STEPS, forward);
    regatta_model *one = train(1, NULL);
    for (uint32_t threads = 2; threads <= 8; threads *= 2) {
        regatta_model *many = train(threads, NULL);
        const rg_weights *a = &((rg_item_weights *)rg_model_channel(
                                    one, rg_channel_find("order", 5)))
                                   ->rows,
                         *b = &((rg_item_weights *)rg_model_channel(
                                    many, rg_channel_find("order", 5)))
                                   ->rows;
        CU_ASSERT_STRING_EQUAL(one->json, many->json);
        CU_ASSERT_EQUAL_FATAL(a->offset[ITEMS], b->offset[ITEMS]);
        CU_ASSERT_EQUAL(
            memcmp(a->value, b->value, (size_t)a->offset[ITEMS] * sizeof *a->value), 0);
        regatta_model_free(many);
    }
    regatta_model_free(one);
}

static void explains(regatta_ctx *ctx, const regatta_model *m, const regatta_query *q,
                     uint32_t item)
{
    regatta_contribution all[4];
    regatta_explanation e = REGATTA_EXPLANATION_INIT;
    all[0].struct_size = sizeof *all;
    CU_ASSERT_EQUAL_FATAL(regatta_explain(ctx, m, q, &item, 1, all, 4, &e), REGATTA_OK);
    double sum = e.popularity + e.centre;
    for (int k = 0; k < 3; k++) sum += all[k].contribution;
    for (int a = 0; a < rg_n_channels; a++) sum += e.bias[a] + e.direct[a];
    CU_ASSERT_DOUBLE_EQUAL(sum, e.score, 1e-5 * (1.0 + fabs(e.score)));
}

/* The order, repeats, times and the moment of a query have an effect, and explain adds
 * up. */
static void test_order__queries(void)
{
    const uint32_t item[] = {0, 5, 9, 5}, back[] = {5, 9, 5, 0};
    uint32_t every[ITEMS];
    const int64_t offset[] = {0, 4}, time[] = {0, 100, 200, 300}, late[] = {1 << 30};
    regatta_ctx *ctx = test_context(1);
    float score[4][ITEMS];
    write_walks(USERS, STEPS, forward);
    regatta_model *m = train(1, NULL);
    regatta_query q = REGATTA_QUERY_INIT;
    for (uint32_t j = 0; j < ITEMS; j++) every[j] = j;
    q.n = 1;
    q.offset = offset;
    q.item = item;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &q, every, ITEMS, score[0]), REGATTA_OK);
    q.item = back;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &q, every, ITEMS, score[1]), REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(memcmp(score[0], score[1], sizeof score[0]), 0);
    q.item = item;
    q.time = time;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &q, every, ITEMS, score[2]), REGATTA_OK);
    q.at = late;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &q, every, ITEMS, score[3]), REGATTA_OK);
    for (uint32_t j = 0; j < ITEMS; j++) explains(ctx, m, &q, j);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* The stored row of a user is the history folded in with recency; asked later, ages
 * differ less. */
static void test_order__vectors(void)
{
    enum { DIM = 8 };
    regatta_ctx *ctx = test_context(2);
    write_walks(USERS, STEPS, forward);
    regatta_model *m = train(1, "vectors");
    const rg_node_vectors *v = m->vectors;
    CU_ASSERT_PTR_NOT_NULL_FATAL(v->recency);
    for (uint32_t u = 0; u < USERS; u += 37) {
        regatta_history h = REGATTA_HISTORY_INIT;
        uint32_t item[STEPS];
        int64_t time[STEPS];
        float stored[DIM], folded[DIM];
        regatta_query q = REGATTA_QUERY_INIT;
        q.n = 1;
        q.user = &u;
        CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &q, stored), REGATTA_OK);
        CU_ASSERT_EQUAL(
            memcmp(stored, rg_model_row(NULL, &v->user_vectors, u), sizeof stored), 0);
        h.capacity = STEPS;
        h.item = item;
        h.time = time;
        CU_ASSERT_EQUAL_FATAL(regatta_model_history(ctx, &h, m, u), REGATTA_OK);
        const int64_t offset[] = {0, h.n};
        q.user = NULL;
        q.offset = offset;
        q.item = item;
        q.time = time;
        CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &q, folded), REGATTA_OK);
        for (int k = 0; k < DIM; k++) CU_ASSERT_DOUBLE_EQUAL(stored[k], folded[k], 1e-5);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_status train_order(regatta_ctx *ctx, void *graph)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = NULL;
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = "order";
    o.valid_share = 0.0f; /* the search has a sweep of its own */
    RG_TRY(regatta_model_train(ctx, &model, graph, &o));
done:
    regatta_model_free(model);
    return rg_end(ctx, status);
}

static void test_order__survives_faults(void)
{
    regatta_ctx *ctx = test_context(1);
    write_walks(8, 4, forward);
    regatta_graph *graph = graph_of_text(ctx);
    fault_sweep_memory(train_order, graph);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* One user with very many interactions, one item alone, one interaction a user. */
static void test_order__extremes(void)
{
    enum { MANY = 100000 };
    char *rows = malloc(MANY * 24);
    regatta_ctx *ctx = test_context(2);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rows);
    for (int kind = 0; kind < 3; kind++) {
        regatta_graph *graph = NULL;
        regatta_model *model = NULL;
        regatta_read_options read = REGATTA_READ_OPTIONS_INIT;
        regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
        const int n = kind == 0 ? MANY : 2000;
        int at = 0;
        for (int k = 0; k < n; k++)
            at += snprintf(rows + at, 24, "u%d\ti%d\t%d\n", kind == 2 ? k : 0,
                           kind == 0   ? k % 50
                           : kind == 2 ? k % 9
                                       : 0,
                           k);
        at += snprintf(rows + at, 24, "v\ti0\t1\nv\ti1\t2\n");
        read.time_column = 3;
        read.weight_column = REGATTA_COLUMN_NONE;
        o.channels = "order";
        CU_ASSERT_EQUAL_FATAL(text_read(ctx, &graph, rows, &read, NULL), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
        if (model != NULL) CU_ASSERT_TRUE(has_order(model));
        regatta_model_free(model);
        regatta_graph_free(graph);
        text_remove();
    }
    free(rows);
    regatta_ctx_free(ctx);
}

static void test_order__recency(void)
{
    const int64_t time[] = {0, 60, 60};
    const float r[RG_N_RECENCY] = {[RG_RECENCY_DECAY] = 0.5f,
                                   [RG_RECENCY_FLOOR] = 0.2f,
                                   [RG_RECENCY_UNIT] = 20.0f,
                                   [RG_RECENCY_POWER] = 2.0f};
    rg_history h = {.n_steps = 3, .time = time, .at = 80};
    CU_ASSERT_DOUBLE_EQUAL(rg_recency_at(r, &h, 2), 1.0 / 4.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(rg_recency_at(r, &h, 1), 0.6 / 4.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(rg_recency_at(r, &h, 0), 0.4 / 25.0, 1e-6);
    h.time = NULL;
    CU_ASSERT_DOUBLE_EQUAL(rg_recency_at(r, &h, 0), 0.4, 1e-6);
}

int test_order(void)
{
    static const test_case cases[] = {
        {"recency", test_order__recency},
        {"finds_the_ring", test_order__finds_the_ring},
        {"decreasing_times", test_order__decreasing_times},
        {"equal_times_are_no_order", test_order__equal_times_are_no_order},
        {"same_bits", TEST_PLAIN_ONLY(test_order__same_bits)},
        {"queries", test_order__queries},
        {"vectors", test_order__vectors},
        {"extremes", test_order__extremes},
        {"survives_faults", test_order__survives_faults},
    };
    return TEST_MAIN("order", cases);
}
