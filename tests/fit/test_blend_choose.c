#include "fit/blend/blend_choose.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include "support/tiny_blend.h"
#include "support/tiny_samples.h"
#include <math.h>
#include <string.h>

enum { C = 4 };
static const int ALL[C] = {1, 1, 1, 1}, NONE[C] = {0}, THIRD[C] = {0, 0, 1, 0};

/* Users take by channels 0 and 1 alone; 2 and 3 are noise. */
static rg_samples *samples_of(regatta_ctx *ctx, int64_t n_users)
{
    const float base[C] = {2.0f, 1.5f};
    rg_blend *planted = tiny_blend(C, base);
    rg_samples *o = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_samples(ctx, &o, n_users, 25, ALL, planted, 9),
                          REGATTA_OK);
    rg_blend_free(planted);
    return o;
}

/* The ranker finds that two channels say nothing. */
static void test_blend_choose__useless_channels_have_no_say(void)
{
    regatta_ctx *ctx = context_of(2);
    rg_samples *o = samples_of(ctx, 600);
    rg_blend *blend = tiny_blend(C, NULL);
    rg_blend_report report;
    const rg_blend_task task = {
        .on = ALL, .seen_only = NONE, .start = tiny_start, .richest = RG_BLEND_LINEAR};
    CU_ASSERT_EQUAL(rg_blend_choose(ctx, blend, &report, o, &task), REGATTA_OK);
    CU_ASSERT(isnan(report.by_kind[RG_BLEND_GATED])); /* richer than asked for */
    CU_ASSERT_EQUAL(blend->on[0], 1.0f);
    CU_ASSERT_EQUAL(blend->on[1], 1.0f);
    for (int a = 2; a < C; a++)
        CU_ASSERT(fabsf(blend->base[a]) < 0.25f * fminf(blend->base[0], blend->base[1]));
    CU_ASSERT(report.alone[0] > report.alone[2]);
    CU_ASSERT(report.alone[0] < report.ndcg); /* two are better than one */
    CU_ASSERT(report.without[0] < report.ndcg);
    CU_ASSERT(isnan(report.kind_error[RG_BLEND_START])); /* nothing was before it */
    CU_ASSERT(report.kind_error[RG_BLEND_LINEAR] > 0.0);
    CU_ASSERT(isnan(report.kind_error[RG_BLEND_GATED]));
    for (int a = 0; a < C; a++) CU_ASSERT(report.without_error[a] > 0.0);
    CU_ASSERT(report.ndcg - report.without[0] > 2.0 * report.without_error[0]);
    CU_ASSERT(fabs(report.ndcg - report.without[2]) < 3.0 * report.without_error[2]);
    rg_blend_free(blend);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* Few users, so nothing but the start's weights, which count the first channel most:
 * where it is noise, the score is better without it. */
static void test_blend_choose__harmful_channels_are_dropped(void)
{
    const float base[C] = {0.0f, 3.0f};
    rg_blend *planted = tiny_blend(C, base);
    const int two[C] = {1, 1, 0, 0};
    regatta_ctx *ctx = context_of(2);
    rg_samples *o = NULL;
    rg_blend *blend = tiny_blend(C, NULL);
    rg_blend_report report;
    CU_ASSERT_EQUAL_FATAL(tiny_samples(ctx, &o, 150, 25, two, planted, 9), REGATTA_OK);
    const rg_blend_task task = {
        .on = two, .seen_only = NONE, .start = tiny_start, .richest = RG_BLEND_GATED};
    CU_ASSERT_EQUAL(rg_blend_choose(ctx, blend, &report, o, &task), REGATTA_OK);
    CU_ASSERT_EQUAL(report.kind, RG_BLEND_START);
    CU_ASSERT_EQUAL(blend->on[0], 0.0f);
    CU_ASSERT_EQUAL(blend->base[0], 0.0f);
    CU_ASSERT_EQUAL(blend->on[1], 1.0f);
    CU_ASSERT_EQUAL(report.ndcg, report.without[0]);
    rg_blend_free(planted);
    rg_blend_free(blend);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* A harmful channel stays if the others have no scores for unseen users. */
static void test_blend_choose__the_last_for_unseen_users_stays(void)
{
    const float base[C] = {0.0f, 0.0f, 3.0f};
    const int two[C] = {1, 0, 1, 0};
    rg_blend *planted = tiny_blend(C, base), *blend = tiny_blend(C, NULL);
    regatta_ctx *ctx = context_of(2);
    rg_samples *o = NULL;
    rg_blend_report report;
    CU_ASSERT_EQUAL_FATAL(tiny_samples(ctx, &o, 150, 25, two, planted, 9), REGATTA_OK);
    rg_blend_task task = {.on = two, .seen_only = THIRD, .start = tiny_start};
    CU_ASSERT_EQUAL(rg_blend_choose(ctx, blend, &report, o, &task), REGATTA_OK);
    CU_ASSERT(blend->on[0] == 1.0f && blend->on[2] == 1.0f);
    CU_ASSERT(isnan(report.without[0]) && !isnan(report.without[2]));
    task.seen_only = NONE;
    CU_ASSERT_EQUAL(rg_blend_choose(ctx, blend, &report, o, &task), REGATTA_OK);
    CU_ASSERT(blend->on[0] == 0.0f && blend->on[2] == 1.0f);
    rg_blend_free(planted);
    rg_blend_free(blend);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

static void test_blend_choose__only_what_is_on(void)
{
    const int one[C] = {0, 1, 0, 0};
    regatta_ctx *ctx = context_of(2);
    rg_samples *o = samples_of(ctx, 60);
    rg_blend *blend = tiny_blend(C, NULL);
    rg_blend_report report;
    const rg_blend_task task = {
        .on = one, .seen_only = NONE, .start = tiny_start, .richest = RG_BLEND_GATED};
    CU_ASSERT_EQUAL(rg_blend_choose(ctx, blend, &report, o, &task), REGATTA_OK);
    for (int a = 0; a < C; a++) {
        CU_ASSERT_EQUAL(blend->on[a] != 0.0f, one[a] != 0); /* the last one stays */
        CU_ASSERT_EQUAL(isnan(report.alone[a]) != 0, one[a] == 0);
    }
    CU_ASSERT_EQUAL(report.kind, RG_BLEND_START); /* few users: no ranker is tried */
    CU_ASSERT(isnan(report.by_kind[RG_BLEND_LINEAR]));
    rg_blend_free(blend);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

/* With much support popularity adds to the score, or takes from it. */
static rg_blend *planted_gate(float strength)
{
    const float base[C] = {3.0f, 1.5f};
    rg_blend *b = tiny_blend(C, base);
    *b->gated = 1.0f;
    b->gate.in[C + RG_GATE_SUPPORT][0] = 1.0f;
    b->gate.in_bias[0] = -0.7f;
    b->gate.out[C][0] = strength;
    b->gate.high[RG_GATE_SUPPORT] = 100.0f;
    return b;
}

static rg_samples *two_scenarios(regatta_ctx *ctx, int64_t n_users, const rg_blend *first,
                                 const rg_blend *second, const int *on)
{
    rg_samples *o = NULL, *other = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_samples(ctx, &o, n_users, 25, on, first, 4), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(tiny_samples(ctx, &other, n_users, 25, on, second, 4),
                          REGATTA_OK);
    o->has_other = 1;
    memcpy(o->label_other, other->label, (size_t)o->n_samples);
    memcpy(o->n_holdout_other, other->n_holdout, (size_t)n_users * sizeof *o->n_holdout);
    rg_samples_free(other);
    return o;
}

/* A gate where it helps, there are users enough, and both scenarios say so: what is
 * better in one and worse in the other is not chosen. */
static void test_blend_choose__gate(void)
{
    static const struct {
        int64_t n_users;
        float other;
        int gated;
    } row[] = {{2400, 1.0f, 1}, {1900, 1.0f, 0}, {2400, -1.0f, 0}};
    const int two[C] = {1, 1, 0, 0};
    const rg_blend_task task = {.on = two,
                                .seen_only = NONE,
                                .start = tiny_start,
                                .richest = RG_BLEND_GATED,
                                .gate = {.seed = 3}};
    regatta_ctx *ctx = context_of(2);
    for (int k = 0; k < 3; k++) {
        rg_blend *first = planted_gate(1.0f), *second = planted_gate(row[k].other);
        rg_samples *o = two_scenarios(ctx, row[k].n_users, first, second, two);
        rg_blend *blend = tiny_blend(C, NULL);
        rg_blend_report report;
        CU_ASSERT_EQUAL(rg_blend_choose(ctx, blend, &report, o, &task), REGATTA_OK);
        CU_ASSERT_EQUAL(report.kind == RG_BLEND_GATED, row[k].gated);
        CU_ASSERT_EQUAL(*blend->gated, (float)row[k].gated);
        CU_ASSERT_EQUAL(isnan(report.by_kind[RG_BLEND_GATED]) != 0,
                        row[k].n_users < 2000);
        rg_blend_free(first);
        rg_blend_free(second);
        rg_blend_free(blend);
        rg_samples_free(o);
    }
    regatta_ctx_free(ctx);
}

/* What is better in one scenario and worse in the other is not chosen; what is better in
 * both is. */
static void test_blend_choose__both_scenarios(void)
{
    const float base[C] = {3.0f, 1.5f};
    rg_blend *planted = tiny_blend(C, base), *opposite = tiny_blend(C, base);
    const int two[C] = {1, 1, 0, 0};
    const rg_blend_task task = {
        .on = two, .seen_only = NONE, .start = tiny_start, .richest = RG_BLEND_LINEAR};
    *planted->pop = 1.5f;
    *opposite->pop = -1.5f;
    regatta_ctx *ctx = context_of(2);
    for (int same = 0; same < 2; same++) {
        rg_blend *blend = tiny_blend(C, NULL);
        rg_blend_report report;
        rg_samples *o = two_scenarios(ctx, 1200, planted, same ? planted : opposite, two);
        CU_ASSERT_EQUAL(rg_blend_choose(ctx, blend, &report, o, &task), REGATTA_OK);
        CU_ASSERT_EQUAL(report.kind == RG_BLEND_LINEAR, same);
        CU_ASSERT(report.by_kind[RG_BLEND_LINEAR] > report.by_kind[RG_BLEND_START]);
        rg_blend_free(blend);
        rg_samples_free(o);
    }
    rg_blend_free(planted);
    rg_blend_free(opposite);
    regatta_ctx_free(ctx);
}

/* The same users four times over are no more sure than once: a gain that does not pass
 * as it is does not pass as copies of itself. */
static void test_blend_choose__a_user_of_several_slices_counts_once(void)
{
    const float base[C] = {2.0f, 1.0f};
    rg_blend *planted = tiny_blend(C, base);
    const int two[C] = {1, 1, 0, 0};
    const rg_blend_task task = {
        .on = two, .seen_only = NONE, .start = tiny_start, .richest = RG_BLEND_LINEAR};
    regatta_ctx *ctx = context_of(1);
    *planted->pop = 0.4f;
    rg_samples *o = two_scenarios(ctx, 300, planted, planted, two);
    rg_samples *copy = two_scenarios(ctx, 300, planted, planted, two);
    rg_blend *blend = tiny_blend(C, NULL);
    rg_blend_report once, often;
    CU_ASSERT_EQUAL(rg_blend_choose(ctx, blend, &once, o, &task), REGATTA_OK);
    for (int k = 0; k < 3; k++)
        CU_ASSERT_EQUAL_FATAL(rg_samples_append(ctx, &o, copy), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_blend_choose(ctx, blend, &often, o, &task), REGATTA_OK);
    CU_ASSERT(once.by_kind[RG_BLEND_LINEAR] > once.by_kind[RG_BLEND_START]);
    CU_ASSERT_EQUAL(once.kind, RG_BLEND_START);
    CU_ASSERT_EQUAL(often.kind, RG_BLEND_START);
    CU_ASSERT(often.kind_error[RG_BLEND_LINEAR] >= once.kind_error[RG_BLEND_LINEAR]);
    rg_blend_free(planted);
    rg_blend_free(blend);
    rg_samples_free(copy);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

static void test_blend_choose__same_bits(void)
{
    const int threads[] = {1, 2, 3, 8}, two[C] = {1, 1, 0, 0};
    rg_blend *blend[4], *planted = planted_gate(2.0f);
    rg_blend_report report[4];
    const rg_blend_task task = {
        .on = two, .seen_only = NONE, .start = tiny_start, .richest = RG_BLEND_GATED};
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = two_scenarios(ctx, 2000, planted, planted, two);
    for (int t = 0; t < 4; t++) {
        regatta_ctx *wide = context_of(threads[t]);
        blend[t] = tiny_blend(C, NULL);
        CU_ASSERT_EQUAL(rg_blend_choose(wide, blend[t], &report[t], o, &task),
                        REGATTA_OK);
        CU_ASSERT(same_blend(blend[0], blend[t]));
        CU_ASSERT_EQUAL(report[0].ndcg, report[t].ndcg);
        CU_ASSERT_EQUAL(report[t].kind, RG_BLEND_GATED);
        regatta_ctx_free(wide);
    }
    for (int t = 0; t < 4; t++) rg_blend_free(blend[t]);
    rg_blend_free(planted);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_blend *blend = tiny_blend(C, NULL);
    rg_blend_report report;
    const rg_blend_task task = {
        .on = ALL, .seen_only = NONE, .start = tiny_start, .richest = RG_BLEND_GATED};
    const regatta_status status = rg_blend_choose(ctx, blend, &report, arg, &task);
    rg_blend_free(blend);
    return rg_end(ctx, status);
}

static void test_blend_choose__memory(void)
{
    const int two[C] = {1, 1, 0, 0};
    const float base[C] = {2.0f, 1.5f};
    rg_blend *planted = tiny_blend(C, base);
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_samples(ctx, &o, 200, 2, two, planted, 9), REGATTA_OK);
    rg_blend_free(planted);
    fault_sweep_memory(attempt, o);
    rg_samples_free(o);
    regatta_ctx_free(ctx);
}

int test_blend_choose(void)
{
    static const test_case cases[] = {
        {"useless channels", test_blend_choose__useless_channels_have_no_say},
        {"harmful channels", test_blend_choose__harmful_channels_are_dropped},
        {"last for unseen users", test_blend_choose__the_last_for_unseen_users_stays},
        {"only what is on", test_blend_choose__only_what_is_on},
        {"both scenarios", test_blend_choose__both_scenarios},
        {"gate", TEST_PLAIN_ONLY(test_blend_choose__gate)},
        {"several slices", test_blend_choose__a_user_of_several_slices_counts_once},
        {"same bits", TEST_PLAIN_ONLY(test_blend_choose__same_bits)},
        {"memory", test_blend_choose__memory},
    };
    return TEST_MAIN("blend_choose", cases);
}
