#include "rank/similar/similar.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

enum { USERS = 23, ITEMS = 41, DIM = 8 };

/* dim 0: without vectors, with item attention. */
static regatta_model *model_of(regatta_ctx *ctx, int64_t dim)
{
    tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    spec.dim = dim;
    spec.weighted = dim == 0;
    spec.channels = dim == 0;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

static regatta_query nodes_of(regatta_side side, const uint32_t *node, int64_t n)
{
    return (regatta_query){
        .struct_size = sizeof(regatta_query), .n = n, .user = node, .side = side};
}

static regatta_status ask(regatta_ctx *ctx, const regatta_model *m, regatta_side side,
                          uint32_t node, uint32_t k, uint32_t *nodes, float *cosines)
{
    regatta_similar_options o = REGATTA_SIMILAR_OPTIONS_INIT;
    const regatta_query query = nodes_of(side, &node, 1);
    o.k = k;
    return regatta_similar(ctx, m, &query, &o, nodes, cosines);
}

/* Row `node` of one way to be alike, dense: x[100]. */
static void slow_row(double *x, const regatta_model *m, regatta_side side, uint32_t node,
                     int by)
{
    for (int k = 0; k < 100; k++) x[k] = 0.0;
    if (by == REGATTA_SIMILARITY_VECTORS) {
        const float *v = regatta_model_vectors(m, side);
        for (uint32_t k = 0; k < DIM; k++) x[k] = (double)v[node * DIM + k];
    } else if (by == REGATTA_SIMILARITY_ATTENTION) {
        const rg_weights *w = &items_of(m)->rows;
        x[node] = 1.0;
        for (int64_t e = w->offset[node]; e < w->offset[node + 1]; e++) {
            const uint32_t bits = (uint32_t)w->value[e] << 16;
            float value;
            memcpy(&value, &bits, sizeof value);
            x[w->target[e]] += (double)value;
        }
    } else {
        for (int64_t u = 0; u < m->n_users; u++) {
            const int64_t first = m->history_offset[u], end = m->history_offset[u + 1];
            for (int64_t e = first; e < end; e++) {
                const uint32_t item = m->history_item[e];
                const double r =
                    m->history_weight != NULL ? (double)m->history_weight[e] : 1.0;
                if (side == REGATTA_USERS && u == node)
                    x[item] = r / sqrt((double)m->item_count[item]);
                if (side == REGATTA_ITEMS && item == node)
                    x[u] = r / sqrt((double)(end - first));
            }
        }
    }
}

static double cosine(const double *a, const double *b)
{
    double dot = 0.0, aa = 0.0, bb = 0.0;
    for (int k = 0; k < 100; k++) {
        dot += a[k] * b[k];
        aa += a[k] * a[k];
        bb += b[k] * b[k];
    }
    return aa * bb > 0.0 ? dot / sqrt(aa * bb) : 0.0;
}

static double slow_cosine(const regatta_model *m, regatta_side side, uint32_t a,
                          uint32_t b, int by)
{
    double x[100], y[100];
    slow_row(x, m, side, a, by);
    slow_row(y, m, side, b, by);
    return cosine(x, y);
}

/* All nodes of the side in one call: more than a block. */
static void check_all(regatta_ctx *ctx, const regatta_model *m, regatta_side side, int by)
{
    enum { K = 12 };
    const uint32_t n = side == REGATTA_USERS ? USERS : ITEMS;
    uint32_t node[ITEMS], nodes[ITEMS * K];
    float cosines[ITEMS * K];
    regatta_similar_options o = REGATTA_SIMILAR_OPTIONS_INIT;
    const regatta_query query = nodes_of(side, node, n);
    for (uint32_t v = 0; v < n; v++) node[v] = v;
    o.k = K;
    o.by = (uint32_t)by;
    CU_ASSERT_EQUAL_FATAL(regatta_similar(ctx, m, &query, &o, nodes, cosines),
                          REGATTA_OK);
    for (uint32_t v = 0; v < n; v++) {
        const uint32_t *near = nodes + v * K;
        uint32_t there = 0;
        int better = 0;
        while (there < K && near[there] != REGATTA_NONE) there++;
        for (uint32_t r = 0; r < there; r++) {
            CU_ASSERT_NOT_EQUAL(near[r], v);
            CU_ASSERT_DOUBLE_EQUAL(cosines[v * K + r],
                                   slow_cosine(m, side, v, near[r], by), 1e-6);
            if (r > 0) CU_ASSERT(cosines[v * K + r - 1] >= cosines[v * K + r]);
        }
        const double least = there == K ? (double)cosines[v * K + K - 1] + 1e-6
                             : by == REGATTA_SIMILARITY_VECTORS ? -2.0
                                                                : 1e-6;
        for (uint32_t w = 0; w < n; w++)
            better += w != v && slow_cosine(m, side, v, w, by) > least;
        CU_ASSERT(there == K ? better < K : better == (int)there);
    }
}

static void test_similar__nearest_first_without_itself(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, DIM), *without = model_of(ctx, 0);
    check_all(ctx, m, REGATTA_USERS, REGATTA_SIMILARITY_VECTORS);
    check_all(ctx, m, REGATTA_ITEMS, REGATTA_SIMILARITY_VECTORS);
    check_all(ctx, m, REGATTA_USERS, REGATTA_SIMILARITY_HISTORY);
    check_all(ctx, m, REGATTA_ITEMS, REGATTA_SIMILARITY_HISTORY);
    check_all(ctx, without, REGATTA_ITEMS, REGATTA_SIMILARITY_ATTENTION);
    check_all(ctx, without, REGATTA_USERS, REGATTA_SIMILARITY_HISTORY); /* with weights */
    check_all(ctx, without, REGATTA_ITEMS, REGATTA_SIMILARITY_HISTORY);
    regatta_model_free(m);
    regatta_model_free(without);
    regatta_ctx_free(ctx);
}

/* Items 0 and 1 attend to each other and to 2: a_0 = (1, .5, 1, 0), a_1 = (.5, 1, 0, 0),
 * a_3 = (0, 0, 0, 1). */
static void test_similar__by_hand(void)
{
    regatta_ctx *ctx = tiny_context(1);
    const float history[] = {1, 1, 0, 0, /**/ 1, 0, 0, 0, /**/ 0, 0, 1, 0};
    const float items[] = {0,      .5f, 1, 0, /**/ .5f, 0, 0, 0,
                           /**/ 0, 0,   0, 0, /**/ 0,   0, 0, 0};
    const channel_parts parts = {
        .n_users = 3, .n_items = 4, .history = history, .items = items};
    regatta_model *m = channel_model(ctx, &parts);
    uint32_t nodes[3];
    float cosines[3];
    CU_ASSERT_EQUAL(ask(ctx, m, REGATTA_ITEMS, 0, 3, nodes, cosines), REGATTA_OK);
    CU_ASSERT_EQUAL(nodes[0], 2); /* 1 / 1.5 */
    CU_ASSERT_DOUBLE_EQUAL(cosines[0], 1.0 / 1.5, 1e-6);
    CU_ASSERT_EQUAL(nodes[1], 1); /* (.5 + .5) / (1.5 sqrt(1.25)) */
    CU_ASSERT_DOUBLE_EQUAL(cosines[1], 1.0 / (1.5 * sqrt(1.25)), 1e-6);
    CU_ASSERT_EQUAL(nodes[2], REGATTA_NONE); /* nothing in common with 3 */
    CU_ASSERT(isinf(cosines[2]));
    CU_ASSERT_EQUAL(ask(ctx, m, REGATTA_USERS, 1, 3, nodes, cosines), REGATTA_OK);
    CU_ASSERT_EQUAL(nodes[0], 0); /* (1/2) / (sqrt(1/2 + 1) sqrt(1/2)) */
    CU_ASSERT_DOUBLE_EQUAL(cosines[0], 0.5 / (sqrt(1.5) * sqrt(0.5)), 1e-6);
    CU_ASSERT_EQUAL(nodes[1], REGATTA_NONE);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A list with the history of a node is as near to others as the node, and to it with
 * cosine 1. Repeats count once. */
static void test_similar__lists_are_folded_in(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, DIM);
    const uint32_t user = 5;
    uint32_t item[16], nodes[4], again[3];
    float cosines[4], own[3];
    int64_t offset[] = {0, 0, 0}, n = 0;
    for (int64_t e = m->history_offset[user + 1]; e-- > m->history_offset[user];)
        item[n++] = m->history_item[e];
    item[n++] = item[0];
    offset[1] = offset[2] = n; /* and an empty one */
    const regatta_query query = {
        .struct_size = sizeof query, .n = 2, .offset = offset, .item = item};
    regatta_similar_options o = REGATTA_SIMILAR_OPTIONS_INIT;
    uint32_t both[8];
    float numbers[8];
    for (uint32_t by = REGATTA_SIMILARITY_VECTORS; by <= REGATTA_SIMILARITY_HISTORY;
         by += 2) {
        const regatta_query node = nodes_of(REGATTA_USERS, &user, 1);
        o.by = by;
        o.k = 4;
        CU_ASSERT_EQUAL(regatta_similar(ctx, m, &query, &o, both, numbers), REGATTA_OK);
        memcpy(nodes, both, sizeof nodes);
        memcpy(cosines, numbers, sizeof cosines);
        o.k = 3;
        CU_ASSERT_EQUAL(regatta_similar(ctx, m, &node, &o, again, own), REGATTA_OK);
        CU_ASSERT_EQUAL(nodes[0], user);
        CU_ASSERT_DOUBLE_EQUAL(cosines[0], 1.0, 1e-5);
        for (int r = 0; r < 3; r++) {
            CU_ASSERT_EQUAL(nodes[r + 1], again[r]);
            if (again[r] != REGATTA_NONE)
                CU_ASSERT_DOUBLE_EQUAL(cosines[r + 1], own[r], 1e-5);
        }
        /* Nothing is near to an empty history; its vector is zero. */
        CU_ASSERT_EQUAL(both[4], by == REGATTA_SIMILARITY_VECTORS ? 0 : REGATTA_NONE);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_similar__filters_before_the_cut(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, DIM);
    const uint32_t item = 7, only[] = {3, 9, 7, 12, 9}, exclude[] = {12, 30};
    const regatta_query query = nodes_of(REGATTA_ITEMS, &item, 1);
    regatta_similar_options o = REGATTA_SIMILAR_OPTIONS_INIT;
    uint32_t all[40], nodes[5];
    o.k = 40;
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, &query, &o, all, NULL), REGATTA_OK);
    o.k = 5;
    o.only = only;
    o.n_only = 5;
    o.exclude = exclude;
    o.n_exclude = 2;
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, &query, &o, nodes, NULL), REGATTA_OK);
    int n = 0;
    for (int r = 0; r < 40; r++)
        if (all[r] == 3 || all[r] == 9) CU_ASSERT_EQUAL(nodes[n++], all[r]);
    CU_ASSERT_EQUAL(n, 2);
    CU_ASSERT_EQUAL(nodes[2], REGATTA_NONE);
    o.n_only = 0; /* a list with nothing in it allows nothing */
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, &query, &o, nodes, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(nodes[0], REGATTA_NONE);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_similar__pads_beyond_what_there_is(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, DIM);
    uint32_t nodes[50], again[50];
    float cosines[50];
    CU_ASSERT_EQUAL(ask(ctx, m, REGATTA_ITEMS, 7, 50, nodes, cosines), REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(nodes[39], REGATTA_NONE);
    CU_ASSERT_EQUAL(nodes[40], REGATTA_NONE); /* itself is not there */
    CU_ASSERT_EQUAL(nodes[49], REGATTA_NONE);
    CU_ASSERT(isinf(cosines[40]) && isinf(cosines[49]));
    CU_ASSERT_EQUAL(ask(ctx, m, REGATTA_ITEMS, 7, 50, again, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(nodes, again, sizeof nodes), 0);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_similar__same_bits_at_any_thread_count(void)
{
    const int threads[] = {1, 2, 3, 8};
    uint32_t node[USERS], nodes[2][USERS * 5];
    float cosines[2][USERS * 5];
    for (uint32_t v = 0; v < USERS; v++) node[v] = v;
    for (int side = 0; side < 2; side++)
        for (int dim = 0; dim <= DIM; dim += DIM)
            for (int t = 0; t < 4; t++) {
                regatta_ctx *ctx = tiny_context((uint32_t)threads[t]);
                regatta_model *m = model_of(ctx, dim);
                const regatta_query query = nodes_of((regatta_side)side, node, USERS);
                regatta_similar_options o = REGATTA_SIMILAR_OPTIONS_INIT;
                o.k = 5;
                CU_ASSERT_EQUAL(
                    regatta_similar(ctx, m, &query, &o, nodes[t > 0], cosines[t > 0]),
                    REGATTA_OK);
                if (t > 0) {
                    CU_ASSERT_EQUAL(memcmp(nodes[0], nodes[1], sizeof nodes[0]), 0);
                    CU_ASSERT_EQUAL(memcmp(cosines[0], cosines[1], sizeof cosines[0]), 0);
                }
                /* One alone has the bits that it has in a block. */
                uint32_t one[5];
                float number[5];
                CU_ASSERT_EQUAL(ask(ctx, m, (regatta_side)side, 17, 5, one, number),
                                REGATTA_OK);
                CU_ASSERT_EQUAL(memcmp(number, cosines[t > 0] + 17 * 5, sizeof number),
                                0);
                regatta_model_free(m);
                regatta_ctx_free(ctx);
            }
}

typedef struct attempt_state {
    const regatta_model *model;
    regatta_query query;
    uint32_t by;
} attempt_state;

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const attempt_state *a = arg;
    const uint32_t only[] = {1, 2, 5};
    uint32_t nodes[20];
    regatta_similar_options o = REGATTA_SIMILAR_OPTIONS_INIT;
    o.only = only;
    o.n_only = 3;
    o.by = a->by;
    return regatta_similar(ctx, a->model, &a->query, &o, nodes, NULL);
}

static void test_similar__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, DIM), *without = model_of(ctx, 0);
    const uint32_t node = 2;
    const int64_t offset[] = {0, 1};
    const regatta_query list = {.struct_size = sizeof list,
                                .n = 1,
                                .offset = offset,
                                .item = &node,
                                .side = REGATTA_ITEMS};
    attempt_state a = {m, nodes_of(REGATTA_ITEMS, &node, 1), REGATTA_SIMILARITY_AUTO};
    fault_sweep_memory(attempt, &a);
    a.model = without;
    fault_sweep_memory(attempt, &a);
    a.by = REGATTA_SIMILARITY_HISTORY;
    fault_sweep_memory(attempt, &a);
    a.query = list;
    fault_sweep_memory(attempt, &a);
    a.query.side = REGATTA_USERS;
    fault_sweep_memory(attempt, &a);
    a = (attempt_state){m, list, REGATTA_SIMILARITY_VECTORS};
    fault_sweep_memory(attempt, &a);
    regatta_model_free(m);
    regatta_model_free(without);
    regatta_ctx_free(ctx);
}

/* Rows of both sides that are the same, and a little longer than 1, as rounding makes
 * them: the cosine of twins is 1, and the lower number comes first. */
static void make_twins(regatta_ctx *ctx, regatta_model *m, const uint32_t *twin, int n)
{
    const rg_rows *sides[] = {&m->vectors->user_vectors, &m->vectors->item_vectors};
    for (int s = 0; s < 2; s++)
        for (int t = 0; t < n; t++) {
            float *row = (float *)(uintptr_t)sides[s]->data + twin[t] * DIM;
            for (int k = 0; k < DIM; k++) row[k] = k < 2 ? 0.7071075f : 0.0f;
            row[0] += (float)t * 6e-8f; /* one unit in the last place apart */
        }
    rg_table_free(m->vectors->item_table);
    CU_ASSERT_EQUAL(rg_table_create(ctx, &vectors_of(m)->item_table, RG_F32,
                                    &m->vectors->item_vectors, NULL),
                    REGATTA_OK);
}

static void test_similar__twins_have_cosine_1(void)
{
    static const uint32_t twin[] = {3, 5, 9, 12};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, DIM);
    make_twins(ctx, m, twin, 4);
    for (int s = 0; s < 2; s++) {
        const regatta_side side = s ? REGATTA_ITEMS : REGATTA_USERS;
        uint32_t nodes[5], same[5];
        float cosines[5];
        CU_ASSERT_EQUAL(ask(ctx, m, side, 3, 5, nodes, cosines), REGATTA_OK);
        CU_ASSERT_EQUAL(ask(ctx, m, side, 3, 5, same, NULL), REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(nodes, same, sizeof nodes), 0);
        for (int t = 0; t < 3; t++) {
            CU_ASSERT_EQUAL(nodes[t], twin[t + 1]);
            CU_ASSERT_EQUAL(cosines[t], 1.0f);
        }
        CU_ASSERT(cosines[3] < 1.0f);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"by hand", test_similar__by_hand},
    {"nearest", test_similar__nearest_first_without_itself},
    {"lists", test_similar__lists_are_folded_in},
    {"filters", test_similar__filters_before_the_cut},
    {"twins", test_similar__twins_have_cosine_1},
    {"padding", test_similar__pads_beyond_what_there_is},
    {"threads", test_similar__same_bits_at_any_thread_count},
    {"allocations", test_similar__every_allocation_may_fail},
};

int test_similar(void)
{
    return TEST_MAIN("similar", cases);
}
