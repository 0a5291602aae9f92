#include "base/rng.h"
#include "knn/item_index.h"
#include "support/fault.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIM = 24, CLUSTERS = 30 };

static regatta_ctx *context(int threads)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    ctx->threads = threads;
    return ctx;
}

static double normal(uint64_t k)
{
    return rg_random_normal(5, RG_STREAM_TEST, k);
}

/* Unit rows around cluster centres; `from` keeps tables and queries apart. */
static float *clusters(int64_t n, uint64_t from)
{
    float *x = calloc((size_t)(n * DIM + 1), sizeof *x);
    for (int64_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int64_t k = 0; k < DIM; k++) {
            const uint64_t at = (uint64_t)(i * DIM + k);
            const double v = normal((uint64_t)((i % CLUSTERS) * DIM + k)) +
                             0.7 * normal(1000000 * from + at);
            x[i * DIM + k] = (float)v;
            sum += v * v;
        }
        for (int64_t k = 0; k < DIM; k++) x[i * DIM + k] /= (float)sqrt(sum);
    }
    return x;
}

static rg_index_rows rows_of(const float *x, int64_t n, const float *bias, float scale)
{
    return (rg_index_rows){rg_rows_f32(x, n, DIM), bias, scale};
}

static double score_of(const rg_index_rows *rows, const float *query, int64_t i)
{
    const float *x = (const float *)rows->rows.data + i * DIM;
    double dot = 0.0;
    for (int64_t k = 0; k < DIM; k++) dot += (double)x[k] * (double)query[k];
    return (double)rows->scale * dot + (rows->bias ? (double)rows->bias[i] : 0.0);
}

static int is_allowed(const rg_index_query *q, uint32_t i)
{
    for (int64_t e = 0; e < q->n_skip; e++)
        if (q->skip[e] == i) return 0;
    return q->allow == NULL || (q->allow[i / 32] >> (i % 32) & 1);
}

/* The share of the k best that a search finds (ties count), and its contract checked. */
static double recall_of(const rg_index *index, const rg_index_rows *rows,
                        rg_index_work *work, const rg_index_query *q)
{
    uint32_t *row = calloc((size_t)q->k, sizeof *row);
    float *score = calloc((size_t)q->k, sizeof *score);
    int64_t n_allowed = 0, better = 0, hits = 0;
    for (int64_t i = 0; i < index->n; i++) n_allowed += is_allowed(q, (uint32_t)i);
    const int64_t wanted = q->k < n_allowed ? q->k : n_allowed;
    CU_ASSERT_EQUAL(rg_index_search(index, rows, work, 0, q, row, score), wanted);
    for (int64_t e = 0; e < q->k; e++) {
        if (e >= wanted) {
            CU_ASSERT(row[e] == REGATTA_NONE && score[e] == -INFINITY);
            continue;
        }
        CU_ASSERT_FATAL((int64_t)row[e] < index->n);
        CU_ASSERT(is_allowed(q, row[e]));
        CU_ASSERT_DOUBLE_EQUAL(score[e], score_of(rows, q->vector, row[e]), 1e-5);
        if (e > 0)
            CU_ASSERT(score[e] < score[e - 1] ||
                      (score[e] == score[e - 1] && row[e] > row[e - 1]));
        better = 0;
        for (int64_t i = 0; i < index->n; i++)
            better += is_allowed(q, (uint32_t)i) &&
                      score_of(rows, q->vector, i) > (double)score[e] + 1e-5;
        hits += better < wanted;
    }
    free(row);
    free(score);
    return wanted > 0 ? (double)hits / (double)wanted : 1.0;
}

static double mean_recall(const rg_index_rows *rows, int64_t degree, int64_t build,
                          int64_t k, int64_t effort)
{
    enum { QUERIES = 24 };
    regatta_ctx *ctx = context(2);
    rg_index *index = NULL;
    rg_index_work *work = NULL;
    float *queries = clusters(QUERIES, 9);
    double sum = 0.0;
    CU_ASSERT_EQUAL(rg_index_build(ctx, &index, rows, degree, build), REGATTA_OK);
    CU_ASSERT_PTR_NULL(rg_index_check(index));
    CU_ASSERT_EQUAL(rg_index_work_create(ctx, &work, index, k, effort, 1), REGATTA_OK);
    for (int64_t q = 0; q < QUERIES; q++) {
        const rg_index_query query = {queries + q * DIM, k, effort, NULL, NULL, 0};
        sum += recall_of(index, rows, work, &query);
    }
    rg_index_work_free(work);
    rg_index_free(index);
    regatta_ctx_free(ctx);
    free(queries);
    return sum / QUERIES;
}

static void test_index__finds_nearly_all(void)
{
    enum { N = 4000 };
    float *x = clusters(N, 1);
    const rg_index_rows rows = rows_of(x, N, NULL, 1.0f);
    CU_ASSERT(mean_recall(&rows, 16, 48, 10, 64) > 0.97);
    CU_ASSERT(mean_recall(&rows, 0, 0, 10, 0) > 0.99);
    free(x);
}

/* Biases as large as the cosines' whole range: without them in the search the answers
 * would be others. */
static void test_index__bias_and_scale_count(void)
{
    enum { N = 4000 };
    float *x = clusters(N, 1), bias[N];
    for (int64_t i = 0; i < N; i++)
        bias[i] = (float)(2.0 * normal(77000000 + (uint64_t)i));
    const rg_index_rows rows = rows_of(x, N, bias, 7.0f);
    CU_ASSERT(mean_recall(&rows, 0, 0, 10, 0) > 0.95);
    free(x);
}

static void test_index__compact_rows(void)
{
    enum { N = 3000 };
    float *x = clusters(N, 1), *back = calloc(N * DIM, sizeof *back);
    uint16_t *half = calloc(N * DIM, sizeof *half);
    rg_rows_encode(half, NULL, RG_BF16, x, N, DIM, 1);
    const rg_rows compact = {.type = RG_BF16, .n = N, .dim = DIM, .data = half};
    rg_rows_decode(back, &compact, 0, N);
    const rg_index_rows rows = {compact, NULL, 1.0f};
    const rg_index_rows same = rows_of(back, N, NULL, 1.0f);
    regatta_ctx *ctx = context(2);
    rg_index *a = NULL, *b = NULL;
    CU_ASSERT_EQUAL(rg_index_build(ctx, &a, &rows, 8, 32), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_index_build(ctx, &b, &same, 8, 32), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(a->edge, b->edge, (size_t)(N * 8) * sizeof *a->edge), 0);
    rg_index_free(a);
    rg_index_free(b);
    regatta_ctx_free(ctx);
    free(x);
    free(back);
    free(half);
}

static void test_index__few_rows_are_searched_exactly(void)
{
    const int64_t sizes[] = {0, 1, 2, 33};
    float *x = clusters(33, 1), *query = clusters(1, 9);
    for (int s = 0; s < 4; s++) {
        const rg_index_rows rows = rows_of(x, sizes[s], NULL, 1.0f);
        for (int64_t k = 1; k <= 50; k += 7) {
            regatta_ctx *ctx = context(2);
            rg_index *index = NULL;
            rg_index_work *work = NULL;
            const rg_index_query q = {query, k, 0, NULL, NULL, 0};
            CU_ASSERT_EQUAL(rg_index_build(ctx, &index, &rows, 0, 0), REGATTA_OK);
            CU_ASSERT_EQUAL(rg_index_work_create(ctx, &work, index, k, 0, 1), REGATTA_OK);
            CU_ASSERT_EQUAL(recall_of(index, &rows, work, &q), 1.0);
            rg_index_work_free(work);
            rg_index_free(index);
            regatta_ctx_free(ctx);
        }
    }
    free(x);
    free(query);
}

/* A thousand rows that are one, and a thousand of nothing, hide no other row. */
static void test_index__duplicates_and_zeros(void)
{
    enum { N = 4000 };
    float *x = clusters(N, 1), *zeros = calloc(N * DIM, sizeof *zeros);
    for (int64_t i = 0; i < 1000; i++)
        memcpy(x + i * DIM, x + 3999 * DIM, DIM * sizeof *x);
    memset(x + 1000 * DIM, 0, 1000 * DIM * sizeof *x);
    const rg_index_rows rows = rows_of(x, N, NULL, 1.0f);
    const rg_index_rows nothing = rows_of(zeros, N, NULL, 1.0f);
    CU_ASSERT(mean_recall(&rows, 0, 0, 10, 0) > 0.97);
    CU_ASSERT_EQUAL(mean_recall(&nothing, 0, 0, 10, 0), 1.0);
    free(x);
    free(zeros);
}

static void test_index__filters_act_before_the_cut(void)
{
    enum { N = 4000, K = 10, SKIP = 300 };
    regatta_ctx *ctx = context(2);
    float *x = clusters(N, 1), *query = clusters(1, 9);
    const rg_index_rows rows = rows_of(x, N, NULL, 1.0f);
    uint32_t allow[N / 32 + 1] = {0}, most[N / 32 + 1] = {0}, skip[SKIP];
    float score[SKIP];
    rg_index *index = NULL;
    rg_index_work *work = NULL;
    CU_ASSERT_EQUAL(rg_index_build(ctx, &index, &rows, 0, 0), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_index_work_create(ctx, &work, index, SKIP, 0, 1), REGATTA_OK);

    /* 3 of all; every other one; all but the best 300 */
    allow[0] = 1u << 17;
    allow[50] = 1u << 3;
    allow[124] = 1u << 31;
    rg_index_query q = {query, K, 0, allow, NULL, 0};
    CU_ASSERT_EQUAL(recall_of(index, &rows, work, &q), 1.0);
    for (int64_t w = 0; w <= N / 32; w++) most[w] = 0x55555555u;
    q.allow = most;
    CU_ASSERT(recall_of(index, &rows, work, &q) >= 0.9);
    const rg_index_query best = {query, SKIP, 0, NULL, NULL, 0};
    rg_index_search(index, &rows, work, 0, &best, skip, score);
    for (int i = 1; i < SKIP; i++) /* ascending */
        for (int e = i; e > 0 && skip[e] < skip[e - 1]; e--) {
            const uint32_t t = skip[e];
            skip[e] = skip[e - 1];
            skip[e - 1] = t;
        }
    const rg_index_query rest = {query, K, 0, NULL, skip, SKIP};
    CU_ASSERT(recall_of(index, &rows, work, &rest) >= 0.9);
    const uint32_t none[N / 32 + 1] = {0};
    q.allow = none;
    CU_ASSERT_EQUAL(recall_of(index, &rows, work, &q), 1.0); /* that is: nothing came */
    rg_index_work_free(work);
    rg_index_free(index);
    regatta_ctx_free(ctx);
    free(x);
    free(query);
}

static void test_index__same_bits_at_any_number_of_threads(void)
{
    enum { N = 2500 };
    const int threads[] = {2, 3, 8};
    float *x = clusters(N, 1), bias[N];
    for (int64_t i = 0; i < N; i++) bias[i] = (float)normal(77000000 + (uint64_t)i);
    const rg_index_rows rows = rows_of(x, N, bias, 5.0f);
    regatta_ctx *ctx = context(1);
    rg_index *one = NULL;
    CU_ASSERT_EQUAL(rg_index_build(ctx, &one, &rows, 12, 30), REGATTA_OK);
    for (int t = 0; t < 3; t++) {
        rg_index *other = NULL;
        ctx->threads = threads[t];
        CU_ASSERT_EQUAL(rg_index_build(ctx, &other, &rows, 12, 30), REGATTA_OK);
        CU_ASSERT_EQUAL(rg_index_bytes(one), rg_index_bytes(other));
        CU_ASSERT_EQUAL(one->step, other->step);
        CU_ASSERT_EQUAL(memcmp(one->code, other->code, (size_t)(N * one->stride)), 0);
        CU_ASSERT_EQUAL(
            memcmp(one->edge, other->edge, (size_t)(N * 12) * sizeof *one->edge), 0);
        rg_index_free(other);
    }
    rg_index_free(one);
    regatta_ctx_free(ctx);
    free(x);
}

static void test_index__refuses_what_is_out_of_range(void)
{
    regatta_ctx *ctx = context(1);
    float *x = clusters(2, 1);
    const rg_index_rows rows = rows_of(x, 2, NULL, 1.0f);
    rg_index *index = NULL;
    CU_ASSERT_EQUAL(rg_index_build(ctx, &index, &rows, 3, 0), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(rg_index_build(ctx, &index, &rows, 129, 0), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(rg_index_build(ctx, &index, &rows, 0, 7), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(rg_index_build(ctx, &index, &rows, 0, 4097), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(index);
    regatta_ctx_free(ctx);
    free(x);
}

static void test_index__a_file_is_not_believed(void)
{
    regatta_ctx *ctx = context(1);
    float *x = clusters(50, 1);
    const rg_index_rows rows = rows_of(x, 50, NULL, 1.0f);
    rg_index *index = NULL;
    CU_ASSERT_EQUAL(rg_index_build(ctx, &index, &rows, 4, 8), REGATTA_OK);
    uint32_t *edge = index->block[1], *entry = index->block[2];
    const uint32_t was = edge[77], first = entry[0];
    const float step = index->step;
    CU_ASSERT_PTR_NULL(rg_index_check(index));
    edge[77] = 50;
    CU_ASSERT_PTR_NOT_NULL(rg_index_check(index));
    edge[77] = was;
    entry[0] = REGATTA_NONE;
    CU_ASSERT_PTR_NOT_NULL(rg_index_check(index));
    entry[0] = first;
    index->step = NAN;
    CU_ASSERT_PTR_NOT_NULL(rg_index_check(index));
    index->step = 0.0f;
    CU_ASSERT_PTR_NOT_NULL(rg_index_check(index));
    index->step = step;
    CU_ASSERT_PTR_NULL(rg_index_check(index));
    rg_index_free(index);
    regatta_ctx_free(ctx);
    free(x);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    rg_index *index = NULL;
    rg_index_work *work = NULL;
    ctx->threads = 2;
    RG_TRY(rg_index_build(ctx, &index, arg, 4, 8));
    RG_TRY(rg_index_work_create(ctx, &work, index, 5, 0, 2));
done:
    rg_index_work_free(work);
    rg_index_free(index);
    return rg_end(ctx, status);
}

static void test_index__every_allocation_may_fail(void)
{
    float *x = clusters(60, 1);
    rg_index_rows rows = rows_of(x, 60, NULL, 1.0f);
    fault_sweep_memory(attempt, &rows);
    free(x);
}

static const test_case cases[] = {
    {"recall", test_index__finds_nearly_all},
    {"bias", test_index__bias_and_scale_count},
    {"compact", test_index__compact_rows},
    {"few", test_index__few_rows_are_searched_exactly},
    {"duplicates", test_index__duplicates_and_zeros},
    {"filters", test_index__filters_act_before_the_cut},
    {"threads", test_index__same_bits_at_any_number_of_threads},
    {"refusals", test_index__refuses_what_is_out_of_range},
    {"damage", test_index__a_file_is_not_believed},
    {"allocations", test_index__every_allocation_may_fail},
};

int test_item_index(void)
{
    return TEST_MAIN("item_index", cases);
}
