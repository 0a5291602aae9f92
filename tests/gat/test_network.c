#include "base/rng.h"
#include "gat/fold_in.h"
#include "gat/network.h"
#include "support/fault.h"
#include "support/gradcheck.h"
#include "support/suite.h"
#include "support/tiny_network.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const regatta_attention kinds[6] = {
    REGATTA_ATTENTION_NONE,       REGATTA_ATTENTION_COSINE, REGATTA_ATTENTION_DOT,
    REGATTA_ATTENTION_SCALED_DOT, REGATTA_ATTENTION_GAT,    REGATTA_ATTENTION_GATV2};

static rg_shape shape_of(int kind, int combine, int heads, int layers, int64_t dim)
{
    return (rg_shape){.attention = kinds[kind],
                      .combine = (regatta_combine)combine,
                      .heads = heads,
                      .layers = layers,
                      .dim = dim};
}

static rg_shape with(rg_shape shape, regatta_share share, int64_t n_groups)
{
    shape.share = share;
    shape.n_groups = n_groups;
    return shape;
}

static float *random_dy(const tiny_network *n, uint64_t seed)
{
    const int64_t size = n->adj->n_nodes * n->params->shape.dim;
    float *dy = calloc((size_t)size, sizeof *dy);
    for (int64_t k = 0; k < size; k++)
        dy[k] = (float)rg_random_normal(seed, RG_STREAM_TEST, (uint64_t)k);
    return dy;
}

/* One edge of weight 1: q = 1, so a layer swaps the two rows. */
static void test_network__by_hand(void)
{
    const int pair[1][2] = {{0, 0}};
    tiny_graph *t = tiny_from_pairs(1, 1, 1, pair, NULL);
    tiny_network n = tiny_network_make(t, shape_of(0, 0, 1, 2, 2), 0, 1.0, 1);
    const float x0[4] = {1.0f, 2.0f, 3.0f, 6.0f};
    memcpy(n.params->x0, x0, sizeof x0);
    rg_network_forward(n.net, n.params, 1);
    CU_ASSERT(n.net->state[1][0] == 3.0f && n.net->state[1][3] == 2.0f);
    CU_ASSERT(n.net->state[2][0] == 1.0f && n.net->state[2][3] == 6.0f);
    CU_ASSERT(n.net->y[0] == 2.0f && n.net->y[1] == 4.0f);
    float dy[4] = {1.0f, 0.0f, 0.0f, 4.0f};
    tiny_network_backward(&n, dy, 1);
    const float *dx = n.grad->x0; /* half of each node's own dy and of the other's */
    CU_ASSERT(dx[0] == 0.5f && dx[1] == 2.0f && dx[2] == 0.5f && dx[3] == 2.0f);
    tiny_network_free(&n);
    tiny_free(t);
}

/* At training's start every score is 0 and every kind is the plain propagation. */
static void test_network__starts_from_the_prior(void)
{
    tiny_graph *t = tiny_random(6, 7, 0.5, 4);
    tiny_network plain = tiny_network_make(t, shape_of(0, 1, 1, 2, 8), 1, 1.0, 1);
    rg_params_start(plain.params, 5);
    rg_network_forward(plain.net, plain.params, 1);
    for (int kind = 1; kind < 6; kind++) {
        tiny_network n = tiny_network_make(t, shape_of(kind, 1, 2, 2, 8), 1, 1.0, 1);
        rg_params_start(n.params, 5);
        rg_network_forward(n.net, n.params, 1);
        double most = 0.0;
        for (int64_t k = 0; k < 13 * 8; k++)
            most = fmax(most, fabs((double)(n.net->y[k] - plain.net->y[k])));
        CU_ASSERT(most < 1e-6);
        /* and some attention parameter of every layer has a gradient */
        float *dy = random_dy(&n, 3);
        tiny_network_backward(&n, dy, 1);
        for (int l = 0; l < 2; l++) {
            const float *moves = kind == 1  ? n.grad->beta[l]
                                 : kind < 4 ? n.grad->wk[l]
                                            : n.grad->a[l];
            CU_ASSERT_NOT_EQUAL(moves[0], 0.0f);
        }
        free(dy);
        tiny_network_free(&n);
    }
    tiny_network_free(&plain);
    tiny_free(t);
}

static void test_network__isolated_nodes(void)
{
    tiny_graph *t = tiny_from_pairs(2, 2, 0, NULL, NULL);
    for (int kind = 0; kind < 6; kind++) {
        tiny_network n = tiny_network_make(t, shape_of(kind, 1, 1, 1, 4), 0, 1.0, 1);
        float *dy = random_dy(&n, 3), first = dy[0];
        rg_network_forward(n.net, n.params, 2);
        CU_ASSERT_EQUAL(n.net->y[0], 0.5f * n.params->x0[0]);
        tiny_network_backward(&n, dy, 2);
        CU_ASSERT_EQUAL(n.grad->x0[0], 0.5f * first);
        free(dy);
        tiny_network_free(&n);
    }
    tiny_free(t);
}

/* Rows of zeros have no direction: scores 0, no NaN forward or backward. */
static void test_network__zero_rows(void)
{
    tiny_graph *t = tiny_random(5, 6, 0.5, 4);
    for (int kind = 0; kind < 6; kind++) {
        const rg_shape shape = with(shape_of(kind, 0, 2, 2, 4), REGATTA_SHARE_NONE, 2);
        tiny_network n = tiny_network_make(t, shape, 1, 1.0, 1);
        memset(n.params->x0, 0, 3 * 4 * sizeof(float));
        float *dy = random_dy(&n, 3);
        rg_network_forward(n.net, n.params, 1);
        tiny_network_backward(&n, dy, 1);
        for (int64_t k = 0; k < 11 * 4; k++)
            CU_ASSERT(isfinite(n.net->y[k]) && isfinite(n.grad->x0[k]));
        for (int64_t k = 0; k < n.grad->n_floats; k++)
            CU_ASSERT(isfinite(n.grad->arena[k]));
        free(dy);
        tiny_network_free(&n);
    }
    tiny_free(t);
}

/* Scores near 200 leave one neighbour with the whole of the row's edge weights. */
static void test_network__large_scores(void)
{
    tiny_graph *t = tiny_random(5, 6, 0.6, 4);
    tiny_network n = tiny_network_make(t, shape_of(1, 0, 1, 1, 4), 0, 1.0, 1);
    n.params->beta[0][0] = 400.0f;
    rg_network_forward(n.net, n.params, 1);
    for (int64_t v = 0; v < 11; v++) {
        double sum = 0.0, keep = 0.0;
        for (int64_t e = n.adj->offset[v]; e < n.adj->offset[v + 1]; e++) {
            sum += (double)n.net->edge[0][e];
            keep += (double)n.adj->edge_weight[e];
        }
        CU_ASSERT(fabs(sum - keep) <= 1e-6 * keep);
    }
    tiny_network_free(&n);
    tiny_free(t);
}

typedef struct probe {
    tiny_network *n;
    const float *dy;
} probe;

static double loss_of(void *state)
{
    const probe *p = state;
    rg_network_forward(p->n->net, p->n->params, 1);
    double sum = 0.0;
    for (int64_t k = 0; k < p->n->adj->n_nodes * p->n->params->shape.dim; k++)
        sum += (double)p->n->net->y[k] * (double)p->dy[k];
    return sum;
}

/* Every parameter but bias. `block`: users after the first have no gradient, as when a
 * step's block leaves them out. 2e-3: see gradcheck.h. */
static void check_gradients(const tiny_graph *t, rg_shape shape, int with_items,
                            float share, int block)
{
    tiny_network n = tiny_network_make(t, shape, with_items, 0.4, 9);
    float *dy = random_dy(&n, 6);
    const int64_t skipped = (t->by_user.n_rows - 1) * shape.dim;
    if (block) memset(dy + shape.dim, 0, (size_t)skipped * sizeof *dy);
    float *scratch = calloc((size_t)(n.adj->n_nodes * shape.dim), sizeof *scratch);
    memcpy(scratch, dy, (size_t)(n.adj->n_nodes * shape.dim) * sizeof *dy);
    rg_network_thin(n.net, share, 3, 17, 1);
    rg_network_forward(n.net, n.params, 1);
    tiny_network_backward(&n, scratch, 1);
    probe p = {&n, dy};
    const int kinks = shape.attention >= REGATTA_ATTENTION_GAT;
    for (int i = 0; i < n.params->n_entries; i++) {
        const rg_param_entry *entry = &n.params->entry[i];
        if (entry->group == RG_PARAM_BIAS) continue;
        const double d =
            gradcheck(n.params->arena + entry->first, n.grad->arena + entry->first,
                      entry->rows * entry->cols, 4e-3, kinks, loss_of, &p);
        CU_ASSERT(d < 2e-3);
    }
    free(scratch);
    free(dy);
    tiny_network_free(&n);
}

static void test_network__gradients(void)
{
    tiny_graph *t = tiny_random(4, 5, 0.5, 8);
    for (int kind = 0; kind < 6; kind++)
        for (int heads = 1; heads <= 2; heads++)
            for (int layers = 1; layers <= 2; layers++)
                for (int combine = 0; combine < 3; combine++)
                    check_gradients(t, shape_of(kind, combine, heads, layers, 4), 0, 0.0f,
                                    0);
    tiny_free(t);
}

/* Sharing adds the gradients of heads and layers up; groups add their own parameters. */
static void test_network__gradients_shared_and_with_groups(void)
{
    tiny_graph *t = tiny_random(4, 6, 0.6, 8);
    for (int kind = 0; kind < 6; kind++)
        for (int share = 0; share <= REGATTA_SHARE_ALL; share++)
            for (int groups = 0; groups <= 3; groups += 3) {
                const rg_shape shape =
                    with(shape_of(kind, 1, 2, 2, 4), (regatta_share)share, groups);
                check_gradients(t, shape, 1, 0.0f, 0);
                if (share == 0) check_gradients(t, shape, 0, 0.3f, 1);
            }
    tiny_free(t);
}

/* Factors and terms of scores, with and without ages, alone and under a hierarchy. */
static void test_network__gradients_of_dynamic_attention(void)
{
    tiny_graph *t = tiny_random(4, 6, 0.6, 8);
    for (int kind = 0; kind < 6; kind++)
        for (int dynamic = 1; dynamic <= 2; dynamic++) {
            /* fewer corners of leaky ReLUs within a step */
            const int layers = kind < 4 || dynamic == 1 ? 2 : 1;
            rg_shape shape =
                with(shape_of(kind, 1, 2, layers, 4),
                     (regatta_share)(kind % 2 * REGATTA_SHARE_ALL), dynamic == 2 ? 3 : 0);
            shape.dynamic = dynamic;
            check_gradients(t, shape, 1, 0.0f, 0);
            check_gradients(t, shape, 1, 0.3f, 1);
        }
    tiny_free(t);
}

static void test_network__gradients_with_item_graph_and_thinning(void)
{
    tiny_graph *t = tiny_random(4, 5, 0.6, 8);
    for (int kind = 0; kind < 6; kind++)
        /* three layers of leaky ReLUs put corners on both sides of a step */
        for (int layers = 1; layers <= (kind < 4 ? 3 : 2); layers++) {
            check_gradients(t, shape_of(kind, 0, 2, layers, 4), 1, 0.0f, 1);
            check_gradients(t, shape_of(kind, 1, 2, layers, 4), 1, 0.3f, 1);
        }
    tiny_free(t);
}

/* Thinning keeps edges in pairs, scales the rest, depends on (seed, step), ends at 0. */
static void test_network__thin(void)
{
    tiny_graph *t = tiny_random(40, 30, 0.5, 8);
    tiny_network n = tiny_network_make(t, shape_of(0, 0, 1, 1, 4), 1, 1.0, 1);
    const rg_adjacency *adj = n.adj;
    const size_t bytes = (size_t)adj->n_edges * sizeof(float);
    float *first = malloc(bytes);
    CU_ASSERT_PTR_EQUAL(n.net->edge[0], adj->edge_weight);
    rg_network_thin(n.net, 0.25f, 1, 1, 1);
    memcpy(first, n.net->edge[0], bytes);
    int64_t gone = 0;
    for (int64_t e = 0; e < adj->n_edges; e++) {
        CU_ASSERT_EQUAL(first[e], first[adj->reverse[e]]);
        if (first[e] == 0.0f)
            gone++;
        else
            CU_ASSERT(fabsf(first[e] - adj->edge_weight[e] / 0.75f) <= 1e-6f * first[e]);
    }
    const double share = (double)gone / (double)adj->n_edges;
    CU_ASSERT(share > 0.2 && share < 0.3); /* about 650 pairs: deviation 0.017 */
    rg_network_thin(n.net, 0.25f, 1, 2, 3);
    CU_ASSERT_NOT_EQUAL(memcmp(first, n.net->edge[0], bytes), 0);
    rg_network_thin(n.net, 0.25f, 1, 1, 8);
    CU_ASSERT_EQUAL(memcmp(first, n.net->edge[0], bytes), 0);
    rg_network_thin(n.net, 0.0f, 1, 1, 1);
    CU_ASSERT_PTR_EQUAL(n.net->edge[0], adj->edge_weight);
    free(first);
    tiny_network_free(&n);
    tiny_free(t);
}

/* Everything thinned away but by luck: rows without an edge left give zeros, no NaN. */
static void test_network__thinned_rows(void)
{
    tiny_graph *t = tiny_random(5, 6, 0.5, 4);
    for (int kind = 0; kind < 6; kind++) {
        const rg_shape shape = with(shape_of(kind, 0, 2, 2, 4), REGATTA_SHARE_NONE, 2);
        tiny_network n = tiny_network_make(t, shape, 0, 1.0, 1);
        float *dy = random_dy(&n, 3);
        rg_network_thin(n.net, 0.9f, 1, 1, 1);
        rg_network_forward(n.net, n.params, 1);
        tiny_network_backward(&n, dy, 1);
        for (int64_t k = 0; k < n.grad->n_floats; k++)
            CU_ASSERT(isfinite(n.grad->arena[k]));
        free(dy);
        tiny_network_free(&n);
    }
    tiny_free(t);
}

static void run_with(const tiny_graph *t, rg_shape shape, int threads, float **y,
                     float **grad)
{
    tiny_network n = tiny_network_make(t, shape, 1, 0.4, 9);
    const size_t size = (size_t)(n.adj->n_nodes * shape.dim);
    float *dy = random_dy(&n, 6);
    rg_network_thin(n.net, 0.1f, 1, 1, threads);
    rg_network_forward(n.net, n.params, threads);
    tiny_network_backward(&n, dy, threads);
    *y = malloc(size * sizeof **y);
    *grad = malloc((size_t)n.grad->n_floats * sizeof **grad);
    memcpy(*y, n.net->y, size * sizeof **y);
    memcpy(*grad, n.grad->arena, (size_t)n.grad->n_floats * sizeof **grad);
    free(dy);
    tiny_network_free(&n);
}

static void test_network__same_bits_at_any_thread_count(void)
{
    const int threads[3] = {2, 3, 8};
    tiny_graph *t = tiny_random(150, 90, 0.1, 5);
    for (int k = 0; k < 12; k++) {
        rg_shape shape =
            with(shape_of(k / 2, 0, 2, 2, 16), REGATTA_SHARE_NONE, k % 2 ? 7 : 0);
        shape.dynamic = k % 2 ? 2 : 0;
        float *y = NULL, *grad = NULL;
        run_with(t, shape, 1, &y, &grad);
        for (int i = 0; i < 3; i++) {
            float *other_y = NULL, *other_grad = NULL;
            run_with(t, shape, threads[i], &other_y, &other_grad);
            CU_ASSERT_EQUAL(memcmp(y, other_y, 240 * 16 * sizeof *y), 0);
            CU_ASSERT_EQUAL(memcmp(grad, other_grad, 240 * 16 * sizeof *y), 0);
            free(other_y);
            free(other_grad);
        }
        free(y);
        free(grad);
    }
    tiny_free(t);
}

typedef struct making {
    rg_shape shape;
    const rg_adjacency *adj;
    const uint32_t *group;
} making;

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const making *m = arg;
    rg_network *net = NULL;
    const regatta_status status =
        rg_network_create(ctx, &net, &m->shape, m->adj, m->group, 1);
    CU_ASSERT_EQUAL(net == NULL, status != REGATTA_OK);
    rg_network_free(net);
    return rg_end(ctx, status);
}

/* Rows that are not needed are neither made nor read: the others have the same bits. */
static void check_rows(const tiny_graph *t, int kind, int combine, int layers,
                       int64_t n_groups)
{
    const rg_shape shape =
        with(shape_of(kind, combine, 2, layers, 8), REGATTA_SHARE_NONE, n_groups);
    tiny_network all = tiny_network_make(t, shape, 1, 0.4, 9);
    tiny_network some = tiny_network_make(t, shape, 1, 0.4, 9);
    const int64_t n = all.adj->n_nodes;
    const size_t row = 8 * sizeof(float);
    float *dy = random_dy(&all, 6), *partial = random_dy(&all, 6);
    uint8_t *needed = calloc((size_t)n, 1);
    for (int64_t v = 0; v < n; v++) {
        needed[v] = v >= all.adj->n_users || v % 3 == 0;
        for (int64_t k = 0; k < 8 && !needed[v]; k++) {
            dy[v * 8 + k] = 0.0f;
            partial[v * 8 + k] = NAN;
        }
    }
    rg_network_forward(all.net, all.params, 2);
    rg_network_forward_rows(some.net, some.params, needed, 3);
    for (int64_t v = 0; v < n; v++)
        if (needed[v])
            CU_ASSERT_EQUAL(memcmp(all.net->y + v * 8, some.net->y + v * 8, row), 0);
    tiny_network_backward(&all, dy, 2);
    rg_network_backward(some.net, some.grad, some.params, partial, needed, 3);
    for (int64_t k = 0; k < all.grad->n_floats; k++)
        CU_ASSERT(all.grad->arena[k] == some.grad->arena[k]);
    free(dy);
    free(partial);
    free(needed);
    tiny_network_free(&all);
    tiny_network_free(&some);
}

static void test_network__rows_of_a_block(void)
{
    tiny_graph *t = tiny_random(60, 40, 0.2, 7);
    for (int kind = 0; kind < 6; kind++) check_rows(t, kind, kind % 3, 2, kind % 2 * 5);
    check_rows(t, 0, REGATTA_COMBINE_MEAN, 3, 0);
    check_rows(t, 0, REGATTA_COMBINE_MEAN, 1, 0);
    check_rows(t, 0, REGATTA_COMBINE_MEAN, 2, 3);
    tiny_free(t);
}

static void test_network__every_allocation_may_fail(void)
{
    tiny_graph *t = tiny_random(5, 4, 0.5, 1);
    for (int kind = 0; kind < 6; kind++) {
        tiny_network n = tiny_network_make(t, shape_of(kind, 0, 2, 2, 4), 1, 1.0, 1);
        making m = {n.params->shape, n.adj, n.group};
        fault_sweep_memory(attempt, &m);
        m.shape = with(m.shape, REGATTA_SHARE_ALL, 1);
        m.shape.dynamic = 2;
        fault_sweep_memory(attempt, &m);
        tiny_network_free(&n);
    }
    tiny_free(t);
}

static const test_case cases[] = {
    {"by_hand", test_network__by_hand},
    {"starts_from_the_prior", test_network__starts_from_the_prior},
    {"isolated_nodes", test_network__isolated_nodes},
    {"zero_rows", test_network__zero_rows},
    {"large_scores", test_network__large_scores},
    {"gradients", test_network__gradients},
    {"gradients_shared", test_network__gradients_shared_and_with_groups},
    {"gradients_of_dynamic_attention", test_network__gradients_of_dynamic_attention},
    {"gradients_thinned", test_network__gradients_with_item_graph_and_thinning},
    {"thin", test_network__thin},
    {"thinned_rows", test_network__thinned_rows},
    {"same_bits", test_network__same_bits_at_any_thread_count},
    {"rows_of_a_block", test_network__rows_of_a_block},
    {"every_allocation_may_fail", test_network__every_allocation_may_fail},
};

int test_network(void)
{
    return TEST_MAIN("network", cases);
}
