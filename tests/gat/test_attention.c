/* Scores of every kind by hand, on one user with two items; gradients and golden values
 * of the whole are in test_network.c and test_golden.c. */
#include "gat/attention/attention.h"
#include "gat/attention/attention_cosine.h"
#include "gat/attention/attention_dot.h"
#include "gat/attention/attention_gat.h"
#include "gat/attention/attention_gatv2.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_network.h"
#include <math.h>

/* Node 0 the user, nodes 1 and 2 the items; edges 0>1, 0>2, 1>0, 2>0. */
static tiny_graph *star(void)
{
    const int pair[2][2] = {{0, 0}, {0, 1}};
    return tiny_from_pairs(1, 2, 2, pair, NULL);
}

static tiny_network star_network(const tiny_graph *t)
{
    const rg_shape shape = {.heads = 1, .layers = 1, .dim = 2};
    return tiny_network_make(t, shape, 0, 1.0, 1);
}

static int equal(const float *x, const float *want, int n)
{
    for (int k = 0; k < n; k++)
        if (!(fabsf(x[k] - want[k]) <= 1e-6f * fmaxf(1.0f, fabsf(want[k])))) return 0;
    return 1;
}

static void test_attention__cosine(void)
{
    tiny_graph *t = star();
    tiny_network n = star_network(t);
    const float unit[6] = {0.6f, 0.8f, 1.0f, 0.0f, 0.0f, -1.0f}, beta[1] = {2.0f};
    const float want[4] = {1.2f, -1.6f, 1.2f, -1.6f};
    float score[4];
    rg_cosine_forward(score, unit, beta, n.adj, 2, 1, 1);
    CU_ASSERT(equal(score, want, 4));
    /* ds = 1 on 0>1, 3 on 2>0: t_0 = h_1 + 3 h_2, t_1 = h_0, t_2 = 3 h_0 */
    const float ds[4] = {1.0f, 0.0f, 0.0f, 3.0f};
    const float want_dunit[6] = {2.0f, -6.0f, 1.2f, 1.6f, 3.6f, 4.8f};
    float dunit[6], dbeta[1] = {0.5f}, flip[4];
    double part[4];
    rg_cosine_backward(dunit, dbeta, flip, part, ds, unit, beta, n.adj, 2, 1, 1);
    CU_ASSERT(equal(dunit, want_dunit, 6));
    CU_ASSERT_DOUBLE_EQUAL(dbeta[0], 0.5 + 0.6 - 2.4, 1e-6); /* adds sum ds cos */
    tiny_network_free(&n);
    tiny_free(t);
}

static void test_attention__dot(void)
{
    tiny_graph *t = star();
    tiny_network n = star_network(t);
    const float query[6] = {1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f};
    const float key[6] = {1.0f, 0.0f, 0.0f, 1.0f, 2.0f, 2.0f};
    const float want[4] = {2.0f * 0.5f, 6.0f * 0.5f, 3.0f * 0.5f, 5.0f * 0.5f};
    float score[4], dq[6], dk[6], flip[4];
    rg_dot_forward(score, query, key, 0.5f, n.adj, 2, 1, 1);
    CU_ASSERT(equal(score, want, 4));
    const float ds[4] = {1.0f, 0.0f, 0.0f, 4.0f}; /* on 0>1 and 2>0 */
    const float want_dq[6] = {0.0f, 0.5f, 0.0f, 0.0f, 2.0f, 0.0f};
    const float want_dk[6] = {10.0f, 12.0f, 0.5f, 1.0f, 0.0f, 0.0f};
    rg_dot_backward(dq, dk, flip, ds, query, key, 0.5f, n.adj, 2, 1, 1);
    CU_ASSERT(equal(dq, want_dq, 6));
    CU_ASSERT(equal(dk, want_dk, 6));
    tiny_network_free(&n);
    tiny_free(t);
}

static void test_attention__gat(void)
{
    tiny_graph *t = star();
    tiny_network n = star_network(t);
    const float u[6] = {1.0f, 0.0f, 0.0f, 1.0f, 2.0f, 0.0f};
    const float a[4] = {1.0f, 2.0f, -3.0f, 1.0f};
    /* halves: p = 1, 2, 2; k = -3, 1, -6 */
    const float want[4] = {2.0f, -1.0f, -0.2f, -0.2f};
    float score[4], p[3], k[3], du[6], da[4] = {0.0f}, dp[3], dk[3];
    double part[4];
    rg_gat_forward(score, p, k, u, a, n.adj, 2, 1, 1);
    CU_ASSERT(equal(score, want, 4));
    /* on 0>1 (slope 1) and 0>2 (slope 0.2): dp_0 = 1 + 1, dk_1 = 1, dk_2 = 1 */
    const float ds[4] = {1.0f, 5.0f, 0.0f, 0.0f};
    const float want_du[6] = {2.0f, 4.0f, -3.0f, 1.0f, -3.0f, 1.0f};
    const float want_da[4] = {2.0f, 0.0f, 2.0f, 1.0f};
    rg_gat_backward(du, da, dp, dk, part, ds, p, k, u, a, n.adj, 2, 1, 1);
    CU_ASSERT(equal(du, want_du, 6));
    CU_ASSERT(equal(da, want_da, 4));
    tiny_network_free(&n);
    tiny_free(t);
}

static void test_attention__gatv2(void)
{
    tiny_graph *t = star();
    tiny_network n = star_network(t);
    const float query[6] = {1.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f};
    const float key[6] = {0.0f, 0.0f, 1.0f, -1.0f, -2.0f, 3.0f}, a[2] = {1.0f, 10.0f};
    /* z of 0>1: (2, -1), of 0>2: (-1, 3) */
    const float want[4] = {0.0f, 29.8f, 0.0f, 0.0f};
    float score[4], dq[6], dk[6], da[2] = {0.0f};
    double part[4];
    rg_gatv2_forward(score, query, key, a, n.adj, 2, 1, 1);
    CU_ASSERT(equal(score, want, 4));
    const float ds[4] = {1.0f, 2.0f, 0.0f, 0.0f};
    const float want_dq[6] = {1.4f, 22.0f, 0.0f, 0.0f, 0.0f, 0.0f};
    const float want_dk[6] = {0.0f, 0.0f, 1.0f, 2.0f, 0.4f, 20.0f};
    const float want_da[2] = {2.0f - 0.4f, -0.2f + 6.0f};
    rg_gatv2_backward(dq, dk, da, part, ds, query, key, a, n.adj, 2, 1, 1);
    CU_ASSERT(equal(dq, want_dq, 6));
    CU_ASSERT(equal(dk, want_dk, 6));
    CU_ASSERT(equal(da, want_da, 2));
    tiny_network_free(&n);
    tiny_free(t);
}

/* Longer rows than the partial sums of gatv2's score, and a rest. */
static void test_attention__gatv2_score_of_any_width(void)
{
    float query[21], key[21], a[21];
    for (int k = 0; k < 21; k++) {
        query[k] = sinf((float)k);
        key[k] = cosf(3.0f * (float)k);
        a[k] = 0.1f * (float)(k % 5) - 0.2f;
    }
    for (int width = 1; width <= 21; width++) {
        double want = 0.0;
        for (int k = 0; k < width; k++) {
            const double z = (double)query[k] + (double)key[k];
            want += (double)a[k] * (z > 0.0 ? z : 0.2 * z);
        }
        CU_ASSERT_DOUBLE_EQUAL(rg_gatv2_score(query, key, a, width), want, 1e-6);
    }
}

static void test_attention__shapes(void)
{
    rg_shape s = {.attention = REGATTA_ATTENTION_COSINE, .heads = 4, .dim = 64};
    CU_ASSERT_EQUAL(rg_attention_length(&s), 1.0f);
    CU_ASSERT_EQUAL(rg_attention_parts(&s), 4);
    CU_ASSERT_EQUAL(rg_attention_factor(&s), 1.0f);
    s.attention = REGATTA_ATTENTION_SCALED_DOT;
    CU_ASSERT_EQUAL(rg_attention_length(&s), 8.0f);
    CU_ASSERT_EQUAL(rg_attention_parts(&s), 1);
    CU_ASSERT_EQUAL(rg_attention_factor(&s), 0.25f);
    s.attention = REGATTA_ATTENTION_DOT;
    CU_ASSERT_EQUAL(rg_attention_factor(&s), 1.0f);
}

typedef struct making {
    rg_shape shape;
    const rg_adjacency *adj;
} making;

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const making *m = arg;
    rg_attention *w = NULL;
    const regatta_status status = rg_attention_create(ctx, &w, &m->shape, m->adj, 1);
    CU_ASSERT_EQUAL(w == NULL, status != REGATTA_OK);
    rg_attention_free(w);
    return rg_end(ctx, status);
}

static void test_attention__every_allocation_may_fail(void)
{
    tiny_graph *t = star();
    tiny_network n = star_network(t);
    for (int kind = 1; kind < 6; kind++) {
        making m = {n.params->shape, n.adj};
        m.shape.attention = (regatta_attention)kind;
        fault_sweep_memory(attempt, &m);
    }
    tiny_network_free(&n);
    tiny_free(t);
}

static const test_case cases[] = {
    {"cosine", test_attention__cosine},
    {"dot", test_attention__dot},
    {"gat", test_attention__gat},
    {"gatv2", test_attention__gatv2},
    {"gatv2_score", test_attention__gatv2_score_of_any_width},
    {"shapes", test_attention__shapes},
    {"every_allocation_may_fail", test_attention__every_allocation_may_fail},
};

int test_attention(void)
{
    return TEST_MAIN("attention", cases);
}
