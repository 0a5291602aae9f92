#include "fit/blend/ranker.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include "support/tiny_blend.h"
#include "support/tiny_samples.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { C = 4 };
static const int ALL[RG_MAX_CHANNELS] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

/* A weighing worth finding: all kinds of terms. */
static rg_blend *planted_blend(int n)
{
    const float base[RG_MAX_CHANNELS] = {1.0f, 0.5f, -0.5f, 0.25f};
    rg_blend *b = tiny_blend(n, base);
    b->user[0] = 0.3f;
    if (n > 1) b->item[1] = 0.4f;
    *b->pop = 0.5f;
    return b;
}

static rg_samples *samples_of_n(regatta_ctx *ctx, int n, int64_t n_users, const int *on)
{
    rg_samples *o = NULL;
    rg_blend *planted = planted_blend(n);
    CU_ASSERT_EQUAL_FATAL(tiny_samples(ctx, &o, n_users, 12, on, planted, 5), REGATTA_OK);
    rg_blend_free(planted);
    return o;
}

static rg_samples *samples_of(regatta_ctx *ctx, int64_t n_users, const int *on)
{
    return samples_of_n(ctx, C, n_users, on);
}

/* What ranker.h minimises, from its words alone: the slow way, through rg_blend_score.
 * var[] is the variance of each number's feature over the sample. */
static double feature(const rg_samples *o, int64_t u, int64_t e, int number)
{
    const rg_blend_case seen = rg_samples_case(o, u, e);
    rg_blend *unit = tiny_blend(C, NULL);
    unit->x[number] = 1.0f;
    const double score = rg_blend_score(unit, &seen);
    rg_blend_free(unit);
    return score;
}

enum { N_NUMBERS = 3 * C + 2 }; /* what comes before `on` and the gate */

static double variance(const rg_samples *o, int number)
{
    double mean = 0.0, square = 0.0;
    for (int64_t u = 0; u < o->n_users; u++)
        for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
            const double f = feature(o, u, e, number);
            mean += f / (double)o->n_samples;
            square += f * f / (double)o->n_samples;
        }
    return square - mean * mean;
}

static double objective(const rg_samples *o, const double *w, const double *anchor,
                        const double *var, double l2)
{
    double loss = 0.0, pull = 0.0, z[64];
    int64_t n_users = 0;
    for (int64_t u = 0; u < o->n_users; u++) {
        double sum = 0.0, label = 0.0;
        int64_t n_positive = 0;
        for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
            double *at = &z[e - o->offset[u]];
            *at = 0.0;
            for (int k = 0; k < N_NUMBERS; k++)
                if (w[k] != 0.0) *at += w[k] * feature(o, u, e, k);
            sum += exp(*at);
            if (!o->label[e]) continue;
            label += *at;
            n_positive++;
        }
        if (n_positive == 0) continue;
        n_users++;
        loss += log(sum) - label / (double)n_positive;
    }
    for (int k = 0; k < N_NUMBERS; k++)
        pull += 0.5 * l2 * var[k] * (w[k] - anchor[k]) * (w[k] - anchor[k]);
    return loss / (double)n_users + pull;
}

static void numbers_of(double *w, const rg_blend *blend)
{
    for (int k = 0; k < N_NUMBERS; k++) w[k] = (double)blend->x[k];
}

/* The start weights times the factor (of the ranker's grid) that fits best. */
static void find_anchor(const rg_samples *o, double *anchor)
{
    const double nothing[N_NUMBERS] = {0.0};
    double start[N_NUMBERS], best = (double)INFINITY;
    rg_blend *blend = tiny_blend(C, tiny_start);
    numbers_of(start, blend);
    rg_blend_free(blend);
    for (double factor = 0.25; factor < 40.0; factor *= 1.2) {
        double w[N_NUMBERS];
        for (int k = 0; k < N_NUMBERS; k++) w[k] = factor * start[k];
        const double value = objective(o, w, nothing, nothing, 0.0);
        if (!(value < best)) continue;
        best = value;
        memcpy(anchor, w, sizeof w);
    }
}

/* Central differences of the objective, in double, at what the fit found (in float): zero
 * to what rounding the weights moves it. */
static void test_ranker__gradient_is_zero_at_the_optimum(void)
{
    regatta_ctx *ctx = context_of(2);
    rg_samples *o = samples_of(ctx, 40, ALL);
    const double l2 = 0.05, h = 1e-4;
    double w[N_NUMBERS], var[N_NUMBERS], anchor[N_NUMBERS];
    rg_blend *found = tiny_blend(C, NULL);
    o->label[7] = 1;                               /* a user who took two */
    for (int e = 12; e < 24; e++) o->label[e] = 0; /* and one who took none */
    CU_ASSERT_EQUAL(rg_ranker_fit(ctx, found, o, NULL, ALL, tiny_start, l2), REGATTA_OK);
    numbers_of(w, found);
    for (int k = 0; k < N_NUMBERS; k++) var[k] = variance(o, k);
    find_anchor(o, anchor);
    for (int k = 0; k < N_NUMBERS; k++) {
        const double at = w[k];
        w[k] = at + h;
        const double above = objective(o, w, anchor, var, l2);
        w[k] = at - h;
        const double below = objective(o, w, anchor, var, l2);
        w[k] = at;
        CU_ASSERT_DOUBLE_EQUAL((above - below) / (2.0 * h), 0.0, 1e-4);
    }
    CU_ASSERT_EQUAL(*found->gated, 0.0f);
    rg_blend_free(found);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* 6000 draws from the planted softmax: weights come back to a few hundredths (their
 * deviation is about 1 / sqrt(6000 var)). */
static void test_ranker__recovers_what_was_planted(void)
{
    regatta_ctx *ctx = context_of(2);
    rg_samples *o = samples_of(ctx, 6000, ALL);
    rg_blend *planted = planted_blend(C), *found = tiny_blend(C, NULL);
    double right[N_NUMBERS], w[N_NUMBERS];
    CU_ASSERT_EQUAL(rg_ranker_fit(ctx, found, o, NULL, ALL, tiny_start, 1e-6),
                    REGATTA_OK);
    numbers_of(right, planted);
    numbers_of(w, found);
    for (int k = 0; k < N_NUMBERS; k++) CU_ASSERT_DOUBLE_EQUAL(w[k], right[k], 0.2);
    /* Only channels asked for. */
    const int two[C] = {1, 0, 1, 0};
    CU_ASSERT_EQUAL(rg_ranker_fit(ctx, found, o, NULL, two, tiny_start, 1e-3),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(found->on[1], 0.0f);
    CU_ASSERT_EQUAL(found->base[1], 0.0f);
    CU_ASSERT(found->base[0] > 0.5f && found->base[2] < -0.2f);
    rg_blend_free(planted);
    rg_blend_free(found);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* Without labels the weights stay in the proportions of the start. */
static void test_ranker__nothing_to_learn_from(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 8, ALL);
    rg_blend *found = tiny_blend(C, NULL), *anchor = tiny_blend(C, NULL);
    memset(o->label, 0, (size_t)o->n_samples); /* nobody took anything */
    CU_ASSERT_EQUAL(rg_ranker_fit(ctx, found, o, NULL, ALL, tiny_start, 0.1), REGATTA_OK);
    for (int a = 0; a < C; a++) {
        CU_ASSERT_DOUBLE_EQUAL(found->base[a] / found->base[0],
                               tiny_start[a] / tiny_start[0], 1e-6);
        CU_ASSERT_EQUAL(found->item[a], 0.0f);
    }
    CU_ASSERT(found->base[0] > 0.0f);
    CU_ASSERT_EQUAL(rg_ranker_anchor(ctx, anchor, o, NULL, ALL, tiny_start), REGATTA_OK);
    CU_ASSERT(same_blend(found, anchor));
    rg_samples_free(o);
    CU_ASSERT_EQUAL_FATAL(rg_samples_create(ctx, &o, 1, 0, C, 1),
                          REGATTA_OK); /* no samples */
    o->n_holdout[0] = 1;
    CU_ASSERT_EQUAL(rg_ranker_fit(ctx, found, o, NULL, ALL, tiny_start, 0.1), REGATTA_OK);
    CU_ASSERT(found->base[0] > 0.0f);
    CU_ASSERT_EQUAL(*found->pop, 0.0f);
    rg_blend_free(found);
    rg_blend_free(anchor);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* Without a pull, and with two channels that say the same, no weighing is the best. */
static void test_ranker__singular(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 30, ALL);
    rg_blend *found = tiny_blend(C, NULL);
    for (int64_t e = 0; e < o->n_samples; e++) o->s[e * C + 1] = o->s[e * C];
    const regatta_status status =
        rg_ranker_fit(ctx, found, o, NULL, ALL, tiny_start, 0.0);
    CU_ASSERT(status == REGATTA_ENUMERIC || status == REGATTA_OK);
    if (status == REGATTA_OK) {
        double w[N_NUMBERS];
        numbers_of(w, found);
        for (int k = 0; k < N_NUMBERS; k++) CU_ASSERT(isfinite(w[k]));
    }
    /* A pull leaves their difference where it was: at the start's, times its factor. */
    CU_ASSERT_EQUAL(rg_ranker_fit(ctx, found, o, NULL, ALL, tiny_start, 0.01),
                    REGATTA_OK);
    CU_ASSERT(found->base[0] > found->base[1]);
    for (int a = 0; a < C; a++) CU_ASSERT(isfinite(found->base[a]));
    rg_blend_free(found);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* Items of one degree: popularity is a constant, and with histories of one length what it
 * multiplies is the channel again. The pull holds these weights, so that the scores have
 * nearly no part of popularity, and the fit is better than its start. */
static void test_ranker__regular_graph(void)
{
    regatta_ctx *ctx = context_of(2);
    double *ndcg = calloc(300, sizeof *ndcg);
    CU_ASSERT_PTR_NOT_NULL_FATAL(ndcg);
    for (int degree = 1; degree < 40; degree++) {
        rg_samples *o = samples_of(ctx, 300, ALL);
        rg_blend *found = tiny_blend(C, NULL), *anchor = tiny_blend(C, NULL);
        for (int64_t e = 0; e < o->n_samples; e++)
            o->log_degree[e] = logf(1.0f + (float)degree);
        for (int64_t u = 0; u < o->n_users && degree % 2 == 0; u++)
            o->log_history[u] = logf(10.0f);
        CU_ASSERT_EQUAL_FATAL(rg_ranker_anchor(ctx, anchor, o, NULL, ALL, tiny_start),
                              REGATTA_OK);
        CU_ASSERT_EQUAL(rg_ranker_fit(ctx, found, o, NULL, ALL, tiny_start, 0.01),
                        REGATTA_OK);
        CU_ASSERT_DOUBLE_EQUAL(*found->pop, 0.0, 0.1);
        CU_ASSERT(rg_samples_ndcg(o, found, NULL, ndcg, 1) >
                  rg_samples_ndcg(o, anchor, NULL, ndcg, 1));
        rg_blend_free(found);
        rg_blend_free(anchor);
        rg_samples_free(o);
    }
    free(ndcg);
    regatta_ctx_free(ctx);
}

static void test_ranker__same_bits(void)
{
    rg_blend *one = tiny_blend(C, NULL), *many = tiny_blend(C, NULL);
    const int threads[] = {2, 3, 8};
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 300, ALL);
    const rg_samples_part part = {.part = 0, .of = 2};
    CU_ASSERT_EQUAL(rg_ranker_fit(ctx, one, o, &part, ALL, tiny_start, 0.01), REGATTA_OK);
    for (int t = 0; t < 3; t++) {
        regatta_ctx *wide = context_of(threads[t]);
        CU_ASSERT_EQUAL(rg_ranker_fit(wide, many, o, &part, ALL, tiny_start, 0.01),
                        REGATTA_OK);
        CU_ASSERT(same_blend(one, many));
        regatta_ctx_free(wide);
    }
    rg_blend_free(one);
    rg_blend_free(many);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* Any number of channels: the weights of the first ones come back, the others are 0. */
static void test_ranker__any_number_of_channels(void)
{
    const int sizes[] = {1, 2, 3, 4, 5, 7, RG_MAX_CHANNELS};
    regatta_ctx *ctx = context_of(2);
    for (int k = 0; k < 7; k++) {
        const int n = sizes[k];
        rg_samples *o = samples_of_n(ctx, n, 2000, ALL);
        rg_blend *planted = planted_blend(n), *found = tiny_blend(n, NULL);
        CU_ASSERT_EQUAL(rg_ranker_fit(ctx, found, o, NULL, ALL, tiny_start, 1e-6),
                        REGATTA_OK);
        for (int e = 0; e < 3 * n + 2; e++)
            CU_ASSERT_DOUBLE_EQUAL(found->x[e], planted->x[e], 0.3);
        rg_blend_free(planted);
        rg_blend_free(found);
        rg_samples_free(o);
    }
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_blend *found = tiny_blend(C, NULL);
    const regatta_status status =
        rg_ranker_fit(ctx, found, arg, NULL, ALL, tiny_start, 0.1);
    rg_blend_free(found);
    return rg_end(ctx, status);
}

static void test_ranker__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 5, ALL);
    fault_sweep_memory(attempt, o);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

int test_ranker(void)
{
    static const test_case cases[] = {
        {"gradient", test_ranker__gradient_is_zero_at_the_optimum},
        {"planted", test_ranker__recovers_what_was_planted},
        {"nothing", test_ranker__nothing_to_learn_from},
        {"singular", test_ranker__singular},
        {"regular graph", test_ranker__regular_graph},
        {"any number", test_ranker__any_number_of_channels},
        {"same bits", test_ranker__same_bits},
        {"memory", test_ranker__memory},
    };
    return TEST_MAIN("ranker", cases);
}
