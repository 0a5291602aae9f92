#include "rank/similar/fold_items.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

enum { DIM = 8 };

static regatta_query list_of(const uint32_t *user, const int64_t *offset, int64_t n)
{
    return (regatta_query){.struct_size = sizeof(regatta_query),
                           .n = n,
                           .offset = offset,
                           .item = user,
                           .side = REGATTA_ITEMS};
}

static double unit_cosine(const float *a, const double *b)
{
    double dot = 0.0, bb = 0.0;
    for (int k = 0; k < DIM; k++) {
        dot += (double)a[k] * b[k];
        bb += b[k] * b[k];
    }
    return dot / sqrt(bb);
}

/* Without attention: y = (x_1 + x_2) / 2, x_1 = sum_u q_u X_0[u], x_2 = sum_u q_u X_1[u],
 * X_1[u] = sum_i q_ui X_0[i]. */
static void test_fold_items__agrees_with_the_slow_way(void)
{
    regatta_ctx *ctx = tiny_context(2);
    tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    const uint32_t user[] = {6, 2, 20, 2};
    const int64_t offset[] = {0, 4, 4};
    const regatta_query query = list_of(user, offset, 2);
    float vectors[2 * DIM];
    double y[DIM] = {0.0};
    spec.weighted = 1;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    for (int e = 0; e < 3; e++) {
        const int64_t first = m->history_offset[user[e]];
        const int64_t end = m->history_offset[user[e] + 1];
        double degree = 0.0;
        for (int64_t h = first; h < end; h++) degree += (double)m->history_weight[h];
        const double q = 1.0 / sqrt(3.0 * degree);
        for (uint32_t k = 0; k < DIM; k++) {
            double x = (double)rg_model_row(NULL, &m->vectors->user_x0, user[e])[k];
            for (int64_t h = first; h < end; h++) {
                const uint32_t i = m->history_item[h];
                x += (double)m->history_weight[h] /
                     sqrt(degree * (double)m->vectors->item_degree[i]) *
                     (double)rg_model_row(NULL, &m->vectors->item_state, i)[k];
            }
            y[k] += q * x;
        }
    }
    CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &query, vectors), REGATTA_OK);
    CU_ASSERT_DOUBLE_EQUAL(unit_cosine(vectors, y), 1.0, 1e-6);
    for (int k = 0; k < DIM; k++) CU_ASSERT_EQUAL(vectors[DIM + k], 0.0f); /* nobody */
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_model *trained(regatta_ctx *ctx, regatta_graph *graph, uint32_t attention,
                              uint32_t combine, uint32_t layers)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_model *m = NULL;
    o.channels = "vectors"; /* no item graph: its edges are not folded in */
    o.attention = attention;
    o.combine = combine;
    o.layers = layers;
    o.heads = 2;
    o.dim = DIM;
    o.max_steps = 12;
    o.temperature = 0.2f;
    o.valid_share = 0.0f;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &m, graph, &o), REGATTA_OK);
    return m;
}

/* The least cosine between an item's vector and what its own users fold in to. */
static double least(regatta_ctx *ctx, const regatta_model *m, const regatta_graph *graph)
{
    double result = 1.0;
    const rg_csr *rows = graph->by_item;
    const regatta_query query = list_of(rows->target, rows->offset, rows->n_rows);
    float vectors[60 * DIM];
    CU_ASSERT_EQUAL_FATAL(rows->n_rows, 60);
    CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &query, vectors), REGATTA_OK);
    for (int64_t i = 0; i < 60; i++) {
        double own[DIM];
        for (int k = 0; k < DIM; k++)
            own[k] = (double)regatta_model_vectors(m, REGATTA_ITEMS)[i * DIM + k];
        if (rg_csr_degree(rows, i) == 0) continue;
        const double c = unit_cosine(vectors + i * DIM, own);
        if (c < result) result = c;
    }
    return result;
}

static void test_fold_items__own_users_give_the_trained_vector(void)
{
    regatta_ctx *ctx = tiny_context(2);
    const planted p = {
        .n_users = 120, .n_items = 60, .communities = 4, .per_user = 9, .seed = 5};
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &p), REGATTA_OK);
    for (uint32_t layers = 1; layers <= 3; layers++)
        for (uint32_t combine = 0; combine <= 2; combine += 2) {
            regatta_model *m =
                trained(ctx, graph, REGATTA_ATTENTION_NONE, combine, layers);
            CU_ASSERT(least(ctx, m, graph) > 1.0 - 1e-5);
            regatta_model_free(m);
        }
    /* With attention the first query is not known, with `all` a part of the vector. */
    regatta_model *m =
        trained(ctx, graph, REGATTA_ATTENTION_SCALED_DOT, REGATTA_COMBINE_MEAN, 2);
    CU_ASSERT(least(ctx, m, graph) > 0.9);
    regatta_model_free(m);
    m = trained(ctx, graph, REGATTA_ATTENTION_NONE, REGATTA_COMBINE_ALL, 2);
    CU_ASSERT(least(ctx, m, graph) > 0.5);
    regatta_model_free(m);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_fold_items__numbers_give_the_model_own_rows(void)
{
    regatta_ctx *ctx = tiny_context(1);
    const tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    const uint32_t item[] = {40, 3}, far = 41;
    float vectors[2 * DIM];
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    regatta_query query = {
        .struct_size = sizeof query, .n = 2, .user = item, .side = REGATTA_ITEMS};
    CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &query, vectors), REGATTA_OK);
    const float *table = regatta_model_vectors(m, REGATTA_ITEMS);
    CU_ASSERT_EQUAL(memcmp(vectors, table + 40 * DIM, DIM * sizeof *table), 0);
    CU_ASSERT_EQUAL(memcmp(vectors + DIM, table + 3 * DIM, DIM * sizeof *table), 0);
    query.user = &far;
    query.n = 1;
    CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &query, vectors), REGATTA_EINVAL);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_fold_items__a_model_without_the_table(void)
{
    regatta_ctx *ctx = tiny_context(1);
    const tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    const uint32_t user = 4;
    const int64_t offset[] = {0, 1};
    const regatta_query query = list_of(&user, offset, 1);
    float vectors[DIM];
    uint32_t nodes[20];
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    vectors_of(m)->user_x0.data = NULL; /* a file of an earlier version */
    CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &query, vectors), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                           "this model cannot fold items in: train it again");
    /* By history it goes on. */
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, &query, NULL, nodes, NULL), REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(nodes[0], REGATTA_NONE);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_fold_items__same_bits_at_any_thread_count(void)
{
    const uint32_t threads[] = {1, 2, 3, 8}, user[] = {1, 5, 9, 22, 13, 6, 20};
    const int64_t offset[] = {0, 3, 7};
    const regatta_query query = list_of(user, offset, 2);
    float vectors[2][2 * DIM];
    tiny_spec spec = tiny_default();
    spec.attention = REGATTA_ATTENTION_GATV2;
    for (int t = 0; t < 4; t++) {
        regatta_ctx *ctx = tiny_context(threads[t]);
        regatta_model *m = NULL;
        CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_fold_in(ctx, m, &query, vectors[t > 0]), REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(vectors[0], vectors[t > 0], sizeof vectors[0]), 0);
        regatta_model_free(m);
        regatta_ctx_free(ctx);
    }
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const uint32_t user[] = {1, 5, 9};
    const int64_t offset[] = {0, 3};
    const regatta_query query = list_of(user, offset, 1);
    float vectors[DIM];
    return regatta_fold_in(ctx, arg, &query, vectors);
}

static void test_fold_items__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(2);
    const tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    fault_sweep_memory(attempt, m);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"slow way", test_fold_items__agrees_with_the_slow_way},
    {"own users", test_fold_items__own_users_give_the_trained_vector},
    {"own rows", test_fold_items__numbers_give_the_model_own_rows},
    {"without the table", test_fold_items__a_model_without_the_table},
    {"threads", test_fold_items__same_bits_at_any_thread_count},
    {"allocations", test_fold_items__every_allocation_may_fail},
};

int test_fold_items(void)
{
    return TEST_MAIN("fold_items", cases);
}
