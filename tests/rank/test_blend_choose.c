#include "rank/blend_choose.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include "support/tiny_offers.h"
#include <math.h>
#include <string.h>

enum { C = RG_N_CHANNELS };
static const int ALL[C] = {1, 1, 1, 1};

/* Users take by channels 0 and 1 alone; 2 and 3 are noise. */
static rg_offers *offers_of(regatta_ctx *ctx, int64_t n_users)
{
    const rg_blend planted = {.base = {2.0f, 1.5f, 0.0f, 0.0f}, .on = {1, 1, 1, 1}};
    rg_offers *o = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_offers(ctx, &o, n_users, 25, ALL, &planted, 9),
                          REGATTA_OK);
    return o;
}

/* The ranker finds that two channels say nothing. */
static void test_blend_choose__useless_channels_have_no_say(void)
{
    regatta_ctx *ctx = context_of(2);
    rg_offers *o = offers_of(ctx, 600);
    rg_blend blend;
    rg_blend_report report;
    CU_ASSERT_EQUAL(rg_blend_choose(ctx, &blend, &report, o, ALL, RG_BLEND_LINEAR),
                    REGATTA_OK);
    CU_ASSERT(isnan(report.by_kind[RG_BLEND_PAIRS])); /* richer than asked for */
    CU_ASSERT_EQUAL(blend.on[0], 1.0f);
    CU_ASSERT_EQUAL(blend.on[1], 1.0f);
    for (int a = 2; a < C; a++)
        CU_ASSERT(fabsf(blend.base[a]) < 0.25f * fminf(blend.base[0], blend.base[1]));
    CU_ASSERT(report.alone[0] > report.alone[2]);
    CU_ASSERT(report.alone[0] < report.ndcg); /* two are better than one */
    CU_ASSERT(report.without[0] < report.ndcg);
    rg_offers_free(o);
    regatta_ctx_free(ctx);
}

/* Few users, so nothing but the start's weights, which count the first channel most:
 * where it is noise, the score is better without it. */
static void test_blend_choose__harmful_channels_are_dropped(void)
{
    const rg_blend planted = {.base = {0.0f, 3.0f, 0.0f, 0.0f}, .on = {1, 1, 1, 1}};
    const int two[C] = {1, 1, 0, 0};
    regatta_ctx *ctx = context_of(2);
    rg_offers *o = NULL;
    rg_blend blend;
    rg_blend_report report;
    CU_ASSERT_EQUAL_FATAL(tiny_offers(ctx, &o, 150, 25, two, &planted, 9), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_blend_choose(ctx, &blend, &report, o, two, RG_BLEND_PAIRS),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(report.kind, RG_BLEND_START);
    CU_ASSERT_EQUAL(blend.on[0], 0.0f);
    CU_ASSERT_EQUAL(blend.base[0], 0.0f);
    CU_ASSERT_EQUAL(blend.on[1], 1.0f);
    CU_ASSERT_EQUAL(report.ndcg, report.without[0]);
    rg_offers_free(o);
    regatta_ctx_free(ctx);
}

static void test_blend_choose__only_what_is_offered(void)
{
    const int one[C] = {0, 1, 0, 0};
    regatta_ctx *ctx = context_of(2);
    rg_offers *o = offers_of(ctx, 60);
    rg_blend blend;
    rg_blend_report report;
    CU_ASSERT_EQUAL(rg_blend_choose(ctx, &blend, &report, o, one, RG_BLEND_PAIRS),
                    REGATTA_OK);
    for (int a = 0; a < C; a++) {
        CU_ASSERT_EQUAL(blend.on[a] != 0.0f, one[a] != 0); /* the last one stays */
        CU_ASSERT_EQUAL(isnan(report.alone[a]) != 0, one[a] == 0);
    }
    CU_ASSERT_EQUAL(report.kind, RG_BLEND_START); /* few users: no ranker is tried */
    CU_ASSERT(isnan(report.by_kind[RG_BLEND_PAIRS]));
    rg_offers_free(o);
    regatta_ctx_free(ctx);
}

/* Products that matter are worth the richer kind. */
static void test_blend_choose__pairs_where_they_help(void)
{
    rg_blend planted = {.base = {0.5f, 0.5f, 0.0f, 0.0f}, .on = {1, 1, 1, 1}};
    const int two[C] = {1, 1, 0, 0};
    planted.pair[0][1] = 3.0f;
    regatta_ctx *ctx = context_of(2);
    rg_offers *o = NULL;
    rg_blend blend;
    rg_blend_report report;
    CU_ASSERT_EQUAL_FATAL(tiny_offers(ctx, &o, 400, 25, two, &planted, 4), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_blend_choose(ctx, &blend, &report, o, two, RG_BLEND_PAIRS),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(report.kind, RG_BLEND_PAIRS);
    CU_ASSERT(blend.pair[0][1] > 0.2f);
    CU_ASSERT(report.by_kind[RG_BLEND_PAIRS] > 1.003 * report.by_kind[RG_BLEND_START]);
    rg_offers_free(o);
    regatta_ctx_free(ctx);
}

/* What is better in one future and worse in the other is not taken; what is better in
 * both is. */
static void test_blend_choose__both_futures(void)
{
    enum { U = 1200 };
    rg_blend planted = {.base = {0.5f, 0.5f, 0.0f, 0.0f}, .on = {1, 1, 1, 1}};
    rg_blend opposite = planted;
    const int two[C] = {1, 1, 0, 0};
    planted.pair[0][1] = 3.0f;
    opposite.pair[0][1] = -3.0f;
    regatta_ctx *ctx = context_of(2);
    for (int same = 0; same < 2; same++) {
        rg_offers *o = NULL, *other = NULL;
        rg_blend blend;
        rg_blend_report report;
        CU_ASSERT_EQUAL_FATAL(tiny_offers(ctx, &o, U, 25, two, &planted, 4), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(
            tiny_offers(ctx, &other, U, 25, two, same ? &planted : &opposite, 4),
            REGATTA_OK);
        o->has_other = 1;
        memcpy(o->taken_other, other->taken, (size_t)o->n_offers);
        memcpy(o->n_held_other, other->n_held, U * sizeof *o->n_held);
        CU_ASSERT_EQUAL(rg_blend_choose(ctx, &blend, &report, o, two, RG_BLEND_PAIRS),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(report.kind == RG_BLEND_PAIRS, same);
        CU_ASSERT(report.by_kind[RG_BLEND_PAIRS] > report.by_kind[RG_BLEND_START]);
        rg_offers_free(o);
        rg_offers_free(other);
    }
    regatta_ctx_free(ctx);
}

static void test_blend_choose__same_bits(void)
{
    const int threads[] = {1, 2, 3, 8};
    rg_blend blend[4];
    rg_blend_report report[4];
    regatta_ctx *ctx = context_of(1);
    rg_offers *o = offers_of(ctx, 220);
    for (int t = 0; t < 4; t++) {
        regatta_ctx *wide = context_of(threads[t]);
        CU_ASSERT_EQUAL(
            rg_blend_choose(wide, &blend[t], &report[t], o, ALL, RG_BLEND_PAIRS),
            REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(&blend[0], &blend[t], sizeof blend[0]), 0);
        CU_ASSERT_EQUAL(report[0].ndcg, report[t].ndcg);
        regatta_ctx_free(wide);
    }
    rg_offers_free(o);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_blend blend;
    rg_blend_report report;
    return rg_end(ctx, rg_blend_choose(ctx, &blend, &report, arg, ALL, RG_BLEND_PAIRS));
}

static void test_blend_choose__memory(void)
{
    const int two[C] = {1, 1, 0, 0};
    const rg_blend planted = {.base = {2.0f, 1.5f, 0.0f, 0.0f}, .on = {1, 1, 1, 1}};
    regatta_ctx *ctx = context_of(1);
    rg_offers *o = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_offers(ctx, &o, 200, 2, two, &planted, 9), REGATTA_OK);
    CU_ASSERT(fault_sweep_memory(attempt, o) > 10);
    rg_offers_free(o);
    regatta_ctx_free(ctx);
}

int main(void)
{
    static const test_case cases[] = {
        {"useless channels", test_blend_choose__useless_channels_have_no_say},
        {"harmful channels", test_blend_choose__harmful_channels_are_dropped},
        {"only what is offered", test_blend_choose__only_what_is_offered},
        {"both futures", test_blend_choose__both_futures},
        {"pairs", test_blend_choose__pairs_where_they_help},
        {"same bits", test_blend_choose__same_bits},
        {"memory", test_blend_choose__memory},
    };
    return TEST_MAIN("blend_choose", cases);
}
