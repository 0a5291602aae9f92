#include "channel/fit/fit_plan.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

static const planted PLANTED = {
    .n_users = 120, .n_items = 60, .communities = 4, .per_user = 10, .seed = 6};

/* Works of some channels. */
enum { LOCAL = RG_OWN_WORKS, STEPS = RG_OWN_WORKS + RG_CHANNEL_WORKS };

/* What was measured counts; the rest is the estimate times how much slower it was. */
static void test_fit_plan__measured_kinds_correct_the_others(void)
{
    rg_fit_plan plan;
    regatta_ctx *ctx = test_context(1);
    rg_plan_begin(&plan, ctx);
    plan.unit[LOCAL] = 2.0;
    plan.unit[STEPS] = 1.0;
    plan.unit[RG_WORK_BLEND] = 5.0;
    plan.left[LOCAL] = 3.0;
    plan.left[STEPS] = 10.0;
    plan.left[RG_WORK_BLEND] = 1.0;
    CU_ASSERT_DOUBLE_EQUAL(rg_plan_seconds_left(&plan, RG_NO_WORK, 0), 6.0 + 10.0 + 5.0,
                           1e-12);
    CU_ASSERT_DOUBLE_EQUAL(rg_plan_seconds_left(&plan, STEPS, 1), 6.0 + 5.0, 1e-12);
    /* 8 seconds instead of 4: half as fast */
    plan.cost[RG_PART_SLICE][LOCAL] = (rg_work_cost){.units = 2.0, .seconds = 8.0};
    CU_ASSERT_DOUBLE_EQUAL(rg_plan_seconds_left(&plan, RG_NO_WORK, 0), 12.0 + 20.0 + 10.0,
                           1e-12);
    /* These take as long as estimated; work without an estimate does not count. */
    plan.cost[RG_PART_FOLDS][STEPS] = (rg_work_cost){.units = 4.0, .seconds = 4.0};
    plan.cost[RG_PART_SLICE][RG_WORK_DATA] =
        (rg_work_cost){.units = 1.0, .seconds = 90.0};
    CU_ASSERT_DOUBLE_EQUAL(rg_plan_seconds_left(&plan, RG_NO_WORK, 0),
                           12.0 + 10.0 + 5.0 * 12.0 / 8.0, 1e-12);
    plan.part = RG_PART_WHOLE;
    rg_count_flops(ctx, 30.0);
    rg_plan_did(&plan, LOCAL, 5.0);
    rg_count_flops(ctx, 12.0);
    rg_plan_did(&plan, LOCAL, 0.0);
    CU_ASSERT_EQUAL(plan.left[LOCAL], 0.0);
    CU_ASSERT_EQUAL(plan.cost[RG_PART_WHOLE][LOCAL].units, 5.0);
    CU_ASSERT_EQUAL(plan.cost[RG_PART_WHOLE][LOCAL].flops, 42.0);
    CU_ASSERT_EQUAL(plan.cost[RG_PART_SLICE][LOCAL].flops, 0.0);
    CU_ASSERT_EQUAL(rg_channel_work(0, 0), LOCAL);
    CU_ASSERT_EQUAL(rg_channel_work(1, 0), STEPS);
    regatta_ctx_free(ctx);
}

typedef struct seen {
    int n, folds, unknown, backwards;
    int64_t last, total;
} seen;

static int look(void *state, const regatta_progress *p)
{
    seen *s = state;
    s->n++;
    s->unknown += !isfinite(p->seconds_left) || p->seconds_left < 0.0;
    if (strcmp(p->stage, "fold") != 0) return REGATTA_GO_ON;
    s->folds++;
    if (p->total == 0) return REGATTA_GO_ON; /* no step, but a sign */
    s->backwards += p->done <= s->last;
    s->last = p->done;
    s->total = p->total;
    return REGATTA_GO_ON;
}

/* From the first call on there is an estimate; folds go on through one count. */
static void test_fit_plan__every_call_has_an_estimate(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = NULL;
    regatta_model *model = NULL;
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    seen s = {0};
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    o.dim = 8;
    o.max_steps = 10;
    o.eval_every = 5;
    o.progress = look;
    o.progress_state = &s;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    CU_ASSERT(s.n > 50);
    CU_ASSERT_EQUAL(s.unknown, 0);
    CU_ASSERT_EQUAL(s.backwards, 0);
    CU_ASSERT(s.total > 0 && s.last == s.total);
    /* Beside its steps each of two folds tells of its begin, the channels after the
     * vectors, and its end. */
    CU_ASSERT(s.folds >= (int)s.total + 2 * 4);
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"measured", test_fit_plan__measured_kinds_correct_the_others},
    {"estimates", test_fit_plan__every_call_has_an_estimate},
};

int test_fit_plan(void)
{
    return TEST_MAIN("fit_plan", cases);
}
