#include "rank/auc.h"
#include "rank/metrics.h"
#include "support/suite.h"
#include <math.h>

static void near(double got, double wanted)
{
    CU_ASSERT_DOUBLE_EQUAL(got, wanted, 1e-12);
}

/* Ranked 7 3 9 1 5 with test items {2, 3, 5}: hits at ranks 2 and 5, of 20 items. */
static void test_metrics__two_hits_of_three(void)
{
    const uint32_t ranked[] = {7, 3, 9, 1, 5}, test[] = {2, 3, 5};
    regatta_metrics m = {.k = 5};
    rg_metrics_user(&m, ranked, test, 3, 0, 20);
    near(m.recall, 2.0 / 3.0);
    near(m.precision, 2.0 / 5.0);
    near(m.f1, 0.5);
    near(m.accuracy, 16.0 / 20.0); /* wrong: 7 9 1 shown, 2 missed */
    const double dcg = 1.0 / log2(3.0) + 1.0 / log2(6.0);
    near(m.ndcg, dcg / (1.0 + 1.0 / log2(3.0) + 0.5));
    near(m.map, (1.0 / 2.0 + 2.0 / 5.0) / 3.0);
    near(m.mrr, 0.5);
    near(m.hit, 1.0);
}

/* More test items than k: the ideal and map divide by k, recall by all. */
static void test_metrics__more_test_items_than_k(void)
{
    const uint32_t ranked[] = {4, 0}, test[] = {0, 1, 2, 3, 4};
    regatta_metrics m = {.k = 2};
    rg_metrics_user(&m, ranked, test, 5, 0, 10);
    near(m.recall, 0.4);
    near(m.precision, 1.0);
    near(m.ndcg, 1.0);
    near(m.map, 1.0);
    near(m.mrr, 1.0);
    near(m.accuracy, 0.7);
}

static void test_metrics__no_hit(void)
{
    const uint32_t ranked[] = {1, 2}, test[] = {0};
    regatta_metrics m = {.k = 2};
    rg_metrics_user(&m, ranked, test, 1, 0, 4);
    near(m.recall, 0.0);
    near(m.f1, 0.0);
    near(m.ndcg, 0.0);
    near(m.map, 0.0);
    near(m.mrr, 0.0);
    near(m.hit, 0.0);
    near(m.accuracy, 0.25);
}

/* Fewer items than k: precision still divides by k. */
static void test_metrics__short_list(void)
{
    const uint32_t ranked[] = {6, REGATTA_NONE, REGATTA_NONE}, test[] = {6};
    regatta_metrics m = {.k = 3};
    rg_metrics_user(&m, ranked, test, 1, 0, 1);
    near(m.recall, 1.0);
    near(m.precision, 1.0 / 3.0);
    near(m.accuracy, 1.0);
    near(m.ndcg, 1.0);
}

/* As the first, with two more test items that no list can have: of 22 items. */
static void test_metrics__misses(void)
{
    const uint32_t ranked[] = {7, 3, 9, 1, 5}, test[] = {2, 3, 5};
    regatta_metrics m = {.k = 5};
    rg_metrics_user(&m, ranked, test, 3, 2, 20);
    near(m.recall, 2.0 / 5.0);
    near(m.precision, 2.0 / 5.0);
    near(m.f1, 0.4);
    near(m.accuracy, 16.0 / 22.0);
    const double dcg = 1.0 / log2(3.0) + 1.0 / log2(6.0);
    near(m.ndcg, dcg / (1.0 + 1.0 / log2(3.0) + 0.5 + 1.0 / log2(5.0) + 1.0 / log2(6.0)));
    near(m.map, (1.0 / 2.0 + 2.0 / 5.0) / 5.0);
    near(m.mrr, 0.5);
    near(m.hit, 1.0);
}

/* Scores 5 4 3 2 1, test {1, 3}: of the pairs with 0, 2, 4 right are 1>2 1>4 3>4. */
static void test_auc__by_hand(void)
{
    const float row[] = {5, 4, 3, 2, 1};
    const uint32_t test[] = {1, 3};
    near(rg_auc(row, 5, test, 2, 5), 3.0 / 6.0);
}

static void test_auc__ties_count_half_and_masked_items_do_not(void)
{
    const float row[] = {2, 2, -INFINITY, 1, -INFINITY};
    const uint32_t test[] = {1};
    near(rg_auc(row, 5, test, 1, 3), 0.75); /* tie with 0, above 3 */
    const float all_equal[] = {1, 1, 1, 1};
    const uint32_t two[] = {0, 2};
    near(rg_auc(all_equal, 4, two, 2, 4), 0.5);
}

static void test_auc__without_a_pair_is_half(void)
{
    const float row[] = {1, 2};
    const uint32_t test[] = {0, 1};
    near(rg_auc(row, 2, test, 2, 2), 0.5);
    near(rg_auc(row, 2, test, 0, 2), 0.5);
}

static void test_auc__perfect_and_worst_beyond_one_strip(void)
{
    enum { N = 10000 };
    static float row[N];
    for (int j = 0; j < N; j++) row[j] = (float)j;
    const uint32_t best[] = {N - 2, N - 1}, worst[] = {0, 1};
    near(rg_auc(row, N, best, 2, N), 1.0);
    near(rg_auc(row, N, worst, 2, N), 0.0);
}

static const test_case cases[] = {
    {"two hits", test_metrics__two_hits_of_three},
    {"many test items", test_metrics__more_test_items_than_k},
    {"no hit", test_metrics__no_hit},
    {"short list", test_metrics__short_list},
    {"misses", test_metrics__misses},
    {"auc by hand", test_auc__by_hand},
    {"auc ties", test_auc__ties_count_half_and_masked_items_do_not},
    {"auc no pair", test_auc__without_a_pair_is_half},
    {"auc strips", test_auc__perfect_and_worst_beyond_one_strip},
};

int test_metrics(void)
{
    return TEST_MAIN("metrics", cases);
}
