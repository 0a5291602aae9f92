#include "fit/prune/prune_balance.h"
#include "fit/update/update_drift.h"
#include "support/planted_model.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

enum { SHARE = 8 }; /* one of so many weights stays */

static regatta_model *trained(regatta_ctx *ctx, const char *channels)
{
    const planted p = {300, 120, 6, 12, 0, 5};
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = channels;
    return planted_model(ctx, &p, &o);
}

static double agreement_of(rg_prune *p)
{
    regatta_model *model = NULL;
    double share = -1.0;
    CU_ASSERT_EQUAL_FATAL(rg_prune_cut(p, &model, p->n_edges / SHARE, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_drift_overlap(p->ctx, &share, p->model, model), REGATTA_OK);
    regatta_model_free(model);
    return share;
}

/* A division that is wrong by a factor of 64 is found again, and effects within a channel
 * keep their order. */
static void test_prune_balance__finds(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_model *model = trained(ctx, "items,users");
    rg_prune p = {.ctx = ctx};
    CU_ASSERT_EQUAL_FATAL(rg_prune_open(ctx, &p, model, NULL, 1), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(p.n_parts, 2);
    const int64_t first = p.part[0].by_target->n_edges;
    for (int64_t e = first; e < p.n_edges; e++) p.effect[e] *= 64.0f;
    float *before = malloc((size_t)p.n_edges * sizeof *before);
    memcpy(before, p.effect, (size_t)p.n_edges * sizeof *before);
    const double worse = agreement_of(&p);
    CU_ASSERT_EQUAL(rg_prune_balance(&p, p.n_edges / SHARE), REGATTA_OK);
    const double better = agreement_of(&p);
    CU_ASSERT(better > worse);
    CU_ASSERT_EQUAL(memcmp(before, p.effect, (size_t)first * sizeof *before), 0);
    const float factor = p.effect[first] / before[first];
    int exponent = 0;
    CU_ASSERT_EQUAL(frexpf(factor, &exponent), 0.5f); /* a power of 2 */
    CU_ASSERT(exponent - 1 < 0 && exponent - 1 >= -6);
    int64_t n_other = 0;
    for (int64_t e = first; e < p.n_edges; e++)
        n_other += p.effect[e] != before[e] * factor;
    CU_ASSERT_EQUAL(n_other, 0);
    free(before);
    rg_prune_close(&p);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* Nothing changes for one channel, and where all or no weights stay. */
static void test_prune_balance__nothing_to_divide(void)
{
    static const char *const channels[] = {"items", "items,users"};
    for (int k = 0; k < 2; k++) {
        regatta_ctx *ctx = test_context(1);
        regatta_model *model = trained(ctx, channels[k]);
        rg_prune p = {.ctx = ctx};
        CU_ASSERT_EQUAL_FATAL(rg_prune_open(ctx, &p, model, NULL, 1), REGATTA_OK);
        const size_t size = (size_t)p.n_edges * sizeof *p.effect;
        float *before = malloc(size);
        memcpy(before, p.effect, size);
        CU_ASSERT_EQUAL(rg_prune_balance(&p, k == 0 ? p.n_edges / SHARE : p.n_edges),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(rg_prune_balance(&p, k == 0 ? p.n_edges / 2 : 0), REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(before, p.effect, size), 0);
        free(before);
        rg_prune_close(&p);
        regatta_model_free(model);
        regatta_ctx_free(ctx);
    }
}

int test_prune_balance(void)
{
    static const test_case cases[] = {
        {"finds", test_prune_balance__finds},
        {"nothing to divide", test_prune_balance__nothing_to_divide}};
    return TEST_MAIN("prune_balance", cases);
}
