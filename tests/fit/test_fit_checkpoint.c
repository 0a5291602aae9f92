/* Trainings that end at any moment and resume give the bytes of one that did not. */
#include "base/rng.h"
#include "support/feature_table.h"
#include "support/folder.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <regatta/model.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { USERS = 60, ITEMS = 30, PER_USER = 12 };

/* Interactions with times; users and items are in groups, and each user walks on. */
static regatta_graph *graph_of(uint64_t seed)
{
    enum { N = USERS * PER_USER };
    static uint32_t user[N], item[N];
    static int64_t time[N];
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    for (int k = 0; k < N; k++) {
        const int u = k / PER_USER, step = k % PER_USER;
        const uint64_t drawn = rg_random_below(seed, RG_STREAM_SPLIT, (uint64_t)k, 5);
        user[k] = (uint32_t)u;
        item[k] = (uint32_t)((u % 3 * 10 + step + 2 * (int)drawn) % ITEMS);
        time[k] = 86400 * step + u;
    }
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = N,
                                 .n_users = USERS,
                                 .n_items = ITEMS,
                                 .user = user,
                                 .item = item,
                                 .time = time};
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &graph, &edges), REGATTA_OK);
    regatta_ctx_free(ctx);
    return graph;
}

/* Ends training at the call number `at` of the progress function. */
typedef struct ending {
    int calls, at, answer;
} ending;

static int listen(void *state, const regatta_progress *progress)
{
    ending *e = state;
    (void)progress;
    return ++e->calls == e->at ? e->answer : REGATTA_GO_ON;
}

static int hash_bytes(void *state, const void *bytes, size_t n)
{
    uint64_t *hash = state;
    const unsigned char *b = bytes;
    for (size_t k = 0; k < n; k++) *hash = (*hash ^ b[k]) * UINT64_C(1099511628211);
    return 0;
}

/* Trains; *hash is that of the model's file. */
static regatta_status train(uint32_t threads, uint64_t *hash, const regatta_graph *graph,
                            regatta_train_options o, ending *e)
{
    regatta_ctx *ctx = test_context(threads);
    regatta_model *model = NULL;
    o.progress = listen;
    o.progress_state = e;
    const regatta_status status = regatta_model_train(ctx, &model, graph, &o);
    *hash = 0;
    if (status == REGATTA_OK)
        CU_ASSERT_EQUAL(regatta_model_write(ctx, model, hash_bytes, hash), REGATTA_OK);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return status;
}

static void clear(void)
{
    for (int k = 1; k < 100; k++) {
        char name[64];
        snprintf(name, sizeof name, "place/results-%06d", k);
        unlink(in_folder(name));
    }
    unlink(in_folder("place/running"));
    unlink(in_folder("place/training.txt"));
    rmdir(in_folder("place"));
}

/* Cancels a training at `n` moments, each time after the last, and resumes it. */
static void same_bytes(const regatta_graph *graph, regatta_train_options o, int n)
{
    uint64_t whole = 0, hash = 0;
    ending all = {.at = -1};
    CU_ASSERT_EQUAL_FATAL(train(1, &whole, graph, o, &all), REGATTA_OK);
    o.checkpoint = o.resume = in_folder("place");
    o.checkpoint_seconds = 1e9f;
    for (int k = 1; k <= n; k++) {
        const int left = all.calls * k / (n + 1) - all.calls * (k - 1) / (n + 1);
        ending e = {.at = left > 0 ? left : 1, .answer = REGATTA_CANCEL};
        const regatta_status status = train(1 + (uint32_t)k % 3, &hash, graph, o, &e);
        if (status == REGATTA_OK) break; /* the units that were read do not report */
        CU_ASSERT_EQUAL(status, REGATTA_ESTOPPED);
    }
    ending none = {.at = -1};
    CU_ASSERT_EQUAL(train(2, &hash, graph, o, &none), REGATTA_OK);
    CU_ASSERT_EQUAL(hash, whole);
    CU_ASSERT(none.calls < all.calls);
    CU_ASSERT_EQUAL(train(1, &hash, graph, o, &none), REGATTA_OK); /* all is known */
    CU_ASSERT_EQUAL(hash, whole);
    clear();
}

static regatta_train_options small(void)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.dim = 8;
    o.max_steps = 24;
    o.eval_every = 5;
    o.batch_users = 16; /* several steps in a pass over the users */
    return o;
}

static void test_fit_checkpoint__channels_of_times(void)
{
    regatta_graph *graph = graph_of(1);
    regatta_train_options o = small();
    o.sequence = REGATTA_SEQUENCE_TRANSFORMER;
    o.sequence_dim = 8;
    same_bytes(graph, o, 9);
    regatta_graph_free(graph);
}

static void test_fit_checkpoint__folds(void)
{
    static const planted PLANTED = {.n_users = 60,
                                    .n_items = 40,
                                    .communities = 4,
                                    .per_user = 10,
                                    .with_weight = 1,
                                    .seed = 6};
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    regatta_train_options o = small();
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    o.weighting = REGATTA_WEIGHTING_LOG;
    o.softmax_items = 16; /* a sample, drawn from a deck */
    o.edge_dropout = 0.2f;
    same_bytes(graph, o, 8);
    o.loss = REGATTA_LOSS_BPR;
    o.softmax_items = 0;
    o.attention = REGATTA_ATTENTION_GATV2;
    o.start = REGATTA_START_RANDOM;
    o.temperature = 0.2f;
    same_bytes(graph, o, 5);
    o.attention = REGATTA_ATTENTION_AUTO;
    same_bytes(graph, o, 6);
    o.attention = REGATTA_ATTENTION_GATV2;
    o.valid_share = 0.0f;
    same_bytes(graph, o, 2);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_fit_checkpoint__features(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = graph_of(2);
    rg_features *items = feature_table(ctx, "", ITEMS + 3, 3, 4);
    rg_features *users = feature_table(ctx, "", USERS, 3, 0);
    regatta_train_options o = small();
    o.item_features = items;
    o.user_features = users;
    same_bytes(graph, o, 8);
    rg_features_free(items);
    rg_features_free(users);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_fit_checkpoint__one_channel(void)
{
    regatta_graph *graph = graph_of(3);
    regatta_train_options o = small();
    o.channels = "vectors"; /* its quality is that of the validation in training */
    same_bytes(graph, o, 6);
    o = small();
    o.preset = REGATTA_PRESET_FAST;
    same_bytes(graph, o, 4);
    regatta_graph_free(graph);
}

/* A training that the caller ends early keeps the state from before: resumed, it gives
 * the model of a training that was not ended. */
static void test_fit_checkpoint__ended_early(void)
{
    regatta_graph *graph = graph_of(4);
    regatta_train_options o = small();
    uint64_t whole = 0, early = 0, hash = 0;
    ending all = {.at = -1};
    CU_ASSERT_EQUAL(train(1, &whole, graph, o, &all), REGATTA_OK);
    o.checkpoint = in_folder("place");
    o.checkpoint_seconds = 1e9f;
    ending e = {.at = all.calls / 3, .answer = REGATTA_FINISH};
    CU_ASSERT_EQUAL(train(1, &early, graph, o, &e), REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(early, whole);
    o.resume = o.checkpoint;
    o.checkpoint = NULL;
    ending none = {.at = -1};
    CU_ASSERT_EQUAL(train(1, &hash, graph, o, &none), REGATTA_OK);
    CU_ASSERT_EQUAL(hash, whole);
    CU_ASSERT(none.calls < all.calls);
    clear();
    regatta_graph_free(graph);
}

static void refused(const regatta_graph *graph, const regatta_train_options *o,
                    const char *words)
{
    regatta_ctx *ctx = test_context(1);
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(model);
    if (strstr(regatta_last_error(ctx), words) == NULL) {
        CU_FAIL("the message");
        printf("%s\n", regatta_last_error(ctx));
    }
    regatta_ctx_free(ctx);
}

#define REFUSED(field, other, words)                                                     \
    do {                                                                                 \
        regatta_train_options changed = o;                                               \
        changed.field = (other);                                                         \
        refused(graph, &changed, words);                                                 \
    } while (0)

static void test_fit_checkpoint__refused(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = graph_of(5), *other = graph_of(6);
    rg_features *items = feature_table(ctx, "", ITEMS, 3, 4);
    rg_features *more = feature_table(ctx, "", ITEMS + 1, 3, 4);
    regatta_train_options o = small();
    uint64_t hash = 0;
    ending e = {.at = 10, .answer = REGATTA_CANCEL};
    o.item_features = items;
    o.checkpoint = in_folder("place");
    CU_ASSERT_EQUAL(train(1, &hash, graph, o, &e), REGATTA_ESTOPPED);
    refused(graph, &o, "has a checkpoint already: resume it");
    o.resume = o.checkpoint;
    o.checkpoint = NULL;
    REFUSED(dim, 16, "differs in dim: '8' there, '16' here");
    REFUSED(l2, 0.5f, "differs in l2: '9.99999994e-09' there, '0.5' here");
    REFUSED(seed, 9, "differs in seed: '1' there, '9' here");
    REFUSED(channels, "items,vectors",
            "differs in channels: 'those of the preset' there, 'vectors,items' here");
    REFUSED(item_features, NULL, "differs in item features: 'hash ");
    REFUSED(item_features, more, "differs in item features: 'hash ");
    REFUSED(user_features, items, "differs in user features: 'none'");
    REFUSED(checkpoint, in_folder("elsewhere"), "are two folders");
    REFUSED(checkpoint_seconds, -1.0f, "checkpoint_seconds must be at least 0, not -1");
    REFUSED(resume, "", "the path is empty");
    REFUSED(resume, in_folder("elsewhere"), "has no checkpoint to resume");
    refused(other, &o, "differs in data: '60 users, 30 items, ");
    clear();
    rg_features_free(items);
    rg_features_free(more);
    regatta_graph_free(graph);
    regatta_graph_free(other);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"channels of times", test_fit_checkpoint__channels_of_times},
    {"folds", test_fit_checkpoint__folds},
    {"features", test_fit_checkpoint__features},
    {"one channel", test_fit_checkpoint__one_channel},
    {"ended early", test_fit_checkpoint__ended_early},
    {"refused", test_fit_checkpoint__refused},
};

int test_fit_checkpoint(void)
{
    return TEST_MAIN_IN_FOLDER("fit_checkpoint", cases);
}
