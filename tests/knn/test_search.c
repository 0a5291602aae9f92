/* Exact search on every vector unit against sorting all scores. */
#include "base/kernels.h"
#include "base/rng.h"
#include "base/vec.h"
#include "knn/search.h"
#include "knn/units.h"
#include "support/fault.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/status.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 5, MOST_ROWS = 1500, MOST_DIM = 128, MOST_QUERIES = 230, MOST_K = 1600 };

static float values[MOST_ROWS * MOST_DIM], asked[MOST_QUERIES * MOST_DIM];
static float bias[MOST_ROWS + RG_PANEL];

typedef struct answers {
    uint32_t index[MOST_QUERIES * 64];
    float score[MOST_QUERIES * 64];
} answers;

static regatta_ctx *context(int threads)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    ctx->threads = threads;
    return ctx;
}

/* Values on a grid of `steps` per unit make ties; 0 = none. */
static void draw(double steps)
{
    for (uint64_t k = 0; k < sizeof values / sizeof values[0]; k++) {
        const double x = rg_random_normal(SEED, RG_STREAM_TEST, k);
        values[k] = (float)(steps > 0.0 ? rint(x * steps) / steps : x);
    }
    for (uint64_t k = 0; k < sizeof asked / sizeof asked[0]; k++) {
        const double x = rg_random_normal(SEED + 1, RG_STREAM_TEST, k);
        asked[k] = (float)(steps > 0.0 ? rint(x * steps) / steps : x);
    }
    for (uint64_t k = 0; k < MOST_ROWS; k++)
        bias[k] = (float)rint(2.0 * rg_random_normal(SEED + 2, RG_STREAM_TEST, k)) / 2.0f;
}

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
    static float row[MOST_ROWS + RG_PANEL];
    float own[MOST_DIM];
    int64_t n = 0;
    for (int64_t k = 0; k < t->dim; k++) own[k] = s->scale * s->query[q * t->dim + k];
    if (t->type == RG_F32)
        kernels->panel_score(row, MOST_ROWS + RG_PANEL, own, 1, t->dim, t->panels,
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
    static entry sorted[MOST_ROWS];
    static uint32_t index[MOST_QUERIES * MOST_K];
    static float score[MOST_QUERIES * MOST_K];
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
    regatta_ctx *ctx = context(1);
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
    regatta_ctx *ctx = context(1);
    draw(0.0);
    for (int i = 0; i < 5; i++)
        for (int d = 0; d < 5; d++) {
            const rg_rows rows = rg_rows_f32(values, n[i], dim[d]);
            const rg_search s = {
                .query = asked, .m = m[(i + d) % 4], .k = 1 + 9 * d, .scale = 0.7f};
            check(ctx, &rows, (i + d) % 2 ? bias : NULL, &s);
        }
    regatta_ctx_free(ctx);
}

static void test_search__ties(void)
{
    regatta_ctx *ctx = context(2);
    const rg_rows rows = rg_rows_f32(values, 900, 3);
    const rg_search s = {.query = asked, .m = 20, .k = 50, .scale = 1.0f};
    draw(1.0);
    for (int64_t j = 450; j < 900; j++) /* every row twice */
        memcpy(values + 3 * j, values + 3 * (j - 450), 3 * sizeof *values);
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
    const rg_search all = {.query = asked, .m = 20, .k = 900, .scale = 1.0f};
    check(ctx, &rows, NULL, &all);
    regatta_ctx_free(ctx);
}

static void test_search__more_than_there_are(void)
{
    regatta_ctx *ctx = context(3);
    const rg_rows rows = rg_rows_f32(values, 700, 18);
    draw(0.0);
    for (int64_t k = 699; k <= 701; k++) {
        const rg_search s = {.query = asked, .m = 13, .k = k, .scale = 1.0f};
        check(ctx, &rows, bias, &s);
    }
    const rg_search none = {.query = asked, .m = 13, .k = 0, .scale = 1.0f};
    check(ctx, &rows, bias, &none);
    const rg_search nobody = {.query = NULL, .m = 0, .k = 3, .scale = 1.0f};
    check(ctx, &rows, bias, &nobody);
    regatta_ctx_free(ctx);
}

/* Rows that ascend in score make every one of them enter. */
static void test_search__ascending(void)
{
    regatta_ctx *ctx = context(1);
    draw(0.0);
    for (int64_t j = 0; j < MOST_ROWS; j++) values[j] = (float)j;
    for (int64_t q = 0; q < 14; q++) asked[q] = q % 2 ? 1.0f : -1.0f;
    const rg_rows rows = rg_rows_f32(values, MOST_ROWS, 1);
    const rg_search s = {.query = asked, .m = 14, .k = 60, .scale = 1.0f};
    rg_table *t = NULL;
    static uint32_t index[14 * 60];
    for (int type = RG_F32; type <= RG_BF16; type++) {
        CU_ASSERT_EQUAL(rg_table_create(ctx, &t, (rg_element)type, &rows, NULL),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(rg_search_exact(ctx, t, &s, index, NULL), REGATTA_OK);
        CU_ASSERT_EQUAL(index[0], 0);
        CU_ASSERT_EQUAL(index[59], 59);
        CU_ASSERT_EQUAL(index[60], MOST_ROWS - 1);
        CU_ASSERT_EQUAL(index[119], MOST_ROWS - 60);
        rg_table_free(t);
    }
    regatta_ctx_free(ctx);
}

static void test_search__filters(void)
{
    static uint32_t allow[MOST_ROWS / 32 + 1], skip[40 * 300];
    static int64_t offset[41];
    regatta_ctx *ctx = context(1);
    const rg_rows rows = rg_rows_f32(values, 1011, 64);
    draw(0.0);
    for (uint64_t j = 0; j < 1011; j++)
        if (rg_random_below(SEED, RG_STREAM_TEST, j, 3) == 0)
            allow[j / 32] |= (uint32_t)1 << j % 32;
    for (int64_t q = 0; q < 40; q++) {
        offset[q + 1] = offset[q];
        for (uint32_t j = 0; j < 300 && q % 3 != 0; j++)
            skip[offset[q + 1]++] = j * 3 + (uint32_t)q % 4;
    }
    rg_search s = {.query = asked, .m = 40, .k = 10, .scale = 1.0f, .allow = allow};
    check(ctx, &rows, bias, &s);
    s.skip_offset = offset;
    s.skip = skip;
    check(ctx, &rows, bias, &s);
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
    regatta_ctx *ctx = context(2);
    draw(0.0);
    for (uint32_t j = 0; j < 500; j++) skip[j] = j;
    const rg_rows rows = rg_rows_f32(values, 500, 3);
    const rg_search s = {.query = asked,
                         .m = 2,
                         .k = 7,
                         .scale = 1.0f,
                         .skip_offset = offset,
                         .skip = skip};
    check(ctx, &rows, bias, &s);
    regatta_ctx_free(ctx);
}

/* Values that are not numbers never come back. */
static void test_search__not_finite(void)
{
    regatta_ctx *ctx = context(1);
    static uint32_t index[3 * 40];
    static float score[3 * 40];
    draw(0.0);
    values[7] = NAN;
    values[65 * 3] = INFINITY;
    values[66 * 3 + 1] = -INFINITY;
    asked[3] = NAN;
    asked[6] = INFINITY;
    const rg_rows rows = rg_rows_f32(values, 100, 3);
    const rg_search s = {.query = asked, .m = 3, .k = 40, .scale = 1.0f};
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

/* The same whole numbers, so the same candidates and scores, on every unit. */
static void test_search__codes_agree(void)
{
    static answers first, other;
    regatta_ctx *ctx = context(1);
    draw(0.0);
    const rg_rows rows = rg_rows_f32(values, MOST_ROWS, 100);
    const rg_search s = {.query = asked, .m = 61, .k = 20, .scale = 1.0f};
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
static void test_search__threads(void)
{
    static answers want, got;
    const int64_t sizes[] = {1, 5, 60, MOST_QUERIES};
    regatta_ctx *ctx = context(1);
    draw(4.0);
    const rg_rows rows = rg_rows_f32(values, MOST_ROWS, 100);
    for (int type = RG_F32; type <= RG_I8; type++) {
        rg_table *t = NULL;
        CU_ASSERT_EQUAL(rg_table_create(ctx, &t, (rg_element)type, &rows, bias),
                        REGATTA_OK);
        ctx->threads = 1;
        for (int64_t q = 0; q < MOST_QUERIES; q++) {
            const rg_search s = {
                .query = asked + q * 100, .m = 1, .k = 20, .scale = 1.0f};
            CU_ASSERT_EQUAL(
                rg_search_exact(ctx, t, &s, want.index + q * 20, want.score + q * 20),
                REGATTA_OK);
        }
        for (int i = 0; i < 16; i++) {
            const int threads[] = {1, 2, 3, 8};
            const rg_search s = {
                .query = asked, .m = sizes[i / 4], .k = 20, .scale = 1.0f};
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
static void test_search__queries_of_a_pass(void)
{
    enum { MOST = 30, ROOM = 100 };
    static uint64_t key[MOST + 4][ROOM + RG_HITS_SLACK];
    regatta_ctx *ctx = context(1);
    draw(0.0);
    const rg_rows rows = rg_rows_f32(values, 97, 5);
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
                .table = t, .m = m, .query = asked, .hits = hits, .limit = limit};
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
    const rg_search s = {.query = asked, .m = 30, .k = 5, .scale = 1.0f};
    ctx->threads = a->threads;
    rg_begin(ctx);
    for (int type = RG_F32; type <= RG_I8 && status == REGATTA_OK; type++)
        status = rg_search_exact(ctx, a->table[type], &s, got.index, got.score);
    return rg_end(ctx, status);
}

static void test_search__memory(void)
{
    regatta_ctx *ctx = context(1);
    attempt_of a = {.threads = 1};
    draw(0.0);
    const rg_rows rows = rg_rows_f32(values, 400, 12);
    for (int type = RG_F32; type <= RG_I8; type++)
        CU_ASSERT_EQUAL(
            rg_table_create(ctx, &a.table[type], (rg_element)type, &rows, NULL),
            REGATTA_OK);
    for (; a.threads < 3; a.threads++) CU_ASSERT(fault_sweep_memory(search_all, &a) > 24);
    for (int type = RG_F32; type <= RG_I8; type++) rg_table_free(a.table[type]);
    regatta_ctx_free(ctx);
}

int main(void)
{
    static const test_case cases[] = {
        {"by hand", test_search__by_hand},
        {"sizes", test_search__sizes},
        {"ties", test_search__ties},
        {"more than there are", test_search__more_than_there_are},
        {"ascending", test_search__ascending},
        {"filters", test_search__filters},
        {"all skipped", test_search__all_skipped},
        {"not finite", test_search__not_finite},
        {"codes agree", test_search__codes_agree},
        {"threads", test_search__threads},
        {"queries of a pass", test_search__queries_of_a_pass},
        {"memory", test_search__memory}};
    return TEST_MAIN("search", cases);
}
