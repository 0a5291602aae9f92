#include "base/ctx.h"
#include "base/rng.h"
#include "model/blend.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_blend.h"
#include <math.h>
#include <string.h>

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

/* Every number is drawn; the sides have bounds that some numbers are beyond. */
static rg_blend *drawn_blend(int n, uint64_t seed, unsigned channels, int gated)
{
    rg_blend *blend = random_blend(n, seed);
    for (int a = 0; a < n; a++) blend->on[a] = (channels >> a & 1) != 0;
    *blend->gated = (float)gated;
    for (int f = 0; f < RG_GATE_SIDES; f++) {
        blend->gate.low[f] = seed % 5 == 0 && f == 1 ? 2.9f : 0.5f; /* lu is 2.56 */
        blend->gate.high[f] = 3.0f;                                 /* of up to log(42) */
    }
    return blend;
}

/* The gate's output o, from blend.h's words. */
static double slow_gate(const rg_blend *w, const rg_blend_case *x, int o)
{
    const int n = w->n;
    const double side[] = {x->log_degree, x->log_history, x->best, x->support};
    if (*w->gated == 0.0f || x->log_history < (double)w->gate.low[RG_GATE_HISTORY])
        return 0.0;
    double sum = (double)w->gate.out_bias[o];
    for (int k = 0; k < RG_GATE_UNITS; k++) {
        double unit = (double)w->gate.in_bias[k];
        for (int f = 0; f < n + RG_GATE_SIDES; f++) {
            double input = f < n && w->on[f] != 0.0f ? x->s[f] : 0.0;
            if (f >= n)
                input = fmin(fmax(side[f - n], (double)w->gate.low[f - n]),
                             (double)w->gate.high[f - n]);
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
        li * ((double)*w->pop + (double)*w->pop_user * lu + slow_gate(w, x, w->n));
    for (int a = 0; a < w->n; a++)
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
static rg_blend_case case_of(const rg_blend *blend, float *const *s, const float *side,
                             int j, float lu)
{
    rg_blend_case x = {.log_degree = (double)side[j],
                       .log_history = (double)lu,
                       .best = s[blend->evidence] != NULL ? (double)side[N + j] : 0.0,
                       .support = (double)side[2 * N + j]};
    for (int a = 0; a < blend->n; a++) x.s[a] = s[a] != NULL ? (double)s[a][j] : 0.0;
    return x;
}

/* out[N], factors and scores of one blend against the formula. */
static void check_items(const rg_blend *blend, const float *out, float *const *s,
                        const float *side, float lu)
{
    for (int j = 0; j < N; j++) {
        double kappa[RG_MAX_CHANNELS];
        const rg_blend_case x = case_of(blend, s, side, j, lu);
        const double right = slow_score(blend, &x);
        const double pop = rg_blend_factors(kappa, blend, &x);
        double sum = x.log_degree * pop, size = 1.0 + fabs(sum);
        for (int a = 0; a < blend->n; a++) {
            CU_ASSERT(s[a] != NULL || kappa[a] == 0.0);
            sum += kappa[a] * x.s[a];
            size += fabs(kappa[a] * x.s[a]);
        }
        /* 32 units of n + 4 inputs, n + 1 ways */
        if (*blend->gated != 0.0f) size += 12.0 * (blend->n + 4.0) * (blend->n + 1.0);
        CU_ASSERT_DOUBLE_EQUAL(sum, right, 1e-12 * size);
        CU_ASSERT_EQUAL(rg_blend_score(blend, &x), sum);
        /* Floats: a few dozen terms of that size. */
        CU_ASSERT_DOUBLE_EQUAL(out[j], right, 1e-5 * size);
    }
}

/* The row may be one of its inputs; 300 items are more than the 256 that are worked on at
 * once. */
static void check_blend(int n, unsigned channels, uint64_t seed)
{
    static float rows[RG_MAX_CHANNELS][N], side[3 * N], out[N];
    const float lu = logf(1.0f + 12.0f);
    float *s[RG_MAX_CHANNELS];
    rg_scaling as_it_is[RG_MAX_CHANNELS];
    rg_blend *blend = drawn_blend(n, seed, channels, seed % 3 != 0);
    int last = 0;
    for (int a = 0; a < n; a++) {
        s[a] = blend->on[a] != 0.0f ? rows[a] : NULL;
        if (s[a] != NULL) last = a;
        for (uint64_t j = 0; j < N; j++) rows[a][j] = drawn((uint64_t)a * N + j);
        as_it_is[a] = (rg_scaling){.mean = 0.0, .width = 1.0};
    }
    for (int j = 0; j < 3 * N; j++) side[j] = logf(1.0f + (float)(j % 41));
    const float *best = *blend->gated != 0.0f ? side + N : NULL;
    rg_blend_raw(out, blend, s, as_it_is, side, best, side + 2 * N, lu, N);
    check_items(blend, out, s, side, lu);
    rg_blend_raw(rows[last], blend, s, as_it_is, side, best, side + 2 * N, lu, N);
    CU_ASSERT_EQUAL(memcmp(rows[last], out, sizeof out), 0);
    rg_blend_free(blend);
}

/* Every subset of few channels and some of many, with and without a gate. */
static void test_blend__row_and_factors_against_double(void)
{
    const int sizes[] = {1, 2, 3, 4, 5, 7, 16};
    for (int k = 0; k < 7; k++) {
        const unsigned all = (1u << sizes[k]) - 1, step = sizes[k] < 16 ? 1 : 2741;
        for (unsigned channels = 1; channels < all; channels += step)
            check_blend(sizes[k], channels, channels);
        for (uint64_t seed = 1; seed <= 5; seed++) check_blend(sizes[k], all, seed);
    }
}

/* A gate of a blend without an evidence channel reads 0 for best. */
static void test_blend__no_evidence(void)
{
    rg_blend *from = drawn_blend(3, 4, 7, 1), *blend = NULL;
    float x[3] = {0.5f, -1.0f, 2.0f}, degree = 1.5f, best = 9.0f, support = 0.0f, out;
    float *row[] = {&x[0], &x[1], &x[2]};
    const rg_scaling as_it_is[3] = {{0.0, 1.0}, {0.0, 1.0}, {0.0, 1.0}};
    rg_blend_case seen = {.s = {0.5, -1.0, 2.0}, .log_degree = 1.5, .log_history = 2.0};
    CU_ASSERT_EQUAL_FATAL(rg_blend_create(rg_mem_default(), &blend, 3, -1), REGATTA_OK);
    memcpy(blend->x, from->x, (size_t)rg_blend_floats(3) * sizeof *blend->x);
    rg_blend_raw(&out, blend, row, as_it_is, &degree, &best, &support, 2.0f, 1);
    CU_ASSERT_DOUBLE_EQUAL(out, slow_score(blend, &seen), 1e-3);
    seen.best = 9.0;
    CU_ASSERT(fabs((double)out - slow_score(blend, &seen)) > 0.1);
    rg_blend_free(blend);
    rg_blend_free(from);
}

/* The order of the floats in files: base, user, item, pop, pop_user, on, gated, in,
 * in_bias, out, out_bias, low, high. */
static void test_blend__layout(void)
{
    rg_blend *blend = tiny_blend(4, NULL);
    CU_ASSERT_EQUAL(rg_blend_floats(4), 4 * 4 + 3 + 32 * (8 + 1 + 5) + 5 + 2 * 4);
    for (int64_t k = 0; k < rg_blend_floats(4); k++) blend->x[k] = (float)k;
    CU_ASSERT_EQUAL(blend->base[0], 0.0f);
    CU_ASSERT_EQUAL(blend->user[3], 7.0f);
    CU_ASSERT_EQUAL(blend->item[3], 11.0f);
    CU_ASSERT_EQUAL(*blend->pop, 12.0f);
    CU_ASSERT_EQUAL(*blend->pop_user, 13.0f);
    CU_ASSERT_EQUAL(blend->on[3], 17.0f);
    CU_ASSERT_EQUAL(*blend->gated, 18.0f);
    CU_ASSERT_EQUAL(blend->gate.in[7][31], 19.0f + 8 * 32 - 1);
    CU_ASSERT_EQUAL(blend->gate.in_bias[0], 19.0f + 8 * 32);
    CU_ASSERT_EQUAL(blend->gate.out[4][31], 19.0f + 14 * 32 - 1);
    CU_ASSERT_EQUAL(blend->gate.out_bias[4], 19.0f + 14 * 32 + 4);
    CU_ASSERT_EQUAL(blend->gate.low[3], 19.0f + 14 * 32 + 8);
    CU_ASSERT_EQUAL(blend->gate.high[3], 19.0f + 14 * 32 + 12);
    rg_blend_free(blend);
}

static void test_blend__start(void)
{
    const int on[] = {1, 0, 0, 1};
    rg_blend *blend = random_blend(4, 3);
    rg_blend_start(blend, on, tiny_start);
    CU_ASSERT_EQUAL(blend->base[0], 2.0f);
    CU_ASSERT_EQUAL(blend->base[1], 0.0f);
    CU_ASSERT_EQUAL(blend->on[1], 0.0f);
    CU_ASSERT_EQUAL(blend->on[3], 1.0f);
    CU_ASSERT_EQUAL(blend->base[3], 0.3f);
    CU_ASSERT_EQUAL(*blend->gated, 0.0f);
    CU_ASSERT_EQUAL(blend->gate.out[0][0], 0.0f);
    rg_blend_free(blend);
}

/* A blend of some channels has the scores of one in which the others are off. */
static void test_blend__pack(void)
{
    const int keep[] = {0, 1, 0, 1, 1};
    rg_blend *all = drawn_blend(5, 6, 26, 1), *packed = NULL;
    float x[5] = {0.5f, -1.0f, 2.0f, 0.25f, 1.5f}, side[] = {1.5f, 0.7f, 1.1f};
    float *row[] = {&x[0], &x[1], &x[2], &x[3], &x[4]}, out[2];
    const rg_scaling as_it_is[5] = {
        {0.0, 0.0}, {0.0, 1.0}, {0.0, 0.0}, {0.0, 1.0}, {0.0, 1.0}};
    rg_blend_case seen = {.s = {0.5, -1.0, 2.0, 0.25, 1.5},
                          .log_degree = 1.5,
                          .log_history = 2.0,
                          .best = 0.7,
                          .support = 1.1};
    CU_ASSERT_EQUAL_FATAL(rg_blend_pack(rg_mem_default(), &packed, all, keep),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(packed->n, 3);
    CU_ASSERT_EQUAL(packed->number[0], 1);
    CU_ASSERT_EQUAL(packed->number[2], 4);
    CU_ASSERT_EQUAL(packed->evidence, all->evidence);
    CU_ASSERT_EQUAL(packed->base[1], all->base[3]);
    CU_ASSERT_EQUAL(rg_blend_score(packed, &seen), rg_blend_score(all, &seen));
    for (int k = 0; k < 2; k++)
        rg_blend_raw(&out[k], k == 0 ? all : packed, row, as_it_is, &side[0], &side[1],
                     &side[2], 2.0f, 1);
    CU_ASSERT_EQUAL(out[0], out[1]);
    rg_blend_free(all);
    rg_blend_free(packed);
}

/* Packing undoes spreading, and what was not there is zero. */
static void test_blend__spread(void)
{
    rg_blend *all = random_blend(5, 6), *packed = NULL, *again = NULL, *to = NULL;
    const int keep[RG_MAX_CHANNELS] = {0, 1, 0, 1, 1};
    CU_ASSERT_EQUAL_FATAL(rg_blend_pack(rg_mem_default(), &packed, all, keep),
                          REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_blend_create(rg_mem_default(), &to, 6, all->evidence),
                          REGATTA_OK);
    for (int64_t k = 0; k < rg_blend_floats(6); k++) to->x[k] = 7.0f;
    rg_blend_spread(to, packed);
    CU_ASSERT_EQUAL(to->base[3], all->base[3]);
    CU_ASSERT_EQUAL(to->base[0], 0.0f);
    CU_ASSERT_EQUAL(to->on[5], 0.0f);
    CU_ASSERT_EQUAL(*to->pop, *all->pop);
    CU_ASSERT_EQUAL_FATAL(rg_blend_pack(rg_mem_default(), &again, to, keep), REGATTA_OK);
    CU_ASSERT_EQUAL(
        memcmp(again->x, packed->x, (size_t)(rg_blend_floats(3) + 3) * sizeof *packed->x),
        0);
    rg_blend_free(all);
    rg_blend_free(packed);
    rg_blend_free(again);
    rg_blend_free(to);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const int keep[RG_MAX_CHANNELS] = {0, 1, 1};
    rg_blend *copy = NULL;
    const regatta_status status = rg_blend_pack(ctx->mem, &copy, arg, keep);
    CU_ASSERT_EQUAL(copy == NULL, status != REGATTA_OK);
    rg_blend_free(copy);
    return rg_end(ctx, status);
}

static void test_blend__memory(void)
{
    rg_blend *blend = random_blend(RG_MAX_CHANNELS, 8);
    fault_sweep_memory(attempt, blend);
    rg_blend_free(blend);
    rg_blend_free(NULL);
}

int test_blend(void)
{
    static const test_case cases[] = {
        {"scale by hand", test_blend__scale_by_hand},
        {"clip", test_blend__scale_clips},
        {"flat rows", test_blend__scale_of_rows_that_say_nothing},
        {"few items", test_blend__scale_of_few_items},
        {"row and factors", test_blend__row_and_factors_against_double},
        {"no evidence", test_blend__no_evidence},
        {"layout", test_blend__layout},
        {"pack", test_blend__pack},
        {"spread", test_blend__spread},
        {"start", test_blend__start},
        {"memory", test_blend__memory},
    };
    return TEST_MAIN("blend", cases);
}
