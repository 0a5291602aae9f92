#include "base/rng.h"
#include "gat/attention/edge_softmax.h"
#include "support/gradcheck.h"
#include "support/suite.h"
#include <math.h>

/* Rows of 2, 0, 1 and 3 edges. */
static const int64_t offset[5] = {0, 2, 2, 3, 6};
static const float edge_weight[6] = {0.25f, 0.75f, 0.5f, 0.2f, 0.0f, 0.6f};

/* exp(log 3) = 3: weights 1/4 and 9/4 of a sum of 1, that is 0.1 and 0.9. */
static void test_edge_softmax__by_hand(void)
{
    const float score[6] = {0.0f, logf(3.0f), -7.0f, 1.0f, 50.0f, 1.0f};
    float att[6];
    rg_edge_softmax_forward(att, score, edge_weight, offset, 4, 1);
    CU_ASSERT_DOUBLE_EQUAL(att[0], 0.1, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(att[1], 0.9, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(att[2], 0.5, 1e-6); /* one edge keeps its edge weight */
    CU_ASSERT_DOUBLE_EQUAL(att[3], 0.2, 1e-6); /* equal scores keep it, too */
    CU_ASSERT_EQUAL(att[4], 0.0f);             /* thinned, whatever its score */
    CU_ASSERT_DOUBLE_EQUAL(att[5], 0.6, 1e-6);
}

static void test_edge_softmax__backward_by_hand(void)
{
    /* a = (0.1, 0.9), da = (1, 2), c = 1: mean 1.9 */
    const float att[6] = {0.1f, 0.9f, 0.5f, 0.2f, 0.0f, 0.6f};
    float grad[6] = {1.0f, 2.0f, 5.0f, 1.0f, 9.0f, 1.0f};
    rg_edge_softmax_backward(grad, grad, att, edge_weight, offset, 4, 1);
    CU_ASSERT_DOUBLE_EQUAL(grad[0], -0.09, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(grad[1], 0.09, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(grad[2], 0.0, 1e-6); /* one edge cannot shift weight */
    CU_ASSERT_DOUBLE_EQUAL(grad[3], 0.0, 1e-6);
    CU_ASSERT_EQUAL(grad[4], 0.0f);
    CU_ASSERT_DOUBLE_EQUAL(grad[5], 0.0, 1e-6);
}

static void test_edge_softmax__scores_near_200(void)
{
    const float score[6] = {200.0f, 199.0f, -200.0f, 200.0f, 0.0f, -200.0f};
    float att[6];
    rg_edge_softmax_forward(att, score, edge_weight, offset, 4, 1);
    const double e = exp(1.0);
    CU_ASSERT_DOUBLE_EQUAL(att[0], 0.25 * e / (0.25 * e + 0.75), 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(att[2], 0.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(att[3], 0.8, 1e-6);
    CU_ASSERT_EQUAL(att[5], 0.0f);
}

static void test_edge_softmax__row_thinned_away(void)
{
    const float none[2] = {0.0f, 0.0f}, score[2] = {3.0f, 4.0f};
    float att[2] = {7.0f, 7.0f}, grad[2] = {1.0f, 2.0f};
    rg_edge_softmax_row(att, score, none, 2);
    CU_ASSERT(att[0] == 0.0f && att[1] == 0.0f);
    const int64_t one_row[2] = {0, 2};
    rg_edge_softmax_backward(grad, grad, att, none, one_row, 1, 1);
    CU_ASSERT(grad[0] == 0.0f && grad[1] == 0.0f);
    rg_edge_softmax_row(NULL, NULL, NULL, 0);
}

typedef struct probe {
    float score[6], datt[6];
} probe;

static double loss_of(void *state)
{
    const probe *p = state;
    float att[6];
    double sum = 0.0;
    rg_edge_softmax_forward(att, p->score, edge_weight, offset, 4, 1);
    for (int e = 0; e < 6; e++) sum += (double)att[e] * (double)p->datt[e];
    return sum;
}

static void test_edge_softmax__gradient(void)
{
    probe p;
    float att[6], grad[6];
    for (uint64_t e = 0; e < 6; e++) {
        p.score[e] = (float)rg_random_normal(1, RG_STREAM_TEST, e);
        p.datt[e] = (float)rg_random_normal(2, RG_STREAM_TEST, e);
    }
    rg_edge_softmax_forward(att, p.score, edge_weight, offset, 4, 1);
    rg_edge_softmax_backward(grad, p.datt, att, edge_weight, offset, 4, 1);
    CU_ASSERT(gradcheck(p.score, grad, 6, 4e-3, 0, loss_of, &p) < 2e-3);
}

static const test_case cases[] = {
    {"by_hand", test_edge_softmax__by_hand},
    {"backward_by_hand", test_edge_softmax__backward_by_hand},
    {"scores_near_200", test_edge_softmax__scores_near_200},
    {"row_thinned_away", test_edge_softmax__row_thinned_away},
    {"gradient", test_edge_softmax__gradient},
};

int test_edge_softmax(void)
{
    return TEST_MAIN("edge_softmax", cases);
}
