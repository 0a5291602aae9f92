/* Forged files of trained models that have every part: networks of sequences and of
 * target attention, features, dislikes, times, groups, calibration, blend. Each is
 * refused with a line that names the file, or answers everything as a model has to. */
#include "base/rng.h"
#include "support/ask_all.h"
#include "support/feature_table.h"
#include "support/forge.h"
#include "support/planted_graph.h"
#include "support/scratch.h"
#include "support/suite.h"
#include <float.h>
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 48, ITEMS = 24, GROUPS = 4, PER_USER = 8, MODELS = 3 };
enum { WALKERS = 300, RING = 60, STEPS = 12 }; /* of the model with target attention */

typedef struct world {
    regatta_ctx *ctx;
    char folder[SCRATCH_PATH], path[SCRATCH_PATH], model[MODELS][SCRATCH_PATH];
    regatta_graph *graph, *walks;
    regatta_features *items, *users;
    int64_t loaded, refused;
} world;

/* User u walks through the items of its community; the last row of each is a dislike,
 * and the fifth of every other an impression. */
static void make_graph(world *w)
{
    static uint32_t user[USERS * PER_USER], item[USERS * PER_USER];
    static float weight[USERS * PER_USER];
    static int64_t time[USERS * PER_USER];
    regatta_edges e = REGATTA_EDGES_INIT;
    for (uint32_t k = 0; k < USERS * PER_USER; k++) {
        const uint32_t u = k / PER_USER, r = k % PER_USER, c = u % GROUPS;
        user[k] = u;
        item[k] = r % 5 == 4 ? (u * 7 + r) % ITEMS
                             : c + GROUPS * ((u / GROUPS + r) % (ITEMS / GROUPS));
        weight[k] = r == PER_USER - 1      ? -1.0f
                    : r == 4 && u % 2 == 0 ? -INFINITY
                                           : (float)(1 + r % 3);
        time[k] = 1600000000 + 86400 * (int64_t)r + 60 * (int64_t)u;
    }
    e.n_edges = USERS * PER_USER;
    e.n_users = USERS;
    e.n_items = ITEMS;
    e.user = user;
    e.item = item;
    e.weight = weight;
    e.time = time;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(w->ctx, &w->graph, &e), REGATTA_OK);
}

/* Users who go on two walks on a ring by turns: what target attention is better at. */
static void make_walks(world *w)
{
    static uint32_t user[WALKERS * STEPS], item[WALKERS * STEPS];
    static int64_t time[WALKERS * STEPS];
    regatta_edges e = REGATTA_EDGES_INIT;
    for (uint32_t u = 0; u < WALKERS; u++) {
        uint32_t now[2] = {u % RING, (7 * u + 30) % RING};
        for (uint32_t k = 0; k < STEPS; k++) {
            const uint32_t at = u * STEPS + k;
            user[at] = u;
            item[at] = now[k % 2];
            time[at] = 86400 * (int64_t)k;
            now[k % 2] = rg_random_unit(9, RG_STREAM_TEST, at) < 0.9
                             ? (now[k % 2] + 1) % RING
                             : (uint32_t)(rg_random_unit(8, RG_STREAM_TEST, at) * RING);
        }
    }
    e.n_edges = WALKERS * STEPS;
    e.n_users = WALKERS;
    e.n_items = RING;
    e.user = user;
    e.item = item;
    e.time = time;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(w->ctx, &w->walks, &e), REGATTA_OK);
}

/* The options of each model; together they have every part. */
static regatta_train_options options_of(const world *w, int model)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.dim = 8;
    o.max_steps = 6;
    o.eval_every = 3;
    o.temperature = 0.2f;
    o.sequence_dim = 8;
    o.sequence_window = 6;
    o.item_features = w->items;
    o.user_features = w->users;
    if (model == 0) { /* all channels, as nothing is measured */
        o.valid_share = 0.0f;
        o.weighting = REGATTA_WEIGHTING_RAW;
        o.sequence = REGATTA_SEQUENCE_TRANSFORMER;
        o.feature_vectors = REGATTA_FEATURE_VECTORS_ALWAYS;
    } else if (model == 1) {
        o.valid_share = 0.0f;
        o.sequence = REGATTA_SEQUENCE_GRU;
        o.attention = REGATTA_ATTENTION_GATV2;
        o.heads = 2;
        o.hierarchy = REGATTA_HIERARCHY_GROUPS;
        o.item_groups = w->items;
        o.dynamic = 1;
        o.share = REGATTA_SHARE_HEADS;
    } else {
        o.channels = "items,target";
        o.target = REGATTA_TARGET_GATE;
        o.item_features = o.user_features = NULL;
    }
    return o;
}

/* A calibration of random scores, which is to be read and used, not to be good. */
static regatta_model *calibrated(world *w, const regatta_model *model)
{
    static uint32_t user[USERS];
    static uint8_t label[USERS];
    static float score[USERS];
    regatta_pairs pairs = REGATTA_PAIRS_INIT;
    regatta_model *out = NULL;
    for (uint32_t k = 0; k < USERS; k++) {
        user[k] = k;
        label[k] = k * k % 5 < 2;
        score[k] = (float)(k % 7) + 2.0f * label[k];
    }
    pairs.n = USERS;
    pairs.user = user;
    pairs.label = label;
    pairs.score = score;
    CU_ASSERT_EQUAL_FATAL(regatta_calibrate(w->ctx, &out, model, &pairs), REGATTA_OK);
    return out;
}

static void open_world(world *w)
{
    *w = (world){.ctx = test_context(1)};
    scratch_open(w->folder);
    scratch_path(w->path, w->folder, "forged.regatta");
    make_graph(w);
    make_walks(w);
    w->items = feature_table(w->ctx, "", ITEMS, GROUPS, 4);
    w->users = feature_table(w->ctx, "", USERS, GROUPS, 0);
    for (int m = 0; m < MODELS; m++) {
        char name[32];
        const regatta_train_options o = options_of(w, m);
        regatta_model *model = NULL, *whole = NULL;
        snprintf(name, sizeof name, "model%d.regatta", m);
        scratch_path(w->model[m], w->folder, name);
        const regatta_status status =
            regatta_model_train(w->ctx, &model, m == 2 ? w->walks : w->graph, &o);
        CU_ASSERT_EQUAL(status, REGATTA_OK);
        if (status != REGATTA_OK) fprintf(stderr, "%s\n", regatta_last_error(w->ctx));
        CU_ASSERT_PTR_NOT_NULL_FATAL(model);
        whole = calibrated(w, model);
        CU_ASSERT_EQUAL(regatta_model_save(w->ctx, whole, w->model[m]), REGATTA_OK);
        regatta_model_free(model);
        regatta_model_free(whole);
    }
}

static void close_world(world *w)
{
    regatta_graph_free(w->graph);
    regatta_graph_free(w->walks);
    regatta_features_free(w->items);
    regatta_features_free(w->users);
    scratch_close(w->folder);
    regatta_ctx_free(w->ctx);
}

/* Loads what was forged, and asks it everything if it is a model. */
static regatta_status try_forged(world *w, const forge *f, const char *what)
{
    regatta_model *model = NULL;
    forge_save(f, w->path);
    const regatta_status status = regatta_model_load(w->ctx, &model, w->path);
    if (status == REGATTA_OK) {
        const char *wrong = ask_all(w->ctx, model);
        CU_ASSERT_PTR_NULL(wrong);
        if (wrong != NULL) fprintf(stderr, "%s forged: %s\n", what, wrong);
        w->loaded++;
    } else {
        const int names = strstr(regatta_last_error(w->ctx), w->path) != NULL;
        CU_ASSERT_EQUAL(status, REGATTA_EFORMAT);
        CU_ASSERT(names);
        if (status != REGATTA_EFORMAT || !names)
            fprintf(stderr, "%s forged: %s\n", what, regatta_last_error(w->ctx));
        w->refused++;
    }
    regatta_model_free(model);
    return status;
}

static int has_part(const forge *f, const char *begin)
{
    for (int k = 0; k < f->n; k++)
        if (strncmp(f->tensor[k].name, begin, strlen(begin)) == 0) return 1;
    return 0;
}

/* The three models are answered from, and have every part of the format. */
static void test_model_forged_parts__are_there(void)
{
    static const char *const part[] = {
        "channels",  "blend",          "users.",   "items.",    "attention.",
        "groups.",   "item_attention", "order.",   "sequence.", "target_attention.",
        "content.",  "profile.",       "history.", "dislikes.", "calibration.",
        "spectral.", "user_attention"};
    int found[sizeof part / sizeof *part] = {0};
    world w;
    open_world(&w);
    for (int m = 0; m < MODELS; m++) {
        forge f;
        forge_open(&f, w.ctx, w.model[m]);
        CU_ASSERT_EQUAL(try_forged(&w, &f, w.model[m]), REGATTA_OK);
        for (size_t p = 0; p < sizeof part / sizeof *part; p++)
            found[p] |= has_part(&f, part[p]);
        forge_close(&f);
    }
    for (size_t p = 0; p < sizeof part / sizeof *part; p++) {
        CU_ASSERT(found[p]);
        if (!found[p]) fprintf(stderr, "no model has %s\n", part[p]);
    }
    close_world(&w);
}

/* True if the tensor is tried: of the model with target attention, its own alone. */
static int is_tried(int model, const char *name)
{
    return model < 2 || strncmp(name, "target_attention.", 17) == 0 ||
           strcmp(name, "blend") == 0;
}

/* Changes one tensor in each of n_ways ways, and tries the file. */
static void change_each(world *w, int n_ways,
                        int (*change)(forge *f, rg_tensor *t, int way))
{
    for (int m = 0; m < MODELS; m++) {
        forge whole;
        forge_open(&whole, w->ctx, w->model[m]);
        for (int k = 0; k < whole.n; k++)
            for (int way = 0; way < n_ways; way++) {
                forge f;
                if (!is_tried(m, whole.tensor[k].name)) continue;
                forge_open(&f, w->ctx, w->model[m]);
                if (change(&f, forge_find(&f, whole.tensor[k].name), way))
                    try_forged(w, &f, whole.tensor[k].name);
                forge_close(&f);
            }
        forge_close(&whole);
    }
}

/* Out, emptied, shorter by one, of another type. */
static int cut(forge *f, rg_tensor *t, int way)
{
    int64_t *last = &t->dim[t->rank - 1];
    if (way == 0) forge_drop(f, t->name);
    if (way == 1) *last = 0;
    if (way == 2) *last -= *last > 0;
    if (way == 3) t->dtype = t->dtype == RG_DTYPE_F32 ? RG_DTYPE_U32 : RG_DTYPE_U8;
    if (way == 3 && t->dtype == RG_DTYPE_U8) *last = 1;
    return 1;
}

static void test_model_forged_parts__cut(void)
{
    world w;
    open_world(&w);
    change_each(&w, 4, cut);
    CU_ASSERT(w.refused > 9 * w.loaded && w.loaded > 0); /* few parts may be missing */
    close_world(&w);
}

/* One float, or all of them, at the ends of what floats can be. */
static int set_floats(forge *f, rg_tensor *t, int way)
{
    static const double values[] = {(double)NAN,
                                    (double)-INFINITY,
                                    (double)FLT_MAX,
                                    -(double)FLT_MAX,
                                    0x1p40,
                                    -1.0,
                                    0.0,
                                    1e-45};
    const double value = values[way / 2];
    const int64_t n = way % 2 ? rg_tensor_count(t) : 1;
    void *data = forge_data(f, t->name);
    if (t->dtype != RG_DTYPE_F32 && t->dtype != RG_DTYPE_F64) return 0;
    for (int64_t k = 0; k < n; k++) {
        if (t->dtype == RG_DTYPE_F32) ((float *)data)[k] = (float)value;
        if (t->dtype == RG_DTYPE_F64) ((double *)data)[k] = value;
    }
    return n <= rg_tensor_count(t);
}

static void test_model_forged_parts__floats(void)
{
    world w;
    open_world(&w);
    change_each(&w, 16, set_floats);
    CU_ASSERT(w.loaded > 100 && w.refused > 100);
    close_world(&w);
}

/* The first, the middle or the last number of a table of whole numbers: none, one more,
 * the largest, the highest bit. */
static int set_numbers(forge *f, rg_tensor *t, int way)
{
    const int64_t n = rg_tensor_count(t), at = way % 3 == 0   ? 0
                                               : way % 3 == 1 ? n / 2
                                                              : n - 1;
    void *data = forge_data(f, t->name);
    uint32_t *u32 = (uint32_t *)data + at;
    int64_t *i64 = (int64_t *)data + at;
    uint8_t *u8 = (uint8_t *)data + at;
    if (n == 0) return 0;
    switch (t->dtype) {
    case RG_DTYPE_U32:
        *u32 =
            (uint32_t[]){0, *u32 + 1, UINT32_MAX, *u32 ^ UINT32_C(0x80000000)}[way / 3];
        return 1;
    case RG_DTYPE_I64:
        *i64 = (int64_t[]){0, *i64 + 1, INT64_MAX, INT64_MIN + *i64}[way / 3];
        return 1;
    case RG_DTYPE_U8:
        *u8 = (uint8_t[]){0, (uint8_t)(*u8 + 1), UINT8_MAX, *u8 ^ 0x80}[way / 3];
        return 1;
    default: return 0;
    }
}

static void test_model_forged_parts__whole_numbers(void)
{
    world w;
    open_world(&w);
    change_each(&w, 12, set_numbers);
    CU_ASSERT(w.refused > 100);
    close_world(&w);
}

int test_model_forged_parts(void)
{
    static const test_case cases[] = {
        {"are there", test_model_forged_parts__are_there},
        {"cut", test_model_forged_parts__cut},
        {"floats", test_model_forged_parts__floats},
        {"whole numbers", test_model_forged_parts__whole_numbers}};
    return TEST_MAIN("model_forged_parts", cases);
}
