#include "channel/fit/items_fit.h"
#include "channel/fit/vectors/vectors_fit.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"

/* Every channel has a place in the order of fitting, and one alone. */
static void test_channel_fit__order(void)
{
    int seen[RG_MAX_CHANNELS] = {0}, before = -1;
    for (int k = 0; k < rg_n_channels; k++) {
        const int c = rg_channel_at(k);
        CU_ASSERT_FATAL(c >= 0 && c < rg_n_channels);
        CU_ASSERT_EQUAL(seen[c]++, 0);
        CU_ASSERT(rg_channels[c]->fit->order >= before);
        before = rg_channels[c]->fit->order;
        CU_ASSERT_EQUAL(rg_channel_of(rg_channels[c]->fit), c);
        CU_ASSERT(rg_channels[c]->fit->n_works <= RG_CHANNEL_WORKS);
    }
}

/* A channel that is off is fitted where one that is on needs it. */
static void test_channel_fit__wanted(void)
{
    regatta_ctx *ctx = test_context(1);
    const int items = rg_channel_of(&rg_items_fit);
    const int vectors = rg_channel_of(&rg_vectors_fit);
    rg_fit_choice choice;
    CU_ASSERT_EQUAL_FATAL(rg_fit_choice_create(ctx, &choice), REGATTA_OK);
    rg_vectors_setting *setting = choice.setting[vectors];
    CU_ASSERT_EQUAL(rg_channel_wanted(&choice, items), 0);
    setting->item_graph = 1; /* of vectors that are off */
    CU_ASSERT_EQUAL(rg_channel_wanted(&choice, items), 0);
    choice.on[vectors] = 1;
    CU_ASSERT_EQUAL(rg_channel_wanted(&choice, items), 1);
    CU_ASSERT_EQUAL(rg_channel_wanted(&choice, vectors), 1);
    setting->item_graph = 0;
    CU_ASSERT_EQUAL(rg_channel_wanted(&choice, items), 0);
    choice.on[items] = 1;
    CU_ASSERT_EQUAL(rg_channel_wanted(&choice, items), 1);
    CU_ASSERT_EQUAL(rg_count_on(choice.on), 2);
    rg_fit_choice_free(ctx, &choice);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_fit_choice choice;
    const regatta_status status = rg_fit_choice_create(ctx, &choice);
    (void)arg;
    rg_fit_choice_free(ctx, &choice);
    return rg_end(ctx, status);
}

static void test_channel_fit__memory(void)
{
    fault_sweep_memory(attempt, NULL);
}

static const test_case cases[] = {
    {"order", test_channel_fit__order},
    {"wanted", test_channel_fit__wanted},
    {"memory", test_channel_fit__memory},
};

int test_channel_fit(void)
{
    return TEST_MAIN("channel_fit", cases);
}
