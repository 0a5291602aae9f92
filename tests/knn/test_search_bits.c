/* Exact search: what must not depend on units, threads and passes, and failing memory. */
#include "base/kernels/kernels.h"
#include "knn/search.h"
#include "knn/units.h"
#include "support/drawn_rows.h"
#include "support/fault.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

typedef struct answers {
    uint32_t index[DRAWN_QUERIES * 64];
    float score[DRAWN_QUERIES * 64];
} answers;

/* The same whole numbers, so the same candidates and scores, on every unit. */
static void test_search_bits__codes_agree(void)
{
    static answers first, other;
    regatta_ctx *ctx = drawn_context(1);
    drawn_rows(0.0);
    const rg_rows rows = rg_rows_f32(drawn_values, DRAWN_ROWS, 100);
    const rg_search s = {.query = drawn_queries, .m = 61, .k = 20, .scale = 1.0f};
    rg_table *t = NULL;
    CU_ASSERT_EQUAL(rg_table_create(ctx, &t, RG_I8, &rows, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(
        rg_search_on(rg_search_kernels_of(0), ctx, t, &s, first.index, first.score),
        REGATTA_OK);
    for (int unit = 1; unit < RG_N_SEARCH_UNITS; unit++) {
        if (rg_search_kernels_of(unit) == NULL) continue;
        CU_ASSERT_EQUAL(rg_search_on(rg_search_kernels_of(unit), ctx, t, &s, other.index,
                                     other.score),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(first.index, other.index, 61 * 20 * sizeof(uint32_t)), 0);
        CU_ASSERT_EQUAL(memcmp(first.score, other.score, 61 * 20 * sizeof(float)), 0);
    }
    rg_table_free(t);
    regatta_ctx_free(ctx);
}

/* One query or a batch, 1, 2, 3 or 8 threads: the same bits. */
static void test_search_bits__threads(void)
{
    static answers want, got;
    const int64_t sizes[] = {1, 5, 60, DRAWN_QUERIES};
    regatta_ctx *ctx = drawn_context(1);
    drawn_rows(4.0);
    const rg_rows rows = rg_rows_f32(drawn_values, DRAWN_ROWS, 100);
    for (int type = RG_F32; type <= RG_I8; type++) {
        rg_table *t = NULL;
        CU_ASSERT_EQUAL(rg_table_create(ctx, &t, (rg_element)type, &rows, drawn_bias),
                        REGATTA_OK);
        ctx->threads = 1;
        for (int64_t q = 0; q < DRAWN_QUERIES; q++) {
            const rg_search s = {
                .query = drawn_queries + q * 100, .m = 1, .k = 20, .scale = 1.0f};
            CU_ASSERT_EQUAL(
                rg_search_exact(ctx, t, &s, want.index + q * 20, want.score + q * 20),
                REGATTA_OK);
        }
        for (int i = 0; i < 16; i++) {
            const int threads[] = {1, 2, 3, 8};
            const rg_search s = {
                .query = drawn_queries, .m = sizes[i / 4], .k = 20, .scale = 1.0f};
            const size_t n = (size_t)s.m * 20;
            ctx->threads = threads[i % 4];
            CU_ASSERT_EQUAL(rg_search_exact(ctx, t, &s, got.index, got.score),
                            REGATTA_OK);
            CU_ASSERT_EQUAL(memcmp(got.index, want.index, n * sizeof(uint32_t)), 0);
            CU_ASSERT_EQUAL(memcmp(got.score, want.score, n * sizeof(float)), 0);
        }
        rg_table_free(t);
    }
    regatta_ctx_free(ctx);
}

/* Whatever the number of queries, none beyond them is touched, and each sees every row.
 */
static void test_search_bits__queries_of_a_pass(void)
{
    enum { MOST = 30, ROOM = 100 };
    static uint64_t key[MOST + 4][ROOM + RG_HITS_SLACK];
    regatta_ctx *ctx = drawn_context(1);
    drawn_rows(0.0);
    const rg_rows rows = rg_rows_f32(drawn_values, 97, 5);
    rg_table *t = NULL;
    CU_ASSERT_EQUAL(rg_table_create(ctx, &t, RG_F32, &rows, NULL), REGATTA_OK);
    int wrong = 0;
    for (int unit = 0; unit < RG_N_SEARCH_UNITS && t != NULL; unit++) {
        const rg_search_kernels *kernels = rg_search_kernels_of(unit);
        for (int64_t m = 1; kernels != NULL && m <= MOST; m++) {
            rg_hits hits[MOST + 4];
            float limit[MOST + 4];
            for (int64_t q = 0; q < MOST + 4; q++) {
                hits[q] = (rg_hits){.key = key[q], .k = 97, .room = ROOM, .n_rows = 97};
                limit[q] = -INFINITY;
            }
            const rg_filter f = {
                .table = t, .m = m, .query = drawn_queries, .hits = hits, .limit = limit};
            kernels->filter[RG_F32](&f, 0, 4);
            for (int64_t q = 0; q < MOST + 4; q++) {
                if (q < m) rg_hits_cut(&hits[q]);
                wrong += hits[q].n != (q < m ? 97 : 0);
            }
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    rg_table_free(t);
    regatta_ctx_free(ctx);
}

typedef struct attempt_of {
    rg_table *table[3];
    int threads;
} attempt_of;

static regatta_status search_all(regatta_ctx *ctx, void *arg)
{
    const attempt_of *a = arg;
    static answers got;
    regatta_status status = REGATTA_OK;
    const rg_search s = {.query = drawn_queries, .m = 30, .k = 5, .scale = 1.0f};
    ctx->threads = a->threads;
    rg_begin(ctx);
    for (int type = RG_F32; type <= RG_I8 && status == REGATTA_OK; type++)
        status = rg_search_exact(ctx, a->table[type], &s, got.index, got.score);
    return rg_end(ctx, status);
}

static void test_search_bits__memory(void)
{
    regatta_ctx *ctx = drawn_context(1);
    attempt_of a = {.threads = 1};
    drawn_rows(0.0);
    const rg_rows rows = rg_rows_f32(drawn_values, 400, 12);
    for (int type = RG_F32; type <= RG_I8; type++)
        CU_ASSERT_EQUAL(
            rg_table_create(ctx, &a.table[type], (rg_element)type, &rows, NULL),
            REGATTA_OK);
    for (; a.threads < 3; a.threads++) fault_sweep_memory(search_all, &a);
    for (int type = RG_F32; type <= RG_I8; type++) rg_table_free(a.table[type]);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"codes agree", test_search_bits__codes_agree},
    {"threads", test_search_bits__threads},
    {"queries of a pass", test_search_bits__queries_of_a_pass},
    {"memory", test_search_bits__memory},
};

int test_search_bits(void)
{
    return TEST_MAIN("search_bits", cases);
}
