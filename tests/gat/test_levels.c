#include "gat/attention/levels.h"
#include "support/suite.h"
#include "support/tiny_network.h"
#include <math.h>
#include <string.h>

static int near(double x, double y)
{
    return fabs(x - y) < 1e-6;
}

/* Three items of weights .5, .3, .2 in two groups {0, 1} and {2}. */
static void weigh(float out[3], rg_level_row row)
{
    static const float att[3] = {0.4f, 0.4f, 0.2f}, q[3] = {0.5f, 0.3f, 0.2f};
    static const uint32_t pair[3] = {0, 0, 1};
    float mass[2], factor[2];
    row.att = att;
    row.edge_weight = q;
    row.pair = pair;
    row.n = 3;
    row.n_pairs = 2;
    row.keep = rg_level_keep(q, 3);
    row.mass = mass;
    row.factor = factor;
    rg_level_row_weights(out, &row);
    CU_ASSERT(near((double)mass[0], 0.8) && near((double)mass[1], 0.2));
}

static void test_levels__by_hand(void)
{
    const float cosine[2] = {0.5f, -0.5f};
    float out[3];
    /* groups alone: .8 e : .2 1/e, in shares of the group */
    weigh(out, (rg_level_row){.cosine = cosine, .gamma = 2.0f, .level = {0, 1, 0}});
    const double first = 0.8 * exp(1.0), second = 0.2 * exp(-1.0);
    CU_ASSERT(near((double)out[0], 0.5 * first / (first + second)));
    CU_ASSERT(near((double)out[1], 0.5 * first / (first + second)));
    CU_ASSERT(near((double)out[2], second / (first + second)));
    /* delta 1 squares the shares of groups, -1 makes groups equal */
    weigh(out, (rg_level_row){.cosine = cosine, .delta = 1.0f, .level = {0, 1, 0}});
    CU_ASSERT(near((double)out[2], 0.04 / 0.68));
    weigh(out, (rg_level_row){.cosine = cosine, .delta = -1.0f, .level = {0, 1, 0}});
    CU_ASSERT(near((double)out[0], 0.25) && near((double)out[2], 0.5));
    /* half the items' attention, half the edge weights */
    weigh(out, (rg_level_row){.cosine = cosine, .level = {0.5f, 0, 0.5f}});
    CU_ASSERT(near((double)out[0], 0.45) && near((double)out[1], 0.35));
}

/* Groups whose edges are all dropped take no part. */
static void test_levels__dropped_group(void)
{
    const float att[2] = {0.0f, 0.5f}, cosine[2] = {1.0f, 0.0f};
    const uint32_t pair[2] = {0, 1};
    float out[2], mass[2], factor[2];
    const rg_level_row row = {.att = att,
                              .edge_weight = att,
                              .keep = 0.5,
                              .pair = pair,
                              .n = 2,
                              .n_pairs = 2,
                              .cosine = cosine,
                              .gamma = 50.0f,
                              .delta = -3.0f,
                              .level = {0.2f, 0.5f, 0.3f},
                              .mass = mass,
                              .factor = factor};
    rg_level_row_weights(out, &row);
    CU_ASSERT(out[0] == 0.0f && near((double)out[1], 0.5));
}

static void test_levels__shares(void)
{
    const float level[6] = {0.0f, 800.0f, 1.0f, 0.0f, 0.0f, 0.0f};
    float share[RG_N_LEVELS];
    rg_level_shares(share, level, 0, 2);
    const double sum = 2.0 + exp(1.0);
    CU_ASSERT(near((double)share[0], 1.0 / sum) &&
              near((double)share[1], exp(1.0) / sum));
    rg_level_shares(share, level, 1, 2);
    CU_ASSERT(share[RG_LEVEL_ITEMS] == 1.0f && share[RG_LEVEL_WHOLE] == 0.0f);
}

/* At the start a hierarchy changes nothing, whatever the kind of attention. */
static void test_levels__start_at_the_plain_sum(void)
{
    tiny_graph *t = tiny_random(9, 8, 0.5, 4);
    for (int kind = 0; kind <= REGATTA_ATTENTION_GATV2; kind++) {
        rg_shape shape = {
            .attention = (regatta_attention)kind, .heads = 2, .layers = 2, .dim = 8};
        tiny_network plain = tiny_network_make(t, shape, 1, 1.0, 1);
        shape.n_groups = 3;
        tiny_network tree = tiny_network_make(t, shape, 1, 1.0, 1);
        rg_params_start(plain.params, 5);
        rg_params_start(tree.params, 5);
        rg_network_forward(plain.net, plain.params, 1);
        rg_network_forward(tree.net, tree.params, 1);
        for (int64_t k = 0; k < 17 * 8; k++)
            CU_ASSERT(near((double)plain.net->y[k], (double)tree.net->y[k]));
        tiny_network_free(&plain);
        tiny_network_free(&tree);
    }
    tiny_free(t);
}

/* A row keeps its sum, whatever the parameters. */
static void test_levels__rows_keep_their_sum(void)
{
    tiny_graph *t = tiny_random(9, 8, 0.5, 4);
    const rg_shape shape = {.attention = REGATTA_ATTENTION_COSINE,
                            .heads = 2,
                            .layers = 1,
                            .dim = 8,
                            .n_groups = 3};
    tiny_network n = tiny_network_make(t, shape, 1, 2.0, 1);
    rg_network_forward(n.net, n.params, 1);
    for (int64_t v = 0; v < n.adj->n_nodes; v++)
        for (int h = 0; h < 2; h++) {
            double sum = 0.0, keep = 0.0;
            for (int64_t e = n.adj->offset[v]; e < n.adj->offset[v + 1]; e++) {
                sum += (double)n.net->edge[0][h * n.adj->n_edges + e];
                keep += (double)n.adj->edge_weight[e];
            }
            CU_ASSERT(fabs(sum - keep) <= 1e-6 * keep);
        }
    tiny_network_free(&n);
    tiny_free(t);
}

static const test_case cases[] = {
    {"by_hand", test_levels__by_hand},
    {"dropped_group", test_levels__dropped_group},
    {"shares", test_levels__shares},
    {"start_at_the_plain_sum", test_levels__start_at_the_plain_sum},
    {"rows_keep_their_sum", test_levels__rows_keep_their_sum},
};

int test_levels(void)
{
    return TEST_MAIN("levels", cases);
}
