#include "gat/combine.h"
#include "gat/fold_in.h"
#include "support/suite.h"
#include "support/tiny_network.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const regatta_attention kinds[6] = {
    REGATTA_ATTENTION_NONE,       REGATTA_ATTENTION_COSINE, REGATTA_ATTENTION_DOT,
    REGATTA_ATTENTION_SCALED_DOT, REGATTA_ATTENTION_GAT,    REGATTA_ATTENTION_GATV2};

/* The tables of a network that has run; free item_state and item_degree. */
static rg_fold_tables tables_of(const tiny_network *n, const rg_shape *shape)
{
    const rg_adjacency *adj = n->adj;
    const int64_t table = adj->n_items * shape->dim;
    float *state = calloc((size_t)(table * shape->layers), sizeof *state);
    float *degree = calloc((size_t)adj->n_items, sizeof *degree);
    for (int l = 0; l < shape->layers; l++)
        memcpy(state + l * table, n->net->state[l] + adj->n_users * shape->dim,
               (size_t)table * sizeof *state);
    for (int64_t i = 0; i < adj->n_items; i++)
        degree[i] = (float)adj->degree[adj->n_users + i];
    return (rg_fold_tables){.shape = *shape,
                            .item_state = state,
                            .item_degree = degree,
                            .user_x0 = n->params->x0,
                            .params = n->params,
                            .group = shape->n_groups > 0 ? n->group : NULL,
                            .prototype = rg_network_prototypes(n->net)};
}

static void free_tables(rg_fold_tables *t)
{
    free((void *)t->item_state);
    free((void *)t->item_degree);
}

typedef struct folded {
    float *y, *coef, *space;
} folded;

static folded fold(const rg_fold_tables *t, uint32_t user, const uint32_t *item,
                   const float *weight, int64_t n)
{
    const rg_shape *s = &t->shape;
    folded f = {
        calloc((size_t)s->dim, sizeof(float)),
        calloc((size_t)(s->layers * s->heads * n) + 1, sizeof(float)),
        calloc((size_t)rg_fold_in_floats(s, n), sizeof(float)),
    };
    const rg_fold_history history = {
        .user = user, .item = item, .weight = weight, .n = n};
    rg_fold_in(f.y, f.coef, t, &history, f.space);
    return f;
}

static void free_folded(folded *f)
{
    free(f->y);
    free(f->coef);
    free(f->space);
}

/* |x - y| / |y|: both sum the same terms, in another order at most. */
static double distance(const float *x, const float *y, int64_t n)
{
    double d = 0.0, size = 0.0;
    for (int64_t k = 0; k < n; k++) {
        d += pow((double)x[k] - (double)y[k], 2.0);
        size += pow((double)y[k], 2.0);
    }
    return size > 0.0 ? sqrt(d / size) : sqrt(d);
}

static folded fold_user(const rg_fold_tables *t, const tiny_graph *g, uint32_t user,
                        int known)
{
    const int64_t begin = g->by_user.offset[user];
    return fold(t, known ? user : REGATTA_NONE, g->by_user.target + begin,
                g->weight + begin, g->by_user.offset[user + 1] - begin);
}

/* Two items of degree 4 and 1, weights 1 and 3: q = 1/4 and 3/2. */
static void test_fold_in__by_hand(void)
{
    const float state[4] = {1.0f, 2.0f, 10.0f, 20.0f}, degree[2] = {4.0f, 1.0f};
    const uint32_t item[2] = {0, 1};
    const float weight[2] = {1.0f, 3.0f};
    const rg_fold_tables t = {
        .shape = {REGATTA_ATTENTION_NONE, REGATTA_COMBINE_MEAN, 2, 1, 2, 0, 2},
        .item_state = state,
        .item_degree = degree};
    folded f = fold(&t, REGATTA_NONE, item, weight, 2);
    CU_ASSERT_DOUBLE_EQUAL(f.y[0], 15.25, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(f.y[1], 30.5, 1e-6);
    const float want[4] = {0.25f, 1.5f, 0.25f, 1.5f}; /* both heads */
    CU_ASSERT_EQUAL(memcmp(f.coef, want, sizeof want), 0);
    free_folded(&f);
}

static void test_fold_in__empty_history(void)
{
    const float state[4] = {1.0f, 2.0f, 10.0f, 20.0f}, degree[2] = {4.0f, 0.0f};
    const rg_fold_tables t = {
        .shape = {REGATTA_ATTENTION_NONE, REGATTA_COMBINE_LAST, 1, 1, 2, 0, 2},
        .item_state = state,
        .item_degree = degree};
    folded f = fold(&t, REGATTA_NONE, NULL, NULL, 0);
    CU_ASSERT_EQUAL(f.y[0], 0.0f);
    CU_ASSERT_EQUAL(f.y[1], 0.0f);
    free_folded(&f);
    const uint32_t untrained[1] = {1}; /* an item nobody had: no weight, no NaN */
    f = fold(&t, REGATTA_NONE, untrained, NULL, 1);
    CU_ASSERT_EQUAL(f.y[0], 0.0f);
    free_folded(&f);
}

/* Rows as floats from the tables that *from is. */
static void copy_rows(float *out, const void *from, int layer, const uint32_t *row,
                      int64_t n)
{
    const rg_fold_tables *t = from;
    const int64_t dim = t->shape.dim;
    const float *table =
        layer == RG_FOLD_X0 ? t->user_x0 : t->item_state + layer * t->shape.n_items * dim;
    for (int64_t k = 0; k < n; k++)
        memcpy(out + k * dim, table + row[k] * dim, (size_t)dim * sizeof *out);
}

/* Rows that are asked for give the bits of rows that are there; 150 are fetched in three
 * pieces. */
static void test_fold_in__rows_that_are_asked_for(void)
{
    enum { N = 150, DIM = 8, LAYERS = 2, HEADS = 2 };
    float state[LAYERS * N * DIM], degree[N], own[2 * DIM];
    uint32_t item[N];
    for (int k = 0; k < LAYERS * N * DIM; k++) state[k] = sinf((float)(k * k % 977));
    for (int k = 0; k < 2 * DIM; k++) own[k] = cosf((float)k);
    for (uint32_t k = 0; k < N; k++) item[k] = k, degree[k] = (float)(1 + k % 7);
    for (int k = 0; k < 6; k++) {
        const rg_shape shape = {.attention = kinds[k],
                                .combine = REGATTA_COMBINE_ALL,
                                .heads = HEADS,
                                .layers = LAYERS,
                                .dim = DIM,
                                .n_users = 2,
                                .n_items = N};
        rg_params *params = NULL;
        regatta_ctx *ctx = NULL;
        CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(rg_params_create(ctx, &params, &shape), REGATTA_OK);
        for (int64_t e = 0; e < params->n_floats; e++)
            params->arena[e] = 0.3f * sinf((float)e);
        const rg_fold_tables there = {.shape = shape,
                                      .item_state = state,
                                      .item_degree = degree,
                                      .user_x0 = own,
                                      .params = params};
        rg_fold_tables asked = there;
        asked.item_state = NULL;
        asked.fetch = copy_rows;
        asked.fetch_from = &there;
        for (int known = 0; known < 2; known++) {
            const uint32_t user = known ? 1 : REGATTA_NONE;
            folded f = fold(&there, user, item, NULL, N);
            folded g = fold(&asked, user, item, NULL, N);
            CU_ASSERT_EQUAL(memcmp(f.y, g.y, DIM * sizeof *f.y), 0);
            CU_ASSERT_EQUAL(memcmp(f.coef, g.coef, LAYERS * HEADS * N * sizeof *f.coef),
                            0);
            free_folded(&f);
            free_folded(&g);
        }
        rg_params_free(params);
        regatta_ctx_free(ctx);
    }
}

static void check_users(const tiny_graph *g, const rg_shape *shape)
{
    const int plain = !rg_shape_attends(shape) && shape->combine != REGATTA_COMBINE_ALL;
    tiny_network n = tiny_network_make(g, *shape, 1, 0.5, 7);
    rg_network_forward(n.net, n.params, 1);
    rg_fold_tables t = tables_of(&n, &n.params->shape);
    for (uint32_t u = 0; u < 6; u++) {
        const float *want = n.net->y + (int64_t)u * shape->dim;
        folded f = fold_user(&t, g, u, 1);
        CU_ASSERT(distance(f.y, want, shape->dim) < 1e-5);
        free_folded(&f);
        if (!plain) continue;
        f = fold_user(&t, g, u, 0);
        CU_ASSERT(distance(f.y, want, shape->dim) < 1e-5);
        free_folded(&f);
    }
    free_tables(&t);
    tiny_network_free(&n);
}

static void test_fold_in__training_users_of_every_kind(void)
{
    tiny_graph *g = tiny_random(6, 7, 0.5, 2);
    for (int k = 0; k < 6; k++)
        for (int layers = 1; layers <= 3; layers++)
            for (int heads = 1; heads <= 4; heads *= 2)
                for (int combine = 0; combine < 3; combine++) {
                    rg_shape shape = {.attention = kinds[k],
                                      .combine = (regatta_combine)combine,
                                      .heads = heads,
                                      .layers = layers,
                                      .dim = 8};
                    check_users(g, &shape);
                    shape.n_groups = 3;
                    check_users(g, &shape);
                    shape.dynamic = 1;
                    check_users(g, &shape);
                }
    tiny_free(g);
}

/* y = sum_l c_l sum_e coef item_state + c_0 user_x0: what explanations add up. */
static void check_sum(const tiny_graph *g, const rg_shape *shape, int known)
{
    tiny_network n = tiny_network_make(g, *shape, 0, 0.5, 3);
    rg_network_forward(n.net, n.params, 1);
    rg_fold_tables t = tables_of(&n, &n.params->shape);
    const int64_t dim = shape->dim, count = rg_csr_degree(&g->by_user, 0);
    folded f = fold_user(&t, g, 0, known);
    float c[RG_MAX_LAYERS + 1], sum[8] = {0.0f};
    rg_combine_weights(c, shape->combine, shape->layers);
    for (int64_t k = 0; k < dim; k++) {
        if (known) sum[k] = c[0] * t.user_x0[k];
        for (int l = 0; l < shape->layers; l++)
            for (int64_t e = 0; e < count; e++) {
                const int64_t h = k / (dim / shape->heads);
                const float a = f.coef[(l * shape->heads + h) * count + e];
                const int64_t row = l * g->by_user.n_cols + g->by_user.target[e];
                sum[k] += c[l + 1] * a * t.item_state[row * dim + k];
            }
    }
    CU_ASSERT(distance(f.y, sum, dim) < 1e-5);
    free_folded(&f);
    free_tables(&t);
    tiny_network_free(&n);
}

static void test_fold_in__coefficients_add_up(void)
{
    tiny_graph *g = tiny_random(6, 7, 0.5, 2);
    for (int k = 0; k < 6; k++)
        for (int known = 0; known < 2; known++) {
            rg_shape shape = {.attention = kinds[k],
                              .combine = REGATTA_COMBINE_ALL,
                              .heads = 2,
                              .layers = 2,
                              .dim = 8};
            check_sum(g, &shape, known);
            shape.n_groups = 3;
            check_sum(g, &shape, known);
        }
    tiny_free(g);
}

static void test_fold_in__combine_weights(void)
{
    float c[4];
    rg_combine_weights(c, REGATTA_COMBINE_MEAN, 2);
    CU_ASSERT(c[0] == 0.0f && c[1] == 0.5f && c[2] == 0.5f);
    rg_combine_weights(c, REGATTA_COMBINE_ALL, 3);
    CU_ASSERT(c[0] == 0.25f && c[1] == 0.25f && c[2] == 0.25f && c[3] == 0.25f);
    rg_combine_weights(c, REGATTA_COMBINE_LAST, 2);
    CU_ASSERT(c[0] == 0.0f && c[1] == 0.0f && c[2] == 1.0f);
}

static const test_case cases[] = {
    {"by_hand", test_fold_in__by_hand},
    {"empty_history", test_fold_in__empty_history},
    {"combine_weights", test_fold_in__combine_weights},
    {"training_users", test_fold_in__training_users_of_every_kind},
    {"coefficients_add_up", test_fold_in__coefficients_add_up},
    {"rows asked for", test_fold_in__rows_that_are_asked_for},
};

int test_fold_in(void)
{
    return TEST_MAIN("fold_in", cases);
}
