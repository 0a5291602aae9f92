#include "base/rng.h"
#include "base/sort.h"
#include "fit/validation.h"
#include "rank/measure.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIM = 6 };

static const planted PLANTED = {
    .n_users = 100, .n_items = 70, .communities = 5, .per_user = 12, .seed = 4};

static rg_validation *slice_by(uint32_t threads, const regatta_graph *graph,
                               const rg_validation_spec *spec)
{
    regatta_ctx *ctx = test_context(threads);
    rg_validation *v = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_validation_create(ctx, &v, graph, spec), REGATTA_OK);
    regatta_ctx_free(ctx);
    return v;
}

static rg_validation *slice(uint32_t threads, const regatta_graph *graph, double share,
                            uint64_t seed, int64_t max_users)
{
    const rg_validation_spec spec = {
        .share = share, .max_users = max_users, .seed = seed};
    return slice_by(threads, graph, &spec);
}

/* Mean ndcg@20, and *recall, of vectors for the users of the slice. */
static double measure(regatta_ctx *ctx, const rg_validation *v, const float *users,
                      const float *items, const float *bias, float scale, double *recall)
{
    const rg_csr *rows = v->train->by_user;
    rg_node_vectors state = {.shape = {.heads = 1,
                                       .layers = 1,
                                       .dim = DIM,
                                       .n_users = rows->n_rows,
                                       .n_items = rows->n_cols},
                             .scale = scale,
                             .user_vectors = rg_rows_f32(users, rows->n_rows, DIM),
                             .item_vectors = rg_rows_f32(items, rows->n_cols, DIM),
                             .bias = bias};
    regatta_model *m = NULL;
    double ndcg = 0.0;
    m = rg_alloc(ctx->mem, 1, sizeof *m);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    m->mem = ctx->mem;
    m->n_users = rows->n_rows;
    m->n_items = rows->n_cols;
    m->n_edges = rows->n_edges;
    m->history_offset = rows->offset;
    m->history_item = rows->target;
    m->channel[CHANNEL_VECTORS] =
        (rg_channel){.ops = rg_channels[CHANNEL_VECTORS], .state = &state, .borrowed = 1};
    CU_ASSERT_EQUAL(rg_model_finish(ctx, m), REGATTA_OK);
    CU_ASSERT_EQUAL(
        rg_table_create(ctx, &state.item_table, RG_F32, &state.item_vectors, bias),
        REGATTA_OK);
    CU_ASSERT_EQUAL(rg_measure(ctx, &ndcg, recall, m, &v->holdout), REGATTA_OK);
    rg_table_free(state.item_table);
    regatta_model_free(m);
    return ndcg;
}

static void test_validation__best(void)
{
    rg_validation v;
    rg_validation_reset(&v);
    CU_ASSERT(isnan(v.best_ndcg));
    rg_validation_note(&v, 0.2, 0.4);
    rg_validation_note(&v, 0.1, 0.9);
    CU_ASSERT_EQUAL(v.best_ndcg, 0.2);
    CU_ASSERT_EQUAL(v.best_recall, 0.4);
    rg_validation_note(&v, 0.3, 0.1);
    CU_ASSERT_EQUAL(v.best_ndcg, 0.3);
    CU_ASSERT_EQUAL(v.best_recall, 0.1);
}

/* One user with items 0 .. 3 of 5 and share 0.5: two are held out. */
static void test_validation__by_hand(void)
{
    const int pair[4][2] = {{0, 0}, {0, 1}, {0, 2}, {0, 3}};
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 1, 5, 4, pair), REGATTA_OK);
    rg_validation *v = slice(2, graph, 0.5, 1, 10);
    CU_ASSERT_EQUAL_FATAL(v->n_holdout, 2);
    CU_ASSERT_EQUAL(v->train->by_user->n_edges, 2);
    CU_ASSERT_EQUAL(v->holdout.n_users, 1);
    /* Item 4, then the two held out by falling bias. */
    const float users[DIM] = {0}, items[5 * DIM] = {0};
    float bias[5] = {0.0f, 0.0f, 0.0f, 0.0f, 3.0f};
    bias[v->holdout.item[1]] = 2.0f;
    bias[v->holdout.item[0]] = 1.0f;
    const double found = 1.0 / log2(3.0) + 1.0 / log2(4.0), ideal = 1.0 + 1.0 / log2(3.0);
    double recall = 0.0;
    const double ndcg = measure(ctx, v, users, items, bias, 1.0f, &recall);
    CU_ASSERT_DOUBLE_EQUAL(ndcg, found / ideal, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(recall, 1.0, 1e-12);
    rg_validation_free(v);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_validation__nothing_to_hold_out(void)
{
    const int pair[2][2] = {{0, 0}, {1, 0}};
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 2, 1, 2, pair), REGATTA_OK);
    rg_validation *v = slice(1, graph, 0.5, 1, 10);
    CU_ASSERT_EQUAL(v->n_holdout, 0);
    CU_ASSERT_EQUAL(v->holdout.n_users, 0);
    CU_ASSERT_EQUAL(v->train->by_user->n_edges, 2);
    rg_validation_free(v);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Both parts together are the graph; everybody keeps an item; the share is met. */
static void test_validation__parts(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    rg_validation *v = slice(1, graph, 0.25, 3, 1000);
    const rg_csr *all = graph->by_user, *train = v->train->by_user;
    CU_ASSERT_EQUAL(train->n_edges + v->n_holdout, all->n_edges);
    CU_ASSERT_DOUBLE_EQUAL((double)v->n_holdout / (double)all->n_edges, 0.25, 0.03);
    CU_ASSERT_EQUAL(v->holdout.offset[v->holdout.n_users], v->n_holdout);
    for (int64_t r = 0; r < all->n_rows; r++)
        CU_ASSERT(rg_csr_degree(all, r) == 0 || rg_csr_degree(train, r) > 0);
    for (int64_t k = 0; k < v->holdout.n_users; k++)
        for (int64_t e = v->holdout.offset[k]; e < v->holdout.offset[k + 1]; e++) {
            CU_ASSERT(rg_csr_find(all, v->holdout.user[k], v->holdout.item[e]) >= 0);
            CU_ASSERT(rg_csr_find(train, v->holdout.user[k], v->holdout.item[e]) < 0);
            CU_ASSERT(e == v->holdout.offset[k] ||
                      v->holdout.item[e - 1] < v->holdout.item[e]);
        }
    rg_validation *few = slice(1, graph, 0.25, 3, 20);
    CU_ASSERT_EQUAL(few->holdout.n_users, 20);
    CU_ASSERT_EQUAL(few->n_holdout, v->n_holdout); /* the slice is the same */
    for (int64_t k = 1; k < 20; k++)
        CU_ASSERT(few->holdout.user[k - 1] < few->holdout.user[k]);
    rg_validation_free(few);
    rg_validation_free(v);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* The slow obvious ndcg: sort nothing, count how many items stand before each. */
static double reference(const rg_validation *v, const float *users, const float *items,
                        const float *bias, double scale)
{
    const rg_csr *train = v->train->by_user;
    double total = 0.0;
    for (int64_t k = 0; k < v->holdout.n_users; k++) {
        double score[70], gain = 0.0, ideal = 0.0;
        for (int64_t j = 0; j < 70; j++) {
            score[j] = (double)bias[j];
            for (int64_t c = 0; c < DIM; c++)
                score[j] += scale * (double)users[(int64_t)v->holdout.user[k] * DIM + c] *
                            (double)items[j * DIM + c];
            if (rg_csr_find(train, v->holdout.user[k], (uint32_t)j) >= 0)
                score[j] = (double)-INFINITY;
        }
        for (int64_t e = v->holdout.offset[k]; e < v->holdout.offset[k + 1]; e++) {
            int before = 0;
            for (int64_t j = 0; j < 70; j++)
                before += score[j] > score[v->holdout.item[e]];
            if (before < 20) gain += 1.0 / log2(before + 2.0);
            ideal += 1.0 / log2((double)(e - v->holdout.offset[k]) + 2.0);
        }
        total += gain / ideal;
    }
    return total / (double)v->holdout.n_users;
}

static void test_validation__against_reference(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    float users[100 * DIM], items[70 * DIM], bias[70];
    for (uint64_t k = 0; k < 100 * DIM; k++)
        users[k] = (float)rg_random_normal(1, RG_STREAM_TEST, k);
    for (uint64_t k = 0; k < 70 * DIM; k++)
        items[k] = (float)rg_random_normal(2, RG_STREAM_TEST, k);
    for (uint64_t k = 0; k < 70; k++)
        bias[k] = (float)rg_random_normal(3, RG_STREAM_TEST, k);
    double first = 0.0;
    const uint32_t threads[4] = {1, 2, 3, 8};
    for (int c = 0; c < 4; c++) {
        rg_validation *v = slice(threads[c], graph, 0.2, 1, 1000);
        regatta_ctx *own = test_context(threads[c]);
        const double ndcg = measure(own, v, users, items, bias, 2.0f, NULL);
        regatta_ctx_free(own);
        if (c == 0) first = ndcg;
        CU_ASSERT_DOUBLE_EQUAL(ndcg, reference(v, users, items, bias, 2.0), 1e-9);
        CU_ASSERT_EQUAL(ndcg, first);
        rg_validation_free(v);
    }
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Gives each edge the users of its item as time, and each user the order of the times. */
static void order_by_degree(regatta_ctx *ctx, regatta_graph *graph)
{
    enum { MOST = 64 };
    const rg_csr *rows = graph->by_user;
    rg_sequences_draft draft;
    rg_free(graph->mem, graph->time);
    graph->time = rg_alloc(graph->mem, rows->n_edges, sizeof *graph->time);
    CU_ASSERT_PTR_NOT_NULL_FATAL(graph->time);
    CU_ASSERT_EQUAL_FATAL(
        rg_sequences_begin(ctx, &draft, rows->n_rows, rows->n_edges, 0, NULL, 0),
        REGATTA_OK);
    for (int64_t u = 0; u < rows->n_rows; u++) {
        const int64_t first = rows->offset[u], n = rg_csr_degree(rows, u);
        rg_moment moment[MOST];
        uint32_t position[MOST];
        CU_ASSERT_FATAL(n <= MOST);
        for (int64_t k = 0; k < n; k++) {
            graph->time[first + k] =
                100 + (int64_t)rg_csr_degree(graph->by_item, rows->target[first + k]);
            moment[k] = (rg_moment){graph->time[first + k], (uint32_t)k};
        }
        rg_sort_moments(moment, n);
        for (int64_t k = 0; k < n; k++) position[k] = moment[k].place;
        CU_ASSERT_EQUAL_FATAL(
            rg_sequences_add(&draft, n, &(rg_steps){.n = n, .position = position}),
            REGATTA_OK);
    }
    rg_sequences_free(graph->sequences);
    CU_ASSERT_EQUAL(rg_sequences_end(&draft, &graph->sequences), REGATTA_OK);
}

/* At most spec->latest items of a user are held out where they are the latest; of the
 * same order as without a limit, so they are among those. */
static void test_validation__most_latest(void)
{
    const rg_validation_spec spec = {
        .share = 0.3, .latest = 2, .max_users = 1000, .seed = 1};
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    rg_validation *random = slice_by(1, graph, &spec);
    order_by_degree(ctx, graph);
    rg_validation *few = slice_by(1, graph, &spec);
    rg_validation *all = slice(1, graph, 0.3, 1, 1000);
    const rg_holdout *h = &few->holdout;
    int64_t n_wide = 0;
    CU_ASSERT_EQUAL(random->n_holdout, all->n_holdout); /* no limit without an order */
    CU_ASSERT_EQUAL_FATAL(h->n_users, all->holdout.n_users);
    for (int64_t k = 0; k < h->n_users; k++) {
        const int64_t n = h->offset[k + 1] - h->offset[k];
        const int64_t whole = all->holdout.offset[k + 1] - all->holdout.offset[k];
        CU_ASSERT_EQUAL(n, whole < 2 ? whole : 2);
        n_wide += whole > 2;
        for (int64_t e = h->offset[k]; e < h->offset[k + 1]; e++)
            CU_ASSERT(rg_holdout_has(&all->holdout, k, h->item[e]));
        CU_ASSERT(h->at[k] >= all->holdout.at[k]);
    }
    CU_ASSERT(n_wide > 50);
    CU_ASSERT(few->n_holdout < all->n_holdout);
    rg_validation_free(random);
    rg_validation_free(few);
    rg_validation_free(all);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* With times the held-out items of a user are the latest in their order, and the shift is
 * that of their degrees. Times that are all equal count as none. */
static void test_validation__latest(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    const rg_csr *rows = graph->by_user;
    order_by_degree(ctx, graph);
    rg_validation *v = slice(1, graph, 0.3, 1, 1000);
    CU_ASSERT_EQUAL(v->is_latest, 1);
    CU_ASSERT(v->shift > 0.1); /* the most popular items are the latest */
    for (int64_t k = 0; k < v->holdout.n_users; k++) {
        const int64_t u = v->holdout.user[k];
        int64_t least = INT64_MAX, most = 0;
        for (int64_t e = v->holdout.offset[k]; e < v->holdout.offset[k + 1]; e++) {
            const int64_t d = rg_csr_degree(graph->by_item, v->holdout.item[e]);
            if (d < least) least = d;
        }
        for (int64_t e = v->train->by_user->offset[u];
             e < v->train->by_user->offset[u + 1]; e++) {
            const int64_t d = rg_csr_degree(graph->by_item, v->train->by_user->target[e]);
            if (d > most) most = d;
        }
        CU_ASSERT(most <= least);
        CU_ASSERT_EQUAL(v->holdout.at[k], 100 + least);
    }
    rg_validation_free(v);
    for (int64_t e = 0; e < rows->n_edges; e++) graph->time[e] = 7;
    v = slice(1, graph, 0.3, 1, 1000);
    rg_free(graph->mem, graph->time);
    graph->time = NULL;
    rg_validation *random = slice(1, graph, 0.3, 1, 1000);
    CU_ASSERT_EQUAL(random->is_latest, 0);
    CU_ASSERT_PTR_NULL(random->holdout.at);
    CU_ASSERT_PTR_NULL(v->holdout.at);
    CU_ASSERT(fabs(random->shift) < 0.05);
    CU_ASSERT_EQUAL(v->n_holdout, random->n_holdout);
    CU_ASSERT(fabs(v->shift) < 0.05);
    rg_validation_free(v);
    rg_validation_free(random);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_validation *v = NULL;
    const rg_validation_spec spec = {.share = 0.5, .max_users = 1, .seed = 1};
    const regatta_status status = rg_validation_create(ctx, &v, arg, &spec);
    CU_ASSERT_EQUAL(v == NULL, status != REGATTA_OK);
    rg_validation_free(v);
    return rg_end(ctx, status);
}

static void test_validation__memory(void)
{
    const int pair[5][2] = {{0, 0}, {0, 1}, {1, 1}, {1, 2}, {1, 3}};
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 2, 4, 5, pair), REGATTA_OK);
    fault_sweep_memory(attempt, graph);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"latest", test_validation__latest},
    {"most_latest", test_validation__most_latest},
    {"best", test_validation__best},
    {"by hand", test_validation__by_hand},
    {"nothing to hold out", test_validation__nothing_to_hold_out},
    {"parts", test_validation__parts},
    {"against reference", test_validation__against_reference},
    {"memory", test_validation__memory},
};

int test_validation(void)
{
    return TEST_MAIN("validation", cases);
}
