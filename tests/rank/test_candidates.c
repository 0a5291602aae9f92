#include "channel/channel_items.h"
#include "rank/candidates.h"
#include "rank/tile.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS = 41, USERS = 23, S = REGATTA_N_SOURCES };

static regatta_model *model_of(regatta_ctx *ctx, int channels, int64_t dim)
{
    tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    spec.channels = channels;
    spec.dim = dim;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    return m;
}

static regatta_candidates_options ask_for(uint32_t n, uint32_t sources)
{
    regatta_candidates_options o = REGATTA_CANDIDATES_OPTIONS_INIT;
    o.n = n;
    o.sources = sources;
    return o;
}

/* What a padded row ends with. */
static int is_padding(const uint32_t *items, const float *scores, const float *by, int k)
{
    return items[k] == REGATTA_NONE && scores[k] == -INFINITY && isnan(by[k * S]) &&
           isnan(by[k * S + 1]);
}

/* Vectors: the numbers and the order of the vector channel. More than exist are padded.
 */
static void test_candidates__of_vectors_are_the_channels_best(void)
{
    enum { N = 60 };
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, 1, 8);
    const int only_vectors[RG_MAX_CHANNELS] = {1, 0, 0, 0};
    for (uint32_t u = 0; u < USERS; u++) {
        const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &u};
        const regatta_candidates_options o = ask_for(N, REGATTA_SOURCE_VECTORS);
        uint32_t items[N];
        float scores[N], by[N * S];
        rg_tile *tile = NULL;
        CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, items, scores, by),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(rg_tiles_create(ctx, &tile, m, &query, only_vectors, 0, 1),
                        REGATTA_OK);
        rg_tile_fill(tile, m, &query, 0, 1);
        const float *row = rg_tile_row(tile, CHANNEL_VECTORS, 0);
        const int n = ITEMS - (int)tile->history[0].n;
        for (int k = 0; k < n; k++) {
            CU_ASSERT_DOUBLE_EQUAL(scores[k], row[items[k]], 1e-4);
            CU_ASSERT_EQUAL(by[k * S + 1], scores[k]);
            CU_ASSERT(isnan(by[k * S]));
            CU_ASSERT(k == 0 || scores[k] < scores[k - 1] ||
                      (scores[k] == scores[k - 1] && items[k] > items[k - 1]));
        }
        for (int k = n; k < N; k++) CU_ASSERT(is_padding(items, scores, by, k));
        rg_tiles_free(ctx, tile, 1);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static int place_in(const uint32_t *items, int n, uint32_t item)
{
    for (int k = 0; k < n; k++)
        if (items[k] == item) return k;
    return -1;
}

/* Both: the sum of reciprocal ranks of the two lists, each with its own score. */
static void test_candidates__of_both_are_merged_by_rank(void)
{
    enum { N = 7 };
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 1, 8);
    for (uint32_t u = 1; u < USERS; u++) {
        const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &u};
        uint32_t items[3][N];
        float scores[3][N], by[N * S];
        int proposes[S];
        for (uint32_t s = 1; s <= 3; s++) {
            const regatta_candidates_options o = ask_for(N, s);
            CU_ASSERT_EQUAL(
                regatta_candidates(ctx, m, &query, &o, items[s - 1], scores[s - 1], by),
                REGATTA_OK);
            if (s < 3) proposes[s - 1] = !isnan(by[s - 1]); /* else what is popular */
        }
        for (int k = 0; k < N; k++) {
            double want = 0.0;
            for (int s = 0; s < S; s++) {
                const int at = proposes[s] ? place_in(items[s], N, items[2][k]) : -1;
                if (at < 0 || isnan(by[k * S + s])) {
                    CU_ASSERT(at < 0 && isnan(by[k * S + s]));
                    continue;
                }
                CU_ASSERT_EQUAL(by[k * S + s], scores[s][at]);
                want += 1.0 / (61.0 + at);
            }
            CU_ASSERT_DOUBLE_EQUAL(scores[2][k], want, 1e-8);
            CU_ASSERT(k == 0 || scores[2][k] <= scores[2][k - 1]);
        }
        CU_ASSERT(!proposes[0] || place_in(items[2], N, items[0][0]) >= 0);
        CU_ASSERT(place_in(items[2], N, items[1][0]) >= 0);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Nothing known: the graph alone gives what is popular, vectors their biases. */
static void test_candidates__of_an_empty_history(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 1, 8);
    const int64_t offset[] = {0, 0};
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .offset = offset};
    uint32_t items[ITEMS];
    float scores[ITEMS], by[ITEMS * S];
    regatta_candidates_options o = ask_for(ITEMS, REGATTA_SOURCE_GRAPH);
    CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, items, scores, by),
                    REGATTA_OK);
    for (int k = 0; k < ITEMS; k++) {
        CU_ASSERT_EQUAL(scores[k], m->log_degree[items[k]]);
        CU_ASSERT(isnan(by[k * S]) && isnan(by[k * S + 1]));
        CU_ASSERT(k == 0 || scores[k] <= scores[k - 1]);
    }
    o.sources = REGATTA_SOURCE_VECTORS;
    CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, items, scores, by),
                    REGATTA_OK);
    for (int k = 0; k < ITEMS; k++)
        CU_ASSERT_EQUAL(scores[k], m->vectors->bias[items[k]]);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Filters before the cut, for each source and both; repeats count once. */
static void test_candidates__filters(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 1, 8);
    const int64_t offset[] = {0, 5};
    const uint32_t item[] = {9, 4, 9, 9, 4}, only[] = {30, 4, 11, 12, 12},
                   exclude[] = {12, 12};
    const regatta_query query = {
        .struct_size = sizeof query, .n = 1, .offset = offset, .item = item};
    for (uint32_t s = 2; s <= 3; s++) { /* vectors propose everything */
        uint32_t items[4];
        float scores[4], by[4 * S];
        regatta_candidates_options o = ask_for(4, s);
        o.only = only;
        o.n_only = 5;
        o.exclude = exclude;
        o.n_exclude = 2;
        CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, items, scores, by),
                        REGATTA_OK);
        CU_ASSERT(place_in(items, 2, 30) >= 0 && place_in(items, 2, 11) >= 0);
        CU_ASSERT(is_padding(items, scores, by, 2));
        o.keep_seen = 1;
        CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, items, scores, by),
                        REGATTA_OK);
        CU_ASSERT(place_in(items, 3, 4) >= 0);
        CU_ASSERT(is_padding(items, scores, by, 3));
    }
    for (uint32_t s = 1; s <= 3; s++) { /* nothing is left */
        uint32_t items[2];
        float scores[2], by[2 * S];
        regatta_candidates_options o = ask_for(2, s);
        o.only = exclude;
        o.n_only = 1;
        o.exclude = exclude;
        o.n_exclude = 1;
        CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, items, scores, by),
                        REGATTA_OK);
        CU_ASSERT(is_padding(items, scores, by, 0) && is_padding(items, scores, by, 1));
        o.n_only = 0; /* a list, and nothing in it */
        CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, items, scores, by),
                        REGATTA_OK);
        CU_ASSERT(is_padding(items, scores, by, 0));
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Exclusions of each query are left out before the cut, whatever the source, with and
 * without the items of the history, and of popular items too. */
static void test_candidates__exclusions_of_a_query(void)
{
    enum { N = 12 };
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, 1, 8);
    const int64_t offset[] = {0, 5, 5, 7};
    const uint32_t item[] = {9, 4, 9, 9, 4, 30, 11};
    regatta_query query = {
        .struct_size = sizeof query, .n = 3, .offset = offset, .item = item};
    for (uint32_t s = 1; s <= 3; s++)
        for (uint32_t keep = 0; keep < 2; keep++) {
            uint32_t all[3 * N], items[3 * N], exclude[6];
            const int64_t exclude_offset[] = {0, 3, 5, 6};
            regatta_candidates_options o = ask_for(N, s);
            o.keep_seen = keep;
            query.exclude_offset = NULL;
            query.exclude = NULL;
            CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, all, NULL, NULL),
                            REGATTA_OK);
            const uint32_t leave[] = {all[2],     all[0], all[2],
                                      all[N + 1], all[N], all[2 * N + 3]};
            for (int e = 0; e < 6; e++) exclude[e] = leave[e] < ITEMS ? leave[e] : 0;
            query.exclude_offset = exclude_offset;
            query.exclude = exclude;
            CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, items, NULL, NULL),
                            REGATTA_OK);
            for (int q = 0; q < 3; q++)
                for (int64_t e = exclude_offset[q]; e < exclude_offset[q + 1]; e++)
                    CU_ASSERT(place_in(items + q * N, N, exclude[e]) < 0);
            if (s == 2) { /* one source: the order of the others stays */
                CU_ASSERT_EQUAL(items[0], all[1]);
                CU_ASSERT_EQUAL(items[1], all[3]);
                CU_ASSERT_EQUAL(items[N], all[N + 2]);
                CU_ASSERT_EQUAL(items[2 * N + 3], all[2 * N + 4]);
            }
        }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A vector of any length finds what its direction does; zeros have no direction. */
static void test_candidates__of_vectors_of_the_callers(void)
{
    enum { N = 10 };
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 1, 8);
    const uint32_t user[] = {5, 7};
    float vector[3 * 8] = {0.0f}, scores[3][N], number[2][N];
    uint32_t items[3][N], again[2][N];
    const float *rows = regatta_model_vectors(m, REGATTA_USERS);
    for (int k = 0; k < 8; k++) {
        vector[k] = 7.0f * rows[5 * 8 + k];
        vector[8 + k] = 1e-30f * rows[7 * 8 + k];
    }
    regatta_query query = {.struct_size = sizeof query, .n = 3, .vector = vector};
    regatta_candidates_options o = ask_for(N, 0);
    o.keep_seen = 1;
    CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, items[0], scores[0], NULL),
                    REGATTA_OK);
    query = (regatta_query){.struct_size = sizeof query, .n = 2, .user = user};
    o.sources = REGATTA_SOURCE_VECTORS;
    CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, again[0], number[0], NULL),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(items, again, sizeof again), 0);
    for (int k = 0; k < 2 * N; k++)
        CU_ASSERT_DOUBLE_EQUAL(scores[k / N][k % N], number[k / N][k % N], 1e-4);
    for (int k = 0; k < N; k++)
        CU_ASSERT_EQUAL(scores[2][k], m->vectors->bias[items[2][k]]);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Many vectors are found by codes and scored in floats: nearly all that the exact search
 * finds, with its very numbers. */
static void test_candidates__by_codes(void)
{
    enum { N = 50, M = 40 };
    static uint32_t items[2][M * N];
    static float scores[2][M * N];
    tiny_spec spec = tiny_default();
    spec.n_items = 9000;
    spec.n_users = M;
    spec.dim = 32;
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    uint32_t user[M];
    int64_t n_same = 0;
    for (uint32_t u = 0; u < M; u++) user[u] = u;
    const regatta_query query = {.struct_size = sizeof query, .n = M, .user = user};
    regatta_candidates_options o = ask_for(N, 0);
    for (uint32_t exact = 0; exact < 2; exact++) {
        o.exact = exact;
        CU_ASSERT_EQUAL(
            regatta_candidates(ctx, m, &query, &o, items[exact], scores[exact], NULL),
            REGATTA_OK);
    }
    for (int q = 0; q < M; q++)
        for (int k = 0; k < N; k++) {
            const int at = place_in(items[1] + q * N, N, items[0][q * N + k]);
            n_same += at >= 0;
            if (at >= 0)
                CU_ASSERT_DOUBLE_EQUAL(scores[0][q * N + k], scores[1][q * N + at], 1e-4);
        }
    CU_ASSERT(n_same >= M * N * 99 / 100);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Alone or with others (more than a chunk), at any number of threads: the same bits. */
static void test_candidates__same_bits(void)
{
    enum { M = 300, N = 9 };
    static uint32_t items[4][M * N];
    static float scores[4][M * N];
    const uint32_t threads[] = {1, 2, 3, 8};
    uint32_t history[M * 3];
    int64_t offset[M + 1];
    for (int q = 0; q <= M; q++) offset[q] = 3 * q;
    for (uint32_t e = 0; e < M * 3; e++) history[e] = (e * 7) % ITEMS;
    for (int t = 0; t < 4; t++) {
        regatta_ctx *ctx = tiny_context(threads[t]);
        regatta_model *m = model_of(ctx, 1, 8);
        const regatta_candidates_options o = ask_for(N, 0);
        regatta_query query = {
            .struct_size = sizeof query, .n = M, .offset = offset, .item = history};
        CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, items[t], scores[t], NULL),
                        REGATTA_OK);
        query.n = 1;
        for (int q = 0; q < M; q += 37) {
            uint32_t alone[N];
            float number[N];
            query.offset = offset + q;
            CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, alone, number, NULL),
                            REGATTA_OK);
            CU_ASSERT_EQUAL(memcmp(alone, items[t] + q * N, sizeof alone), 0);
            CU_ASSERT_EQUAL(memcmp(number, scores[t] + q * N, sizeof number), 0);
        }
        regatta_model_free(m);
        regatta_ctx_free(ctx);
    }
    for (int t = 1; t < 4; t++) {
        CU_ASSERT_EQUAL(memcmp(items[0], items[t], sizeof items[0]), 0);
        CU_ASSERT_EQUAL(memcmp(scores[0], scores[t], sizeof scores[0]), 0);
    }
}

/* Repeats without end: two items, 100,000 times. */
static void test_candidates__of_a_history_of_100000(void)
{
    enum { LONG = 100000, N = 6 };
    static uint32_t item[LONG];
    const int64_t offset[] = {0, LONG, LONG + 0}, brief[] = {LONG - 2, LONG};
    uint32_t items[2 * N], again[N];
    float scores[2 * N], number[N];
    for (int e = 0; e < LONG; e++) item[e] = e % 2 ? 31 : 6;
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, 1, 8);
    const regatta_candidates_options o = ask_for(N, 0);
    regatta_query query = {
        .struct_size = sizeof query, .n = 2, .offset = offset, .item = item};
    CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, items, scores, NULL),
                    REGATTA_OK);
    query.n = 1;
    query.offset = brief;
    CU_ASSERT_EQUAL(regatta_candidates(ctx, m, &query, &o, again, number, NULL),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(items, again, sizeof again), 0);
    CU_ASSERT_EQUAL(memcmp(scores, number, sizeof number), 0);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_status ask(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *m = arg;
    const int64_t offset[] = {0, 2, 2};
    const uint32_t item[] = {3, 1}, only[] = {4, 5, 6};
    uint32_t items[4];
    const regatta_query query = {
        .struct_size = sizeof query, .n = 2, .offset = offset, .item = item};
    regatta_candidates_options o = ask_for(2, 0);
    o.only = only;
    o.n_only = 3;
    RG_TRY(regatta_candidates(ctx, m, &query, &o, items, NULL, NULL));
    o.sources = REGATTA_SOURCE_GRAPH; /* the second has what is popular */
    RG_TRY(regatta_candidates(ctx, m, &query, &o, items, NULL, NULL));
done:
    return status;
}

static void test_candidates__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, 1, 8);
    fault_sweep_memory(ask, m);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

int test_candidates(void)
{
    static const test_case cases[] = {
        {"vectors", test_candidates__of_vectors_are_the_channels_best},
        {"both", test_candidates__of_both_are_merged_by_rank},
        {"empty history", test_candidates__of_an_empty_history},
        {"filters", test_candidates__filters},
        {"exclusions of a query", test_candidates__exclusions_of_a_query},
        {"own vectors", test_candidates__of_vectors_of_the_callers},
        {"codes", test_candidates__by_codes},
        {"same bits", test_candidates__same_bits},
        {"long history", test_candidates__of_a_history_of_100000},
        {"allocations", test_candidates__every_allocation_may_fail},
    };
    return TEST_MAIN("candidates", cases);
}
