/* Channel target on planted sequences. */
#include "base/rng.h"
#include "channel/channel_target.h"
#include "model/model.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <math.h>
#include <regatta/explain.h>
#include <regatta/score.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 800, FEW = 300, ITEMS = 60, STEPS = 12, LINE = 24 };

static char text[USERS * STEPS * LINE];

/* Each user walks on a ring of items in two walks by turns, one time in ten to a random
 * item instead: the next item depends on the last but one, which no weight that falls
 * with the place can tell. With `time` 0 the rows have no time. */
static void write_walks(int n_users, int time)
{
    int at = 0;
    text[0] = '\0';
    for (int u = 0; u < n_users; u++) {
        uint32_t item[2] = {(uint32_t)u % ITEMS, (uint32_t)(7 * u + 30) % ITEMS};
        for (int k = 0; k < STEPS; k++) {
            const uint64_t draw = (uint64_t)(u * STEPS + k);
            uint32_t *now = &item[k % 2];
            at += snprintf(text + at, LINE, "u%d\ti%u", u, *now);
            if (time) at += snprintf(text + at, LINE, "\t%d", 86400 * k);
            at += snprintf(text + at, LINE, "\n");
            *now = rg_random_unit(9, RG_STREAM_TEST, draw) < 0.9
                       ? (*now + 1) % ITEMS
                       : (uint32_t)(rg_random_unit(8, RG_STREAM_TEST, draw) * ITEMS);
        }
    }
}

static regatta_graph *graph_of_text(regatta_ctx *ctx)
{
    regatta_graph *graph = NULL;
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    o.weight_column = REGATTA_COLUMN_NONE;
    CU_ASSERT_EQUAL_FATAL(text_read(ctx, &graph, text, &o, NULL), REGATTA_OK);
    text_remove();
    return graph;
}

static regatta_train_options options(const char *channels, regatta_target target)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = channels;
    o.target = target;
    o.dim = 8;
    o.max_steps = 10;
    o.eval_every = 5;
    o.temperature = 0.2f;
    return o;
}

static regatta_model *train(int threads, const char *channels, regatta_target target)
{
    regatta_ctx *ctx = context_of(threads);
    regatta_graph *graph = graph_of_text(ctx);
    regatta_model *model = NULL;
    const regatta_train_options o = options(channels, target);
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    return model;
}

static const rg_target_state *target_of(const regatta_model *model)
{
    return rg_model_channel(model, rg_channel_find("target", 6));
}

static void scores_of(float score[ITEMS], const regatta_model *m, uint32_t user)
{
    regatta_ctx *ctx = context_of(1);
    uint32_t every[ITEMS];
    regatta_query q = REGATTA_QUERY_INIT;
    for (uint32_t j = 0; j < ITEMS; j++) every[j] = j;
    q.n = 1;
    q.user = &user;
    CU_ASSERT_EQUAL_FATAL(regatta_score(ctx, m, &q, every, ITEMS, score), REGATTA_OK);
    regatta_ctx_free(ctx);
}

/* The kinds are learned and kept; the model has one network, and the order is read. */
static void test_target__learned(void)
{
    static const regatta_target asked[] = {REGATTA_TARGET_GATE, REGATTA_TARGET_SOFTMAX};
    write_walks(USERS, 1);
    for (int k = 0; k < 2; k++) {
        regatta_model *m = train(1, "items,vectors,target", asked[k]);
        const rg_target_state *s = target_of(m);
        CU_ASSERT_PTR_NOT_NULL_FATAL(s);
        CU_ASSERT_EQUAL(s->kind, k == 0 ? RG_TARGET_GATE : RG_TARGET_SOFTMAX);
        CU_ASSERT_EQUAL(s->n_nets, 1);
        CU_ASSERT_EQUAL(s->width, RG_TARGET_WIDTH);
        CU_ASSERT(s->scale[RG_TARGET_PLACE_INVERSE] > 0.0f);
        CU_ASSERT(s->scale[RG_TARGET_AGE_INVERSE] > 0.0f);
        CU_ASSERT_PTR_NOT_NULL(m->item_weights);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(m->json, k == 0 ? "\"kind\": \"gate\"" : "\"kind\": \"softmax\""));
        regatta_model_free(m);
    }
}

/* Alone it brings item attention, and without vectors there are no coordinates. */
static void test_target__alone(void)
{
    write_walks(FEW, 1);
    regatta_model *m = train(1, "target", REGATTA_TARGET_AUTO);
    const rg_target_state *s = target_of(m);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT(s->kind != RG_TARGET_NONE);
    CU_ASSERT_EQUAL(s->width, 0);
    CU_ASSERT_PTR_NOT_NULL(m->item_weights);
    regatta_model_free(m);
}

static int has_target(const regatta_model *m)
{
    return target_of(m) != NULL;
}

/* NONE, no validation, and data without times leave it out, to the byte. */
static void test_target__off(void)
{
    write_walks(120, 1);
    regatta_model *none = train(1, NULL, REGATTA_TARGET_NONE);
    CU_ASSERT_FALSE(has_target(none));
    regatta_model_free(none);
    write_walks(120, 0);
    regatta_model *automatic = train(1, NULL, REGATTA_TARGET_AUTO);
    none = train(1, NULL, REGATTA_TARGET_NONE);
    CU_ASSERT_FALSE(has_target(automatic));
    for (uint32_t u = 0; u < 120; u++) {
        float a[ITEMS], b[ITEMS];
        scores_of(a, automatic, u);
        scores_of(b, none, u);
        CU_ASSERT_EQUAL(memcmp(a, b, sizeof a), 0);
    }
    regatta_model_free(automatic);
    regatta_model_free(none);
    regatta_ctx *ctx = context_of(1);
    regatta_graph *graph = graph_of_text(ctx);
    regatta_model *m = NULL;
    regatta_train_options o = options(NULL, REGATTA_TARGET_GATE);
    o.valid_share = 0.0f;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &m, graph, &o), REGATTA_OK);
    CU_ASSERT_FALSE(has_target(m));
    regatta_model_free(m);
    o.target = 4;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &m, graph, &o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "target must be 0 to 3"));
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Data without times have no place and no age. */
static void test_target__unordered(void)
{
    write_walks(FEW, 0);
    regatta_model *m = train(1, "items,vectors,target", REGATTA_TARGET_AUTO);
    const rg_target_state *s = target_of(m);
    if (s != NULL) {
        CU_ASSERT_EQUAL(s->scale[RG_TARGET_PLACE_INVERSE], 0.0f);
        CU_ASSERT_EQUAL(s->scale[RG_TARGET_AGE_INVERSE], 0.0f);
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(m->json, "\"target_learned\""));
    regatta_model_free(m);
}

static void test_target__same_bits(void)
{
    write_walks(FEW, 1);
    regatta_model *one = train(1, "items,vectors,target", REGATTA_TARGET_AUTO);
    for (int threads = 2; threads <= 8; threads += 6) {
        regatta_model *many = train(threads, "items,vectors,target", REGATTA_TARGET_AUTO);
        const rg_target_state *a = target_of(one), *b = target_of(many);
        CU_ASSERT_STRING_EQUAL(one->json, many->json);
        CU_ASSERT_EQUAL(memcmp(a->x, b->x, sizeof a->x), 0);
        CU_ASSERT_EQUAL(memcmp(a->scale, b->scale, sizeof a->scale), 0);
        CU_ASSERT_EQUAL(
            memcmp(a->q.data, b->q.data, ITEMS * RG_TARGET_WIDTH * sizeof(float)), 0);
        regatta_model_free(many);
    }
    regatta_model_free(one);
}

static void explains(regatta_ctx *ctx, const regatta_model *m, const regatta_query *q,
                     uint32_t item)
{
    regatta_contribution all[STEPS];
    regatta_explanation e = REGATTA_EXPLANATION_INIT;
    all[0].struct_size = sizeof *all;
    CU_ASSERT_EQUAL_FATAL(regatta_explain(ctx, m, q, &item, 1, all, STEPS, &e),
                          REGATTA_OK);
    double sum = e.popularity + e.centre;
    for (int a = 0; a < rg_n_channels; a++) sum += e.history[a] + e.bias[a] + e.direct[a];
    CU_ASSERT_DOUBLE_EQUAL(sum, e.score, 1e-5 * (1.0 + fabs(e.score)));
}

/* The parts add up for a user, a history with times, one without, one of a single item,
 * and an empty one; the order and the moment have an effect. */
static void test_target__queries(void)
{
    const uint32_t item[] = {0, 5, 9, 5}, back[] = {5, 9, 5, 0}, user = 3;
    const int64_t all[] = {0, 4}, single[] = {0, 1}, empty[] = {0, 0};
    const int64_t time[] = {0, 86400, 172800, 259200}, late[] = {1 << 30};
    uint32_t every[ITEMS];
    regatta_ctx *ctx = context_of(1);
    float score[3][ITEMS];
    write_walks(FEW, 1);
    regatta_model *m = train(1, "items,target", REGATTA_TARGET_GATE);
    regatta_query q = REGATTA_QUERY_INIT;
    for (uint32_t j = 0; j < ITEMS; j++) every[j] = j;
    q.n = 1;
    q.user = &user;
    for (uint32_t j = 0; j < ITEMS; j++) explains(ctx, m, &q, j);
    q.user = NULL;
    q.offset = all;
    q.item = back;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &q, every, ITEMS, score[0]), REGATTA_OK);
    q.item = item;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &q, every, ITEMS, score[1]), REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(memcmp(score[0], score[1], sizeof score[0]), 0);
    for (uint32_t j = 0; j < ITEMS; j++) explains(ctx, m, &q, j);
    q.time = time;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &q, every, ITEMS, score[1]), REGATTA_OK);
    q.at = late;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &q, every, ITEMS, score[2]), REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(memcmp(score[1], score[2], sizeof score[1]), 0);
    for (uint32_t j = 0; j < ITEMS; j++) explains(ctx, m, &q, j);
    q.offset = single;
    for (uint32_t j = 0; j < ITEMS; j++) explains(ctx, m, &q, j);
    q.offset = empty;
    for (uint32_t j = 0; j < ITEMS; j++) explains(ctx, m, &q, j);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A saved model scores with the same bits. */
static void test_target__file(void)
{
    regatta_ctx *ctx = context_of(1);
    regatta_model *loaded = NULL;
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    write_walks(FEW, 1);
    regatta_model *m = train(1, "items,vectors,target", REGATTA_TARGET_GATE);
    scratch_open(folder);
    scratch_path(path, folder, "target.model");
    CU_ASSERT_EQUAL(regatta_model_save(ctx, m, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
    for (uint32_t u = 0; u < FEW; u += 37) {
        float a[ITEMS], b[ITEMS];
        scores_of(a, m, u);
        scores_of(b, loaded, u);
        CU_ASSERT_EQUAL(memcmp(a, b, sizeof a), 0);
    }
    regatta_model_free(loaded);
    regatta_model_free(m);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* One item alone, one interaction a user, one user: nothing to learn, no failure. */
static void test_target__extremes(void)
{
    static const char *const rows[] = {
        "a\ti\t1\nb\ti\t2\nc\ti\t3\n", "a\ti\t1\nb\tj\t2\nc\tk\t3\n",
        "a\ti\t1\na\tj\t2\na\tk\t3\na\tl\t4\n",
        "a\ti\t1\na\tj\t1\nb\ti\t5\nb\tj\t9\nc\tj\t-3\nc\tk\t-9\n"};
    for (int k = 0; k < 4; k++) {
        memcpy(text, rows[k], strlen(rows[k]) + 1);
        regatta_model *m = train(1, "target", REGATTA_TARGET_AUTO);
        CU_ASSERT_PTR_NOT_NULL(m);
        regatta_model_free(m);
    }
}

static regatta_status attempt(regatta_ctx *ctx, void *graph)
{
    regatta_model *m = NULL;
    regatta_train_options o = options("items,target", REGATTA_TARGET_SOFTMAX);
    o.preset = REGATTA_PRESET_FAST;
    const regatta_status status = regatta_model_train(ctx, &m, graph, &o);
    CU_ASSERT_EQUAL(m == NULL, status != REGATTA_OK);
    regatta_model_free(m);
    return status;
}

static void test_target__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    write_walks(6, 1);
    regatta_graph *graph = graph_of_text(ctx);
    fault_sweep_memory(attempt, graph);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

int test_target(void)
{
    static const test_case cases[] = {
        {"learned", TEST_PLAIN_ONLY(test_target__learned)},
        {"alone", test_target__alone},
        {"off", test_target__off},
        {"unordered", test_target__unordered},
        {"same_bits", TEST_PLAIN_ONLY(test_target__same_bits)},
        {"queries", test_target__queries},
        {"file", test_target__file},
        {"extremes", test_target__extremes},
        {"memory", test_target__memory},
    };
    return TEST_MAIN("target", cases);
}
