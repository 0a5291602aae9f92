#include "fit/weighting.h"
#include "model/model.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

static const planted PLANTED = {.n_users = 6,
                                .n_items = 8,
                                .communities = 2,
                                .per_user = 3,
                                .with_weight = 1,
                                .seed = 1};

static regatta_status weights(regatta_ctx *ctx, float **out, const regatta_graph *graph,
                              regatta_weighting kind)
{
    rg_weighting w;
    const regatta_status status = rg_weighting_choose(ctx, &w, graph, kind);
    *out = NULL;
    return status != REGATTA_OK ? status : rg_weighting_apply(ctx, out, graph, &w);
}

/* Users with one item each, of these weights. */
static regatta_graph *graph_of(regatta_ctx *ctx, const float *weight, uint32_t n)
{
    uint32_t *node = calloc(n, sizeof *node);
    regatta_graph *graph = NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(node);
    for (uint32_t k = 0; k < n; k++) node[k] = k;
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = n,
                                 .n_users = n,
                                 .n_items = n,
                                 .user = node,
                                 .item = node,
                                 .weight = weight};
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &graph, &edges), REGATTA_OK);
    free(node);
    return graph;
}

static void test_weighting__kinds(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    const float *value = graph->by_user->value;
    float *w = NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(value);
    CU_ASSERT_EQUAL(weights(ctx, &w, graph, REGATTA_WEIGHTING_BINARY), 0);
    CU_ASSERT_PTR_NULL(w);
    CU_ASSERT_EQUAL(weights(ctx, &w, graph, REGATTA_WEIGHTING_RAW), 0);
    for (int e = 0; e < graph->by_user->n_edges; e++) CU_ASSERT_EQUAL(w[e], value[e]);
    rg_free(ctx->mem, w);
    CU_ASSERT_EQUAL(weights(ctx, &w, graph, REGATTA_WEIGHTING_LOG), 0);
    for (int e = 0; e < graph->by_user->n_edges; e++)
        CU_ASSERT_DOUBLE_EQUAL(w[e], log(1.0 + (double)value[e]), 1e-6);
    rg_free(ctx->mem, w);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_weighting__without_weights(void)
{
    const int pair[2][2] = {{0, 0}, {0, 1}};
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    float *w = NULL;
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 1, 2, 2, pair), REGATTA_OK);
    CU_ASSERT_EQUAL(weights(ctx, &w, graph, REGATTA_WEIGHTING_LOG), 0);
    CU_ASSERT_PTR_NULL(w); /* a common factor changes nothing */
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* A power of two brings the median to 1 .. 2; what is then below 2^-60 is raised. */
static void test_weighting__extremes(void)
{
    static const struct {
        float weight[3];
        int exponent;
        int64_t n_raised;
        float counts[3];
    } rows[] = {
        {{1.0f, 0x1p-40f, 0x1p40f}, 0, 0, {1.0f, 0x1p-40f, 0x1p40f}},
        {{1.0f, 1.5f, 1e-25f}, 0, 1, {1.0f, 1.5f, 0x1p-60f}},
        {{0x1p64f, 0x1p64f, 0x1p66f}, -64, 0, {1.0f, 1.0f, 4.0f}},
        {{0x1p-149f, 0x1p-149f, 0x1p-140f}, 149, 0, {1.0f, 1.0f, 512.0f}},
        {{0x1.8p127f, 0x1.8p127f, 0.0f}, -127, 0, {1.5f, 1.5f, 0.0f}},
        {{1.0f, 1.0f, 0x1.8p48f}, 0, 0, {1.0f, 1.0f, 0x1.8p48f}},
    };
    regatta_ctx *ctx = test_context(1);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        regatta_graph *graph = graph_of(ctx, rows[r].weight, 3);
        rg_weighting w;
        float *got = NULL;
        CU_ASSERT_EQUAL(rg_weighting_choose(ctx, &w, graph, REGATTA_WEIGHTING_RAW), 0);
        CU_ASSERT_EQUAL(w.exponent, rows[r].exponent);
        CU_ASSERT_EQUAL(w.n_raised, rows[r].n_raised);
        CU_ASSERT_EQUAL_FATAL(rg_weighting_apply(ctx, &got, graph, &w), 0);
        for (int e = 0; e < 3; e++) CU_ASSERT_EQUAL(got[e], rows[r].counts[e]);
        rg_free(ctx->mem, got);
        regatta_graph_free(graph);
    }
    regatta_ctx_free(ctx);
}

static void test_weighting__refused(void)
{
    static const struct {
        float weight[3];
        regatta_weighting kind;
        const char *words;
    } rows[] = {
        {{1.0f, 0x1p49f, 1.0f}, REGATTA_WEIGHTING_RAW, "user '1' and item '1'"},
        {{1.0f, 0x1p49f, 1.0f},
         REGATTA_WEIGHTING_RAW,
         "--weights log or --weights binary"},
        {{1e-20f, 1e-20f, 1.0f}, REGATTA_WEIGHTING_RAW, "with --weights binary"},
        {{1e-20f, 1e-20f, 1.0f}, REGATTA_WEIGHTING_LOG, "with --weights binary"},
        {{0.0f, 0.0f, 0.0f}, REGATTA_WEIGHTING_LOG, "all weights are 0"},
    };
    regatta_ctx *ctx = test_context(1);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        regatta_graph *graph = graph_of(ctx, rows[r].weight, 3);
        rg_weighting w;
        CU_ASSERT_EQUAL(rg_weighting_choose(ctx, &w, graph, rows[r].kind),
                        REGATTA_ENUMERIC);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), rows[r].words));
        CU_ASSERT_EQUAL(rg_weighting_choose(ctx, &w, graph, REGATTA_WEIGHTING_BINARY), 0);
        regatta_graph_free(graph);
    }
    regatta_ctx_free(ctx);
}

enum { N_USERS = 60, N_ITEMS = 24, K = 5, N_BEST = N_USERS * K };

/* The planted graph with the weight w[k] of edge k modulo n times the edge's own. */
static regatta_graph *weighed(regatta_ctx *ctx, const float *w, int n)
{
    const planted shape = {.n_users = N_USERS,
                           .n_items = N_ITEMS,
                           .communities = 3,
                           .per_user = 8,
                           .with_weight = 1,
                           .seed = 4};
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &shape), REGATTA_OK);
    for (int64_t e = 0; e < graph->by_user->n_edges; e++)
        graph->by_user->value[e] = n > 1 ? w[e % n] : w[0] * graph->by_user->value[e];
    return graph;
}

/* Trains and asks for everybody's best; the share that is of their community, or -1 where
 * training refused. */
static double share_right(regatta_ctx *ctx, const regatta_graph *graph,
                          const regatta_train_options *o, uint32_t *best)
{
    regatta_model *model = NULL;
    uint32_t user[N_USERS];
    float scores[N_BEST];
    regatta_recommend_options ask = REGATTA_RECOMMEND_OPTIONS_INIT;
    const regatta_status status = regatta_model_train(ctx, &model, graph, o);
    if (status == REGATTA_ENUMERIC) return -1.0;
    CU_ASSERT_EQUAL_FATAL(status, REGATTA_OK);
    int n = 0, right = 0;
    ask.k = K;
    for (uint32_t u = 0; u < N_USERS; u++) user[u] = u;
    const regatta_query query = {.struct_size = sizeof query, .n = N_USERS, .user = user};
    CU_ASSERT_EQUAL(regatta_recommend(ctx, model, &query, &ask, best, scores), 0);
    for (uint32_t r = 0; r < N_BEST; r++) {
        if (best[r] == REGATTA_NONE) continue;
        CU_ASSERT_TRUE(isfinite(scores[r]));
        if (r % K > 0) continue;
        n++;
        right += best[r] % 3 == r / K % 3;
    }
    CU_ASSERT_TRUE_FATAL(n > 0);
    regatta_model_free(model);
    return (double)right / (double)n;
}

static regatta_train_options options_of(uint32_t kind, uint32_t preset)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.dim = 8;
    o.max_steps = 10;
    o.eval_every = 5;
    o.temperature = 0.2f;
    o.weighting = kind;
    o.preset = preset;
    return o;
}

/* From the least denormal to what a float holds, alone and mixed: an answer is finite and
 * of the user's community, or training refuses. */
static void test_weighting__sweep(void)
{
    static const float level[] = {1e-45f, 1e-40f, 1e-30f, 1e-23f, 1e-10f,
                                  1.0f,   1e10f,  1e19f,  1e30f,  3e38f};
    enum { N = sizeof level / sizeof *level, MIXED = 8 };
    regatta_ctx *ctx = test_context(2);
    uint32_t best[N_BEST];
    int refused = 0, trained = 0;
    for (int k = 0; k < N * N; k++) {
        const float usual = level[k / N], rare = level[k % N];
        float mix[MIXED];
        for (int m = 0; m < MIXED; m++) mix[m] = m == 5 ? rare : usual;
        regatta_graph *graph = weighed(ctx, mix, MIXED);
        for (uint32_t kind = 0; kind <= REGATTA_WEIGHTING_RAW; kind++) {
            /* The channels all together on the diagonal alone: it takes time. */
            const uint32_t preset =
                k % (N + 1) == 0 ? REGATTA_PRESET_DEFAULT : REGATTA_PRESET_FAST;
            const regatta_train_options o = options_of(kind, preset);
            const double share = share_right(ctx, graph, &o, best);
            refused += share < 0.0;
            trained += share >= 0.0;
            const int extreme = kind == REGATTA_WEIGHTING_RAW
                                    ? (double)rare / (double)usual > 1e14
                                    : usual < 1e-14f && rare > usual;
            /* A third by chance. */
            CU_ASSERT_TRUE(share < 0.0 ? extreme : share > 0.6);
        }
        regatta_graph_free(graph);
    }
    CU_ASSERT_TRUE(refused > 20 && trained > 200);
    regatta_ctx_free(ctx);
}

/* Weights times a power of two give the same order, item for item; an even power with
 * the spectral filter, which takes a square root. */
static void test_weighting__powers_of_two(void)
{
    static const int power[] = {-146, -80, -36, 36, 80, 124};
    const float one = 1.0f;
    regatta_ctx *ctx = test_context(2);
    uint32_t plain[N_BEST], best[N_BEST];
    for (uint32_t preset = 0; preset <= REGATTA_PRESET_FAST; preset++) {
        const regatta_train_options o = options_of(REGATTA_WEIGHTING_RAW, preset);
        regatta_graph *graph = weighed(ctx, &one, 1);
        share_right(ctx, graph, &o, plain);
        regatta_graph_free(graph);
        for (size_t k = 0; k < sizeof power / sizeof *power; k++) {
            const float factor = ldexpf(one, power[k]);
            graph = weighed(ctx, &factor, 1);
            share_right(ctx, graph, &o, best);
            CU_ASSERT_EQUAL(memcmp(plain, best, sizeof best), 0);
            regatta_graph_free(graph);
        }
    }
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"kinds", test_weighting__kinds},
    {"without weights", test_weighting__without_weights},
    {"extremes", test_weighting__extremes},
    {"refused", test_weighting__refused},
    {"sweep", test_weighting__sweep},
    {"powers of two", test_weighting__powers_of_two},
};

int test_weighting(void)
{
    return TEST_MAIN("weighting", cases);
}
