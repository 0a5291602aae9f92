#include "channel/fit/items_fit.h"
#include "fit/hubs.h"
#include "fit/resolve.h"
#include "model/model.h"
#include "support/fault.h"
#include "support/model_bytes.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

enum { N_NORMAL = 60, N_ITEMS = 24, PER_USER = 8, N_LEAVES = RG_HUB_ABOVE + 1000 };

/* One user with N_LEAVES items, and n_normal of three communities whose N_ITEMS items
 * come first; of the hub's items two belong to them. */
static regatta_graph *star(regatta_ctx *ctx, uint32_t n_normal, int64_t n_leaves)
{
    const int64_t n = n_leaves + (int64_t)n_normal * PER_USER;
    uint32_t *user = calloc((size_t)n, sizeof *user);
    uint32_t *item = calloc((size_t)n, sizeof *item);
    regatta_graph *graph = NULL;
    CU_ASSERT_TRUE_FATAL(user != NULL && item != NULL);
    const uint32_t first = n_normal > 0 ? N_ITEMS - 2 : 0;
    int64_t at = 0;
    for (int64_t k = 0; k < n_leaves; k++, at++) item[at] = first + (uint32_t)k;
    for (uint32_t u = 0; u < n_normal; u++)
        for (uint32_t k = 0; k < PER_USER; k++, at++) {
            user[at] = 1 + u;
            /* All but one in eight of the community's items, the last from the next. */
            item[at] = k + 1 < PER_USER ? 3 * ((k + u) % 8) + u % 3 : (u + 1) % 3;
        }
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = n,
                                 .n_users = 1 + n_normal,
                                 .n_items = first + (uint32_t)n_leaves,
                                 .user = user,
                                 .item = item};
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &graph, &edges), REGATTA_OK);
    free(user);
    free(item);
    return graph;
}

static void test_hubs__sample(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = star(ctx, N_NORMAL, N_LEAVES);
    rg_hubs hubs, again;
    CU_ASSERT_EQUAL_FATAL(rg_hubs_find(ctx, &hubs, graph, 1), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_hubs_find(ctx, &again, graph, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(hubs.n_users, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(hubs.core);
    const rg_csr *rows = hubs.core->by_user;
    CU_ASSERT_EQUAL(rg_csr_degree(rows, 0), RG_HUB_SAMPLED);
    CU_ASSERT_EQUAL(rows->n_rows, 1 + N_NORMAL);
    CU_ASSERT_EQUAL(hubs.n_left_out + rows->n_cols, graph->by_user->n_cols);
    for (int64_t u = 1; u < rows->n_rows; u++)
        CU_ASSERT_EQUAL(rg_csr_degree(rows, u), rg_csr_degree(graph->by_user, u));
    for (int64_t i = 0; i < rows->n_cols; i++) {
        CU_ASSERT_STRING_EQUAL(rg_idmap_name(hubs.core->items, (uint32_t)i),
                               rg_idmap_name(graph->items, hubs.item[i]));
        CU_ASSERT_TRUE(rg_csr_degree(hubs.core->by_item, i) > 0);
    }
    CU_ASSERT_EQUAL(hubs.core->hash, again.core->hash);
    rg_hubs_free(ctx, &hubs);
    rg_hubs_free(ctx, &again);
    regatta_graph_free(graph);

    graph = star(ctx, 0, RG_HUB_ABOVE); /* just none */
    CU_ASSERT_EQUAL_FATAL(rg_hubs_find(ctx, &hubs, graph, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(hubs.n_users, 0);
    CU_ASSERT_PTR_NULL(hubs.core);
    rg_hubs_free(ctx, &hubs);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static regatta_model *train(uint32_t threads, const regatta_graph *graph,
                            const char *channels)
{
    regatta_ctx *ctx = test_context(threads);
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_model *model = NULL;
    o.dim = 8;
    o.max_steps = 20;
    o.temperature = 0.2f;
    o.channels = channels;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    regatta_ctx_free(ctx);
    return model;
}

/* The others get what is of their community and the items nobody else has come last; the
 * hub's history is whole. The same bits from one thread or three. */
static void test_hubs__training(void)
{
    enum { K = 4 };
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = star(ctx, N_NORMAL, N_LEAVES);
    regatta_model *model = train(1, graph, NULL), *other = train(3, graph, NULL);
    regatta_recommend_options ask = REGATTA_RECOMMEND_OPTIONS_INIT;
    uint32_t user[1 + N_NORMAL], best[(1 + N_NORMAL) * K], same[(1 + N_NORMAL) * K];
    float score[(1 + N_NORMAL) * K], as_well[(1 + N_NORMAL) * K];
    for (uint32_t u = 0; u <= N_NORMAL; u++) user[u] = u;
    const regatta_query query = {
        .struct_size = sizeof query, .n = 1 + N_NORMAL, .user = user};
    ask.k = K;
    CU_ASSERT_EQUAL(model->history_offset[1], N_LEAVES);
    CU_ASSERT_EQUAL(model->n_items, graph->by_user->n_cols);
    CU_ASSERT_EQUAL(model->info.data_hash, graph->hash);
    CU_ASSERT_PTR_NOT_NULL(strstr(model->json, "\"hubs\""));
    CU_ASSERT_EQUAL(regatta_recommend(ctx, model, &query, &ask, best, score), 0);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, other, &query, &ask, same, as_well), 0);
    CU_ASSERT_EQUAL(memcmp(best, same, sizeof best), 0);
    CU_ASSERT_EQUAL(memcmp(score, as_well, sizeof score), 0);
    int right = 0, leaves = 0;
    for (uint32_t u = 1; u <= N_NORMAL; u++) {
        right += best[u * K] % 3 == (u - 1) % 3 && best[u * K] < N_ITEMS;
        for (int r = 0; r < K; r++) leaves += best[u * K + (uint32_t)r] >= N_ITEMS;
    }
    CU_ASSERT_TRUE(right > N_NORMAL * 3 / 4); /* a third by chance */
    CU_ASSERT_EQUAL(leaves, 0);
    regatta_model_free(model);
    regatta_model_free(other);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Stars both ways: a user who has everything has nothing left, and where nobody has two
 * items popularity answers. */
static void test_hubs__pure_stars(void)
{
    enum { N = 300 };
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = star(ctx, 0, N_LEAVES);
    regatta_model *model = train(2, graph, NULL);
    regatta_recommend_options ask = REGATTA_RECOMMEND_OPTIONS_INIT;
    uint32_t user = 0, item[2] = {0}, edge_user[N], edge_item[N];
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    ask.k = 1;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, model, &query, &ask, item, NULL), 0);
    CU_ASSERT_EQUAL(item[0], REGATTA_NONE);
    regatta_model_free(model);
    regatta_graph_free(graph);

    for (uint32_t k = 0; k < N; k++) {
        edge_user[k] = k;
        edge_item[k] = k < 200 ? 1 : k % 3; /* item 1 has most, then 0 and 2 */
    }
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = N - 1,
                                 .n_users = N,
                                 .n_items = 3,
                                 .user = edge_user,
                                 .item = edge_item};
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &graph, &edges), REGATTA_OK);
    model = train(2, graph, NULL);
    CU_ASSERT_PTR_NULL(model->vectors);
    CU_ASSERT_PTR_NOT_NULL(model->item_weights);
    ask.k = 2;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, model, &query, &ask, item, NULL), 0);
    CU_ASSERT_EQUAL(item[0], 0);
    CU_ASSERT_EQUAL(item[1], 2);
    regatta_model_free(model);
    model = train(2, graph, "vectors"); /* asked for by name */
    CU_ASSERT_EQUAL(model->vectors->shape.dim, 8);
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Item attention of a small graph in the tables of a large one. */
static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    const regatta_graph *graph = arg;
    rg_hubs hubs = {0};
    rg_fitted fitted = {0};
    rg_fit_choice choice = {0};
    rg_fit_plan plan;
    rg_fit_options options = {.seed = 1};
    rg_fit_env env = {.ctx = ctx, .options = &options, .plan = &plan};
    const rg_fit_task task = {0};
    const rg_weighting binary = {.kind = REGATTA_WEIGHTING_BINARY};
    rg_plan_begin(&plan, ctx);
    RG_TRY(rg_hubs_find(ctx, &hubs, graph, 1));
    RG_TRY(rg_fit_choice_create(ctx, &choice));
    rg_fit_resolve(&options, &choice, hubs.core);
    rg_items_setting *setting = choice.setting[rg_channel_of(&rg_items_fit)];
    setting->ridge.neighbours = 4;
    setting->ridge.table_bytes = 64;
    RG_TRY(rg_fitted_begin(ctx, &fitted, hubs.core, &binary));
    RG_TRY(rg_items_fit.fit(&env, &fitted, &choice, &task));
    RG_TRY(rg_hubs_spread(ctx, &hubs, &fitted, graph, &binary));
    const rg_item_attention *items = rg_items_fitted(&fitted)->attention;
    CU_ASSERT_EQUAL(items->n_items, graph->by_user->n_cols);
    CU_ASSERT_EQUAL(items->by_history->n_rows, graph->by_user->n_cols);
done:
    rg_fitted_free(ctx, &fitted);
    rg_fit_choice_free(ctx, &choice);
    rg_hubs_free(ctx, &hubs);
    return rg_end(ctx, status);
}

static void test_hubs__memory(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = star(ctx, 2, RG_HUB_ABOVE + 1);
    fault_sweep_memory(attempt, graph);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Cuts the rows of the last users, or the rest. */
static regatta_graph *part_of(regatta_ctx *ctx, const regatta_graph *graph,
                              uint32_t n_users, int last)
{
    const rg_csr *rows = graph->by_user;
    uint8_t *user = calloc((size_t)rows->n_rows, 1),
            *item = calloc((size_t)rows->n_cols, 1);
    regatta_graph *part = NULL;
    CU_ASSERT_TRUE_FATAL(user != NULL && item != NULL);
    for (int64_t u = 0; u < rows->n_rows; u++) {
        user[u] = last ? u >= n_users : u < n_users;
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1] && user[u]; e++)
            item[rows->target[e]] = 1;
    }
    CU_ASSERT_EQUAL_FATAL(rg_bipartite_induce(ctx, &part, graph, user, item), REGATTA_OK);
    free(user);
    free(item);
    return part;
}

/* An update of nothing gives the same bytes, with settings and a blend that validation
 * chose. */
static void test_hubs__update_of_nothing(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = star(ctx, N_NORMAL, N_LEAVES);
    regatta_model *model = train(2, graph, NULL), *again = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_update(ctx, &again, model, NULL, NULL, NULL),
                          REGATTA_OK);
    CU_ASSERT(model_bytes_same(ctx, model, again));
    regatta_model_free(model);
    regatta_model_free(again);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Updates of a model with a hub: nothing gives the same bytes; new rows, and users to
 * forget, give what a training on these rows has with the same settings. */
static void test_hubs__update(void)
{
    enum { OLD = 50 };
    static const char *const channels[] = {"items", "items,vectors,users,spectral"};
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = star(ctx, N_NORMAL, N_LEAVES);
    regatta_graph *old = part_of(ctx, graph, OLD, 0), *news = part_of(ctx, graph, OLD, 1);
    for (int k = 0; k < 2; k++) {
        regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
        regatta_model *model = NULL, *whole = NULL, *updated = NULL, *again = NULL;
        regatta_update_report r = REGATTA_UPDATE_REPORT_INIT;
        o.channels = channels[k];
        o.dim = 8;
        o.max_steps = 4;
        o.temperature = 0.2f;
        o.valid_share = 0.0f; /* the settings are the defaults */
        CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, old, &o), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &whole, graph, &o), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(regatta_model_update(ctx, &again, model, NULL, NULL, NULL),
                              REGATTA_OK);
        CU_ASSERT(model_bytes_same(ctx, model, again));
        CU_ASSERT_EQUAL_FATAL(regatta_model_update(ctx, &updated, model, news, NULL, &r),
                              REGATTA_OK);
        CU_ASSERT_EQUAL(r.n_users, N_NORMAL + 1 - OLD);
        CU_ASSERT_EQUAL(updated->history_offset[1], N_LEAVES);
        CU_ASSERT_EQUAL(updated->info.data_hash, whole->info.data_hash);
        CU_ASSERT(r.overlap > 0.0 && r.overlap <= 1.0);
        CU_ASSERT_PTR_NOT_NULL(strstr(updated->json, "\"updates\""));
        /* But for the record the bytes are those of the training. */
        char *own = updated->json;
        updated->json = whole->json;
        CU_ASSERT(model_bytes_same(ctx, updated, whole));
        updated->json = own;
        regatta_model_free(model);
        regatta_model_free(whole);
        regatta_model_free(updated);
        regatta_model_free(again);
    }
    regatta_graph_free(news);
    regatta_graph_free(old);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Without the last users the model is that of a training without them; without the hub it
 * has none any more. What cannot be fitted again is refused. */
static void test_hubs__forget(void)
{
    enum { KEPT = 50 };
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = star(ctx, N_NORMAL, N_LEAVES);
    regatta_graph *rest = part_of(ctx, graph, KEPT, 0);
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_update_options ask = REGATTA_UPDATE_OPTIONS_INIT;
    regatta_model *model = NULL, *never = NULL, *after = NULL;
    uint32_t forget[N_NORMAL];
    o.channels = "items,vectors";
    o.dim = 8;
    o.max_steps = 4;
    o.temperature = 0.2f;
    o.valid_share = 0.0f;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &never, rest, &o), REGATTA_OK);
    ask.steps = 3;
    CU_ASSERT_EQUAL(regatta_model_update(ctx, &after, model, NULL, &ask, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                           "a user has more than 50,000 items, of which training takes a "
                           "sample: all channels "
                           "are fitted from the beginning, and steps have no effect");
    ask.steps = 0;
    for (uint32_t k = 0; k < N_NORMAL; k++) forget[k] = KEPT + k;
    ask.forget = forget;
    ask.n_forget = N_NORMAL + 1 - KEPT;
    CU_ASSERT_EQUAL_FATAL(regatta_model_update(ctx, &after, model, NULL, &ask, NULL),
                          REGATTA_OK);
    char *own = after->json;
    after->json = never->json;
    CU_ASSERT(model_bytes_same(ctx, after, never));
    after->json = own;
    regatta_model_free(after);
    forget[0] = 0;
    ask.n_forget = 1;
    CU_ASSERT_EQUAL_FATAL(regatta_model_update(ctx, &after, model, NULL, &ask, NULL),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(after->n_items, N_ITEMS);
    CU_ASSERT_EQUAL(after->n_users, N_NORMAL);
    regatta_model_free(after);
    regatta_model_free(never);
    regatta_model_free(model);
    regatta_graph_free(rest);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"sample", test_hubs__sample},
    {"training", test_hubs__training},
    {"pure stars", test_hubs__pure_stars},
    {"update", test_hubs__update},
    {"update of nothing", test_hubs__update_of_nothing},
    {"forget", test_hubs__forget},
    {"memory", test_hubs__memory},
};

int test_hubs(void)
{
    return TEST_MAIN("hubs", cases);
}
