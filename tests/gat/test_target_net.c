#include "base/rng.h"
#include "gat/target/target_net.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { UNITS = RG_NET_UNITS };

static double normal(uint64_t k)
{
    return rg_random_normal(33, RG_STREAM_TEST, k);
}

/* The header's formula in double. */
static double output_of(const rg_target_net *n, const rg_target_item *h, const float *q,
                        double share)
{
    const double side[RG_TARGET_SIDES] = {share, (double)h->place, (double)h->age};
    double o = (double)*n->out_bias;
    for (int k = 0; k < UNITS; k++) {
        double z = (double)n->bias[k];
        for (int p = 0; p < n->width; p++)
            z += (double)h->q[p] * (double)n->own[p * UNITS + k] +
                 (double)q[p] * (double)n->other[p * UNITS + k] +
                 (double)h->q[p] * (double)q[p] * (double)n->product[p * UNITS + k];
        for (int s = 0; s < RG_TARGET_SIDES; s++)
            z += side[s] * (double)n->side[s * UNITS + k];
        o += (double)n->out[k] * fmax(0.0, z);
    }
    return o;
}

/* The network of one item gives the formula, for each width. */
static void test_target_net__formula(void)
{
    static const int widths[] = {0, 1, 8, RG_TARGET_WIDTH};
    for (int w = 0; w < 4; w++) {
        const int width = widths[w];
        float x[RG_TARGET_FLOATS], q[2][RG_TARGET_WIDTH], in[RG_TARGET_WIDTH + 1];
        float unit[UNITS], o;
        rg_target_own room;
        CU_ASSERT(rg_target_floats(width) <= RG_TARGET_FLOATS);
        for (int k = 0; k < RG_TARGET_FLOATS; k++) x[k] = (float)normal((uint64_t)k);
        for (int k = 0; k < RG_TARGET_WIDTH; k++) {
            q[0][k] = (float)normal(9000 + (uint64_t)k);
            q[1][k] = (float)normal(9100 + (uint64_t)k);
        }
        const rg_target_net net = rg_target_net_at(x, width);
        const rg_target_item h = {.q = q[0], .place = 0.7f, .age = -1.3f};
        const rg_net own = rg_target_net_of(&room, &net, &h);
        rg_target_inputs(in, q[1], width, 0.4f);
        rg_kernels_best()->net_forward(&o, unit, in, 1, &own);
        const double right = output_of(&net, &h, q[1], 0.4);
        CU_ASSERT_DOUBLE_EQUAL(o, right, 1e-5 * (50.0 + fabs(right)));
    }
}

/* A network starts with o = 0 and hidden units that are not alike. */
static void test_target_net__start(void)
{
    float x[RG_TARGET_FLOATS], other[RG_TARGET_FLOATS];
    rg_target_start(x, 4, 1);
    rg_target_start(other, 4, 1);
    const rg_target_net net = rg_target_net_at(x, 4);
    CU_ASSERT_EQUAL(memcmp(x, other, (size_t)rg_target_floats(4) * sizeof *x), 0);
    CU_ASSERT_EQUAL(net.out_bias - x, rg_target_floats(4) - 1);
    CU_ASSERT_EQUAL(net.out_bias - x, rg_target_rows(4) * UNITS);
    CU_ASSERT_EQUAL(*net.out_bias, 0.0f);
    for (int k = 0; k < UNITS; k++) {
        CU_ASSERT_EQUAL(net.out[k], 0.0f);
        CU_ASSERT(net.bias[k] != net.bias[(k + 1) % UNITS]);
    }
    rg_target_start(other, 4, 2);
    CU_ASSERT(memcmp(x, other, sizeof *x) != 0);
}

static void test_target_net__share(void)
{
    CU_ASSERT_EQUAL(rg_target_share(0.0f, 0.0f), 0.0f); /* not 0 / 0 */
    CU_ASSERT_EQUAL(rg_target_share(2.0f, 2.0f), 0.5f);
    CU_ASSERT_EQUAL(rg_target_share(-6.0f, 2.0f), -0.75f);
    CU_ASSERT_EQUAL(rg_target_share(1e-30f, 0.0f), 1.0f);
}

int test_target_net(void)
{
    static const test_case cases[] = {
        {"formula", test_target_net__formula},
        {"start", test_target_net__start},
        {"share", test_target_net__share},
    };
    return TEST_MAIN("target_net", cases);
}
