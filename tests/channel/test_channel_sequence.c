/* The channel of sequence encoders: scores, explanations, files, and its fit. */
#include "channel/channel_sequence.h"
#include "model/model.h"
#include "support/fault.h"
#include "support/forge.h"
#include "support/planted_graph.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 60, ITEMS = 24, MOST_ROWS = 1000 };

/* Rows "user,item,time" of walks around a ring: item j is followed by j + 1. With `flat`
 * all times are equal. */
static regatta_graph *ring(regatta_ctx *ctx, int flat)
{
    static char text[64 * MOST_ROWS];
    size_t n = 0;
    regatta_graph *graph = NULL;
    n += (size_t)snprintf(text, sizeof text, "user,item,timestamp\n");
    for (int u = 0; u < USERS; u++)
        for (int k = 0; k < 4 + u % 12; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, "u%d,i%d,%d\n", u,
                                  (u * 7 + k) % ITEMS, flat ? 1000 : 1000 + 60 * k);
    CU_ASSERT_EQUAL_FATAL(text_read(ctx, &graph, text, NULL, NULL), REGATTA_OK);
    text_remove();
    return graph;
}

static regatta_train_options options_of(uint32_t kind)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = "sequence";
    o.sequence = kind;
    o.sequence_dim = 16;
    o.sequence_window = 10;
    o.sequence_dropout = 0.1f;
    return o;
}

static regatta_model *train(regatta_ctx *ctx, const regatta_graph *graph, uint32_t kind)
{
    const regatta_train_options o = options_of(kind);
    regatta_model *m = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &m, graph, &o), REGATTA_OK);
    return m;
}

static uint32_t item_of(const regatta_model *m, int number)
{
    char name[16];
    snprintf(name, sizeof name, "i%d", number % ITEMS);
    return regatta_model_find(m, REGATTA_ITEMS, name);
}

static regatta_query query_of(const int64_t *offset, const uint32_t *item)
{
    regatta_query query = REGATTA_QUERY_INIT;
    query.n = 1;
    query.offset = offset;
    query.item = item;
    return query;
}

static void scores_of(regatta_ctx *ctx, const regatta_model *m, const uint32_t *item,
                      int64_t n, const int64_t *time, float *score)
{
    const int64_t offset[] = {0, n};
    regatta_query query = query_of(offset, item);
    uint32_t all[ITEMS];
    query.time = time;
    for (uint32_t j = 0; j < ITEMS; j++) all[j] = j;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &query, all, ITEMS, score), REGATTA_OK);
}

static uint32_t best_of(const float *score)
{
    uint32_t best = 0;
    for (uint32_t j = 1; j < ITEMS; j++)
        if (score[j] > score[best]) best = j;
    return best;
}

/* The next item of the ring follows the latest item, not the set of items. */
static void test_channel_sequence__reads_the_order(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = ring(ctx, 0);
    for (uint32_t kind = REGATTA_SEQUENCE_TRANSFORMER; kind <= REGATTA_SEQUENCE_GRU;
         kind++) {
        regatta_model *m = train(ctx, graph, kind);
        int n_right = 0;
        for (int j = 0; j < ITEMS; j++) {
            const uint32_t ahead[] = {item_of(m, j + 12), item_of(m, j)};
            const uint32_t back[] = {ahead[1], ahead[0]};
            float score[ITEMS];
            scores_of(ctx, m, ahead, 2, NULL, score);
            n_right += best_of(score) == item_of(m, j + 1);
            scores_of(ctx, m, back, 2, NULL, score);
            n_right += best_of(score) == item_of(m, j + 13);
        }
        CU_ASSERT(n_right >= 30); /* of 48; by chance 2 */
        regatta_model_free(m);
    }
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* The same bytes at any number of threads; the same scores from the file. */
static void test_channel_sequence__files(void)
{
    static const uint32_t THREADS[] = {1, 2, 3, 8};
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    unsigned char *first = NULL;
    int64_t n_first = 0;
    scratch_open(folder);
    scratch_path(path, folder, "model");
    for (int k = 0; k < 4; k++) {
        regatta_ctx *ctx = test_context(THREADS[k]);
        regatta_graph *graph = ring(ctx, 0);
        regatta_model *m = train(ctx, graph, REGATTA_SEQUENCE_TRANSFORMER);
        regatta_model *loaded = NULL;
        int64_t n = 0;
        CU_ASSERT_EQUAL(regatta_model_save(ctx, m, path), REGATTA_OK);
        unsigned char *bytes = scratch_read(path, &n);
        if (first == NULL) first = bytes, n_first = n;
        CU_ASSERT_EQUAL_FATAL(n, n_first);
        CU_ASSERT_EQUAL(memcmp(bytes, first, (size_t)n), 0);
        if (bytes != first) free(bytes);
        CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
        const uint32_t item[] = {3, 4};
        float was[ITEMS], is[ITEMS];
        scores_of(ctx, m, item, 2, NULL, was);
        scores_of(ctx, loaded, item, 2, NULL, is);
        CU_ASSERT_EQUAL(memcmp(was, is, sizeof was), 0);
        regatta_model_free(loaded);
        regatta_model_free(m);
        regatta_graph_free(graph);
        regatta_ctx_free(ctx);
    }
    free(first);
    scratch_close(folder);
}

/* Scores of rounded items are near; a converted model owns its parameters. */
static void test_channel_sequence__compact(void)
{
    static const uint32_t TYPES[] = {REGATTA_TYPE_BF16, REGATTA_TYPE_I8};
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = ring(ctx, 0);
    regatta_model *m = train(ctx, graph, REGATTA_SEQUENCE_GRU), *codes[2] = {NULL, NULL};
    const uint32_t item[] = {3, 4, 5};
    float was[ITEMS], is[ITEMS];
    scores_of(ctx, m, item, 3, NULL, was);
    for (int k = 0; k < 2; k++) {
        regatta_convert_options o = REGATTA_CONVERT_OPTIONS_INIT;
        o.type = TYPES[k];
        CU_ASSERT_EQUAL_FATAL(regatta_model_convert(ctx, &codes[k], m, &o), REGATTA_OK);
    }
    regatta_model_free(m);
    for (int k = 0; k < 2; k++) {
        scores_of(ctx, codes[k], item, 3, NULL, is);
        CU_ASSERT_EQUAL(best_of(is), best_of(was));
        for (int j = 0; j < ITEMS; j++) CU_ASSERT_DOUBLE_EQUAL(is[j], was[j], 0.5);
        regatta_model_free(codes[k]);
    }
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* The score is bias and direct part; attention is that of the latest interaction. */
static void test_channel_sequence__explanation(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = ring(ctx, 0);
    regatta_model *m = train(ctx, graph, REGATTA_SEQUENCE_TRANSFORMER);
    const int a = rg_channel_find("sequence", 8);
    const uint32_t item[] = {9, 2, 9, 5};
    const int64_t offset[] = {0, 4};
    const regatta_query query = query_of(offset, item);
    regatta_contribution part[4] = {REGATTA_CONTRIBUTION_INIT};
    for (uint32_t j = 0; j < ITEMS; j++) {
        regatta_explanation x = REGATTA_EXPLANATION_INIT;
        double attention = 0.0;
        float score = 0.0f;
        CU_ASSERT_EQUAL(regatta_score(ctx, m, &query, &j, 1, &score), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_explain(ctx, m, &query, &j, 1, part, 4, &x), REGATTA_OK);
        CU_ASSERT_EQUAL(x.score, (double)score);
        CU_ASSERT_DOUBLE_EQUAL(x.bias[a] + x.direct[a], x.score, 1e-6);
        CU_ASSERT_EQUAL(x.n_contributions, 3); /* item 9 twice */
        for (int64_t e = 0; e < x.n_contributions; e++) {
            CU_ASSERT_EQUAL(part[e].contribution, 0.0);
            CU_ASSERT(part[e].attention > 0.0f);
            attention += (double)part[e].attention;
        }
        CU_ASSERT_DOUBLE_EQUAL(attention, 1.0, 1e-5);
    }
    regatta_model_free(m);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* An empty history has the bias; 100,000 interactions have the scores of the last ten;
 * interactions of one item, of equal times and of negative times have finite scores. */
static void test_channel_sequence__any_history(void)
{
    enum { MANY = 100000 };
    static uint32_t item[MANY];
    static int64_t time[MANY];
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = ring(ctx, 0);
    for (uint32_t kind = REGATTA_SEQUENCE_TRANSFORMER; kind <= REGATTA_SEQUENCE_GRU;
         kind++) {
        regatta_model *m = train(ctx, graph, kind);
        const rg_sequence_state *s = rg_model_channel(m, rg_channel_find("sequence", 8));
        float many[ITEMS], last[ITEMS];
        scores_of(ctx, m, item, 0, NULL, last);
        CU_ASSERT_EQUAL(memcmp(last, s->bias, sizeof last), 0);
        for (int k = 0; k < MANY; k++) item[k] = (uint32_t)((int64_t)k * k % 7);
        scores_of(ctx, m, item, MANY, NULL, many);
        scores_of(ctx, m, item + MANY - 10, 10, NULL, last);
        for (int j = 0; j < ITEMS; j++) CU_ASSERT_DOUBLE_EQUAL(many[j], last[j], 1e-4);
        for (int round = 0; round < 3; round++) {
            for (int k = 0; k < MANY; k++) {
                item[k] = 3;
                time[k] = round == 0 ? 5 : round == 1 ? -1000 + k : INT64_MAX - MANY + k;
            }
            scores_of(ctx, m, item, round == 0 ? MANY : 40, time, many);
            for (int j = 0; j < ITEMS; j++) CU_ASSERT(isfinite(many[j]));
        }
        regatta_model_free(m);
    }
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Writes the tensors again and loads them. */
static regatta_status load_forged(regatta_ctx *ctx, regatta_model **out, const forge *f,
                                  const char *path)
{
    forge_save(f, path);
    return regatta_model_load(ctx, out, path);
}

static void check_forged(regatta_ctx *ctx, const char *path, int fault, const char *words)
{
    forge f;
    regatta_model *m = NULL;
    forge_open(&f, ctx, path);
    if (fault == 0) ((int64_t *)forge_data(&f, "sequence.shape"))[2] = 3;
    if (fault == 1) ((int64_t *)forge_data(&f, "sequence.shape"))[5] = INT64_MAX;
    if (fault == 2) ((float *)forge_data(&f, "sequence.items"))[5] = NAN;
    if (fault == 3) ((float *)forge_data(&f, "sequence.block0.qkv"))[7] = 0x1p21f;
    if (fault == 4) forge_drop(&f, "sequence.gain");
    CU_ASSERT_EQUAL(load_forged(ctx, &m, &f, path), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), words));
    CU_ASSERT_PTR_NULL(m);
    forge_close(&f);
}

static void fill(forge *f, const char *name, float x)
{
    const rg_tensor *t = forge_find(f, name);
    float *to = forge_data(f, name);
    for (int64_t k = 0; k < rg_tensor_count(t); k++) to[k] = k % 3 ? x : -x;
}

/* All numbers at their bounds: scores stay finite. */
static void check_largest(regatta_ctx *ctx, const char *path)
{
    static const char *const PARTS[] = {
        "gain",   "shift",       "qkv",       "out",           "place",
        "time",   "wide",        "wide_bias", "wide_gain",     "wide_shift",
        "narrow", "narrow_bias", "gru_input", "gru_recurrent", "gru_bias"};
    static const uint32_t ITEM[] = {3, 4, 3};
    static const int64_t TIME[] = {1, 5, 1000000};
    float score[ITEMS];
    char name[64];
    forge f;
    regatta_model *m = NULL;
    forge_open(&f, ctx, path);
    fill(&f, "sequence.items", 0x1p40f);
    fill(&f, "sequence.bias", 0x1p30f);
    fill(&f, "sequence.gain", 0x1p20f);
    fill(&f, "sequence.shift", 0x1p20f);
    if (forge_find(&f, "sequence.positions") != NULL)
        fill(&f, "sequence.positions", 0x1p20f);
    for (size_t k = 0; k < sizeof PARTS / sizeof *PARTS; k++) {
        snprintf(name, sizeof name, "sequence.block0.%s", PARTS[k]);
        if (forge_find(&f, name) != NULL) fill(&f, name, 0x1p20f);
    }
    CU_ASSERT_EQUAL_FATAL(load_forged(ctx, &m, &f, path), REGATTA_OK);
    scores_of(ctx, m, ITEM, 3, TIME, score);
    for (int j = 0; j < ITEMS; j++) CU_ASSERT(isfinite(score[j]));
    regatta_model_free(m);
    forge_close(&f);
}

static void test_channel_sequence__forged_files(void)
{
    static const char *const WORDS[] = {"sequence.shape: a number is out of range",
                                        "sequence.shape: a number is out of range",
                                        "sequence.items: a number is not finite",
                                        "sequence.block0.qkv: a number is too large",
                                        "sequence.gain: it is missing"};
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = ring(ctx, 0);
    scratch_open(folder);
    scratch_path(path, folder, "model");
    for (uint32_t kind = REGATTA_SEQUENCE_TRANSFORMER; kind <= REGATTA_SEQUENCE_GRU;
         kind++) {
        regatta_model *m = train(ctx, graph, kind);
        for (int fault = 0; fault < 5; fault++) {
            CU_ASSERT_EQUAL(regatta_model_save(ctx, m, path), REGATTA_OK);
            check_forged(ctx, path, fault, WORDS[fault]);
        }
        CU_ASSERT_EQUAL(regatta_model_save(ctx, m, path), REGATTA_OK);
        check_largest(ctx, path);
        regatta_model_free(m);
    }
    regatta_graph_free(graph);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void check_refused(regatta_ctx *ctx, const regatta_graph *graph,
                          const regatta_train_options *o, const char *words)
{
    regatta_model *m = NULL;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &m, graph, o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), words));
    CU_ASSERT_PTR_NULL(m);
}

static void test_channel_sequence__refused_options(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = ring(ctx, 0), *none = NULL;
    regatta_train_options o = options_of(REGATTA_SEQUENCE_NONE);
    check_refused(ctx, graph, &o, "the channel sequence needs an encoder");
    o = options_of(REGATTA_SEQUENCE_GRU);
    o.channels = "items";
    check_refused(ctx, graph, &o, "lacks the channel sequence");
    o = options_of(REGATTA_SEQUENCE_GRU);
    o.sequence_heads = 3;
    check_refused(ctx, graph, &o, "16 is not a multiple of 3");
    o = options_of(4);
    check_refused(ctx, graph, &o, "sequence must be 0 to 3");
    CU_ASSERT_EQUAL_FATAL(
        text_read(ctx, &none, "user,item\na,x\na,y\na,z\nb,x\nb,y\n", NULL, NULL), 0);
    o = options_of(REGATTA_SEQUENCE_TRANSFORMER);
    check_refused(ctx, none, &o, "neither times nor an order");
    regatta_graph_free(none);
    regatta_graph_free(graph);
    text_remove();
    regatta_ctx_free(ctx);
}

static void check_auto(regatta_ctx *ctx, const regatta_graph *graph, float seconds,
                       const char *decision)
{
    regatta_train_options o = options_of(REGATTA_SEQUENCE_AUTO);
    regatta_model *m = NULL;
    o.sequence_seconds = seconds;
    o.channels = NULL;
    o.preset = REGATTA_PRESET_FAST;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &m, graph, &o), REGATTA_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(m), decision));
    regatta_model_free(m);
}

/* auto says why it does not train, or trains a transformer. */
static void test_channel_sequence__auto(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = ring(ctx, 0), *none = NULL;
    CU_ASSERT_EQUAL_FATAL(
        text_read(ctx, &none, "user,item\na,x\na,y\na,z\nb,y\nb,x\n", NULL, NULL), 0);
    check_auto(ctx, graph, 600.0f, "\"sequence\": {\"kind\": \"transformer\"");
    check_auto(ctx, graph, 1e-6f, "\"why\": \"too slow\"");
    check_auto(ctx, none, 600.0f, "\"why\": \"the data has no times\"");
    regatta_graph_free(none);
    regatta_graph_free(graph);
    text_remove();
    regatta_ctx_free(ctx);
}

/* A limit of about ten epochs: fewer validations, and fewer allocations to fail. */
static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    regatta_train_options o = options_of(REGATTA_SEQUENCE_AUTO);
    regatta_model *m = NULL;
    o.sequence_seconds = 5e-5f;
    const regatta_status status = regatta_model_train(ctx, &m, arg, &o);
    CU_ASSERT((status == REGATTA_OK) == (m != NULL));
    if (m != NULL)
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(m), "\"transformer\""));
    regatta_model_free(m);
    return status;
}

static void test_channel_sequence__out_of_memory(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(text_read(ctx, &graph,
                                    "user,item,timestamp\na,x,1\na,y,2\na,z,3\nb,x,1\n"
                                    "b,y,2\nb,z,4\nc,y,1\nc,z,2\nc,x,5\n",
                                    NULL, NULL),
                          REGATTA_OK);
    fault_sweep_memory(attempt, graph);
    regatta_graph_free(graph);
    text_remove();
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"reads_the_order", test_channel_sequence__reads_the_order},
    {"files", test_channel_sequence__files},
    {"compact", test_channel_sequence__compact},
    {"explanation", test_channel_sequence__explanation},
    {"any_history", test_channel_sequence__any_history},
    {"forged_files", test_channel_sequence__forged_files},
    {"refused_options", test_channel_sequence__refused_options},
    {"auto", test_channel_sequence__auto},
    {"out_of_memory", test_channel_sequence__out_of_memory},
};

int test_channel_sequence(void)
{
    return TEST_MAIN("channel_sequence", cases);
}
