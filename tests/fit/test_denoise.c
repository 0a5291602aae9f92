#include "fit/denoise/denoise.h"
#include "fit/denoise/noise.h"
#include "fit/denoise/twins.h"
#include "fit/denoise/weighed.h"
#include "graph/interactions.h"
#include "support/fault.h"
#include "support/model_bytes.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 400, MOST = 2000 };

/* A row of n edges to the items first, first + 1, .. */
static void add_row(rg_csr *g, int64_t row, uint32_t first, int64_t n)
{
    int64_t at = g->offset[row];
    for (int64_t k = 0; k < n; k++) g->target[at++] = first + (uint32_t)k;
    g->offset[row + 1] = at;
}

static rg_csr *new_rows(regatta_ctx *ctx, int64_t n_rows, int64_t n_cols, int64_t n_edges)
{
    rg_csr *g = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_csr_create(ctx, &g, n_rows, n_cols, n_edges, 0), REGATTA_OK);
    return g;
}

/* One cell. Half of the interactions have the support 0, half 1; of the controls three
 * quarters 0. pi = min(.5 / .75, 1) = 2/3, so 2/3 .75 / .5 = 1 and 2/3 .25 / .5 = 1/3. */
static void test_noise__hand(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_csr *g = new_rows(ctx, 1, MANY, MANY);
    static uint8_t item_group[MANY], user_group[1];
    static float edge[MANY], control[MANY], noise[MANY];
    const rg_support s = {item_group, user_group, 1, edge, control};
    add_row(g, 0, 0, MANY);
    for (int k = 0; k < MANY; k++) {
        edge[k] = k % 2 == 0 ? 0.0f : 1.0f;
        control[k] = k % 4 < 3 ? 0.0f : 1.0f;
    }
    CU_ASSERT_EQUAL(rg_noise_estimate(ctx, noise, &s, g), REGATTA_OK);
    for (int k = 0; k < MANY; k++)
        CU_ASSERT_DOUBLE_EQUAL(noise[k], k % 2 == 0 ? 1.0 : 1.0 / 3.0, 1e-6);
    edge[7] = NAN; /* not judged */
    CU_ASSERT_EQUAL(rg_noise_estimate(ctx, noise, &s, g), REGATTA_OK);
    CU_ASSERT_EQUAL(noise[7], 0.0f);
    CU_ASSERT(noise[9] > 0.3f);
    for (int k = 199; k < MANY; k++) edge[k] = NAN; /* too few to estimate */
    CU_ASSERT_EQUAL(rg_noise_estimate(ctx, noise, &s, g), REGATTA_OK);
    for (int k = 0; k < MANY; k++) CU_ASSERT_EQUAL(noise[k], 0.0f);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

/* The items of users 0 and 1 are the same, user 2 has 19 of the 20 (19/21 > .8), user 3
 * has 16 of them (16/24 < .8), 4 and 5 the same nine, 6 none. */
static void test_twins__hand(void)
{
    static const uint32_t want[] = {0, 0, 0, 3, 4, 5, 6}, n[] = {3, 3, 3, 1, 1, 1, 1};
    regatta_ctx *ctx = test_context(2);
    rg_csr *g = new_rows(ctx, 7, 60, 98);
    uint32_t root[7], size[7];
    add_row(g, 0, 0, 20);
    add_row(g, 1, 0, 20);
    add_row(g, 2, 1, 20);
    add_row(g, 3, 4, 20);
    add_row(g, 4, 40, 9);
    add_row(g, 5, 40, 9);
    add_row(g, 6, 0, 0);
    CU_ASSERT_EQUAL(rg_twins_find(ctx, root, size, g, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(root, want, sizeof want), 0);
    CU_ASSERT_EQUAL(memcmp(size, n, sizeof n), 0);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

typedef struct rows {
    uint32_t user[MOST], item[MOST];
    int64_t time[MOST];
    int64_t n;
    uint32_t n_users, n_items;
} rows;

static void add(rows *r, uint32_t user, uint32_t item, int64_t time)
{
    r->user[r->n] = user;
    r->item[r->n] = item;
    r->time[r->n++] = time;
    if (user >= r->n_users) r->n_users = user + 1;
    if (item >= r->n_items) r->n_items = item + 1;
}

static regatta_graph *graph_of(regatta_ctx *ctx, const rows *r, int timed)
{
    regatta_graph *graph = NULL;
    regatta_edges e = REGATTA_EDGES_INIT;
    e.n_edges = r->n;
    e.n_users = r->n_users;
    e.n_items = r->n_items;
    e.user = r->user;
    e.item = r->item;
    e.time = timed ? r->time : NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &graph, &e), REGATTA_OK);
    return graph;
}

/* 30 users take an item an hour. User 30 takes 21 within 59 seconds, one a second later,
 * and one the next day; user 31 takes 20 at once, which is not above 4 times 5. */
static void test_sprees__hand(void)
{
    regatta_ctx *ctx = test_context(1);
    static rows r;
    static uint32_t count[MOST];
    rg_spree_bounds bounds;
    r = (rows){.n = 0};
    for (uint32_t u = 0; u < 30; u++)
        for (uint32_t k = 0; k < 4; k++) add(&r, u, k, 3600 * k);
    for (uint32_t k = 0; k < 21; k++) add(&r, 30, k, 1000 + (k < 20 ? 0 : 59));
    add(&r, 30, 21, 1060);
    add(&r, 30, 22, 90000);
    for (uint32_t k = 0; k < 20; k++) add(&r, 31, k, 5);
    regatta_graph *graph = graph_of(ctx, &r, 1);
    const int64_t first = graph->by_user->offset[30];
    CU_ASSERT_EQUAL(rg_sprees_find(ctx, count, &bounds, graph), REGATTA_OK);
    CU_ASSERT_EQUAL(bounds.usual, 5);
    CU_ASSERT_EQUAL(bounds.above, 20);
    for (int64_t e = 0; e < graph->by_user->n_edges; e++)
        CU_ASSERT_EQUAL(count[e], e >= first && e < first + 21 ? 21 : 0);
    regatta_graph_free(graph);
    graph = graph_of(ctx, &r, 0); /* without times nothing is one */
    CU_ASSERT_EQUAL(rg_sprees_find(ctx, count, &bounds, graph), REGATTA_OK);
    CU_ASSERT_EQUAL(bounds.above, 0);
    CU_ASSERT_EQUAL(count[first], 0);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Item 0 has the noise 0 and 1: (1, 1/2) n / sum = (1, 1/2) 2 / 1.5 = 4/3 and 2/3. Item 1
 * has one user, whose weight stays 1. User 1 is one of two twins; its spree of 20 counts
 * as the usual 5. */
static void test_weigh__hand(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_csr *g = new_rows(ctx, 2, 2, 3);
    float noise[] = {0.0f, 1.0f, 0.4f};
    uint32_t twins[] = {1, 2}, spree[] = {0, 0, 20};
    const rg_findings f = {
        .noise = noise, .twins = twins, .spree = spree, .bounds = {5, 20}};
    add_row(g, 0, 0, 1);
    add_row(g, 1, 0, 2);
    float one[] = {1.0f, 1.0f, 1.0f}, two[] = {1.0f, 1.0f, 2.0f};
    CU_ASSERT_EQUAL(rg_findings_weigh(ctx, one, &f, g, RG_WEIGH_NOISE), REGATTA_OK);
    CU_ASSERT_DOUBLE_EQUAL(one[0], 4.0 / 3.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(one[1], 2.0 / 3.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(one[2], 1.0, 1e-6);
    CU_ASSERT_EQUAL(rg_findings_weigh(ctx, two, &f, g, RG_WEIGH_ALL), REGATTA_OK);
    CU_ASSERT_DOUBLE_EQUAL(two[0], 4.0 / 3.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(two[1], 1.0 / 3.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(two[2], 2.0 / 2.0 * 5.0 / 20.0, 1e-6);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static regatta_graph *planted_world(regatta_ctx *ctx)
{
    const planted p = {600, 120, 6, 20, 0, 3};
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &p), REGATTA_OK);
    return graph;
}

static float *support_of(regatta_ctx *ctx, const rg_csr *g, const uint32_t *root)
{
    rg_support s;
    float *edge = malloc((size_t)g->n_edges * sizeof *edge);
    CU_ASSERT_EQUAL_FATAL(rg_support_measure(ctx, &s, g, root, 1), REGATTA_OK);
    memcpy(edge, s.edge, (size_t)g->n_edges * sizeof *edge);
    rg_support_free(ctx->mem, &s);
    return edge;
}

/* Another history of a user changes no support in their own half, and some in the other.
 * If all users are in one half, nothing supports anything. */
static void test_support__does_not_depend_on_itself(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_world(ctx);
    rg_csr *g = graph->by_user;
    const uint32_t first = g->target[g->offset[0]];
    float *before = support_of(ctx, g, NULL);
    uint32_t *root = calloc((size_t)g->n_rows, sizeof *root);
    uint32_t other = first + 1; /* an item that user 0 lacks, in its place */
    while (rg_csr_find(g, 0, other) >= 0) other++;
    CU_ASSERT_FATAL(other < g->n_cols);
    for (int64_t e = g->offset[0]; e < g->offset[1]; e++) {
        const uint32_t next = e + 1 < g->offset[1] ? g->target[e + 1] : UINT32_MAX;
        g->target[e] = next < other ? next : other;
        if (next >= other) break;
    }
    float *after = support_of(ctx, g, NULL);
    int64_t n_same = 0, n_changed = 0;
    for (int64_t u = 1; u < g->n_rows; u++) {
        const size_t n = (size_t)rg_csr_degree(g, u) * sizeof *before;
        if (memcmp(before + g->offset[u], after + g->offset[u], n) == 0)
            n_same++;
        else
            n_changed++;
    }
    CU_ASSERT(n_same >= g->n_rows / 3); /* their half */
    CU_ASSERT(n_changed > 0);
    free(after);
    after = support_of(ctx, g, root);
    for (int64_t e = 0; e < g->n_edges; e++)
        CU_ASSERT(!(after[e] != 0.0f) || isnan(after[e]));
    free(before);
    free(after);
    free(root);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Nine in ten pairs are of the user's community: those of other communities are noise. */
static void test_findings__find_planted_noise(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_world(ctx);
    rg_findings f;
    double noise[2] = {0.0, 0.0};
    int64_t n[2] = {0, 0};
    CU_ASSERT_EQUAL_FATAL(rg_findings_make(ctx, &f, graph, graph, 1), REGATTA_OK);
    for (int64_t u = 0; u < graph->by_user->n_rows; u++)
        for (int64_t e = graph->by_user->offset[u]; e < graph->by_user->offset[u + 1];
             e++) {
            const int is_noise = u % 6 != graph->by_user->target[e] % 6;
            noise[is_noise] += (double)f.noise[e];
            n[is_noise]++;
        }
    CU_ASSERT(noise[1] / (double)n[1] > 0.7);
    CU_ASSERT(noise[0] / (double)n[0] < 0.1);
    rg_findings_free(ctx->mem, &f);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Of a part of the interactions the twins are those of the whole: user 1 keeps 7 of the
 * ten items that it has in common with user 0. */
static void test_findings__twins_of_the_whole(void)
{
    regatta_ctx *ctx = test_context(1);
    static rows r;
    r = (rows){.n = 0};
    for (uint32_t u = 0; u < 2; u++)
        for (uint32_t k = 0; k < 10; k++) add(&r, u, k, 0);
    regatta_graph *whole = graph_of(ctx, &r, 0), *part = NULL;
    uint8_t keep[20];
    rg_findings f;
    for (int e = 0; e < 20; e++) keep[e] = e < 17;
    CU_ASSERT_EQUAL_FATAL(rg_bipartite_select(ctx, &part, whole, keep), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_findings_make(ctx, &f, part, part, 1), REGATTA_OK);
    CU_ASSERT(!rg_findings_have(&f, 2, RG_USER_COPY));
    rg_findings_free(ctx->mem, &f);
    CU_ASSERT_EQUAL_FATAL(rg_findings_make(ctx, &f, part, whole, 1), REGATTA_OK);
    CU_ASSERT(rg_findings_have(&f, 2, RG_USER_COPY) && f.twins[0] == 2);
    rg_findings_free(ctx->mem, &f);
    regatta_graph_free(part);
    regatta_graph_free(whole);
    regatta_ctx_free(ctx);
}

static void test_findings__same_bits(void)
{
    static const uint32_t threads[] = {1, 2, 3, 8};
    float *first = NULL;
    for (int t = 0; t < 4; t++) {
        regatta_ctx *ctx = test_context(threads[t]);
        regatta_graph *graph = planted_world(ctx);
        const size_t n = (size_t)graph->by_user->n_edges * sizeof *first;
        rg_findings f;
        CU_ASSERT_EQUAL_FATAL(rg_findings_make(ctx, &f, graph, graph, 1), REGATTA_OK);
        if (first == NULL) {
            first = malloc(n);
            memcpy(first, f.noise, n);
        }
        CU_ASSERT_EQUAL(memcmp(first, f.noise, n), 0);
        rg_findings_free(ctx->mem, &f);
        regatta_graph_free(graph);
        regatta_ctx_free(ctx);
    }
    free(first);
}

/* The rows of a repeated pair get the factor of the pair: here user 0 and its two twins
 * count a third each. */
static void test_copy__repeats(void)
{
    regatta_ctx *ctx = test_context(1);
    static rows r;
    r = (rows){.n = 0};
    for (uint32_t u = 0; u < 3; u++)
        for (uint32_t k = 0; k < 10; k++) add(&r, u, k, k);
    add(&r, 0, 4, 50);
    regatta_graph *graph = graph_of(ctx, &r, 1), *copy = NULL;
    regatta_denoise_options options = REGATTA_DENOISE_OPTIONS_INIT;
    regatta_denoise_report report = REGATTA_DENOISE_REPORT_INIT;
    uint32_t same_as[3], suspect[3];
    float weight[16];
    uint32_t position[16];
    int64_t time[16];
    options.same_as = same_as;
    options.suspect = suspect;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_denoise(ctx, &copy, graph, &options, &report),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(report.n_copies, 2);
    CU_ASSERT_EQUAL(suspect[0], 0);
    CU_ASSERT_EQUAL(suspect[2], REGATTA_SUSPECT_COPY);
    CU_ASSERT_EQUAL(same_as[2], 0);
    CU_ASSERT_EQUAL(rg_interactions_of(copy, 0), 11);
    rg_interactions_fill(copy, 0, position, time, weight);
    for (int k = 0; k < 11; k++) CU_ASSERT_DOUBLE_EQUAL(weight[k], 1.0 / 3.0, 1e-6);
    CU_ASSERT_EQUAL(time[10], 50);
    CU_ASSERT_DOUBLE_EQUAL(copy->by_user->value[4], 2.0 / 3.0, 1e-6);
    CU_ASSERT_NOT_EQUAL(copy->hash, graph->hash);
    regatta_graph_free(copy);
    CU_ASSERT_EQUAL(regatta_graph_denoise(ctx, NULL, graph, NULL, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_graph_denoise(ctx, &copy, NULL, NULL, NULL), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(copy);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static regatta_model *trained(regatta_ctx *ctx, const regatta_graph *graph,
                              regatta_denoise denoise)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_model *model = NULL;
    o.preset = REGATTA_PRESET_FAST;
    o.denoise = denoise;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    return model;
}

/* Weights change the model, and neither the histories nor the record of the data. An
 * update finds them again. */
static void test_train__weights(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_world(ctx);
    regatta_model *plain = trained(ctx, graph, REGATTA_DENOISE_NONE);
    regatta_model *weighed = trained(ctx, graph, REGATTA_DENOISE_ALWAYS);
    regatta_model *chosen = trained(ctx, graph, REGATTA_DENOISE_AUTO), *updated = NULL;
    regatta_model_info a = REGATTA_MODEL_INFO_INIT, b = REGATTA_MODEL_INFO_INIT;
    CU_ASSERT_EQUAL(regatta_model_get_info(ctx, &a, plain), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_model_get_info(ctx, &b, weighed), REGATTA_OK);
    CU_ASSERT_EQUAL(a.data_hash, b.data_hash);
    CU_ASSERT_EQUAL(a.n_edges, b.n_edges);
    CU_ASSERT_PTR_NULL(strstr(regatta_model_json(plain), "\"weighed\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(weighed), "\"weighed\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(chosen), "\"users_of_choices\""));
    CU_ASSERT_EQUAL(regatta_model_update(ctx, &updated, weighed, NULL, NULL, NULL),
                    REGATTA_OK);
    CU_ASSERT(model_bytes_same(ctx, weighed, updated));
    regatta_model_free(updated);
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.denoise = REGATTA_DENOISE_AUTO;
    o.valid_share = 0.0f;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &updated, graph, &o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "needs validation"));
    regatta_model_free(plain);
    regatta_model_free(weighed);
    regatta_model_free(chosen);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static regatta_status train_small(regatta_ctx *ctx, void *graph)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_model *model = NULL;
    o.channels = "items";
    o.preset = REGATTA_PRESET_FAST;
    o.denoise = REGATTA_DENOISE_AUTO;
    const regatta_status status = regatta_model_train(ctx, &model, graph, &o);
    CU_ASSERT_EQUAL(model == NULL, status != REGATTA_OK);
    regatta_model_free(model);
    return status;
}

/* With copies, so that both kinds of weights are tried. */
static void test_train__memory_faults(void)
{
    regatta_ctx *ctx = test_context(1);
    static rows r;
    r = (rows){.n = 0};
    for (uint32_t u = 0; u < 30; u++)
        for (uint32_t k = 0; k < 12; k++)
            add(&r, u, (u < 4 ? k : u * 5 + k * (1 + u % 3)) % 41, u + k);
    regatta_graph *graph = graph_of(ctx, &r, 1);
    fault_sweep_memory(train_small, graph);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"noise by hand", test_noise__hand},
    {"twins by hand", test_twins__hand},
    {"sprees by hand", test_sprees__hand},
    {"weights by hand", test_weigh__hand},
    {"support does not depend on itself", test_support__does_not_depend_on_itself},
    {"planted noise is found", test_findings__find_planted_noise},
    {"twins_of_the_whole", test_findings__twins_of_the_whole},
    {"same bits at any number of threads", test_findings__same_bits},
    {"copies with repeats", test_copy__repeats},
    {"trained with weights", test_train__weights},
    {"memory faults", test_train__memory_faults},
};

int test_denoise(void)
{
    return TEST_MAIN("denoise", cases);
}
