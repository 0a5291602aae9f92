#include "base/rng.h"
#include "base/topk.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/status.h>
#include <stdlib.h>

enum { MOST = 9000 };

typedef struct entry {
    float score;
    uint32_t index;
} entry;

static int best_first(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

/* Against sorting the whole row. */
static void check(int64_t k, const float *row, int64_t n)
{
    static entry sorted[MOST];
    static uint32_t index[MOST];
    static float score[MOST];
    int64_t n_there = 0;
    for (int64_t j = 0; j < n; j++)
        if (row[j] > -INFINITY) sorted[n_there++] = (entry){row[j], (uint32_t)j};
    qsort(sorted, (size_t)n_there, sizeof sorted[0], best_first);
    const int64_t expected = n_there < k ? n_there : k;
    CU_ASSERT_EQUAL(rg_topk(index, score, k, row, n), expected);
    for (int64_t r = 0; r < expected; r++) {
        CU_ASSERT_EQUAL(index[r], sorted[r].index);
        CU_ASSERT_EQUAL(score[r], sorted[r].score);
    }
    for (int64_t r = expected; r < k; r++) {
        CU_ASSERT_EQUAL(index[r], REGATTA_NONE);
        CU_ASSERT_EQUAL(score[r], -INFINITY);
    }
}

static void test_topk__by_hand(void)
{
    const float row[6] = {1, 5, 3, 5, -INFINITY, 4};
    uint32_t index[3] = {0};
    float score[3] = {0};
    CU_ASSERT_EQUAL(rg_topk(index, score, 3, row, 6), 3);
    CU_ASSERT_EQUAL(index[0], 1);
    CU_ASSERT_EQUAL(index[1], 3);
    CU_ASSERT_EQUAL(index[2], 5);
    CU_ASSERT_EQUAL(score[2], 4.0f);
}

static void test_topk__edges(void)
{
    const float gone[4] = {-INFINITY, NAN, -INFINITY, NAN};
    const float mixed[5] = {NAN, -3.0f, INFINITY, NAN, -0.0f};
    check(3, gone, 0);
    check(3, gone, 4);
    check(0, mixed, 5);
    check(1, mixed, 5);
    check(5, mixed, 5);
    check(9, mixed, 5);
}

static void test_topk__random_rows(void)
{
    static float row[MOST];
    const int64_t ks[] = {1, 2, 20, 100, 500, 1024, 1025, 8999, 9000};
    for (int kind = 0; kind < 6; kind++) {
        for (int64_t j = 0; j < MOST; j++) {
            const double x = rg_random_unit(5, RG_STREAM_TEST, (uint64_t)j);
            /* distinct, many ties, ascending, descending with holes, the best in every
             * 256th place, both zeros */
            if (kind == 0) row[j] = (float)x;
            if (kind == 1) row[j] = (float)floor(x * 7.0);
            if (kind == 2) row[j] = (float)(j / 3);
            if (kind == 3) row[j] = x < 0.3 ? (x < 0.1 ? NAN : -INFINITY) : (float)-j;
            if (kind == 4) row[j] = (float)(j % 256 == 7 ? 2.0 + x : x);
            if (kind == 5) row[j] = x < 0.5 ? -0.0f : 0.0f;
        }
        for (size_t k = 0; k < sizeof ks / sizeof ks[0]; k++) {
            check(ks[k], row, MOST);
            check(ks[k] < 700 ? ks[k] : 700, row + 1, 701);
        }
    }
}

/* Few elements are there, fewer than maxima of groups are compared. */
static void test_topk__sparse_rows(void)
{
    static float row[MOST];
    for (int64_t j = 0; j < MOST; j++) row[j] = j % 701 == 5 ? (float)(j % 5) : -INFINITY;
    check(5, row, MOST);
    check(20, row, MOST);
    row[1] = INFINITY;
    check(20, row, MOST);
}

static void test_topk__all_equal(void)
{
    static float row[MOST];
    for (int64_t j = 0; j < MOST; j++) row[j] = 2.5f;
    check(20, row, MOST);
    check(MOST, row, MOST);
}

int test_topk(void)
{
    static const test_case cases[] = {
        {"by hand", test_topk__by_hand},         {"edges", test_topk__edges},
        {"random rows", test_topk__random_rows}, {"sparse rows", test_topk__sparse_rows},
        {"all equal", test_topk__all_equal},
    };
    return TEST_MAIN("topk", cases);
}
