#include "base/rng.h"
#include "gat/attention/aggregate.h"
#include "support/suite.h"
#include "support/tiny_network.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIM = 4 };

static float *random_floats(int64_t n, uint64_t seed)
{
    float *x = calloc((size_t)n, sizeof *x);
    for (int64_t k = 0; k < n; k++)
        x[k] = (float)rg_random_normal(seed, RG_STREAM_TEST, (uint64_t)k);
    return x;
}

/* Differences against sums in double of at most some ten terms near 1. */
static int near(float x, double want)
{
    return fabs((double)x - want) < 1e-5;
}

static void test_aggregate__row_by_hand(void)
{
    const float x[8] = {1.0f, 2.0f, 3.0f, 4.0f, 10.0f, 20.0f, 30.0f, 40.0f};
    const float att[4] = {2.0f, 1.0f, 0.5f, 0.0f}; /* head 0, then head 1 */
    const uint32_t index[2] = {1, 0};
    float out[4], dot[4];
    rg_aggregate_row(out, att, 2, x, index, 2, DIM, 2);
    CU_ASSERT(out[0] == 21.0f && out[1] == 42.0f && out[2] == 15.0f && out[3] == 20.0f);
    rg_aggregate_row(out, att, 0, x, index, 2, DIM, 1);
    CU_ASSERT(out[0] == 21.0f && out[3] == 84.0f);
    rg_aggregate_row(out, att, 2, x, index, 0, DIM, 2);
    CU_ASSERT(out[0] == 0.0f && out[3] == 0.0f);
    rg_aggregate_row_dots(dot, 2, x, x, index, 2, DIM, 2);
    CU_ASSERT(dot[0] == 50.0f && dot[1] == 5.0f && dot[2] == 250.0f && dot[3] == 25.0f);
}

/* The slow obvious version: one edge after another, scattered. */
static void scatter(double *dx, const float *att, const float *g, const rg_adjacency *adj,
                    int heads)
{
    const int64_t width = DIM / heads;
    for (int64_t v = 0; v < adj->n_nodes; v++)
        for (int64_t e = adj->offset[v]; e < adj->offset[v + 1]; e++)
            for (int64_t c = 0; c < DIM; c++)
                dx[(int64_t)adj->target[e] * DIM + c] +=
                    (double)att[c / width * adj->n_edges + e] * (double)g[v * DIM + c];
}

/* `most`: the terms of an element, whose roundings may add up. */
static void check_values(const rg_adjacency *adj, int heads, int block, double most)
{
    const int64_t n = adj->n_nodes * DIM, n_weights = heads * adj->n_edges;
    float *att = random_floats(n_weights, 1), *g = random_floats(n, 2);
    float *dx = random_floats(n, 3);
    double *want = calloc((size_t)n, sizeof *want);
    uint8_t *active = calloc((size_t)adj->n_nodes, 1);
    if (block) memset(g + DIM, 0, (size_t)((adj->n_users - 1) * DIM) * sizeof *g);
    const int64_t count = tiny_active_rows(active, g, adj->n_nodes, DIM);
    CU_ASSERT_EQUAL(count, block ? adj->n_items + 1 : adj->n_nodes);
    scatter(want, att, g, adj, heads);
    const uint8_t *mask = block ? active : NULL;
    rg_aggregate_backward_values(dx, g, mask, att, g, adj, DIM, heads, 0, mask, NULL, 2);
    for (int64_t k = 0; k < n; k++)
        CU_ASSERT(fabs((double)dx[k] - (want[k] + (double)g[k])) < 1e-6 * most);
    free(att);
    free(g);
    free(dx);
    free(want);
    free(active);
}

static void test_aggregate__values_gather_what_a_scatter_gives(void)
{
    tiny_graph *t = tiny_random(7, 6, 0.5, 3);
    const rg_shape shape = {.heads = 1, .layers = 1, .dim = DIM};
    tiny_network n = tiny_network_make(t, shape, 1, 1.0, 1);
    for (int heads = 1; heads <= 4; heads *= 2)
        for (int block = 0; block < 2; block++) check_values(n.adj, heads, block, 10.0);
    tiny_network_free(&n);
    tiny_free(t);
}

/* A row of more neighbours than are collected at a time. */
static void test_aggregate__hub(void)
{
    tiny_graph *t = tiny_random(700, 2, 1.0, 3);
    const rg_shape shape = {.heads = 1, .layers = 1, .dim = DIM};
    tiny_network n = tiny_network_make(t, shape, 0, 1.0, 1);
    check_values(n.adj, 1, 0, 700.0);
    check_values(n.adj, 2, 0, 700.0);
    tiny_network_free(&n);
    tiny_free(t);
}

/* With symmetric weights and no base it is the forward product itself. */
static void test_aggregate__symmetric(void)
{
    tiny_graph *t = tiny_random(7, 6, 0.5, 3);
    const rg_shape shape = {.heads = 1, .layers = 1, .dim = DIM};
    tiny_network n = tiny_network_make(t, shape, 1, 1.0, 1);
    const int64_t size = n.adj->n_nodes * DIM;
    float *x = random_floats(size, 1), *out = random_floats(size, 2);
    float *dx = random_floats(size, 3);
    rg_aggregate_forward(out, n.adj->edge_weight, x, n.adj, DIM, 1, NULL, 2);
    rg_aggregate_backward_values(dx, NULL, NULL, n.adj->edge_weight, x, n.adj, DIM, 1, 1,
                                 NULL, NULL, 3);
    CU_ASSERT_EQUAL(memcmp(out, dx, (size_t)size * sizeof *out), 0);
    free(x);
    free(out);
    free(dx);
    tiny_network_free(&n);
    tiny_free(t);
}

static void test_aggregate__weights(void)
{
    tiny_graph *t = tiny_random(7, 6, 0.5, 3);
    const rg_shape shape = {.heads = 1, .layers = 1, .dim = DIM};
    tiny_network n = tiny_network_make(t, shape, 1, 1.0, 1);
    const rg_adjacency *adj = n.adj;
    const int64_t size = adj->n_nodes * DIM;
    float *x = random_floats(size, 1), *g = random_floats(size, 2);
    float *datt = random_floats(2 * adj->n_edges, 3);
    uint8_t *active = calloc((size_t)adj->n_nodes, 1);
    memset(g, 0, 2 * DIM * sizeof *g);
    tiny_active_rows(active, g, adj->n_nodes, DIM);
    CU_ASSERT(!active[0] && !active[1] && active[2]);
    rg_aggregate_backward_weights(datt, g, x, adj, DIM, 2, active, 2);
    for (int64_t v = 0; v < adj->n_nodes; v++)
        for (int64_t e = adj->offset[v]; e < adj->offset[v + 1]; e++)
            for (int h = 0; h < 2; h++) {
                double sum = 0.0;
                for (int64_t c = 2 * h; c < 2 * h + 2; c++)
                    sum += (double)g[v * DIM + c] *
                           (double)x[(int64_t)adj->target[e] * DIM + c];
                CU_ASSERT(near(datt[h * adj->n_edges + e], sum));
            }
    free(x);
    free(g);
    free(datt);
    free(active);
    tiny_network_free(&n);
    tiny_free(t);
}

static const test_case cases[] = {
    {"row_by_hand", test_aggregate__row_by_hand},
    {"values", test_aggregate__values_gather_what_a_scatter_gives},
    {"hub", test_aggregate__hub},
    {"symmetric", test_aggregate__symmetric},
    {"weights", test_aggregate__weights},
};

int test_aggregate(void)
{
    return TEST_MAIN("aggregate", cases);
}
