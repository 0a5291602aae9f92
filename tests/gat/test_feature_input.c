/* The input layer with features: by hand, against tests/golden (make_feature_golden.py),
 * gradients of every attention kind with cold nodes, the start, and the same bits at any
 * thread count. */
#include "base/rng.h"
#include "gat/feature_input.h"
#include "gat/network.h"
#include "support/fault.h"
#include "support/golden.h"
#include "support/gradcheck.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include "support/tiny_network.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Creates the sparse rows of a dense table. */
static void take_rows(regatta_ctx *ctx, rg_node_features *f, int side, const float *dense,
                      int64_t n, int64_t n_columns)
{
    f->rows[side] = dense_rows(ctx, dense, n, n_columns, 1);
    CU_ASSERT_EQUAL_FATAL(rg_csr_transpose(ctx, &f->columns[side], f->rows[side]),
                          REGATTA_OK);
}

/* Two of three elements are zero; node 0 of a side has no features. */
static void draw_rows(regatta_ctx *ctx, rg_node_features *f, int side, int64_t n,
                      int64_t n_columns)
{
    float *dense = calloc((size_t)(n * n_columns), sizeof *dense);
    CU_ASSERT_PTR_NOT_NULL_FATAL(dense);
    for (int64_t k = n_columns; k < n * n_columns; k++)
        if ((k + side) % 3 == 0)
            dense[k] =
                (float)rg_random_normal(3 + (uint64_t)side, RG_STREAM_TEST, (uint64_t)k);
    take_rows(ctx, f, side, dense, n, n_columns);
    free(dense);
}

/* A network over t with drawn features of both sides. */
static tiny_network network_of(const tiny_graph *t, rg_shape shape, rg_node_features *f)
{
    regatta_ctx *ctx = context_of(1);
    *f = (rg_node_features){.rows = {NULL}};
    draw_rows(ctx, f, 0, t->by_user.n_rows, 5);
    draw_rows(ctx, f, 1, t->by_user.n_cols, 7);
    regatta_ctx_free(ctx);
    rg_node_features_shape(&shape, f);
    tiny_network n = tiny_network_make(t, shape, 1, 0.4, 9);
    CU_ASSERT_EQUAL_FATAL(rg_network_take_features(n.ctx, n.net, f), REGATTA_OK);
    return n;
}

static rg_shape shape_of(int kind, regatta_combine combine, int layers, int64_t dim)
{
    return (rg_shape){.attention = (regatta_attention)kind,
                      .combine = combine,
                      .heads = 2,
                      .layers = layers,
                      .dim = dim};
}

/* One edge; the item has one feature of value 2, the user none. */
static void test_feature_input__by_hand(void)
{
    const int pair[1][2] = {{0, 0}};
    const float feature = 2.0f, x0[4] = {1.0f, 2.0f, 3.0f, 6.0f};
    regatta_ctx *ctx = context_of(1);
    tiny_graph *t = tiny_from_pairs(1, 1, 1, pair, NULL);
    rg_node_features f = {.rows = {NULL}};
    take_rows(ctx, &f, REGATTA_ITEMS, &feature, 1, 1);
    rg_shape shape = shape_of(0, REGATTA_COMBINE_MEAN, 1, 2);
    rg_node_features_shape(&shape, &f);
    tiny_network n = tiny_network_make(t, shape, 0, 1.0, 1);
    CU_ASSERT_EQUAL_FATAL(rg_network_take_features(n.ctx, n.net, &f), REGATTA_OK);
    memcpy(n.params->x0, x0, sizeof x0);
    n.params->w[1][0] = 10.0f;
    n.params->w[1][1] = 20.0f;
    rg_network_forward(n.net, n.params, 1);
    CU_ASSERT(n.net->input[2] == 23.0f && n.net->input[3] == 46.0f);
    CU_ASSERT(n.net->y[0] == 23.0f && n.net->y[1] == 46.0f); /* the item's input */
    float dy[4] = {1.0f, -1.0f, 0.0f, 0.5f};
    tiny_network_backward(&n, dy, 1);
    CU_ASSERT(n.grad->x0[2] == 1.0f && n.grad->x0[3] == -1.0f);
    CU_ASSERT(n.grad->w[1][0] == 2.0f && n.grad->w[1][1] == -2.0f);
    /* With the item cold the edge is gone, and so is E. */
    rg_network_cool(n.net, 0.999999f, 1, 1, 1);
    rg_network_thin(n.net, 0.0f, 1, 1, 1);
    CU_ASSERT(!n.net->cold[0] && n.net->cold[1]); /* the user has no features */
    rg_network_forward(n.net, n.params, 1);
    CU_ASSERT(n.net->y[0] == 0.0f && n.net->y[2] == 20.0f && n.net->y[3] == 40.0f);
    float again[4] = {1.0f, -1.0f, 0.0f, 0.5f};
    tiny_network_backward(&n, again, 1);
    CU_ASSERT(n.grad->x0[3] == 0.0f && n.grad->x0[0] == 0.0f);
    CU_ASSERT(n.grad->w[1][0] == 0.0f && n.grad->w[1][1] == 1.0f);
    rg_node_features_clear(&f);
    tiny_network_free(&n);
    tiny_free(t);
    regatta_ctx_free(ctx);
}

static const golden_part *part_of(const golden *g, const char *name)
{
    const golden_part *p = golden_find(g, "", name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    return p;
}

static void take_golden_rows(regatta_ctx *ctx, rg_node_features *f, const golden *g,
                             int side, const char *name)
{
    const int64_t columns = (int64_t)part_of(g, "columns")->value[side];
    const golden_part *p = part_of(g, name);
    float *dense = calloc((size_t)p->n, sizeof *dense);
    CU_ASSERT_PTR_NOT_NULL_FATAL(dense);
    for (int k = 0; k < p->n; k++) dense[k] = (float)p->value[k];
    take_rows(ctx, f, side, dense, p->n / columns, columns);
    free(dense);
}

static tiny_graph *golden_graph(const golden *g)
{
    const golden_part *edges = part_of(g, "edges");
    int pair[64][2];
    float weight[64];
    for (int e = 0; e < edges->n / 3; e++) {
        pair[e][0] = (int)edges->value[3 * e];
        pair[e][1] = (int)edges->value[3 * e + 1];
        weight[e] = (float)edges->value[3 * e + 2];
    }
    const double *s = part_of(g, "shape")->value;
    return tiny_from_pairs((int)s[0], (int)s[1], edges->n / 3, (const int(*)[2])pair,
                           weight);
}

static void check_golden(const golden *g, const tiny_graph *t, rg_node_features *f,
                         const char *prefix, regatta_combine combine)
{
    rg_shape shape = shape_of(0, combine, 2, 6);
    shape.heads = 1;
    rg_node_features_shape(&shape, f);
    tiny_network n = tiny_network_make(t, shape, 0, 1.0, 1);
    CU_ASSERT_EQUAL_FATAL(rg_network_take_features(n.ctx, n.net, f), REGATTA_OK);
    for (int i = 0; i < n.params->n_entries; i++) {
        const golden_part *p = golden_find(g, "", n.params->entry[i].name);
        for (int k = 0; p != NULL && k < p->n; k++)
            n.params->arena[n.params->entry[i].first + k] = (float)p->value[k];
    }
    const golden_part *cold = part_of(g, "cold"), *want_dy = part_of(g, "dy");
    rg_network_cool(n.net, 1e-9f, 1, 1, 1); /* draws nobody, and reads the marks below */
    CU_ASSERT(n.net->cold[4] && n.net->cold[10] && !n.net->cold[0]);
    for (int k = 0; k < cold->n; k++) n.net->cold[(int)cold->value[k]] = 1;
    rg_network_thin(n.net, 0.0f, 1, 1, 1);
    rg_network_forward(n.net, n.params, 2);
    CU_ASSERT(golden_distance(n.net->y, golden_find(g, prefix, "y")) < 1e-5);
    float *dy = calloc((size_t)want_dy->n, sizeof *dy);
    for (int k = 0; k < want_dy->n; k++) dy[k] = (float)want_dy->value[k];
    tiny_network_backward(&n, dy, 2);
    CU_ASSERT(golden_distance(n.grad->x0, golden_find(g, prefix, "d_x0")) < 1e-5);
    CU_ASSERT(golden_distance(n.grad->w[0], golden_find(g, prefix, "d_features.users")) <
              1e-5);
    CU_ASSERT(golden_distance(n.grad->w[1], golden_find(g, prefix, "d_features.items")) <
              1e-5);
    free(dy);
    tiny_network_free(&n);
}

static void test_feature_input__golden(void)
{
    regatta_ctx *ctx = context_of(1);
    golden *g = golden_read("feature_input");
    tiny_graph *t = golden_graph(g);
    rg_node_features f = {.rows = {NULL}};
    take_golden_rows(ctx, &f, g, 0, "rows.users");
    take_golden_rows(ctx, &f, g, 1, "rows.items");
    check_golden(g, t, &f, "mean.", REGATTA_COMBINE_MEAN);
    check_golden(g, t, &f, "all.", REGATTA_COMBINE_ALL);
    check_golden(g, t, &f, "last.", REGATTA_COMBINE_LAST);
    rg_node_features_clear(&f);
    tiny_free(t);
    golden_free(g);
    regatta_ctx_free(ctx);
}

typedef struct probe {
    tiny_network *n;
    const float *dy;
} probe;

static double loss_of(void *state)
{
    const probe *p = state;
    double sum = 0.0;
    rg_network_forward(p->n->net, p->n->params, 1);
    for (int64_t k = 0; k < p->n->adj->n_nodes * p->n->params->shape.dim; k++)
        sum += (double)p->n->net->y[k] * (double)p->dy[k];
    return sum;
}

static float *random_dy(const tiny_network *n)
{
    const int64_t size = n->adj->n_nodes * n->params->shape.dim;
    float *dy = calloc((size_t)size, sizeof *dy);
    for (int64_t k = 0; k < size; k++)
        dy[k] = (float)rg_random_normal(6, RG_STREAM_TEST, (uint64_t)k);
    return dy;
}

/* Every parameter but bias, with a share of cold nodes and of dropped edges; the first
 * user has no gradient, as when a block leaves them out. 2e-3: see gradcheck.h. */
static void check_gradients(const tiny_graph *t, rg_shape shape, float cold, float drop)
{
    rg_node_features f;
    tiny_network n = network_of(t, shape, &f);
    float *dy = random_dy(&n);
    const size_t bytes = (size_t)(n.adj->n_nodes * shape.dim) * sizeof *dy;
    memset(dy, 0, (size_t)shape.dim * sizeof *dy);
    float *scratch = malloc(bytes);
    memcpy(scratch, dy, bytes);
    rg_network_cool(n.net, cold, 3, 17, 1);
    rg_network_thin(n.net, drop, 3, 17, 1);
    rg_network_forward(n.net, n.params, 1);
    tiny_network_backward(&n, scratch, 1);
    probe p = {&n, dy};
    for (int i = 0; i < n.params->n_entries; i++) {
        const rg_param_entry *entry = &n.params->entry[i];
        if (entry->group == RG_PARAM_BIAS) continue;
        CU_ASSERT(gradcheck(n.params->arena + entry->first, n.grad->arena + entry->first,
                            entry->rows * entry->cols, 4e-3,
                            shape.attention >= REGATTA_ATTENTION_GAT, loss_of,
                            &p) < 2e-3);
    }
    free(scratch);
    free(dy);
    rg_node_features_clear(&f);
    tiny_network_free(&n);
}

static void test_feature_input__gradients(void)
{
    tiny_graph *t = tiny_random(5, 6, 0.6, 8);
    for (int kind = 0; kind < 6; kind++)
        for (int combine = 0; combine < 3; combine++) {
            rg_shape shape = shape_of(kind, (regatta_combine)combine, 1 + kind % 2, 4);
            check_gradients(t, shape, 0.0f, 0.0f);
            check_gradients(t, shape, 0.4f, 0.0f);
            shape.n_groups = 2;
            check_gradients(t, shape, 0.3f, 0.2f);
        }
    tiny_free(t);
}

/* Nodes without features are never drawn; the share is met; steps differ. */
static void test_feature_input__draws(void)
{
    tiny_graph *t = tiny_random(300, 200, 0.1, 5);
    rg_node_features f;
    tiny_network n = network_of(t, shape_of(0, REGATTA_COMBINE_MEAN, 1, 4), &f);
    int64_t drawn = 0, able = 0, moved = 0;
    uint8_t *first = malloc((size_t)n.adj->n_nodes);
    rg_network_cool(n.net, 0.3f, 1, 1, 1);
    memcpy(first, n.net->cold, (size_t)n.adj->n_nodes);
    for (int64_t v = 0; v < n.adj->n_nodes; v++) {
        const int side = v >= 300;
        const int has = rg_csr_degree(f.rows[side], v - 300 * side) > 0;
        const int alone = n.adj->offset[v + 1] == n.adj->offset[v];
        CU_ASSERT(has || alone || !first[v]);
        CU_ASSERT(!alone || first[v]);
        drawn += has && !alone && first[v];
        able += has && !alone;
    }
    CU_ASSERT(fabs((double)drawn / (double)able - 0.3) < 0.08); /* deviation .021 */
    rg_network_cool(n.net, 0.3f, 1, 2, 3);
    for (int64_t v = 0; v < n.adj->n_nodes; v++) moved += n.net->cold[v] != first[v];
    CU_ASSERT(moved > 50);
    rg_network_cool(n.net, 0.3f, 1, 1, 3);
    CU_ASSERT_EQUAL(memcmp(first, n.net->cold, (size_t)n.adj->n_nodes), 0);
    free(first);
    rg_node_features_clear(&f);
    tiny_network_free(&n);
    tiny_free(t);
}

static void run_with(const tiny_graph *t, int threads, float **y, float **grad)
{
    rg_node_features f;
    tiny_network n = network_of(t, shape_of(1, REGATTA_COMBINE_MEAN, 2, 16), &f);
    const size_t size = (size_t)(n.adj->n_nodes * 16);
    n.ctx->threads = threads;
    CU_ASSERT_EQUAL_FATAL(rg_feature_input_start(n.ctx, n.params, &f), REGATTA_OK);
    float *dy = random_dy(&n);
    rg_network_cool(n.net, 0.2f, 1, 1, threads);
    rg_network_thin(n.net, 0.1f, 1, 1, threads);
    rg_network_forward(n.net, n.params, threads);
    tiny_network_backward(&n, dy, threads);
    *y = malloc(size * sizeof **y);
    *grad = malloc((size_t)n.grad->n_floats * sizeof **grad);
    memcpy(*y, n.net->y, size * sizeof **y);
    memcpy(*grad, n.grad->arena, (size_t)n.grad->n_floats * sizeof **grad);
    free(dy);
    rg_node_features_clear(&f);
    tiny_network_free(&n);
}

static void test_feature_input__same_bits_at_any_thread_count(void)
{
    const int threads[3] = {2, 3, 8};
    tiny_graph *t = tiny_random(150, 90, 0.1, 5);
    float *y = NULL, *grad = NULL;
    run_with(t, 1, &y, &grad);
    for (int i = 0; i < 3; i++) {
        float *other_y = NULL, *other = NULL;
        run_with(t, threads[i], &other_y, &other);
        CU_ASSERT_EQUAL(memcmp(y, other_y, 240 * 16 * sizeof *y), 0);
        /* x0, and the rows of features after it */
        CU_ASSERT_EQUAL(memcmp(grad, other, (240 + 12) * 16 * sizeof *grad), 0);
        free(other_y);
        free(other);
    }
    free(y);
    free(grad);
    tiny_free(t);
}

/* The start leaves the input as it is, and W solves its ridge: F'(X - F W) = 3 W. */
static void test_feature_input__start(void)
{
    tiny_graph *t = tiny_random(40, 30, 0.2, 5);
    rg_node_features f;
    tiny_network n = network_of(t, shape_of(0, REGATTA_COMBINE_MEAN, 1, 4), &f);
    const int64_t size = 70 * 4;
    float *x = malloc((size_t)size * sizeof *x);
    memcpy(x, n.params->x0, (size_t)size * sizeof *x);
    CU_ASSERT_EQUAL_FATAL(rg_feature_input_start(n.ctx, n.params, &f), REGATTA_OK);
    memset(n.net->cold, 0, 70);
    rg_feature_input_forward(n.net->input, n.params, &f, n.net->cold, 1);
    for (int64_t k = 0; k < size; k++)
        CU_ASSERT_DOUBLE_EQUAL((double)n.net->input[k], (double)x[k], 1e-5);
    for (int side = 0; side < 2; side++)
        for (int64_t c = 0; c < f.rows[side]->n_cols; c++)
            for (int64_t k = 0; k < 4; k++) {
                const rg_csr *columns = f.columns[side];
                double sum = 0.0;
                for (int64_t e = columns->offset[c]; e < columns->offset[c + 1]; e++)
                    sum += (double)columns->value[e] *
                           (double)n.params
                               ->x0[(side * 40 + (int64_t)columns->target[e]) * 4 + k];
                CU_ASSERT_DOUBLE_EQUAL(sum, 3.0 * (double)n.params->w[side][c * 4 + k],
                                       1e-3);
            }
    free(x);
    rg_node_features_clear(&f);
    tiny_network_free(&n);
    tiny_free(t);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    tiny_network *n = arg;
    const rg_node_features *f = n->net->features;
    rg_begin(ctx);
    return rg_end(ctx, rg_feature_input_start(ctx, n->params, f));
}

static void test_feature_input__out_of_memory(void)
{
    tiny_graph *t = tiny_random(6, 5, 0.5, 5);
    rg_node_features f;
    tiny_network n = network_of(t, shape_of(0, REGATTA_COMBINE_MEAN, 1, 4), &f);
    fault_sweep_memory(attempt, &n);
    rg_node_features_clear(&f);
    tiny_network_free(&n);
    tiny_free(t);
}

static const test_case cases[] = {
    {"by_hand", test_feature_input__by_hand},
    {"golden", test_feature_input__golden},
    {"gradients", test_feature_input__gradients},
    {"draws", test_feature_input__draws},
    {"same_bits_at_any_thread_count", test_feature_input__same_bits_at_any_thread_count},
    {"start", test_feature_input__start},
    {"out_of_memory", test_feature_input__out_of_memory},
};

int test_feature_input(void)
{
    return TEST_MAIN("feature_input", cases);
}
