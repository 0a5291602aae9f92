#include "channel/fit/vectors/vectors_job.h"
#include "fit/resolve.h"
#include "support/planted_graph.h"
#include "support/suite.h"

typedef struct resolved {
    rg_fit_options options;
    int on[RG_MAX_CHANNELS];
} resolved;

/* `given` on a graph of n users and 10 items. */
static resolved resolve(int64_t n, rg_fit_options given)
{
    regatta_ctx *ctx = test_context(1);
    const rg_csr rows = {.n_rows = n, .n_cols = 10};
    const regatta_graph graph = {.by_user = (rg_csr *)&rows};
    resolved r = {.options = given};
    rg_fit_choice choice;
    CU_ASSERT_EQUAL_FATAL(rg_fit_choice_create(ctx, &choice), REGATTA_OK);
    rg_fit_resolve(&r.options, &choice, &graph);
    for (int c = 0; c < rg_n_channels; c++) r.on[c] = choice.on[c];
    rg_fit_choice_free(ctx, &choice);
    regatta_ctx_free(ctx);
    return r;
}

/* The users that a step takes. */
static uint32_t batch_of(int64_t n, uint32_t given)
{
    return resolve(n, (rg_fit_options){.batch_users = given}).options.batch_users;
}

static void test_resolve__batch(void)
{
    CU_ASSERT_EQUAL(batch_of(1, 0), 1024);
    CU_ASSERT_EQUAL(batch_of(29858, 0), 1024);
    CU_ASSERT_EQUAL(batch_of(200000, 0), 3125);
    CU_ASSERT_EQUAL(batch_of(1000000, 0), 4096);
    CU_ASSERT_EQUAL(rg_fit_batch(133000), 2078); /* a run on a sample of those users */
    CU_ASSERT_EQUAL(batch_of(1000000, 1), 1);
    CU_ASSERT_EQUAL(batch_of(10, 65536), 65536);
}

/* Channels that are named are taken as they are; else the preset and the graph tell. */
static void test_resolve__channels(void)
{
    rg_fit_options named = {.on = {0}};
    for (int c = 0; c < rg_n_channels; c++) {
        if (rg_channels[c]->fit->asked != NULL) continue; /* has an option of its own */
        named.on[c] = 1;
        const resolved one = resolve(1000000, named);
        for (int d = 0; d < rg_n_channels; d++)
            CU_ASSERT_EQUAL(one.on[d], d == c || rg_channels[c]->reads == rg_channels[d]);
        named.on[c] = 0;
    }
    const resolved all = resolve(1000, named), large = resolve(1000000, named);
    named.preset = REGATTA_PRESET_FAST;
    const resolved fast = resolve(1000, named);
    for (int c = 0; c < rg_n_channels; c++) {
        const rg_channel_fit_ops *ops = rg_channels[c]->fit;
        const int fits = ops->in_preset == NULL &&
                         ops->asked == NULL; /* the graph is small, without times */
        CU_ASSERT_EQUAL(large.on[c], fits);
        CU_ASSERT_EQUAL(fast.on[c], ops->fast && fits);
        if (fits) CU_ASSERT_EQUAL(all.on[c], 1);
    }
    CU_ASSERT_EQUAL(rg_count_on(fast.on), 1);
}

int test_resolve(void)
{
    const test_case cases[] = {{"batch", test_resolve__batch},
                               {"channels", test_resolve__channels}};
    return TEST_MAIN("resolve", cases);
}
