#include "fit/blend/samples_build.h"
#include "model/history.h"
#include "rank/tile.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

enum { PER = RG_SAMPLES_PER_CHANNEL };

/* More items than each channel samples, so that the union is no list of all. */
static regatta_model *large_model(regatta_ctx *ctx)
{
    tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    spec.channels = 1;
    spec.n_items = 230;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    return m;
}

typedef struct better {
    float score;
    uint32_t item;
} better;

static int by_score(const void *left, const void *right)
{
    const better *a = left, *b = right;
    if (a->score != b->score) return a->score > b->score ? -1 : 1;
    return a->item < b->item ? -1 : a->item > b->item;
}

static int has(const uint32_t *list, int64_t n, uint32_t item)
{
    for (int64_t e = 0; e < n; e++)
        if (list[e] == item) return 1;
    return 0;
}

/* Marks each channel's best unseen items of one row. */
static void mark(uint8_t *sampled, const float *row, int64_t n, const rg_history *h)
{
    better list[256];
    int64_t m = 0;
    for (uint32_t j = 0; j < n; j++)
        if (!has(h->item, h->n, j)) list[m++] = (better){row[j], j};
    qsort(list, (size_t)m, sizeof *list, by_score);
    for (int64_t k = 0; k < PER && k < m; k++) sampled[list[k].item] = 1;
}

/* The union, its order, scaled scores, marks: against rows of a tile, sorted. */
static void test_samples_build__union_and_marks(void)
{
    uint32_t user[] = {3, 5, 13}, item[] = {0, 100, 229, 4, 5, 17};
    int64_t offset[] = {0, 3, 4, 6};
    const rg_holdout holdout = {
        .n_users = 3, .user = user, .offset = offset, .item = item};
    const int on[RG_MAX_CHANNELS] = {1, 1, 0, 1};
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = large_model(ctx);
    const regatta_query query = {.struct_size = sizeof query, .n = 3, .user = user};
    rg_samples *o = NULL;
    rg_tile *tile = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_samples_build(ctx, &o, m, &holdout, on), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_tiles_create(ctx, &tile, m, &query, on, 1, 1), REGATTA_OK);
    rg_tile_fill(tile, m, &query, 0, 3);
    CU_ASSERT_EQUAL(o->n_samples, o->offset[3]);
    for (int64_t u = 0; u < 3; u++) {
        uint8_t sampled[230] = {0};
        const rg_history h = history_of(m, user[u]);
        int64_t n = 0;
        rg_tile_scale(tile, m, u);
        for (int a = 0; a < N_CHANNELS; a++)
            if (on[a]) mark(sampled, rg_tile_row(tile, a, u), 230, &h);
        for (int j = 0; j < 230; j++) n += sampled[j];
        CU_ASSERT_EQUAL(o->offset[u + 1] - o->offset[u], n);
        CU_ASSERT(n > PER && n < 230 - h.n);
        CU_ASSERT_EQUAL(o->n_holdout[u], offset[u + 1] - offset[u]);
        CU_ASSERT_EQUAL(o->log_history[u], logf(1.0f + (float)h.n));
        for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
            const uint32_t j = o->item[e];
            CU_ASSERT(sampled[j]);
            if (e > o->offset[u]) CU_ASSERT(j > o->item[e - 1]);
            CU_ASSERT_EQUAL(o->label[e], has(item + offset[u], o->n_holdout[u], j));
            CU_ASSERT_EQUAL(o->log_degree[e], m->log_degree[j]);
            CU_ASSERT_EQUAL(o->best[e], rg_tile_best(tile, u, j));
            CU_ASSERT_EQUAL(o->support[e], rg_tile_support(tile, u, j));
            for (int a = 0; a < N_CHANNELS; a++)
                CU_ASSERT_EQUAL(o->s[e * rg_n_channels + a],
                                on[a] ? rg_tile_row(tile, a, u)[j] : 0.0f);
        }
    }
    rg_tiles_free(ctx, tile, 1);
    rg_samples_free(o);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A second holdout of the second user alone: item 4 is marked and no other. */
static void test_samples_build__other_scenario(void)
{
    uint32_t user[] = {3, 5, 13}, item[] = {0, 100, 229, 4, 5, 17};
    int64_t offset[] = {0, 3, 4, 6}, one[] = {0, 1};
    const rg_holdout holdout = {.n_users = 3,
                                .user = user,
                                .offset = offset,
                                .item = item},
                     other = {
                         .n_users = 1, .user = user + 1, .offset = one, .item = item + 3};
    const int on[RG_MAX_CHANNELS] = {1, 1, 0, 1};
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = large_model(ctx);
    rg_samples *o = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_samples_build(ctx, &o, m, &holdout, on), REGATTA_OK);
    CU_ASSERT_EQUAL(o->has_other, 0);
    CU_ASSERT_EQUAL(o->user[2], 13);
    rg_samples_set_other(o, &other);
    CU_ASSERT_EQUAL(o->has_other, 1);
    for (int u = 0; u < 3; u++) CU_ASSERT_EQUAL(o->n_holdout_other[u], u == 1);
    for (int64_t e = 0; e < o->n_samples; e++)
        CU_ASSERT_EQUAL(o->label_other[e], e >= o->offset[1] && e < o->offset[2] &&
                                               o->item[e] == 4 && o->label[e]);
    rg_samples_free(o);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Few items: all that are unseen are samples. A user without a history has the
 * samples of the channels that score without one; an empty holdout has none. */
static void test_samples_build__small(void)
{
    uint32_t user[] = {0, 1, 6}, item[] = {2, 3, 4};
    int64_t offset[] = {0, 1, 2, 3};
    const rg_holdout holdout = {.n_users = 3,
                                .user = user,
                                .offset = offset,
                                .item = item},
                     none = {.n_users = 0, .user = user, .offset = offset, .item = item};
    const int on[RG_MAX_CHANNELS] = {0, 1, 0, 0};
    tiny_spec spec = tiny_default();
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = NULL;
    rg_samples *o = NULL;
    spec.channels = 1;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_samples_build(ctx, &o, m, &holdout, on), REGATTA_OK);
    CU_ASSERT_EQUAL(o->offset[1], 0); /* item attention knows nothing of user 0 */
    CU_ASSERT_EQUAL(o->offset[2] - o->offset[1], 41 - 1);
    CU_ASSERT_EQUAL(o->offset[3] - o->offset[2], 41 - 6);
    rg_samples_free(o);
    CU_ASSERT_EQUAL(rg_samples_build(ctx, &o, m, &none, on), REGATTA_OK);
    CU_ASSERT_EQUAL(o->n_samples, 0);
    rg_samples_free(o);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_samples_build__same_bits(void)
{
    enum { U = 22 };
    uint32_t user[U], item[U];
    int64_t offset[U + 1] = {0};
    const int on[RG_MAX_CHANNELS] = {1, 1, 1, 1};
    uint32_t threads[] = {1, 2, 3, 8};
    rg_samples *o[4] = {NULL};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = large_model(ctx);
    for (uint32_t u = 0; u < U; u++) {
        user[u] = u + 1;
        item[u] = 3 * u;
        offset[u + 1] = u + 1;
    }
    const rg_holdout holdout = {
        .n_users = U, .user = user, .offset = offset, .item = item};
    for (int t = 0; t < 4; t++) {
        regatta_ctx *wide = tiny_context(threads[t]);
        CU_ASSERT_EQUAL_FATAL(rg_samples_build(wide, &o[t], m, &holdout, on), REGATTA_OK);
        CU_ASSERT_EQUAL(o[t]->n_samples, o[0]->n_samples);
        const size_t n = (size_t)o[0]->n_samples;
        CU_ASSERT_EQUAL(memcmp(o[t]->item, o[0]->item, n * sizeof *o[0]->item), 0);
        CU_ASSERT_EQUAL(
            memcmp(o[t]->s, o[0]->s, n * (size_t)rg_n_channels * sizeof *o[0]->s), 0);
        CU_ASSERT_EQUAL(memcmp(o[t]->label, o[0]->label, n), 0);
        regatta_ctx_free(wide);
    }
    for (int t = 0; t < 4; t++) rg_samples_free(o[t]);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    uint32_t user[] = {1, 3}, item[] = {2, 3};
    int64_t offset[] = {0, 1, 2};
    const int on[RG_MAX_CHANNELS] = {1, 1, 1, 1};
    const rg_holdout holdout = {
        .n_users = 2, .user = user, .offset = offset, .item = item};
    rg_samples *o = NULL;
    const regatta_status status = rg_samples_build(ctx, &o, arg, &holdout, on);
    CU_ASSERT_EQUAL(o == NULL, status != REGATTA_OK);
    rg_samples_free(o);
    return rg_end(ctx, status);
}

static void test_samples_build__memory(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = large_model(ctx);
    fault_sweep_memory(attempt, m);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

int test_samples_build(void)
{
    static const test_case cases[] = {
        {"union and marks", test_samples_build__union_and_marks},
        {"other scenario", test_samples_build__other_scenario},
        {"small", test_samples_build__small},
        {"same bits", test_samples_build__same_bits},
        {"memory", test_samples_build__memory},
    };
    return TEST_MAIN("samples_build", cases);
}
