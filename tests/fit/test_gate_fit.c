#include "fit/blend/gate_fit.h"
#include "fit/blend/ranker.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include "support/tiny_samples.h"
#include <math.h>
#include <string.h>

enum { C = RG_N_CHANNELS };
static const int ALL[C] = {1, 1, 1, 1};

/* What support says decides which of two channels is to be believed. */
static rg_blend planted_blend(void)
{
    rg_blend b = {
        .base = {1.0f, 1.0f, 0.0f, 0.0f}, .on = {1.0f, 1.0f, 1.0f, 1.0f}, .gated = 1.0f};
    b.gate.in[RG_GATE_SUPPORT][0] = 1.0f;
    b.gate.in_bias[0] = -0.7f; /* about the median */
    b.gate.out[0][0] = 4.0f;
    b.gate.out[1][0] = -2.0f;
    b.gate.high[RG_GATE_SUPPORT - C] = 100.0f;
    return b;
}

static rg_samples *samples_of(regatta_ctx *ctx, int64_t n_users)
{
    rg_samples *o = NULL;
    const rg_blend planted = planted_blend();
    CU_ASSERT_EQUAL_FATAL(tiny_samples(ctx, &o, n_users, 20, ALL, &planted, 5),
                          REGATTA_OK);
    return o;
}

/* Nats a user, of the samples label. */
static double loss_of(const rg_samples *o, const rg_blend *blend)
{
    double loss = 0.0;
    for (int64_t u = 0; u < o->n_users; u++) {
        double sum = 0.0, label = 0.0, n_positive = 0.0;
        for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
            const rg_blend_case x = rg_samples_case(o, u, e);
            const double z = rg_blend_score(blend, &x);
            sum += exp(z);
            if (!o->label[e]) continue;
            label += z;
            n_positive += 1.0;
        }
        if (n_positive > 0.0) loss += log(sum) - label / n_positive;
    }
    return loss / (double)o->n_users;
}

/* Users that it has not seen: most of the way from the best ungated blend to the truth.
 */
static void test_gate_fit__finds_what_was_planted(void)
{
    const rg_gate_options options = {.seed = 1};
    const rg_samples_part part = {.part = 1, .of = 3},
                          rest = {.part = 1, .of = 3, .other = 1};
    regatta_ctx *ctx = context_of(2);
    rg_samples *o = samples_of(ctx, 6000);
    const rg_blend planted = planted_blend();
    rg_blend linear, gated;
    double ndcg[6000];
    CU_ASSERT_EQUAL(rg_ranker_fit(ctx, &linear, o, &rest, ALL, 1e-3), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_gate_fit(ctx, &gated, o, &rest, ALL, &options), REGATTA_OK);
    CU_ASSERT_EQUAL(gated.gated, 1.0f);
    const double before = rg_samples_ndcg(o, &linear, &part, ndcg, 2);
    const double after = rg_samples_ndcg(o, &gated, &part, ndcg, 2);
    const double truth = rg_samples_ndcg(o, &planted, &part, ndcg, 2);
    CU_ASSERT(truth > before + 0.02);
    CU_ASSERT(after - before > 0.6 * (truth - before));
    CU_ASSERT(loss_of(o, &gated) < loss_of(o, &linear));
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* A channel that was left out tells nothing, though the samples still know what it said:
 * the same bits whatever that is. */
static void test_gate_fit__only_channels_that_are_on(void)
{
    const rg_gate_options options = {.seed = 1};
    const int on[C] = {1, 0, 1, 0};
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 300);
    rg_blend blend, other;
    CU_ASSERT_EQUAL(rg_gate_fit(ctx, &blend, o, NULL, on, &options), REGATTA_OK);
    CU_ASSERT_EQUAL(blend.gated, 1.0f);
    rg_blend_case x = rg_samples_case(o, 7, 7 * 20);
    const double score = rg_blend_score(&blend, &x);
    for (int64_t e = 0; e < o->n_samples; e++) {
        o->s[e * C + 1] = o->s[e * C + 3] = 0.25f * (float)(e % 7);
        o->best[e] = o->support[e] = (float)(e % 5);
    }
    CU_ASSERT_EQUAL(rg_gate_fit(ctx, &other, o, NULL, on, &options), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(&blend, &other, sizeof blend), 0);
    x.s[1] = x.best = x.support = 3.0;
    CU_ASSERT_EQUAL(rg_blend_score(&blend, &x), score);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* Beyond what was seen of an input the score is as at the end of it; a history shorter
 * than any has none of the gate; an input that all samples share, but for rounding, says
 * nothing. */
static void test_gate_fit__says_nothing_of_what_it_has_not_seen(void)
{
    const rg_gate_options options = {.seed = 1};
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 300);
    rg_blend blend, prior;
    float most = 0.0f;
    for (int64_t u = 0; u < o->n_users; u++)
        o->log_history[u] = 2.5f + 1e-5f * (float)(u % 3);
    for (int64_t e = 0; e < o->n_samples; e++) most = fmaxf(most, o->support[e]);
    CU_ASSERT_EQUAL(rg_gate_fit(ctx, &blend, o, NULL, ALL, &options), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_ranker_anchor(ctx, &prior, o, NULL, ALL), REGATTA_OK);
    rg_blend_case x = rg_samples_case(o, 7, 7 * 20);
    double score = rg_blend_score(&blend, &x);
    x.log_history = 9.0;
    CU_ASSERT_EQUAL(rg_blend_score(&blend, &x), score);
    x.log_history = 0.7;
    CU_ASSERT_EQUAL(rg_blend_score(&blend, &x), rg_blend_score(&prior, &x));
    CU_ASSERT_NOT_EQUAL(rg_blend_score(&blend, &x), score);
    x.log_history = 9.0;
    x.support = (double)most;
    score = rg_blend_score(&blend, &x);
    x.support = 100.0;
    CU_ASSERT_EQUAL(rg_blend_score(&blend, &x), score);
    x.support = 0.0;
    CU_ASSERT_NOT_EQUAL(rg_blend_score(&blend, &x), score);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* The more the second scenario leans to the popular, the more their degree counts. */
static void test_gate_fit__tilt(void)
{
    regatta_ctx *ctx = context_of(2);
    rg_samples *o = samples_of(ctx, 6000);
    double slope[2] = {0.0, 0.0};
    for (int k = 0; k < 2; k++) {
        const rg_gate_options options = {.tilt = k == 0 ? 0.0 : 0.5, .seed = 3};
        rg_blend blend;
        CU_ASSERT_EQUAL(rg_gate_fit(ctx, &blend, o, NULL, ALL, &options), REGATTA_OK);
        for (int64_t u = 0; u < o->n_users; u++) {
            rg_blend_case x = rg_samples_case(o, u, o->offset[u]);
            x.log_degree = 2.0;
            slope[k] += rg_blend_score(&blend, &x);
            x.log_degree = 0.1;
            slope[k] -= rg_blend_score(&blend, &x);
        }
    }
    CU_ASSERT(slope[1] > slope[0] + 0.1 * (double)o->n_users);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

static void test_gate_fit__nothing_to_learn_from(void)
{
    const rg_gate_options options = {.tilt = 0.25, .seed = 1};
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 8);
    rg_blend found, prior;
    memset(o->label, 0, (size_t)o->n_samples);
    CU_ASSERT_EQUAL(rg_ranker_anchor(ctx, &prior, o, NULL, ALL), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_gate_fit(ctx, &found, o, NULL, ALL, &options), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(&found, &prior, sizeof found), 0);
    rg_samples_free(o);
    CU_ASSERT_EQUAL_FATAL(rg_samples_create(ctx, &o, 1, 0), REGATTA_OK); /* no samples */
    CU_ASSERT_EQUAL(rg_gate_fit(ctx, &found, o, NULL, ALL, &options), REGATTA_OK);
    CU_ASSERT_EQUAL(found.gated, 0.0f);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

static void test_gate_fit__same_bits(void)
{
    const rg_gate_options options = {.tilt = 0.25, .seed = 7};
    const int threads[] = {1, 2, 3, 8};
    rg_blend blend[4];
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 300);
    const rg_samples_part part = {.part = 0, .of = 2};
    for (int t = 0; t < 4; t++) {
        regatta_ctx *wide = context_of(threads[t]);
        CU_ASSERT_EQUAL(rg_gate_fit(wide, &blend[t], o, &part, ALL, &options),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(&blend[0], &blend[t], sizeof blend[0]), 0);
        regatta_ctx_free(wide);
    }
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const rg_gate_options options = {.tilt = 0.25, .seed = 7};
    rg_blend blend;
    return rg_end(ctx, rg_gate_fit(ctx, &blend, arg, NULL, ALL, &options));
}

static void test_gate_fit__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 5);
    fault_sweep_memory(attempt, o);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

int main(void)
{
    static const test_case cases[] = {
        {"planted", test_gate_fit__finds_what_was_planted},
        {"channels", test_gate_fit__only_channels_that_are_on},
        {"beyond", test_gate_fit__says_nothing_of_what_it_has_not_seen},
        {"tilt", test_gate_fit__tilt},
        {"nothing", test_gate_fit__nothing_to_learn_from},
        {"same bits", test_gate_fit__same_bits},
        {"memory", test_gate_fit__memory},
    };
    return TEST_MAIN("gate_fit", cases);
}
