/* Encoding, packing and scoring of rows against the values decoded one by one. */
#include "base/bf16.h"
#include "base/kernels/vec.h"
#include "base/rng.h"
#include "knn/table.h"
#include "knn/units.h"
#include "support/fault.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { SEED = 11, MOST_DIM = 128, MOST_ROWS = 70, QUERIES = 29 };

static float values[MOST_ROWS * MOST_DIM], asked[QUERIES * MOST_DIM], bias[MOST_ROWS];

static void draw(void)
{
    for (uint64_t k = 0; k < sizeof values / sizeof values[0]; k++)
        values[k] = (float)rg_random_normal(SEED, RG_STREAM_TEST, k);
    for (uint64_t k = 0; k < sizeof asked / sizeof asked[0]; k++)
        asked[k] = (float)rg_random_normal(SEED + 1, RG_STREAM_TEST, k);
    for (uint64_t k = 0; k < MOST_ROWS; k++)
        bias[k] = (float)rg_random_normal(SEED + 2, RG_STREAM_TEST, k);
}

static void test_table__encode_by_hand(void)
{
    const float rows[4][3] = {{1.0f, -2.0f, 0.5f},
                              {0.0f, 0.0f, 0.0f},
                              {1.0f, INFINITY, 2.0f},
                              {NAN, 1.0f, 2.0f}};
    int8_t code[4][3];
    float scale[4];
    rg_rows_encode(code, scale, RG_I8, rows[0], 4, 3, 2);
    CU_ASSERT_EQUAL(scale[0], 2.0f / 127.0f);
    CU_ASSERT_EQUAL(code[0][0], 64); /* 63.5 goes away from zero */
    CU_ASSERT_EQUAL(code[0][1], -127);
    CU_ASSERT_EQUAL(code[0][2], 32);
    for (int r = 1; r < 4; r++) {
        CU_ASSERT_EQUAL(scale[r], 0.0f);
        for (int k = 0; k < 3; k++) CU_ASSERT_EQUAL(code[r][k], 0);
    }
    uint16_t half[3];
    rg_rows_encode(half, NULL, RG_BF16, rows[0], 1, 3, 1);
    CU_ASSERT_EQUAL(half[0], 0x3f80);
    CU_ASSERT_EQUAL(half[1], 0xc000);
    CU_ASSERT_EQUAL(half[2], 0x3f00);
    float back[3];
    const rg_rows codes = {RG_I8, 1, 3, code, scale};
    rg_rows_decode(back, &codes, 0, 1);
    CU_ASSERT_EQUAL(back[1], -127.0f * (2.0f / 127.0f));
}

static void test_table__encode_tiny(void)
{
    const float rows[2][2] = {{1e-44f, -1e-45f}, {3e38f, -3e38f}};
    int8_t code[2][2];
    float scale[2];
    rg_rows_encode(code, scale, RG_I8, rows[0], 2, 2, 1);
    CU_ASSERT_EQUAL(scale[0], 0.0f); /* as good as zero */
    CU_ASSERT_EQUAL(code[1][0], 127);
    CU_ASSERT_EQUAL(code[1][1], -127);
}

/* Rows of `type` that stand for the first n rows of `values`. */
static rg_rows encoded(rg_element type, void *data, float *scale, int64_t n, int64_t dim)
{
    rg_rows_encode(data, scale, type, values, n, dim, 1);
    return (rg_rows){type, n, dim, data, type == RG_I8 ? scale : NULL};
}

static double dot_of(const float *a, const float *b, int64_t dim, double *size)
{
    double sum = 0.0;
    *size = 0.0;
    for (int64_t k = 0; k < dim; k++) {
        sum += (double)a[k] * (double)b[k];
        *size += fabs((double)a[k] * (double)b[k]);
    }
    return sum;
}

/* What the table says of rows, whole or in parts, on every unit. */
static void check_scores(const rg_table *t, const float *decoded)
{
    static float out[QUERIES][96], part[QUERIES][96];
    const int64_t n = t->n, dim = t->dim, n_panels = rg_panel_count(n);
    int wrong = 0, differ = 0;
    for (int unit = -1; unit < RG_N_SEARCH_UNITS; unit++) {
        rg_table_scores_fn *scores = rg_table_scores;
        if (unit >= 0 && rg_search_kernels_of(unit) == NULL) continue;
        if (unit >= 0) scores = rg_search_kernels_of(unit)->scores[t->type];
        if (scores == NULL) continue;
        scores(out[0], 96, t, asked, QUERIES, 0, n_panels);
        for (int64_t p = 0; p < n_panels; p++) /* a panel and a query at a time */
            for (int64_t q = 0; q < QUERIES; q++)
                scores(part[q] + p * RG_PANEL, 96, t, asked + q * dim, 1, p, p + 1);
        for (int64_t q = 0; q < QUERIES; q++)
            for (int64_t j = 0; j < n; j++) {
                double size = 0.0;
                const double sum =
                    dot_of(asked + q * dim, decoded + j * dim, dim, &size) +
                    (t->bias != NULL ? (double)bias[j] : 0.0);
                wrong += fabs((double)out[q][j] - sum) >
                         1e-7 * (double)(dim + 4) * (size + fabs(sum));
                differ += memcmp(&out[q][j], &part[q][j], sizeof(float)) != 0;
            }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(differ, 0);
}

static void check_gather(const rg_rows *rows, const float *decoded)
{
    uint32_t index[2 * MOST_ROWS];
    float out[2 * MOST_ROWS], one = 0.0f;
    const int64_t n = rows->n > 0 ? 2 * rows->n : 0;
    int wrong = 0, differ = 0;
    for (int64_t e = 0; e < n; e++) index[e] = (uint32_t)((e * 7 + 3) % rows->n);
    for (int unit = -1; unit < RG_N_SEARCH_UNITS; unit++) {
        rg_gather_dot_fn *gather = rg_rows_gather_dot;
        if (unit >= 0 && rg_search_kernels_of(unit) == NULL) continue;
        if (unit >= 0) gather = rg_search_kernels_of(unit)->gather[rows->type];
        if (gather == NULL) continue;
        gather(out, asked, rows, index, n);
        for (int64_t e = 0; e < n; e++) {
            double size = 0.0;
            const double sum =
                dot_of(asked, decoded + index[e] * rows->dim, rows->dim, &size);
            wrong += fabs((double)out[e] - sum) > 1e-7 * (double)(rows->dim + 4) * size;
            gather(&one, asked, rows, index + e, 1);
            differ += memcmp(&one, &out[e], sizeof one) != 0;
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(differ, 0);
}

/* Every type of table from every type of rows. */
static void check_size(regatta_ctx *ctx, int64_t n, int64_t dim)
{
    static float data[MOST_ROWS * MOST_DIM], decoded[MOST_ROWS * MOST_DIM];
    static float scale[MOST_ROWS], again[MOST_ROWS], other[MOST_ROWS * MOST_DIM];
    for (int from = RG_F32; from <= RG_I8; from++) {
        const rg_rows rows = encoded((rg_element)from, data, scale, n, dim);
        rg_rows_decode(decoded, &rows, 0, n);
        check_gather(&rows, decoded);
        for (int to = RG_F32; to <= RG_I8; to++) {
            rg_table *t = NULL;
            CU_ASSERT_EQUAL(
                rg_table_create(ctx, &t, (rg_element)to, &rows, to == from ? bias : NULL),
                REGATTA_OK);
            if (t == NULL) continue;
            /* Packing from another type is encoding what the rows stand for. */
            rg_rows_decode(decoded, &rows, 0, n);
            if (to != from) {
                rg_rows_encode(other, again, (rg_element)to, decoded, n, dim, 1);
                const rg_rows r = {(rg_element)to, n, dim, other, again};
                rg_rows_decode(decoded, &r, 0, n);
            }
            check_scores(t, decoded);
            rg_table_free(t);
        }
    }
}

static void test_table__sizes(void)
{
    const int64_t n[] = {0, 1, 31, 33, 70}, dim[] = {1, 3, 18, 64, 100, 128};
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    draw();
    for (int i = 0; i < 5; i++)
        for (int d = 0; d < 6; d++) check_size(ctx, n[i], dim[d]);
    regatta_ctx_free(ctx);
}

static void test_table__threads(void)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    draw();
    const rg_rows rows = rg_rows_f32(values, MOST_ROWS, 100);
    const size_t bytes = 3 * RG_PANEL * 100;
    for (int type = RG_F32; type <= RG_I8; type++) {
        rg_table *one = NULL, *more = NULL;
        ctx->threads = 1;
        CU_ASSERT_EQUAL(rg_table_create(ctx, &one, (rg_element)type, &rows, bias),
                        REGATTA_OK);
        for (int threads = 2; threads <= 8; threads += 3) {
            ctx->threads = threads;
            CU_ASSERT_EQUAL(rg_table_create(ctx, &more, (rg_element)type, &rows, bias),
                            REGATTA_OK);
            if (one == NULL || more == NULL) continue;
            CU_ASSERT_EQUAL(memcmp(one->panels, more->panels,
                                   bytes * rg_element_size((rg_element)type)),
                            0);
            rg_table_free(more);
        }
        rg_table_free(one);
    }
    regatta_ctx_free(ctx);
}

static void test_table__refused(void)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    rg_table *t = (rg_table *)values;
    rg_rows rows = rg_rows_f32(values, 3, 0);
    CU_ASSERT_EQUAL(rg_table_create(ctx, &t, RG_I8, &rows, NULL), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(t);
    rows = rg_rows_f32(values, (int64_t)UINT32_MAX, 1);
    CU_ASSERT_EQUAL(rg_table_create(ctx, &t, RG_F32, &rows, NULL), REGATTA_EINVAL);
    rg_table_free(NULL);
    regatta_ctx_free(ctx);
}

static regatta_status create_all(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    const rg_rows *rows = arg;
    rg_table *t = NULL;
    for (int type = RG_F32; type <= RG_I8 && status == REGATTA_OK; type++) {
        rg_begin(ctx);
        status = rg_end(ctx, rg_table_create(ctx, &t, (rg_element)type, rows, bias));
        if (status != REGATTA_OK) CU_ASSERT_PTR_NULL(t);
        rg_table_free(t);
    }
    return status;
}

static void test_table__memory(void)
{
    rg_rows rows = rg_rows_f32(values, 40, 20);
    fault_sweep_memory(create_all, &rows);
}

int test_table(void)
{
    static const test_case cases[] = {{"encode by hand", test_table__encode_by_hand},
                                      {"encode tiny", test_table__encode_tiny},
                                      {"sizes", test_table__sizes},
                                      {"threads", test_table__threads},
                                      {"refused", test_table__refused},
                                      {"memory", test_table__memory}};
    return TEST_MAIN("table", cases);
}
