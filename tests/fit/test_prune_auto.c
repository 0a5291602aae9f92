#include "fit/prune/prune_auto.h"
#include "model/file/model_file_write.h"
#include "support/planted_model.h"
#include "support/suite.h"
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

static regatta_model *trained(regatta_ctx *ctx)
{
    const planted p = {300, 120, 6, 12, 0, 5};
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = "vectors,items,users,spectral";
    o.dim = 8;
    o.max_steps = 2;
    return planted_model(ctx, &p, &o);
}

/* Puts all channels into the score, and records the losses without two of them. */
static void record(regatta_model *m, const char *json)
{
    for (int b = 0; b < m->blend->n; b++) m->blend->on[b] = m->blend->base[b] = 1.0f;
    const size_t n = strlen(json) + 1;
    char *text = rg_alloc(m->mem, (int64_t)n, 1);
    CU_ASSERT_FATAL(text != NULL);
    memcpy(text, json, n);
    rg_free(m->mem, m->json);
    m->json = text;
}

/* Returns a mask of the channels that the budget lets go. */
static uint32_t chosen(regatta_ctx *ctx, const regatta_model *m, rg_prune_budget budget)
{
    rg_prune_drop d = {.n = 0};
    uint32_t mask = 0;
    int n = 0;
    CU_ASSERT_EQUAL(rg_prune_drop_auto(ctx, &d, m, &budget), REGATTA_OK);
    for (int a = 0; a < rg_n_channels; a++) {
        mask |= (uint32_t)d.off[a] << a;
        n += d.off[a];
    }
    CU_ASSERT_EQUAL(d.n, n);
    rg_prune_drop_free(&d);
    return mask;
}

static uint32_t mask_of(const char *names)
{
    const char *unknown = NULL;
    int64_t length = 0;
    return rg_channel_mask(names, &unknown, &length);
}

/* The sum of the losses, 1 % of users and 2 % of spectral, stays below the budget; a loss
 * below 0 counts as 0; channels for other calls stay. */
static void test_prune_auto__budget(void)
{
    static const char json[] =
        "{\"blend\": {\"ungated\": 0.5, \"without\": {\"vectors\": 0.5, \"items\": 0.6, "
        "\"users\": 0.495, \"spectral\": 0.49}}}";
    static const char better[] =
        "{\"blend\": {\"ungated\": 0.5, \"without\": {\"users\": 0.6}}}";
    regatta_ctx *ctx = test_context(2);
    regatta_model *m = trained(ctx);
    int64_t bytes = 0;
    record(m, json);
    CU_ASSERT_EQUAL(chosen(ctx, m, (rg_prune_budget){0.005, 0, 0.0}), 0);
    CU_ASSERT_EQUAL(chosen(ctx, m, (rg_prune_budget){0.015, 0, 0.0}), mask_of("users"));
    CU_ASSERT_EQUAL(chosen(ctx, m, (rg_prune_budget){0.031, 0, 0.0}),
                    mask_of("users,spectral"));
    CU_ASSERT_EQUAL(chosen(ctx, m, (rg_prune_budget){1.0, 0, 1.0}), 0);
    CU_ASSERT_EQUAL_FATAL(rg_model_file_size(ctx, &bytes, m), REGATTA_OK);
    CU_ASSERT_EQUAL(chosen(ctx, m, (rg_prune_budget){1.0, bytes, 0.0}), 0);
    const uint32_t first = chosen(ctx, m, (rg_prune_budget){1.0, bytes - 1, 0.0});
    CU_ASSERT(first == mask_of("users") || first == mask_of("spectral"));
    record(m, better);
    CU_ASSERT_EQUAL(chosen(ctx, m, (rg_prune_budget){0.0, 0, 0.0}), mask_of("users"));
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_prune_auto__no_records(void)
{
    static const char *const json[] = {
        "{}", "{\"blend\": {\"ungated\": 0.5}}",
        "{\"blend\": {\"ungated\": 0, \"without\": {\"users\": 0.1}}}",
        "{\"blend\": {\"ungated\": 0.5, \"without\": {\"users\": null, \"items\": 1}}}"};
    regatta_ctx *ctx = test_context(1);
    regatta_model *m = trained(ctx);
    const rg_prune_budget all = {1.0, 0, 0.0};
    for (size_t k = 0; k < sizeof json / sizeof *json; k++) {
        rg_prune_drop d = {.n = 0};
        record(m, json[k]);
        CU_ASSERT_EQUAL(rg_prune_drop_auto(ctx, &d, m, &all), REGATTA_EINVAL);
        rg_prune_drop_free(&d);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

int test_prune_auto(void)
{
    static const test_case cases[] = {{"budget", test_prune_auto__budget},
                                      {"no records", test_prune_auto__no_records}};
    return TEST_MAIN("prune_auto", cases);
}
