/* Options of training that are refused, each with words that say the range. */
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static regatta_graph *graph_of(regatta_ctx *ctx, int64_t n_edges)
{
    const uint32_t user[] = {0, 0, 1}, item[] = {0, 1, 1};
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = n_edges,
                                 .n_users = 2,
                                 .n_items = 2,
                                 .user = user,
                                 .item = item};
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &graph, &edges), REGATTA_OK);
    return graph;
}

static void refused(regatta_ctx *ctx, const regatta_graph *graph,
                    const regatta_train_options *o, const char *words)
{
    regatta_model *model = (regatta_model *)(uintptr_t)ctx; /* anything but NULL */
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, o), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
    CU_ASSERT_PTR_NULL(model);
}

#define REFUSED(field, bad, words)                                                       \
    do {                                                                                 \
        const regatta_train_options init = REGATTA_TRAIN_OPTIONS_INIT;                   \
        regatta_train_options o = init;                                                  \
        o.field = (bad);                                                                 \
        refused(ctx, graph, &o, words);                                                  \
    } while (0)

static void test_model_train__options_out_of_range(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_graph *graph = graph_of(ctx, 3);
    REFUSED(attention, 7, "attention must be 0 to 6, not 7");
    REFUSED(heads, 0, "heads must be 1 to 16, not 0");
    REFUSED(heads, 17, "heads must be 1 to 16, not 17");
    {
        const regatta_train_options init = REGATTA_TRAIN_OPTIONS_INIT;
        regatta_train_options o = init;
        o.heads = 3;
        o.dim = 64;
        refused(ctx, graph, &o, "dim 64 is not a multiple of 3 heads");
    }
    {
        const regatta_train_options init = REGATTA_TRAIN_OPTIONS_INIT;
        regatta_train_options o = init;
        o.attention = REGATTA_ATTENTION_AUTO;
        o.dynamic = 1;
        refused(ctx, graph, &o,
                "attention auto chooses whether it is dynamic: set dynamic to 0, or "
                "attention to a kind");
        o.dynamic = 0;
        o.valid_share = 0.0f;
        refused(ctx, graph, &o,
                "attention auto needs validation, which decides: set valid_share above "
                "0, or attention to a kind");
    }
    REFUSED(preset, 3, "preset must be 0 to 2, not 3");
    REFUSED(layers, 5, "layers must be 1 to 4, not 5");
    REFUSED(dim, 3, "dim must be 4 to 1024, not 3");
    REFUSED(dim, 1025, "dim must be 4 to 1024, not 1025");
    REFUSED(combine, 3, "combine must be 0 to 2, not 3");
    REFUSED(start, 2, "start must be 0 to 1, not 2");
    REFUSED(loss, 2, "loss must be 0 to 1, not 2");
    REFUSED(weighting, 3, "weighting must be 0 to 2, not 3");
    REFUSED(max_steps, 1000001, "max_steps must be 0 to 1000000, not 1000001");
    REFUSED(patience, 0, "patience must be 1 to 1000, not 0");
    REFUSED(eval_every, 0, "eval_every must be 1 to 100000, not 0");
    REFUSED(batch_users, 65537, "batch_users must be 0 to 65536, not 65537");
    REFUSED(refit, 2, "refit must be 0 to 1, not 2");
    REFUSED(valid_share, 0.75f, "valid_share must be 0 to 0.5, not 0.75");
    REFUSED(valid_share, NAN, "valid_share must be 0 to 0.5, not nan");
    REFUSED(learning_rate, -1.0f, "learning_rate must be 0 to 1e+06, not -1");
    REFUSED(temperature, -1.0f, "temperature must be 0 to 1e+06, not -1");
    REFUSED(l2, -1.0f, "l2 must be 0 to 1e+06, not -1");
    REFUSED(edge_dropout, 1.0f, "edge_dropout must be 0 to 0.9, not 1");
    REFUSED(struct_size, 0, "train options: struct_size is not set");
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_model_train__channels_that_are_none(void)
{
    static const char *const wrong[][2] = {{"items,nets,users", "nets"},
                                           {"", ""},
                                           {"items,", ""},
                                           {"item", "item"},
                                           {"items users", "items users"}};
    regatta_ctx *ctx = tiny_context(1);
    regatta_graph *graph = graph_of(ctx, 3);
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        char words[256];
        regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
        regatta_model *model = NULL;
        o.channels = wrong[k][0];
        snprintf(words, sizeof words,
                 "channels: unknown channel '%s': this build has vectors, items, "
                 "users, spectral, order, sequence, target, content, profile, trend",
                 wrong[k][1]);
        CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_ENOTFOUND);
        CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
        CU_ASSERT_PTR_NULL(model);
    }
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* What a model holds and scores with, by the names that the build gives its channels. */
static void test_model_train__channels_by_name(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_graph *graph = graph_of(ctx, 3);
    int n_known = 0;
    for (uint32_t k = 0; regatta_channel_name(k) != NULL; k++) {
        regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
        regatta_model_info info = REGATTA_MODEL_INFO_INIT;
        regatta_model *model = NULL;
        o.channels = regatta_channel_name(k);
        if (strcmp(o.channels, "sequence") == 0) continue; /* the graph has no order */
        if (strcmp(o.channels, "content") == 0 || strcmp(o.channels, "profile") == 0)
            continue;                                   /* nor features */
        if (strcmp(o.channels, "trend") == 0) continue; /* nor times */
        o.valid_share = 0.0f;
        o.max_steps = 2;
        o.dim = 4;
        n_known++;
        CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_model_get_info(ctx, &info, model), REGATTA_OK);
        const int reads_items = strcmp(o.channels, "target") == 0;
        for (uint32_t c = 0; c < REGATTA_MAX_CHANNELS; c++) {
            const char *name = regatta_channel_name(c);
            const int is_on =
                c == k || (reads_items && name != NULL && strcmp(name, "items") == 0);
            CU_ASSERT_EQUAL(info.channel[c],
                            is_on ? REGATTA_CHANNEL_SCORES : REGATTA_CHANNEL_ABSENT);
        }
        regatta_model_free(model);
    }
    CU_ASSERT(n_known >= 4 && n_known <= REGATTA_MAX_CHANNELS);
    CU_ASSERT_STRING_EQUAL(regatta_channel_name(0), "vectors");
    CU_ASSERT_PTR_NULL(regatta_channel_name(REGATTA_MAX_CHANNELS));
    CU_ASSERT_PTR_NULL(regatta_channel_name(UINT32_MAX));
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_model_train__arguments_that_are_missing(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_graph *empty = graph_of(ctx, 0);
    regatta_model *model = NULL;
    refused(ctx, NULL, NULL, "graph is missing: the argument is NULL");
    refused(ctx, empty, NULL, "the graph has no interaction");
    CU_ASSERT_EQUAL(regatta_model_train(ctx, NULL, empty, NULL), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                           "out is missing: the argument is NULL");
    CU_ASSERT_EQUAL(regatta_model_train(NULL, &model, empty, NULL), REGATTA_EINVAL);
    regatta_model_free(NULL);
    regatta_graph_free(empty);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"options", test_model_train__options_out_of_range},
    {"unknown channels", test_model_train__channels_that_are_none},
    {"channels by name", test_model_train__channels_by_name},
    {"arguments", test_model_train__arguments_that_are_missing},
};

int test_model_train(void)
{
    return TEST_MAIN("model_train", cases);
}
