#include "base/rng.h"
#include "model/blend.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { C = RG_N_CHANNELS };

/* 100 items: item j has the score j; the 20 best unseen are 75..94, the last five seen.
 */
static void test_blend__scale_by_hand(void)
{
    enum { N = 100 };
    const uint32_t seen[] = {95, 96, 97, 98, 99};
    float row[N], scratch[N];
    for (int j = 0; j < N; j++) row[j] = (float)j;
    const rg_scaling s = rg_blend_scale(row, N, seen, 5, scratch);
    CU_ASSERT_DOUBLE_EQUAL(s.mean, 49.5, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(s.width, 84.5 - 49.5, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(row[0], -49.5 / 35.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(row[84] + row[85], 2.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(row[99], 49.5 / 35.0, 1e-6); /* seen items have a score too */
}

static void test_blend__scale_clips(void)
{
    enum { N = 200 };
    float row[N], scratch[N];
    for (int j = 0; j < N; j++) row[j] = (float)(j % 2);
    row[10] = 50.0f;
    row[20] = -50.0f;
    rg_blend_scale(row, N, NULL, 0, scratch);
    CU_ASSERT_EQUAL(row[10], 4.0f);
    CU_ASSERT_EQUAL(row[20], -2.0f);
    CU_ASSERT(row[0] > -2.0f && row[1] < 4.0f && row[0] < row[1]);
}

static void test_blend__scale_of_rows_that_say_nothing(void)
{
    enum { N = 40 };
    const uint32_t all[] = {0, 1, 2};
    float row[N], scratch[N], three[] = {3, 1, 2};
    for (int j = 0; j < N; j++) row[j] = 7.25f;
    CU_ASSERT_EQUAL(rg_blend_scale(row, N, NULL, 0, scratch).width, 0.0);
    for (int j = 0; j < N; j++) CU_ASSERT_EQUAL(row[j], 0.0f);
    CU_ASSERT_EQUAL(rg_blend_scale(three, 3, all, 3, scratch).width, 0.0);
    CU_ASSERT_EQUAL(three[0], 0.0f); /* nothing is unseen */
}

/* Eight items, the four best seen: the unseen are below the mean of all, and are scaled
 * by their own, 2.5, and the best quarter of four, 4. */
static void test_blend__scale_of_few_items(void)
{
    const uint32_t seen[] = {4, 5, 6, 7};
    float row[] = {1, 2, 3, 4, 10, 10, 10, 10}, scratch[8];
    const rg_scaling s = rg_blend_scale(row, 8, seen, 4, scratch);
    CU_ASSERT_DOUBLE_EQUAL(s.mean, 2.5, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(s.width, 1.5, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(row[3], 1.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(row[0], -1.0, 1e-6);
    CU_ASSERT_EQUAL(row[7], 4.0f); /* 5, clipped */
}

static void random_blend(rg_blend *blend, uint64_t seed, unsigned channels, int gated)
{
    float x[RG_BLEND_FLOATS];
    for (uint64_t k = 0; k < RG_BLEND_FLOATS; k++)
        x[k] = (float)rg_random_normal(seed, RG_STREAM_TEST, k);
    memcpy(blend, x, sizeof *blend);
    for (int a = 0; a < C; a++) blend->on[a] = (channels >> a & 1) != 0;
    blend->gated = (float)gated;
    for (int f = 0; f < RG_GATE_SIDES; f++) {
        blend->gate.low[f] = seed % 5 == 0 && f == 1 ? 2.9f : 0.5f; /* lu is 2.56 */
        blend->gate.high[f] = 3.0f;                                 /* of up to log(42) */
    }
}

/* The gate's output o, from blend.h's words. */
static double slow_gate(const rg_blend *w, const rg_blend_case *x, int o)
{
    const double side[] = {x->log_degree, x->log_history, x->best, x->support};
    if (w->gated == 0.0f || x->log_history < (double)w->gate.low[RG_GATE_HISTORY - C])
        return 0.0;
    double sum = (double)w->gate.out_bias[o];
    for (int k = 0; k < RG_GATE_UNITS; k++) {
        double unit = (double)w->gate.in_bias[k];
        for (int f = 0; f < RG_GATE_INPUTS; f++) {
            double input = f < C && w->on[f] != 0.0f ? x->s[f] : 0.0;
            if (f >= C)
                input = fmin(fmax(side[f - C], (double)w->gate.low[f - C]),
                             (double)w->gate.high[f - C]);
            unit += (double)w->gate.in[f][k] * input;
        }
        sum += (double)w->gate.out[o][k] * fmax(unit, 0.0);
    }
    return sum;
}

/* The formula of blend.h, in double, one item. */
static double slow_score(const rg_blend *w, const rg_blend_case *x)
{
    const double li = x->log_degree, lu = x->log_history;
    double score =
        li * ((double)w->pop + (double)w->pop_user * lu + slow_gate(w, x, RG_N_CHANNELS));
    for (int a = 0; a < C; a++)
        if (w->on[a] != 0.0f) {
            const double gate = slow_gate(w, x, a);
            const double factor = (double)w->base[a] + (double)w->user[a] * lu +
                                  (double)w->item[a] * li + gate;
            score += x->s[a] * (gate != 0.0 ? fmax(factor, 0.0) : factor);
        }
    return score;
}

/* Between the bounds of a scaled row. */
static float drawn(uint64_t index)
{
    const double x = 2.0 * rg_random_normal(8, RG_STREAM_TEST, index);
    return (float)fmin(fmax(x, -2.0), 4.0);
}

enum { N = 300 };

/* Item j of rows that are scaled already. */
static rg_blend_case case_of(float *const *s, const float *side, int j, float lu)
{
    rg_blend_case x = {.log_degree = (double)side[j],
                       .log_history = (double)lu,
                       .best = s[RG_CHANNEL_ITEMS] != NULL ? (double)side[N + j] : 0.0,
                       .support = (double)side[2 * N + j]};
    for (int a = 0; a < C; a++) x.s[a] = s[a] != NULL ? (double)s[a][j] : 0.0;
    return x;
}

/* Every subset of channels, with and without a gate; the row may be one of its inputs;
 * 300 items are more than the 256 that are worked on at once. */
static void test_blend__row_and_factors_against_double(void)
{
    static float rows[C][N], side[3 * N], out[N];
    const float lu = logf(1.0f + 12.0f);
    for (unsigned channels = 1; channels < 1u << C; channels++) {
        rg_blend blend;
        float *s[C];
        rg_scaling as_it_is[C];
        int last = 0;
        random_blend(&blend, channels, channels, channels % 3 != 0);
        for (int a = 0; a < C; a++) {
            s[a] = blend.on[a] != 0.0f ? rows[a] : NULL;
            if (s[a] != NULL) last = a;
            for (uint64_t j = 0; j < N; j++) rows[a][j] = drawn((uint64_t)a * N + j);
            as_it_is[a] = (rg_scaling){.mean = 0.0, .width = 1.0};
        }
        for (int j = 0; j < 3 * N; j++) side[j] = logf(1.0f + (float)(j % 41));
        const float *best = blend.gated != 0.0f ? side + N : NULL;
        rg_blend_raw(out, &blend, s, as_it_is, side, best, side + 2 * N, lu, N);
        for (int j = 0; j < N; j++) {
            double kappa[C];
            const rg_blend_case x = case_of(s, side, j, lu);
            const double right = slow_score(&blend, &x);
            const double pop = rg_blend_factors(kappa, &blend, &x);
            double sum = x.log_degree * pop, size = 1.0 + fabs(sum);
            for (int a = 0; a < C; a++) {
                CU_ASSERT(s[a] != NULL || kappa[a] == 0.0);
                sum += kappa[a] * x.s[a];
                size += fabs(kappa[a] * x.s[a]);
            }
            if (blend.gated != 0.0f) size += 300.0; /* 32 units of 8 inputs, 5 ways */
            CU_ASSERT_DOUBLE_EQUAL(sum, right, 1e-12 * size);
            CU_ASSERT_EQUAL(rg_blend_score(&blend, &x), sum);
            /* Floats: a few dozen terms of that size. */
            CU_ASSERT_DOUBLE_EQUAL(out[j], right, 1e-5 * size);
        }
        rg_blend_raw(rows[last], &blend, s, as_it_is, side, best, side + 2 * N, lu, N);
        CU_ASSERT_EQUAL(memcmp(rows[last], out, sizeof out), 0);
    }
}

static void test_blend__start(void)
{
    const int on[C] = {1, 0, 0, 1};
    rg_blend blend;
    rg_blend_start(&blend, on);
    CU_ASSERT_EQUAL(blend.base[0], 2.0f);
    CU_ASSERT_EQUAL(blend.base[1], 0.0f);
    CU_ASSERT_EQUAL(blend.on[1], 0.0f);
    CU_ASSERT_EQUAL(blend.on[3], 1.0f);
    CU_ASSERT_EQUAL(blend.gated, 0.0f);
    CU_ASSERT_EQUAL(blend.gate.out[0][0], 0.0f);
    CU_ASSERT_EQUAL(sizeof blend, RG_BLEND_FLOATS * sizeof(float));
}

int main(void)
{
    static const test_case cases[] = {
        {"scale by hand", test_blend__scale_by_hand},
        {"clip", test_blend__scale_clips},
        {"flat rows", test_blend__scale_of_rows_that_say_nothing},
        {"few items", test_blend__scale_of_few_items},
        {"row and factors", test_blend__row_and_factors_against_double},
        {"start", test_blend__start},
    };
    return TEST_MAIN("blend", cases);
}
