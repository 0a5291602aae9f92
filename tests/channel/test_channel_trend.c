#include "base/rng.h"
#include "channel/channel_trend.h"
#include "channel/fit/channel_fit.h"
#include "model/model.h"
#include "support/fault.h"
#include "support/model_bytes.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

enum { USERS = 240, ITEMS = 30, EACH = 8, N = USERS * EACH, DAYS = 300, DAY = 86400 };
static const int64_t BEGIN = 1500000000;

/* Interactions of all users. */
typedef struct world {
    uint32_t user[N], item[N];
    int64_t time[N];
} world;

/* Every ten days another item is what most take. own_clock: each user's times begin
 * with their first interaction. */
static void make_world(world *w, int own_clock)
{
    for (int k = 0; k < N; k++) {
        const uint32_t u = (uint32_t)k / EACH;
        const double unit = rg_random_unit(1, RG_STREAM_TEST, u);
        const int64_t day = (int64_t)(unit * (DAYS - 40)) + 4 * (k % EACH);
        const int follows = rg_random_unit(2, RG_STREAM_TEST, (uint64_t)k) < 0.6;
        const double other = rg_random_unit(3, RG_STREAM_TEST, (uint64_t)k);
        w->user[k] = u;
        w->item[k] = follows ? (uint32_t)(day / 10) % ITEMS : (uint32_t)(other * ITEMS);
        w->time[k] = own_clock ? DAY * 4 * (int64_t)(k % EACH) : BEGIN + DAY * day + u;
    }
}

static regatta_graph *graph_of(regatta_ctx *ctx, const world *w, int timed)
{
    regatta_graph *graph = NULL;
    regatta_edges e = REGATTA_EDGES_INIT;
    e.n_edges = N;
    e.n_users = USERS;
    e.n_items = ITEMS;
    e.user = w->user;
    e.item = w->item;
    e.time = timed ? w->time : NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &graph, &e), REGATTA_OK);
    return graph;
}

static regatta_train_options options_of(const char *channels, float valid_share)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = channels;
    o.valid_share = valid_share;
    return o;
}

static regatta_model *train(regatta_ctx *ctx, const regatta_graph *graph,
                            const regatta_train_options *o)
{
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, o), REGATTA_OK);
    return model;
}

static const rg_trend_state *state_of(const regatta_model *model)
{
    return rg_model_state(model, &rg_channel_trend);
}

/* Returns log(1 + interactions with an item in the window before a time). */
static float popularity_at(const world *w, uint32_t item, int64_t at, int64_t window)
{
    int n = 0;
    for (int k = 0; k < N; k++)
        n += w->item[k] == item && w->time[k] < at && w->time[k] >= at - window;
    return log1pf((float)n);
}

/* Checks the scores of a query asked at a time. */
static void check_scores(regatta_ctx *ctx, const world *w, const regatta_model *model,
                         const regatta_query *query, int64_t at)
{
    uint32_t item[ITEMS];
    float score[ITEMS];
    for (uint32_t j = 0; j < ITEMS; j++) item[j] = j;
    CU_ASSERT_EQUAL_FATAL(regatta_score(ctx, model, query, item, ITEMS, score),
                          REGATTA_OK);
    for (uint32_t j = 0; j < ITEMS; j++)
        CU_ASSERT_DOUBLE_EQUAL((double)score[j],
                               (double)popularity_at(w, j, at, 30LL * DAY), 1e-6);
}

/* The scores are those of the definition, whenever a query is asked. */
static void test_channel_trend__scores(void)
{
    static world w;
    regatta_ctx *ctx = test_context(1);
    make_world(&w, 0);
    regatta_graph *graph = graph_of(ctx, &w, 1);
    const regatta_train_options o = options_of("trend", 0.0f);
    regatta_model *model = train(ctx, graph, &o);
    CU_ASSERT_EQUAL(state_of(model)->clock[RG_TREND_WINDOW], 30LL * DAY);
    int64_t end = 0;
    for (int k = 0; k < N; k++)
        if (w.time[k] >= end) end = w.time[k] + 1;
    for (uint32_t u = 0; u < USERS; u += 7) {
        const int64_t latest = w.time[u * EACH + EACH - 1];
        const int64_t later[] = {latest, latest + DAY, latest + 20LL * DAY};
        regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &u};
        check_scores(ctx, &w, model, &query, end); /* does not say when: now */
        for (int k = 0; k < 3; k++) {
            query.at = &later[k];
            check_scores(ctx, &w, model, &query, later[k]);
        }
    }
    const int64_t offset[2] = {0, 2}, time[2] = {BEGIN + 50LL * DAY, BEGIN + 60LL * DAY};
    const uint32_t item[2] = {3, 5};
    regatta_query history = {
        .struct_size = sizeof history, .n = 1, .offset = offset, .item = item};
    check_scores(ctx, &w, model, &history, end);
    history.time = time;
    check_scores(ctx, &w, model, &history, end);
    history.at = &time[1];
    check_scores(ctx, &w, model, &history, time[1]);
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Returns ndcg@20 on validation of a training with some channels. */
static double quality_of(regatta_ctx *ctx, const regatta_graph *graph,
                         const char *channels, regatta_model **out)
{
    regatta_model_info info = REGATTA_MODEL_INFO_INIT;
    const regatta_train_options o = options_of(channels, 0.2f);
    regatta_model *model = train(ctx, graph, &o);
    CU_ASSERT_EQUAL(regatta_model_get_info(ctx, &info, model), REGATTA_OK);
    if (out != NULL)
        *out = model;
    else
        regatta_model_free(model);
    return (double)info.valid_ndcg;
}

/* Validation finds the trend and its window; an update of nothing gives the same bytes,
 * and explanations add up. */
static void test_channel_trend__learns(void)
{
    static world w;
    regatta_ctx *ctx = test_context(2);
    regatta_model *model = NULL, *again = NULL;
    regatta_explanation out[ITEMS];
    uint32_t item[ITEMS];
    const uint32_t user = 4;
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    make_world(&w, 0);
    regatta_graph *graph = graph_of(ctx, &w, 1);
    const double without = quality_of(ctx, graph, "items", NULL);
    const double with = quality_of(ctx, graph, "items,trend", &model);
    CU_ASSERT(with > 1.15 * without);
    CU_ASSERT_PTR_NOT_NULL_FATAL(state_of(model));
    CU_ASSERT_EQUAL(state_of(model)->n, N);
    CU_ASSERT(state_of(model)->clock[RG_TREND_WINDOW] <= 7LL * DAY);
    CU_ASSERT_EQUAL_FATAL(regatta_model_update(ctx, &again, model, NULL, NULL, NULL),
                          REGATTA_OK);
    CU_ASSERT(model_bytes_same(ctx, model, again));
    for (uint32_t j = 0; j < ITEMS; j++) item[j] = j;
    out[0].struct_size = sizeof out[0];
    CU_ASSERT_EQUAL_FATAL(regatta_explain(ctx, model, &query, item, ITEMS, NULL, 0, out),
                          REGATTA_OK);
    double most = 0.0;
    const int trend = rg_channel_find("trend", 5);
    for (int j = 0; j < ITEMS; j++) {
        CU_ASSERT(fabs(out[j].residual) <= 1e-5 * (1.0 + fabs(out[j].score)));
        most = fmax(most, out[j].direct[trend]);
    }
    CU_ASSERT(most > 0.0);
    regatta_model_free(again);
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* By default the channel is there if times are those of a common clock. */
static void test_channel_trend__clock(void)
{
    static world w;
    regatta_ctx *ctx = test_context(1);
    for (int own = 0; own < 2; own++) {
        make_world(&w, own);
        regatta_graph *graph = graph_of(ctx, &w, 1);
        CU_ASSERT_EQUAL(rg_channel_trend.fit->in_preset(NULL, graph), !own);
        regatta_graph_free(graph);
    }
    regatta_graph *graph = graph_of(ctx, &w, 0);
    regatta_model *model = NULL;
    const regatta_train_options o = options_of("items,trend", 0.0f);
    CU_ASSERT_EQUAL(rg_channel_trend.fit->in_preset(NULL, graph), 0);
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                           "channels: the channel trend needs times of the interactions");
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static regatta_status train_once(regatta_ctx *ctx, void *graph)
{
    regatta_model *model = NULL;
    const regatta_train_options o = options_of("trend", 0.0f);
    const regatta_status status = regatta_model_train(ctx, &model, graph, &o);
    regatta_model_free(model);
    return status;
}

static void test_channel_trend__no_memory(void)
{
    static world w;
    regatta_ctx *ctx = test_context(1);
    make_world(&w, 0);
    regatta_graph *graph = graph_of(ctx, &w, 1);
    fault_sweep_memory(train_once, graph);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"scores", test_channel_trend__scores},
    {"learns", test_channel_trend__learns},
    {"clock", test_channel_trend__clock},
    {"no memory", test_channel_trend__no_memory},
};

int test_channel_trend(void)
{
    return TEST_MAIN("channel_trend", cases);
}
