/* Exact search on every vector unit against sorting all scores. */
#include "base/kernels/kernels.h"
#include "base/kernels/vec.h"
#include "base/rng.h"
#include "knn/search.h"
#include "knn/units.h"
#include "support/drawn_rows.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/status.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_K = 1600 };

typedef struct answers {
    uint32_t index[DRAWN_QUERIES * 64];
    float score[DRAWN_QUERIES * 64];
} answers;

typedef struct entry {
    float score;
    uint32_t row;
} entry;

static int best_first(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return x->row < y->row ? -1 : 1;
}

/* All rows of query q in order, those that may not come back left out; scores by the
 * function that the table's scores are documented to be. */
static int64_t naive(entry *sorted, const rg_table *t, const rg_search *s, int64_t q,
                     int unit)
{
    const rg_kernels *kernels = rg_kernels_of(unit < RG_ISA_V4 ? unit : RG_ISA_V4);
    static float row[DRAWN_ROWS + RG_PANEL];
    float own[DRAWN_DIM];
    int64_t n = 0;
    for (int64_t k = 0; k < t->dim; k++) own[k] = s->scale * s->query[q * t->dim + k];
    if (t->type == RG_F32)
        kernels->panel_score(row, DRAWN_ROWS + RG_PANEL, own, 1, t->dim, t->panels,
                             t->bias, 0, rg_panel_count(t->n));
    for (uint32_t j = 0; (int64_t)j < t->n; j++) {
        int skipped = s->allow != NULL && !(s->allow[j / 32] >> j % 32 & 1);
        for (int64_t e = s->skip_offset != NULL ? s->skip_offset[q] : 0;
             s->skip_offset != NULL && e < s->skip_offset[q + 1]; e++)
            skipped |= s->skip[e] == j;
        if (t->type != RG_F32) {
            rg_rows_gather_dot(&row[j], own, &t->rows, &j, 1);
            row[j] += t->bias != NULL ? t->bias[j] : 0.0f;
        }
        if (!skipped && row[j] > -INFINITY) sorted[n++] = (entry){row[j], j};
    }
    qsort(sorted, (size_t)n, sizeof *sorted, best_first);
    return n;
}

/* Every unit and type; wrong answers are counted, for CUnit is slow. Compact tables may
 * miss rows whose rounded score is worse, but only when there are more than they keep. */
static void check(regatta_ctx *ctx, const rg_rows *rows, const float *row_bias,
                  const rg_search *s)
{
    static entry sorted[DRAWN_ROWS];
    static uint32_t index[DRAWN_QUERIES * MOST_K];
    static float score[DRAWN_QUERIES * MOST_K];
    const int64_t k = s->k;
    for (int type = RG_F32; type <= RG_I8; type++) {
        rg_table *t = NULL;
        CU_ASSERT_EQUAL_FATAL(rg_table_create(ctx, &t, (rg_element)type, rows, row_bias),
                              REGATTA_OK);
        int64_t wrong = 0, missed = 0, found = 0;
        for (int unit = 0; unit < RG_N_SEARCH_UNITS; unit++) {
            const rg_search_kernels *kernels = rg_search_kernels_of(unit);
            if (kernels == NULL) continue;
            memset(index, 1, sizeof index);
            CU_ASSERT_EQUAL(rg_search_on(kernels, ctx, t, s, index, score), REGATTA_OK);
            for (int64_t q = 0; q < s->m; q++) {
                const int64_t n = naive(sorted, t, s, q, unit);
                int64_t at = 0;
                for (int64_t c = 0; c < k; c++) {
                    const uint32_t row = index[q * k + c];
                    const float x = score[q * k + c];
                    while (row != REGATTA_NONE && at < n && sorted[at].row != row) {
                        at++;
                        missed++;
                    }
                    wrong += row == REGATTA_NONE ? x != -INFINITY || at < n
                                                 : at == n || x != sorted[at].score;
                    found += row != REGATTA_NONE;
                    at += row != REGATTA_NONE;
                }
            }
        }
        CU_ASSERT_EQUAL(wrong, 0);
        if (type == RG_F32 || rg_search_more((rg_element)type, k) >= rows->n)
            CU_ASSERT_EQUAL(missed, 0);
        CU_ASSERT(missed * 100 <= found); /* recall 0.99 */
        rg_table_free(t);
    }
}

static void test_search__by_hand(void)
{
    const float table[5][2] = {{1, 0}, {0, 1}, {1, 0}, {-1, 0}, {2, 2}};
    const float query[2][2] = {{1, 0}, {0, -1}};
    const float plus[5] = {0, 0, 0, 3, 0};
    uint32_t index[6];
    float score[6];
    regatta_ctx *ctx = drawn_context(1);
    const rg_rows rows = rg_rows_f32(table[0], 5, 2);
    for (int type = RG_F32; type <= RG_I8; type++) {
        rg_table *t = NULL;
        CU_ASSERT_EQUAL(rg_table_create(ctx, &t, (rg_element)type, &rows, plus),
                        REGATTA_OK);
        if (t == NULL) continue;
        const rg_search s = {.query = query[0], .m = 2, .k = 3, .scale = 2.0f};
        CU_ASSERT_EQUAL(rg_search_exact(ctx, t, &s, index, score), REGATTA_OK);
        const uint32_t want[6] = {4, 0, 2, 3, 0, 2}; /* ties to the lower number */
        const float scores[6] = {4, 2, 2, 3, 0, 0};
        CU_ASSERT_EQUAL(memcmp(index, want, sizeof want), 0);
        for (int c = 0; c < 6; c++) CU_ASSERT_EQUAL(score[c], scores[c]);
        rg_table_free(t);
    }
    regatta_ctx_free(ctx);
}

static void test_search__sizes(void)
{
    const int64_t n[] = {0, 1, 31, 33, 400}, dim[] = {1, 3, 64, 100, 128};
    const int64_t m[] = {1, 2, 17, 29};
    regatta_ctx *ctx = drawn_context(1);
    drawn_rows(0.0);
    for (int i = 0; i < 5; i++)
        for (int d = 0; d < 5; d++) {
            const rg_rows rows = rg_rows_f32(drawn_values, n[i], dim[d]);
            const rg_search s = {.query = drawn_queries,
                                 .m = m[(i + d) % 4],
                                 .k = 1 + 9 * d,
                                 .scale = 0.7f};
            check(ctx, &rows, (i + d) % 2 ? drawn_bias : NULL, &s);
        }
    regatta_ctx_free(ctx);
}

static void test_search__ties(void)
{
    regatta_ctx *ctx = drawn_context(2);
    const rg_rows rows = rg_rows_f32(drawn_values, 900, 3);
    const rg_search s = {.query = drawn_queries, .m = 20, .k = 50, .scale = 1.0f};
    drawn_rows(1.0);
    for (int64_t j = 450; j < 900; j++) /* every row twice */
        memcpy(drawn_values + 3 * j, drawn_values + 3 * (j - 450),
               3 * sizeof *drawn_values);
    uint32_t *index = rg_alloc(ctx->mem, 20 * 50, sizeof *index);
    float *score = rg_alloc(ctx->mem, 20 * 50, sizeof *score);
    rg_table *t = NULL;
    CU_ASSERT_EQUAL(rg_table_create(ctx, &t, RG_F32, &rows, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_search_exact(ctx, t, &s, index, score), REGATTA_OK);
    int n_ties = 0, falls = 0;
    for (int64_t c = 1; c < 20 * 50; c++) {
        if (c % 50 == 0 || score[c] != score[c - 1]) continue;
        n_ties++;
        falls += index[c] < index[c - 1];
    }
    CU_ASSERT(n_ties > 400);
    CU_ASSERT_EQUAL(falls, 0);
    rg_free(ctx->mem, index);
    rg_free(ctx->mem, score);
    rg_table_free(t);
    const rg_search all = {.query = drawn_queries, .m = 20, .k = 900, .scale = 1.0f};
    check(ctx, &rows, NULL, &all);
    regatta_ctx_free(ctx);
}

static void test_search__more_than_there_are(void)
{
    regatta_ctx *ctx = drawn_context(3);
    const rg_rows rows = rg_rows_f32(drawn_values, 700, 18);
    drawn_rows(0.0);
    for (int64_t k = 699; k <= 701; k++) {
        const rg_search s = {.query = drawn_queries, .m = 13, .k = k, .scale = 1.0f};
        check(ctx, &rows, drawn_bias, &s);
    }
    const rg_search none = {.query = drawn_queries, .m = 13, .k = 0, .scale = 1.0f};
    check(ctx, &rows, drawn_bias, &none);
    const rg_search nobody = {.query = NULL, .m = 0, .k = 3, .scale = 1.0f};
    check(ctx, &rows, drawn_bias, &nobody);
    regatta_ctx_free(ctx);
}

/* Rows that ascend in score make every one of them enter. */
static void test_search__ascending(void)
{
    regatta_ctx *ctx = drawn_context(1);
    drawn_rows(0.0);
    for (int64_t j = 0; j < DRAWN_ROWS; j++) drawn_values[j] = (float)j;
    for (int64_t q = 0; q < 14; q++) drawn_queries[q] = q % 2 ? 1.0f : -1.0f;
    const rg_rows rows = rg_rows_f32(drawn_values, DRAWN_ROWS, 1);
    const rg_search s = {.query = drawn_queries, .m = 14, .k = 60, .scale = 1.0f};
    rg_table *t = NULL;
    static uint32_t index[14 * 60];
    for (int type = RG_F32; type <= RG_BF16; type++) {
        CU_ASSERT_EQUAL(rg_table_create(ctx, &t, (rg_element)type, &rows, NULL),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(rg_search_exact(ctx, t, &s, index, NULL), REGATTA_OK);
        CU_ASSERT_EQUAL(index[0], 0);
        CU_ASSERT_EQUAL(index[59], 59);
        CU_ASSERT_EQUAL(index[60], DRAWN_ROWS - 1);
        CU_ASSERT_EQUAL(index[119], DRAWN_ROWS - 60);
        rg_table_free(t);
    }
    regatta_ctx_free(ctx);
}

static void test_search__filters(void)
{
    static uint32_t allow[DRAWN_ROWS / 32 + 1], skip[40 * 300];
    static int64_t offset[41];
    regatta_ctx *ctx = drawn_context(1);
    const rg_rows rows = rg_rows_f32(drawn_values, 1011, 64);
    drawn_rows(0.0);
    for (uint64_t j = 0; j < 1011; j++)
        if (rg_random_below(5, RG_STREAM_TEST, j, 3) == 0)
            allow[j / 32] |= (uint32_t)1 << j % 32;
    for (int64_t q = 0; q < 40; q++) {
        offset[q + 1] = offset[q];
        for (uint32_t j = 0; j < 300 && q % 3 != 0; j++)
            skip[offset[q + 1]++] = j * 3 + (uint32_t)q % 4;
    }
    rg_search s = {
        .query = drawn_queries, .m = 40, .k = 10, .scale = 1.0f, .allow = allow};
    check(ctx, &rows, drawn_bias, &s);
    s.skip_offset = offset;
    s.skip = skip;
    check(ctx, &rows, drawn_bias, &s);
    s.allow = NULL;
    check(ctx, &rows, NULL, &s);
    s.m = 1;
    check(ctx, &rows, NULL, &s);
    memset(allow, 0, sizeof allow); /* nothing at all, then one row */
    s.allow = allow;
    check(ctx, &rows, NULL, &s);
    allow[31] = 1u << 17;
    check(ctx, &rows, NULL, &s);
    regatta_ctx_free(ctx);
}

static void test_search__all_skipped(void)
{
    static uint32_t skip[500];
    const int64_t offset[3] = {0, 500, 500};
    regatta_ctx *ctx = drawn_context(2);
    drawn_rows(0.0);
    for (uint32_t j = 0; j < 500; j++) skip[j] = j;
    const rg_rows rows = rg_rows_f32(drawn_values, 500, 3);
    const rg_search s = {.query = drawn_queries,
                         .m = 2,
                         .k = 7,
                         .scale = 1.0f,
                         .skip_offset = offset,
                         .skip = skip};
    check(ctx, &rows, drawn_bias, &s);
    regatta_ctx_free(ctx);
}

/* Values that are not numbers never come back. */
static void test_search__not_finite(void)
{
    regatta_ctx *ctx = drawn_context(1);
    static uint32_t index[3 * 40];
    static float score[3 * 40];
    drawn_rows(0.0);
    drawn_values[7] = NAN;
    drawn_values[65 * 3] = INFINITY;
    drawn_values[66 * 3 + 1] = -INFINITY;
    drawn_queries[3] = NAN;
    drawn_queries[6] = INFINITY;
    const rg_rows rows = rg_rows_f32(drawn_values, 100, 3);
    const rg_search s = {.query = drawn_queries, .m = 3, .k = 40, .scale = 1.0f};
    for (int type = RG_F32; type <= RG_I8; type++) {
        rg_table *t = NULL;
        CU_ASSERT_EQUAL(rg_table_create(ctx, &t, (rg_element)type, &rows, NULL),
                        REGATTA_OK);
        for (int unit = 0; unit < RG_N_SEARCH_UNITS; unit++) {
            if (rg_search_kernels_of(unit) == NULL) continue;
            CU_ASSERT_EQUAL(
                rg_search_on(rg_search_kernels_of(unit), ctx, t, &s, index, score),
                REGATTA_OK);
            int n_bad = 0;
            for (int c = 0; c < 3 * 40; c++)
                n_bad += isnan(score[c]) ||
                         (index[c] != REGATTA_NONE && index[c] >= 100) ||
                         (index[c] == REGATTA_NONE) != (score[c] == -INFINITY);
            CU_ASSERT_EQUAL(n_bad, 0);
            CU_ASSERT_EQUAL(index[40], REGATTA_NONE); /* query 1 has no score at all */
        }
        rg_table_free(t);
    }
    regatta_ctx_free(ctx);
}

int test_search(void)
{
    static const test_case cases[] = {
        {"by hand", test_search__by_hand},
        {"sizes", test_search__sizes},
        {"ties", test_search__ties},
        {"more than there are", test_search__more_than_there_are},
        {"ascending", test_search__ascending},
        {"filters", test_search__filters},
        {"all skipped", test_search__all_skipped},
        {"not finite", test_search__not_finite}};
    return TEST_MAIN("search", cases);
}
