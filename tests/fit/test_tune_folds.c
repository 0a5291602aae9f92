/* Folds of the cross-validation of options: parts of items, windows of time, samples. */
#include "fit/tune/tune_folds.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <string.h>

enum { N_USERS = 40, N_ITEMS = 20, N_FOLDS = 4 };

static regatta_graph *planted_of(regatta_ctx *ctx)
{
    regatta_graph *graph = NULL;
    const planted p = {.n_users = N_USERS,
                       .n_items = N_ITEMS,
                       .communities = 2,
                       .per_user = 9,
                       .seed = 3};
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &p), REGATTA_OK);
    return graph;
}

/* Each pair is in the test part of one fold, and in the training part of the others. */
static void test_tune_folds__deal_each_pair_once(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = planted_of(ctx);
    const rg_tune_division how = {.rolling = 0, .n_folds = N_FOLDS, .seed = 1};
    int times[N_USERS][N_ITEMS] = {{0}};
    int64_t n = 0;
    for (int fold = 0; fold < N_FOLDS; fold++) {
        rg_tune_fold parts = {NULL, NULL};
        CU_ASSERT_EQUAL(rg_tune_fold_take(ctx, &parts, graph, &how, fold), REGATTA_OK);
        const rg_csr *test = parts.test->by_user;
        for (int64_t u = 0; u < test->n_rows; u++) {
            const int64_t all = rg_csr_degree(graph->by_user, u);
            CU_ASSERT(rg_csr_degree(test, u) <= (all + N_FOLDS - 1) / N_FOLDS);
            CU_ASSERT(rg_csr_degree(test, u) >= all / N_FOLDS);
            for (int64_t e = test->offset[u]; e < test->offset[u + 1]; e++)
                times[u][test->target[e]]++;
        }
        n += test->n_edges;
        CU_ASSERT_EQUAL(test->n_edges + parts.train->by_user->n_edges,
                        graph->by_user->n_edges);
        rg_tune_fold_free(&parts);
    }
    CU_ASSERT_EQUAL(n, graph->by_user->n_edges);
    for (int u = 0; u < N_USERS; u++)
        for (int i = 0; i < N_ITEMS; i++) CU_ASSERT(times[u][i] <= 1);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_tune_folds__keep_single_items(void)
{
    static const int pair[][2] = {{0, 0}, {1, 1}};
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    rg_tune_fold parts = {NULL, NULL};
    const rg_tune_division how = {.rolling = 0, .n_folds = 2, .seed = 1};
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 2, 2, 2, pair), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_tune_fold_take(ctx, &parts, graph, &how, 0), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "fold 1 has no test"));
    rg_tune_fold_free(&parts);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static regatta_graph *timed(regatta_ctx *ctx, int constant)
{
    enum { N = 40 };
    static uint32_t user[N], item[N];
    static int64_t time[N];
    regatta_graph *graph = NULL;
    for (int k = 0; k < N; k++) {
        user[k] = (uint32_t)(k % 4);
        item[k] = (uint32_t)(k / 4);
        time[k] = constant ? 7 : k;
    }
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = N,
                                 .n_users = 4,
                                 .n_items = 10,
                                 .user = user,
                                 .item = item,
                                 .time = time};
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &graph, &edges), REGATTA_OK);
    return graph;
}

/* Stores the first and last time of a graph. */
static void span(const regatta_graph *graph, int64_t *first, int64_t *last)
{
    *first = INT64_MAX;
    *last = INT64_MIN;
    for (int64_t e = 0; e < graph->by_user->n_edges; e++) {
        if (graph->time[e] < *first) *first = graph->time[e];
        if (graph->time[e] > *last) *last = graph->time[e];
    }
}

/* Times 0 .. 39 and two windows: [29, 39] and [20, 29), with all before each. */
static void test_tune_folds__windows_follow_their_past(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = timed(ctx, 0);
    const rg_tune_division how = {.rolling = 1, .n_folds = 2, .seed = 1};
    const int64_t begin[2] = {29, 20}, end[2] = {39, 28};
    for (int fold = 0; fold < 2; fold++) {
        rg_tune_fold parts = {NULL, NULL};
        int64_t first, last;
        CU_ASSERT_EQUAL(rg_tune_fold_take(ctx, &parts, graph, &how, fold), REGATTA_OK);
        span(parts.test, &first, &last);
        CU_ASSERT_EQUAL(first, begin[fold]);
        CU_ASSERT_EQUAL(last, end[fold]);
        span(parts.train, &first, &last);
        CU_ASSERT_EQUAL(first, 0);
        CU_ASSERT_EQUAL(last, begin[fold] - 1);
        rg_tune_fold_free(&parts);
    }
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_tune_folds__refuse_one_time(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = timed(ctx, 1);
    rg_tune_fold parts = {NULL, NULL};
    const rg_tune_division how = {.rolling = 1, .n_folds = 2, .seed = 1};
    CU_ASSERT_EQUAL(rg_tune_fold_take(ctx, &parts, graph, &how, 0), REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "do not divide into 2"));
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_tune_folds__sample_has_its_size(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = planted_of(ctx), *sample = NULL;
    CU_ASSERT_EQUAL(rg_tune_sample(ctx, &sample, graph, 11, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(sample->by_user->n_rows, 11);
    CU_ASSERT_EQUAL(sample->by_user->n_cols, N_ITEMS);
    for (int64_t u = 0; u < 11; u++) CU_ASSERT(rg_csr_degree(sample->by_user, u) > 0);
    regatta_graph_free(sample);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"each pair once", test_tune_folds__deal_each_pair_once},
    {"single items", test_tune_folds__keep_single_items},
    {"windows", test_tune_folds__windows_follow_their_past},
    {"one time", test_tune_folds__refuse_one_time},
    {"sample", test_tune_folds__sample_has_its_size},
};

int test_tune_folds(void)
{
    return TEST_MAIN("tune_folds", cases);
}
