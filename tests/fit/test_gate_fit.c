#include "fit/blend/gate_fit.h"
#include "fit/blend/ranker.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include "support/tiny_blend.h"
#include "support/tiny_samples.h"
#include <math.h>
#include <string.h>

enum { C = 4 };
static const int ALL[RG_MAX_CHANNELS] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

/* The support decides which of the first two of n channels (of the first alone: whether
 * it) is right. */
static rg_blend *planted_blend(int n)
{
    const float base[RG_MAX_CHANNELS] = {1.0f, 1.0f};
    rg_blend *b = tiny_blend(n, base);
    *b->gated = 1.0f;
    b->gate.in[n + RG_GATE_SUPPORT][0] = 1.0f;
    b->gate.in_bias[0] = -0.7f; /* about the median */
    b->gate.out[0][0] = 4.0f;
    if (n > 1) b->gate.out[1][0] = -2.0f;
    b->gate.high[RG_GATE_SUPPORT] = 100.0f;
    return b;
}

static rg_samples *samples_of_n(regatta_ctx *ctx, int n, int64_t n_users)
{
    rg_samples *o = NULL;
    rg_blend *planted = planted_blend(n);
    CU_ASSERT_EQUAL_FATAL(tiny_samples(ctx, &o, n_users, 20, ALL, planted, 5),
                          REGATTA_OK);
    rg_blend_free(planted);
    return o;
}

static rg_samples *samples_of(regatta_ctx *ctx, int64_t n_users)
{
    return samples_of_n(ctx, C, n_users);
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
    rg_blend *planted = planted_blend(C);
    rg_blend *linear = tiny_blend(C, NULL), *gated = tiny_blend(C, NULL);
    double ndcg[6000];
    CU_ASSERT_EQUAL(rg_ranker_fit(ctx, linear, o, &rest, ALL, tiny_start, 1e-3),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(rg_gate_fit(ctx, gated, o, &rest, ALL, tiny_start, &options),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(*gated->gated, 1.0f);
    const double before = rg_samples_ndcg(o, linear, &part, ndcg, 2);
    const double after = rg_samples_ndcg(o, gated, &part, ndcg, 2);
    const double truth = rg_samples_ndcg(o, planted, &part, ndcg, 2);
    CU_ASSERT(truth > before + 0.02);
    CU_ASSERT(after - before > 0.6 * (truth - before));
    CU_ASSERT(loss_of(o, gated) < loss_of(o, linear));
    rg_blend_free(planted);
    rg_blend_free(linear);
    rg_blend_free(gated);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* The samples of a channel that is off do not matter: the same bits whatever they are. */
static void test_gate_fit__only_channels_that_are_on(void)
{
    const rg_gate_options options = {.seed = 1};
    const int on[C] = {1, 0, 1, 0};
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 300);
    rg_blend *blend = tiny_blend(C, NULL), *other = tiny_blend(C, NULL);
    CU_ASSERT_EQUAL(rg_gate_fit(ctx, blend, o, NULL, on, tiny_start, &options),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(*blend->gated, 1.0f);
    rg_blend_case x = rg_samples_case(o, 7, 7 * 20);
    const double score = rg_blend_score(blend, &x);
    for (int64_t e = 0; e < o->n_samples; e++) {
        o->s[e * C + 1] = o->s[e * C + 3] = 0.25f * (float)(e % 7);
        o->best[e] = o->support[e] = (float)(e % 5);
    }
    CU_ASSERT_EQUAL(rg_gate_fit(ctx, other, o, NULL, on, tiny_start, &options),
                    REGATTA_OK);
    CU_ASSERT(same_blend(blend, other));
    x.s[1] = x.best = x.support = 3.0;
    CU_ASSERT_EQUAL(rg_blend_score(blend, &x), score);
    rg_blend_free(blend);
    rg_blend_free(other);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* Beyond the range of an input in training the score is as at its end; for a history
 * shorter than any in training the gate is off; an input that all samples share, but for
 * rounding, does not matter. */
static void test_gate_fit__is_clamped_to_its_training_range(void)
{
    const rg_gate_options options = {.seed = 1};
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 300);
    rg_blend *blend = tiny_blend(C, NULL), *anchor = tiny_blend(C, NULL);
    float most = 0.0f;
    for (int64_t u = 0; u < o->n_users; u++)
        o->log_history[u] = 2.5f + 1e-5f * (float)(u % 3);
    for (int64_t e = 0; e < o->n_samples; e++) most = fmaxf(most, o->support[e]);
    CU_ASSERT_EQUAL(rg_gate_fit(ctx, blend, o, NULL, ALL, tiny_start, &options),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(rg_ranker_anchor(ctx, anchor, o, NULL, ALL, tiny_start), REGATTA_OK);
    rg_blend_case x = rg_samples_case(o, 7, 7 * 20);
    double score = rg_blend_score(blend, &x);
    x.log_history = 9.0;
    CU_ASSERT_EQUAL(rg_blend_score(blend, &x), score);
    x.log_history = 0.7;
    CU_ASSERT_EQUAL(rg_blend_score(blend, &x), rg_blend_score(anchor, &x));
    CU_ASSERT_NOT_EQUAL(rg_blend_score(blend, &x), score);
    x.log_history = 9.0;
    x.support = (double)most;
    score = rg_blend_score(blend, &x);
    x.support = 100.0;
    CU_ASSERT_EQUAL(rg_blend_score(blend, &x), score);
    x.support = 0.0;
    CU_ASSERT_NOT_EQUAL(rg_blend_score(blend, &x), score);
    rg_blend_free(blend);
    rg_blend_free(anchor);
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
        rg_blend *blend = tiny_blend(C, NULL);
        CU_ASSERT_EQUAL(rg_gate_fit(ctx, blend, o, NULL, ALL, tiny_start, &options),
                        REGATTA_OK);
        for (int64_t u = 0; u < o->n_users; u++) {
            rg_blend_case x = rg_samples_case(o, u, o->offset[u]);
            x.log_degree = 2.0;
            slope[k] += rg_blend_score(blend, &x);
            x.log_degree = 0.1;
            slope[k] -= rg_blend_score(blend, &x);
        }
        rg_blend_free(blend);
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
    rg_blend *found = tiny_blend(C, NULL), *anchor = tiny_blend(C, NULL);
    memset(o->label, 0, (size_t)o->n_samples);
    CU_ASSERT_EQUAL(rg_ranker_anchor(ctx, anchor, o, NULL, ALL, tiny_start), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_gate_fit(ctx, found, o, NULL, ALL, tiny_start, &options),
                    REGATTA_OK);
    CU_ASSERT(same_blend(found, anchor));
    rg_samples_free(o);
    CU_ASSERT_EQUAL_FATAL(rg_samples_create(ctx, &o, 1, 0, C, 1),
                          REGATTA_OK); /* no samples */
    CU_ASSERT_EQUAL(rg_gate_fit(ctx, found, o, NULL, ALL, tiny_start, &options),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(*found->gated, 0.0f);
    rg_blend_free(found);
    rg_blend_free(anchor);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* Any number of channels: the gate finds what was planted in the first ones. */
static void test_gate_fit__any_number_of_channels(void)
{
    const rg_gate_options options = {.seed = 1};
    const int sizes[] = {1, 2, 3, 4, 5, 7, RG_MAX_CHANNELS};
    regatta_ctx *ctx = context_of(2);
    for (int k = 0; k < 7; k++) {
        const int n = sizes[k];
        rg_samples *o = samples_of_n(ctx, n, 1000);
        rg_blend *linear = tiny_blend(n, NULL), *gated = tiny_blend(n, NULL);
        CU_ASSERT_EQUAL(rg_ranker_fit(ctx, linear, o, NULL, ALL, tiny_start, 1e-3),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(rg_gate_fit(ctx, gated, o, NULL, ALL, tiny_start, &options),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(*gated->gated, 1.0f);
        CU_ASSERT(loss_of(o, gated) < loss_of(o, linear) - 0.02);
        for (int64_t e = 0; e < rg_blend_floats(n); e++) CU_ASSERT(isfinite(gated->x[e]));
        rg_blend_free(linear);
        rg_blend_free(gated);
        rg_samples_free(o);
    }
    regatta_ctx_free(ctx);
}

static void test_gate_fit__same_bits(void)
{
    const rg_gate_options options = {.tilt = 0.25, .seed = 7};
    const int threads[] = {1, 2, 3, 8};
    rg_blend *blend[4];
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 300);
    const rg_samples_part part = {.part = 0, .of = 2};
    for (int t = 0; t < 4; t++) {
        regatta_ctx *wide = context_of(threads[t]);
        blend[t] = tiny_blend(C, NULL);
        CU_ASSERT_EQUAL(rg_gate_fit(wide, blend[t], o, &part, ALL, tiny_start, &options),
                        REGATTA_OK);
        CU_ASSERT(same_blend(blend[0], blend[t]));
        regatta_ctx_free(wide);
    }
    for (int t = 0; t < 4; t++) rg_blend_free(blend[t]);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const rg_gate_options options = {.tilt = 0.25, .seed = 7};
    rg_blend *blend = tiny_blend(C, NULL);
    const regatta_status status =
        rg_gate_fit(ctx, blend, arg, NULL, ALL, tiny_start, &options);
    rg_blend_free(blend);
    return rg_end(ctx, status);
}

static void test_gate_fit__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = samples_of(ctx, 5);
    fault_sweep_memory(attempt, o);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

int test_gate_fit(void)
{
    static const test_case cases[] = {
        {"planted", test_gate_fit__finds_what_was_planted},
        {"channels", test_gate_fit__only_channels_that_are_on},
        {"beyond", test_gate_fit__is_clamped_to_its_training_range},
        {"tilt", test_gate_fit__tilt},
        {"nothing", test_gate_fit__nothing_to_learn_from},
        {"any number", TEST_PLAIN_ONLY(test_gate_fit__any_number_of_channels)},
        {"same bits", test_gate_fit__same_bits},
        {"memory", test_gate_fit__memory},
    };
    return TEST_MAIN("gate_fit", cases);
}
