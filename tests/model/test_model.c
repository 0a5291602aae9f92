#include "base/bf16.h"
#include "rank/tile.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include "support/tiny_blend.h"
#include "support/tiny_model.h"
#include <string.h>

/* Zeros go, what is left is rounded to bfloat16, rows stay in order. */
static void test_model__rows(void)
{
    regatta_ctx *ctx = context_of(1);
    const float history[] = {1, 1, 0, 0, 0, 1}, scale[] = {1, 2, 3};
    const channel_parts p = {.n_users = 2, .n_items = 3, .history = history};
    regatta_model *m = channel_model(ctx, &p);
    const float dense[] = {0, 1, 2, 0, 0, 0, 3, 0, 1};
    rg_csr *rows = dense_rows(ctx, dense, 3, 3, 1);
    rows->value[0] = 0.0f; /* a weight that came out as nothing */
    rows->value[1] = 1.00390625f * 3.0f;
    CU_ASSERT_EQUAL(set_items(m, rows, scale), REGATTA_OK);
    CU_ASSERT_EQUAL(m->item_weights != NULL, 1);
    CU_ASSERT_EQUAL(items_of(m)->rows.offset[3], 3);
    const int64_t offset[] = {0, 1, 1, 3};
    CU_ASSERT_EQUAL(memcmp(items_of(m)->rows.offset, offset, sizeof offset), 0);
    CU_ASSERT_EQUAL(items_of(m)->rows.target[0], 2);
    CU_ASSERT_EQUAL(items_of(m)->rows.target[2], 2);
    CU_ASSERT_EQUAL(rg_from_bf16(items_of(m)->rows.value[0]), 3.015625f);
    CU_ASSERT_EQUAL(rg_from_bf16(items_of(m)->rows.value[1]), 3.0f);
    CU_ASSERT_EQUAL(items_of(m)->scale[2], 3.0f);
    rg_csr_free(rows); /* the model has copies */
    rg_csr bare = {.n_rows = 2,
                   .n_cols = 2,
                   .n_edges = 1,
                   .offset = (int64_t[]){0, 1, 1},
                   .target = (uint32_t[]){1}}; /* no values: all 1 */
    CU_ASSERT_EQUAL(set_users(m, &bare), REGATTA_OK);
    CU_ASSERT_EQUAL(users_of(m)->rows.offset[2], 1);
    CU_ASSERT_EQUAL(rg_from_bf16(users_of(m)->rows.value[0]), 1.0f);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A channel that came out empty is still a channel. */
static void test_model__nothing_in_them(void)
{
    regatta_ctx *ctx = context_of(1);
    const float history[] = {1, 0, 0, 1}, nothing[4] = {0.0f};
    const channel_parts p = {.n_users = 2,
                             .n_items = 2,
                             .history = history,
                             .items = nothing,
                             .users = nothing};
    regatta_model *m = channel_model(ctx, &p);
    int on[RG_MAX_CHANNELS];
    CU_ASSERT_EQUAL(items_of(m)->rows.offset[2], 0);
    rg_model_channels(on, m);
    CU_ASSERT(on[CHANNEL_ITEMS] && on[CHANNEL_USERS]);
    CU_ASSERT(!on[CHANNEL_VECTORS] && !on[CHANNEL_SPECTRAL]);
    rg_blend *blend = tiny_blend(N_CHANNELS, NULL);
    on[CHANNEL_USERS] = 0;
    rg_blend_start(blend, on, tiny_start);
    CU_ASSERT_EQUAL(rg_model_set_blend(m, blend), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(m->blend->n, 2); /* of the channels that the model has */
    CU_ASSERT_EQUAL(m->blend->number[0], CHANNEL_ITEMS);
    CU_ASSERT_EQUAL(m->blend->number[1], CHANNEL_USERS);
    CU_ASSERT_EQUAL(m->blend->base[0], 1.0f);
    CU_ASSERT_EQUAL(m->blend->on[1], 0.0f);
    rg_blend_free(blend);
    rg_model_channels(on, m); /* the blend has the last word */
    CU_ASSERT(on[CHANNEL_ITEMS] && !on[CHANNEL_USERS]);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    regatta_model *m = NULL;
    const regatta_status status = tiny_model(ctx, &m, arg);
    CU_ASSERT_EQUAL(m == NULL, status != REGATTA_OK);
    regatta_model_free(m);
    return rg_end(ctx, status);
}

static void test_model__memory(void)
{
    tiny_spec spec = tiny_smallest(); /* all channels */
    fault_sweep_memory(attempt, &spec);
}

int test_model(void)
{
    static const test_case cases[] = {
        {"rows", test_model__rows},
        {"nothing in them", test_model__nothing_in_them},
        {"memory", test_model__memory},
    };
    return TEST_MAIN("model", cases);
}
