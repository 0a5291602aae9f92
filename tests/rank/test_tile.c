#include "channel/channel_items.h"
#include "channel/channel_users.h"
#include "rank/tile.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

enum { N = 41 };

static regatta_model *model_of(regatta_ctx *ctx)
{
    tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    spec.channels = 1;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    return m;
}

/* Raw rows are the channels', the score is rg_blend_raw's of them as rg_blend_measure
 * scales them. */
static void test_tile__is_the_channels_and_the_blend(void)
{
    const uint32_t user[] = {4, 11, 6};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    const regatta_query query = {.struct_size = sizeof query, .n = 3, .user = user};
    const int on[RG_MAX_CHANNELS] = {1, 1, 1, 1};
    rg_tile *tile = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_tiles_create(ctx, &tile, m, &query, on, 1, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(tile->ld % 32, 0);
    rg_tile_fill(tile, m, &query, 0, 3);
    for (int64_t r = 0; r < 3; r++) {
        const rg_history h = history_of(m, user[r]);
        float row[N_CHANNELS][N], scratch[N], score[N], *rows[RG_MAX_CHANNELS];
        float best[N], support[N];
        rg_scaling scaling[RG_MAX_CHANNELS];
        channel_row(row[CHANNEL_ITEMS], best, support, m, "items", &h);
        channel_row(row[CHANNEL_USERS], NULL, NULL, m, "users", &h);
        CU_ASSERT_EQUAL(
            memcmp(row[CHANNEL_ITEMS], rg_tile_row(tile, CHANNEL_ITEMS, r), sizeof score),
            0);
        CU_ASSERT_EQUAL(
            memcmp(row[CHANNEL_USERS], rg_tile_row(tile, CHANNEL_USERS, r), sizeof score),
            0);
        for (int a = 0; a < N_CHANNELS; a++) {
            rows[a] = row[a];
            memcpy(row[a], rg_tile_row(tile, a, r), sizeof score);
            scaling[a] = rg_blend_measure(row[a], N, h.item, h.n, scratch);
        }
        rg_blend_raw(score, m->blend, rows, scaling, m->log_degree, best, support,
                     logf(1.0f + (float)h.n), N);
        const float *found = rg_tile_score(tile, m, r);
        CU_ASSERT_EQUAL(memcmp(found, score, sizeof score), 0);
        CU_ASSERT_EQUAL(tile->popular[r], 0);
        const double width = tile->scaling[r][CHANNEL_ITEMS].width;
        for (uint32_t j = 0; j < N; j++) {
            CU_ASSERT_DOUBLE_EQUAL((double)rg_tile_best(tile, r, j) * width, best[j],
                                   1e-6);
            CU_ASSERT_EQUAL(rg_tile_support(tile, r, j), support[j]);
        }
    }
    rg_tiles_free(ctx, tile, 1);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A query's bits do not depend on who else is in its tile. */
static void test_tile__place_does_not_matter(void)
{
    const int64_t offset[] = {0, 2, 2, 6};
    const uint32_t item[] = {7, 3, 5, 40, 5, 0};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    const regatta_query query = {
        .struct_size = sizeof query, .n = 3, .offset = offset, .item = item};
    int on[RG_MAX_CHANNELS];
    rg_tile *tile = NULL;
    float together[N];
    rg_model_channels(on, m);
    CU_ASSERT_EQUAL_FATAL(
        rg_tiles_create(ctx, &tile, m, &query, on, rg_model_gated(m), 1), REGATTA_OK);
    rg_tile_fill(tile, m, &query, 0, 3);
    memcpy(together, rg_tile_score(tile, m, 2), sizeof together);
    CU_ASSERT_EQUAL(tile->history[2].n, 3); /* 0, 5, 40: a repeat counts once */
    const float *users = rg_tile_row(tile, CHANNEL_USERS, 0);
    for (int j = 0; j < N; j++) CU_ASSERT_EQUAL(users[j], 0.0f); /* folded in */
    rg_tile_fill(tile, m, &query, 2, 1);
    CU_ASSERT_EQUAL(memcmp(rg_tile_score(tile, m, 0), together, sizeof together), 0);
    rg_tiles_free(ctx, tile, 1);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* One channel without a blend scores by its own numbers; an empty history by what is
 * popular. */
static void test_tile__single_channel(void)
{
    const float history[] = {1, 1, 0, 0, 0, 0, 1, 0},
                w[] = {0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const channel_parts p = {.n_users = 2, .n_items = 4, .history = history, .items = w};
    const int64_t offset[] = {0, 1, 1};
    const uint32_t item[] = {0};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = channel_model(ctx, &p);
    const regatta_query query = {
        .struct_size = sizeof query, .n = 2, .offset = offset, .item = item};
    int on[RG_MAX_CHANNELS];
    rg_tile *tile = NULL;
    rg_model_channels(on, m);
    CU_ASSERT_EQUAL_FATAL(
        rg_tiles_create(ctx, &tile, m, &query, on, rg_model_gated(m), 1), REGATTA_OK);
    rg_tile_fill(tile, m, &query, 0, 2);
    CU_ASSERT_EQUAL(rg_tile_score(tile, m, 0)[2], 2.0f);
    CU_ASSERT_EQUAL(rg_tile_score(tile, m, 0)[0], 0.0f);
    const float *popular = rg_tile_score(tile, m, 1);
    CU_ASSERT_EQUAL(tile->popular[1], 1);
    CU_ASSERT_EQUAL(popular[0], logf(2.0f));
    CU_ASSERT_EQUAL(popular[3], 0.0f);
    rg_tiles_free(ctx, tile, 1);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const int64_t offset[] = {0, 2};
    const uint32_t item[] = {0, 1};
    const int on[RG_MAX_CHANNELS] = {1, 1, 1, 1};
    const regatta_query query = {
        .struct_size = sizeof query, .n = 1, .offset = offset, .item = item};
    rg_tile *tiles = NULL;
    const regatta_status status = rg_tiles_create(ctx, &tiles, arg, &query, on, 1, 2);
    CU_ASSERT_EQUAL(tiles == NULL, status != REGATTA_OK);
    rg_tiles_free(ctx, tiles, 2);
    return rg_end(ctx, status);
}

static void test_tile__memory(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    fault_sweep_memory(attempt, m);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

int test_tile(void)
{
    static const test_case cases[] = {
        {"channels and blend", test_tile__is_the_channels_and_the_blend},
        {"place", test_tile__place_does_not_matter},
        {"single channel", test_tile__single_channel},
        {"memory", test_tile__memory},
    };
    return TEST_MAIN("tile", cases);
}
