#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <regatta/regatta.h>
#include <string.h>

enum { MOST = 8, UNTOUCHED = 77 };

/* Users 0 and 1 out of order and with a repeat, user 2 with a single item. */
static const uint32_t edge_user[] = {0, 0, 0, 1, 1, 1, 2};
static const uint32_t edge_item[] = {2, 0, 2, 1, 0, 2, 1};
static const int64_t edge_time[] = {500, 100, 300, 9, 7, 8, 0};
static const float edge_weight[] = {1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f, 7.0f};

static regatta_model *train(regatta_ctx *ctx, const int64_t *time, const float *weight)
{
    regatta_edges edges = REGATTA_EDGES_INIT;
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_graph *graph = NULL;
    regatta_model *model = NULL;
    edges.n_edges = 7;
    edges.n_users = edges.n_items = 3;
    edges.user = edge_user;
    edges.item = edge_item;
    edges.time = time;
    edges.weight = weight;
    o.preset = REGATTA_PRESET_FAST;
    o.valid_share = 0.0f;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &graph, &edges), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    regatta_graph_free(graph);
    return model;
}

typedef struct arrays {
    uint32_t item[MOST];
    int64_t time[MOST];
    float weight[MOST];
} arrays;

static regatta_history read_history(regatta_ctx *ctx, const regatta_model *model,
                                    uint32_t user, int64_t capacity, arrays *a)
{
    regatta_history h = REGATTA_HISTORY_INIT;
    for (int k = 0; k < MOST; k++) {
        a->item[k] = UNTOUCHED;
        a->time[k] = UNTOUCHED;
        a->weight[k] = UNTOUCHED;
    }
    h.capacity = capacity;
    h.item = a->item;
    h.time = a->time;
    h.weight = a->weight;
    CU_ASSERT_EQUAL(regatta_model_history(ctx, &h, model, user), REGATTA_OK);
    CU_ASSERT_EQUAL(h.capacity, capacity);
    CU_ASSERT_PTR_EQUAL(h.item, a->item);
    return h;
}

static void test_history_api__in_order_of_time(void)
{
    static const uint32_t items[2][3] = {{0, 2, 2}, {0, 2, 1}};
    static const int64_t times[2][3] = {{100, 300, 500}, {7, 8, 9}};
    static const float weights[2][3] = {{2.0f, 3.0f, 1.0f}, {5.0f, 6.0f, 4.0f}};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = train(ctx, edge_time, edge_weight);
    arrays a;
    for (uint32_t user = 0; user < 2; user++) {
        const regatta_history h = read_history(ctx, model, user, MOST, &a);
        CU_ASSERT_EQUAL(h.n, 3);
        CU_ASSERT_EQUAL(h.has_time, 1);
        CU_ASSERT_EQUAL(memcmp(a.item, items[user], sizeof items[user]), 0);
        CU_ASSERT_EQUAL(memcmp(a.time, times[user], sizeof times[user]), 0);
        CU_ASSERT_EQUAL(memcmp(a.weight, weights[user], sizeof weights[user]), 0);
        CU_ASSERT_EQUAL(a.item[3], UNTOUCHED);
    }
    CU_ASSERT_EQUAL(read_history(ctx, model, 2, MOST, &a).n, 1);
    CU_ASSERT_EQUAL(a.item[0], 1);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* The order of the rows, weights of 1, and times that nobody writes. */
static void test_history_api__without_times_and_weights(void)
{
    static const uint32_t items[] = {2, 0, 2};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = train(ctx, NULL, NULL);
    arrays a;
    const regatta_history h = read_history(ctx, model, 0, MOST, &a);
    CU_ASSERT_EQUAL(h.n, 3);
    CU_ASSERT_EQUAL(h.has_time, 0);
    CU_ASSERT_EQUAL(memcmp(a.item, items, sizeof items), 0);
    for (int k = 0; k < 3; k++) CU_ASSERT_EQUAL(a.weight[k], 1.0f);
    CU_ASSERT_EQUAL(a.time[0], UNTOUCHED);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static void test_history_api__capacity_and_arrays_that_are_not_wanted(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = train(ctx, edge_time, edge_weight);
    arrays a;
    CU_ASSERT_EQUAL(read_history(ctx, model, 0, 2, &a).n, 3);
    CU_ASSERT(a.item[0] == 0 && a.item[1] == 2 && a.item[2] == UNTOUCHED);
    CU_ASSERT_EQUAL(read_history(ctx, model, 0, 0, &a).n, 3);
    CU_ASSERT_EQUAL(a.item[0], UNTOUCHED);
    regatta_history h = REGATTA_HISTORY_INIT;
    h.capacity = MOST; /* and no array */
    CU_ASSERT_EQUAL(regatta_model_history(ctx, &h, model, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(h.n, 3);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static void test_history_api__refuses(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = train(ctx, edge_time, edge_weight);
    regatta_history h = REGATTA_HISTORY_INIT;
    CU_ASSERT_EQUAL(regatta_model_history(ctx, &h, model, 3), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "history: user 3 is not below 3");
    CU_ASSERT_EQUAL(regatta_model_history(ctx, &h, model, REGATTA_NONE), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_history(ctx, &h, NULL, 0), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_history(ctx, NULL, model, 0), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_history(NULL, &h, model, 0), REGATTA_EINVAL);
    h.capacity = -1;
    CU_ASSERT_EQUAL(regatta_model_history(ctx, &h, model, 0), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "history: capacity is below 0");
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *model)
{
    uint32_t item[MOST];
    regatta_history h = REGATTA_HISTORY_INIT;
    h.capacity = MOST;
    h.item = item;
    const regatta_status status = regatta_model_history(ctx, &h, model, 0);
    CU_ASSERT_EQUAL(h.n, status == REGATTA_OK ? 3 : 0);
    return status;
}

static void test_history_api__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = train(ctx, edge_time, edge_weight);
    fault_sweep_memory(attempt, model);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static regatta_status graph_attempt(regatta_ctx *ctx, void *graph)
{
    uint32_t item[MOST];
    regatta_history h = REGATTA_HISTORY_INIT;
    h.capacity = MOST;
    h.item = item;
    return regatta_graph_history(ctx, &h, graph, 0);
}

/* u had b twice, and of two things of one time that first which came first. */
static void test_history_api__of_a_graph(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_graph *g = NULL;
    const uint32_t user[] = {0, 0, 0}, item[] = {0, 1, 0};
    const int64_t time[] = {5, -1, -1};
    const float weight[] = {2.0f, 4.0f, 3.0f};
    regatta_edges edges = REGATTA_EDGES_INIT;
    edges.n_edges = 3;
    edges.n_users = 1;
    edges.n_items = 2;
    edges.user = user;
    edges.item = item;
    edges.time = time;
    edges.weight = weight;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &g, &edges), REGATTA_OK);
    uint32_t items[3] = {9, 9, 9};
    int64_t times[3] = {9, 9, 9};
    float weights[3] = {9, 9, 9};
    regatta_history h = REGATTA_HISTORY_INIT;
    CU_ASSERT_EQUAL(regatta_graph_history(ctx, &h, g, 0), REGATTA_OK);
    CU_ASSERT(h.n == 3 && h.has_time == 1);
    h.item = items;
    h.time = times;
    h.weight = weights;
    h.capacity = 2;
    CU_ASSERT_EQUAL(regatta_graph_history(ctx, &h, g, 0), REGATTA_OK);
    CU_ASSERT(h.n == 3 && items[0] == 1 && items[1] == 0 && items[2] == 9);
    h.capacity = 3;
    CU_ASSERT_EQUAL(regatta_graph_history(ctx, &h, g, 0), REGATTA_OK);
    CU_ASSERT(items[2] == 0 && times[0] == -1 && times[1] == -1 && times[2] == 5);
    CU_ASSERT(weights[0] == 4.0f && weights[1] == 3.0f && weights[2] == 2.0f);
    CU_ASSERT_EQUAL(regatta_graph_history(ctx, &h, g, 1), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "history: user 1 is not below 1");
    CU_ASSERT_EQUAL(regatta_graph_history(ctx, &h, NULL, 0), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_graph_history(ctx, NULL, g, 0), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_graph_history(NULL, &h, g, 0), REGATTA_EINVAL);
    fault_sweep_memory(graph_attempt, g);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

int test_history_api(void)
{
    static const test_case cases[] = {
        {"times", test_history_api__in_order_of_time},
        {"rows", test_history_api__without_times_and_weights},
        {"capacity", test_history_api__capacity_and_arrays_that_are_not_wanted},
        {"refuses", test_history_api__refuses},
        {"faults", test_history_api__every_allocation_may_fail},
        {"of_a_graph", test_history_api__of_a_graph},
    };
    return TEST_MAIN("history_api", cases);
}
