#include "fit/prune/prune_blend.h"
#include "fit/update/update_drift.h"
#include "support/planted_model.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

static regatta_model *trained(regatta_ctx *ctx)
{
    const planted p = {300, 120, 6, 12, 0, 5};
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = "vectors,items,users";
    o.dim = 16;
    o.max_steps = 10;
    return planted_model(ctx, &p, &o);
}

/* Gives a model a blend in which each channel has the weight. */
static void weigh(regatta_model *m, const float *weight)
{
    memset(m->blend->x, 0, (size_t)rg_blend_floats(m->blend->n) * sizeof *m->blend->x);
    for (int b = 0; b < m->blend->n; b++) {
        m->blend->base[b] = weight[b];
        m->blend->on[b] = weight[b] != 0.0f;
    }
}

static double agreement(regatta_ctx *ctx, const rg_prune_drop *d,
                        const regatta_model *model)
{
    regatta_model *less = NULL;
    double share = -1.0;
    CU_ASSERT_EQUAL_FATAL(rg_prune_drop_model(ctx, d, &less, model), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_drift_overlap(ctx, &share, model, less), REGATTA_OK);
    CU_ASSERT_EQUAL(less->calibration.knots == NULL, d->blend != NULL);
    regatta_model_free(less);
    return share;
}

/* Without a channel that carries most of the score, the lists agree more after the fit
 * than with the weights before; the bits do not depend on the threads. */
static void test_prune_blend__fits(void)
{
    static const float weight[3] = {-0.5f, 1.0f, 4.0f};
    float bits[RG_MAX_CHANNELS] = {0.0f};
    for (uint32_t threads = 1; threads <= 3; threads++) {
        regatta_ctx *ctx = test_context(threads);
        regatta_model *model = trained(ctx);
        rg_prune_drop d = {.n = 1};
        d.off[model->blend->number[2]] = 1;
        weigh(model, weight);
        const double before = agreement(ctx, &d, model);
        CU_ASSERT_EQUAL_FATAL(rg_prune_drop_blend(ctx, &d, model), REGATTA_OK);
        CU_ASSERT_FATAL(d.blend != NULL);
        CU_ASSERT(agreement(ctx, &d, model) > before);
        CU_ASSERT_EQUAL(d.blend->on[model->blend->number[2]], 0.0f);
        CU_ASSERT_EQUAL(d.blend->base[model->blend->number[2]], 0.0f);
        if (threads == 1) memcpy(bits, d.blend->base, (size_t)d.blend->n * sizeof *bits);
        CU_ASSERT_EQUAL(memcmp(bits, d.blend->base, (size_t)d.blend->n * sizeof *bits),
                        0);
        rg_prune_drop_free(&d);
        regatta_model_free(model);
        regatta_ctx_free(ctx);
    }
}

/* A channel whose weight is next to nothing takes nothing with it: the other weights
 * stay, and so does the unit of the scores. */
static void test_prune_blend__tiny_channel(void)
{
    static const float weight[3] = {2.0f, 1.0f, 1e-7f};
    regatta_ctx *ctx = test_context(2);
    regatta_model *model = trained(ctx);
    rg_prune_drop d = {.n = 1};
    d.off[model->blend->number[2]] = 1;
    weigh(model, weight);
    CU_ASSERT_EQUAL_FATAL(rg_prune_drop_blend(ctx, &d, model), REGATTA_OK);
    CU_ASSERT_FATAL(d.blend != NULL);
    for (int b = 0; b < 2; b++) {
        const int a = model->blend->number[b];
        CU_ASSERT(fabsf(d.blend->base[a] - weight[b]) < 1e-4f);
        CU_ASSERT(fabsf(d.blend->user[a]) < 1e-4f);
    }
    CU_ASSERT(agreement(ctx, &d, model) > 0.999);
    rg_prune_drop_free(&d);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* The score stays if it has nothing of the channel. */
static void test_prune_blend__not_in_the_score(void)
{
    static const float weight[3] = {0.0f, 1.0f, 1.0f};
    regatta_ctx *ctx = test_context(1);
    regatta_model *model = trained(ctx);
    rg_prune_drop d = {.n = 1};
    d.off[model->blend->number[0]] = 1;
    weigh(model, weight);
    CU_ASSERT_EQUAL_FATAL(rg_prune_drop_blend(ctx, &d, model), REGATTA_OK);
    CU_ASSERT_PTR_NULL(d.blend);
    CU_ASSERT_EQUAL(agreement(ctx, &d, model), 1.0);
    rg_prune_drop_free(&d);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

int test_prune_blend(void)
{
    static const test_case cases[] = {
        {"fits", test_prune_blend__fits},
        {"tiny channel", test_prune_blend__tiny_channel},
        {"not in the score", test_prune_blend__not_in_the_score}};
    return TEST_MAIN("prune_blend", cases);
}
