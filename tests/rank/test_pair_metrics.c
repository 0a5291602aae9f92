#include "rank/auc.h"
#include "rank/pairs/reliability.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <string.h>

enum { MANY = 300 };

/* Sums of at most a few hundred terms near 1, in another order. */
static void near(double got, double wanted)
{
    CU_ASSERT_DOUBLE_EQUAL(got, wanted, 1e-12 * (1.0 + fabs(wanted)));
}

static regatta_pairs pairs_of(int64_t n, const uint32_t *user, const uint8_t *label,
                              const float *score, const double *probability)
{
    regatta_pairs p = REGATTA_PAIRS_INIT;
    p.n = n;
    p.user = user;
    p.label = label;
    p.score = score;
    p.probability = probability;
    return p;
}

static regatta_pair_metrics measure(const regatta_pairs *pairs)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_pair_metrics m = REGATTA_PAIR_METRICS_INIT;
    CU_ASSERT_EQUAL(regatta_measure_pairs(ctx, &m, pairs), REGATTA_OK);
    regatta_ctx_free(ctx);
    return m;
}

/* Positives 3, 2, 0 and negatives 2, 1, -1: of nine pairs 3+3, 2 above two and a tie,
 * 0 above one: 3 + 2.5 + 1 = 6.5. */
static void test_pair_metrics__auc_with_ties(void)
{
    const uint32_t user[6] = {0};
    const uint8_t label[] = {1, 0, 1, 0, 0, 1};
    const float score[] = {3, 2, 2, 1, -1, 0};
    const regatta_pairs p = pairs_of(6, user, label, score, NULL);
    const regatta_pair_metrics m = measure(&p);
    near(m.auc, 6.5 / 9.0);
    near(m.gauc, 6.5 / 9.0);
    CU_ASSERT_EQUAL(m.n, 6);
    CU_ASSERT_EQUAL(m.n_positives, 3);
    CU_ASSERT_EQUAL(m.n_users, 1);
    CU_ASSERT_EQUAL(m.n_both, 1);
    CU_ASSERT(isnan(m.auc_error) && isnan(m.log_loss) && isnan(m.calibration_error));
}

/* User 7: 1 of 1 pair right, 2 pairs. User 2: 1.5 of 2, 3 pairs. User 9: no negative. */
static void test_pair_metrics__gauc_by_hand(void)
{
    const uint32_t user[] = {7, 2, 2, 9, 7, 2};
    const uint8_t label[] = {1, 1, 0, 1, 0, 0};
    const float score[] = {2, 5, 5, -3, 1, 0};
    const regatta_pairs p = pairs_of(6, user, label, score, NULL);
    const regatta_pair_metrics m = measure(&p);
    const double gauc = (2.0 * 1.0 + 3.0 * 0.75) / 5.0;
    near(m.gauc, gauc);
    CU_ASSERT_EQUAL(m.n_users, 3);
    CU_ASSERT_EQUAL(m.n_both, 2);
    const double squares =
        4.0 * (1.0 - gauc) * (1.0 - gauc) + 9.0 * (0.75 - gauc) * (0.75 - gauc);
    near(m.gauc_error, sqrt(2.0 * squares) / 5.0);
}

static void test_pair_metrics__log_loss_is_clamped(void)
{
    const uint32_t user[] = {0, 1, 2, 3};
    const uint8_t label[] = {1, 0, 1, 0};
    const float score[] = {1, 2, 3, 4};
    const double probability[] = {0.0, 0.5, 1.0, 1.0};
    const regatta_pairs p = pairs_of(4, user, label, score, probability);
    const regatta_pair_metrics m = measure(&p);
    const double worst = -log(1e-15), half = log(2.0), best = -log(1.0 - 1e-15);
    near(m.log_loss, (2.0 * worst + half + best) / 4.0);
    near(m.constant, half);
    CU_ASSERT(m.log_loss_error > 0.0);
}

/* Ten bins of one positive each; the negatives are below their bin's positive. */
static void test_pair_metrics__reliability_by_hand(void)
{
    enum { N = 20 };
    uint32_t user[N];
    uint8_t label[N];
    float score[N];
    double probability[N], error = 0.0;
    for (int k = 0; k < N; k++) {
        user[k] = (uint32_t)k;
        label[k] = (uint8_t)(k % 2);
        probability[k] = (k + 1) / 40.0;
        score[k] = (float)probability[k];
    }
    const regatta_pairs p = pairs_of(N, user, label, score, probability);
    const regatta_pair_metrics m = measure(&p);
    for (int b = 0; b < REGATTA_BINS; b++) {
        const double predicted = (4 * b + 3) / 80.0;
        near(m.bin_pairs[b], 2.0);
        near(m.bin_observed[b], 0.5);
        near(m.bin_predicted[b], predicted);
        error += fabs(predicted - 0.5) / REGATTA_BINS;
    }
    near(m.calibration_error, error);
}

/* Equal probabilities share a bin: the other bins are empty. */
static void test_pair_metrics__ties_share_a_bin(void)
{
    enum { N = 40 };
    uint32_t user[N];
    uint8_t label[N];
    float score[N];
    double probability[N];
    for (int k = 0; k < N; k++) {
        user[k] = (uint32_t)k;
        label[k] = (uint8_t)(k % 2);
        score[k] = 1.0f;
        probability[k] = 0.25;
    }
    const regatta_pairs p = pairs_of(N, user, label, score, probability);
    const regatta_pair_metrics m = measure(&p);
    near(m.bin_pairs[0], N);
    near(m.bin_observed[0], 0.5);
    for (int b = 1; b < REGATTA_BINS; b++) CU_ASSERT_EQUAL(m.bin_pairs[b], 0.0);
    near(m.calibration_error, 0.25);
}

typedef struct drawn {
    uint32_t user[MANY];
    uint8_t label[MANY];
    float score[MANY];
    double weight[MANY];
} drawn;

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static void draw(drawn *d)
{
    uint64_t state = 5;
    for (int k = 0; k < MANY; k++) {
        d->user[k] = (uint32_t)(next(&state) % 20);
        d->label[k] = next(&state) % 3 == 0;
        d->score[k] = (float)(next(&state) % 13) - 6.0f;
        d->weight[k] = (double)(1 + next(&state) % 3);
    }
}

/* The slow obvious version; skip: a user that is left out, 20 = none. */
static double slow_auc(const drawn *d, int weighted, uint32_t skip)
{
    double right = 0.0, all = 0.0;
    for (int a = 0; a < MANY; a++)
        for (int b = 0; b < MANY; b++) {
            if (!d->label[a] || d->label[b]) continue;
            if (d->user[a] == skip || d->user[b] == skip) continue;
            const double w = weighted ? d->weight[a] * d->weight[b] : 1.0;
            all += w;
            right += d->score[a] > d->score[b]    ? w
                     : d->score[a] == d->score[b] ? 0.5 * w
                                                  : 0.0;
        }
    return right / all;
}

static void test_pair_metrics__auc_is_that_of_a_row(void)
{
    static drawn d;
    uint32_t test[MANY];
    int64_t n_test = 0;
    draw(&d);
    for (uint32_t k = 0; k < MANY; k++)
        if (d.label[k]) test[n_test++] = k;
    const regatta_pairs p = pairs_of(MANY, d.user, d.label, d.score, NULL);
    near(measure(&p).auc, rg_auc(d.score, MANY, test, n_test, MANY));
    near(measure(&p).auc, slow_auc(&d, 0, 20));
    regatta_pairs weighted = p;
    weighted.weight = d.weight;
    near(measure(&weighted).auc, slow_auc(&d, 1, 20));
}

/* The jackknife over users estimates the same standard error to first order: 20 users
 * leave a difference of a few parts in 20. */
static void test_pair_metrics__auc_error_is_that_of_the_jackknife(void)
{
    static drawn d;
    double left[20], mean = 0.0, squares = 0.0;
    draw(&d);
    const regatta_pairs p = pairs_of(MANY, d.user, d.label, d.score, NULL);
    for (uint32_t u = 0; u < 20; u++) mean += (left[u] = slow_auc(&d, 0, u)) / 20.0;
    for (int u = 0; u < 20; u++) squares += (left[u] - mean) * (left[u] - mean);
    const double jackknife = sqrt(19.0 / 20.0 * squares);
    CU_ASSERT_DOUBLE_EQUAL(measure(&p).auc_error, jackknife, 0.1 * jackknife);
}

static void test_pair_metrics__one_label_and_nothing(void)
{
    const uint32_t user[] = {0, 1};
    const uint8_t label[] = {1, 1};
    const float score[] = {1, 2};
    const double probability[] = {0.9, 0.8};
    regatta_pairs p = pairs_of(2, user, label, score, probability);
    regatta_pair_metrics m = measure(&p);
    CU_ASSERT(isnan(m.auc) && isnan(m.auc_error) && isnan(m.gauc));
    near(m.log_loss, -0.5 * (log(0.9) + log(0.8)));
    near(m.constant, 0.0);
    p.n = 0;
    m = measure(&p);
    CU_ASSERT_EQUAL(m.n, 0);
    CU_ASSERT(isnan(m.auc) && isnan(m.log_loss));
}

static void test_pair_metrics__wrong_arguments(void)
{
    const uint32_t user[] = {0, 1};
    const uint8_t label[] = {1, 0}, two[] = {2, 0};
    const float score[] = {1, 2}, nan[] = {NAN, 0};
    const double probability[] = {0.9, 1.5}, weight[] = {1.0, 0.0};
    regatta_ctx *ctx = tiny_context(1);
    regatta_pair_metrics m = REGATTA_PAIR_METRICS_INIT;
    regatta_pairs p[6];
    for (int k = 0; k < 6; k++) p[k] = pairs_of(2, user, label, score, NULL);
    p[0].label = two;
    p[1].score = nan;
    p[2].probability = probability;
    p[3].weight = weight;
    p[4].n = -1;
    p[5].user = NULL;
    const char *words[] = {
        "pair 0: its label",  "pair 0: its score", "pair 1: its probability",
        "pair 1: its weight", "n must be",         "user is missing"};
    for (int k = 0; k < 6; k++) {
        CU_ASSERT_EQUAL(regatta_measure_pairs(ctx, &m, &p[k]), REGATTA_EINVAL);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), words[k]));
    }
    CU_ASSERT_EQUAL(regatta_measure_pairs(ctx, &m, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_measure_pairs(ctx, NULL, &p[0]), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_measure_pairs(NULL, &m, &p[0]), REGATTA_EINVAL);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    regatta_pair_metrics m = REGATTA_PAIR_METRICS_INIT;
    return regatta_measure_pairs(ctx, &m, arg);
}

static void test_pair_metrics__memory(void)
{
    static drawn d;
    draw(&d);
    regatta_pairs p = pairs_of(MANY, d.user, d.label, d.score, NULL);
    fault_sweep_memory(attempt, &p);
}

static const test_case cases[] = {
    {"auc with ties", test_pair_metrics__auc_with_ties},
    {"gauc by hand", test_pair_metrics__gauc_by_hand},
    {"log loss is clamped", test_pair_metrics__log_loss_is_clamped},
    {"reliability by hand", test_pair_metrics__reliability_by_hand},
    {"ties share a bin", test_pair_metrics__ties_share_a_bin},
    {"auc is that of a row", test_pair_metrics__auc_is_that_of_a_row},
    {"auc error is that of the jackknife",
     test_pair_metrics__auc_error_is_that_of_the_jackknife},
    {"one label and nothing", test_pair_metrics__one_label_and_nothing},
    {"wrong arguments", test_pair_metrics__wrong_arguments},
    {"memory", test_pair_metrics__memory},
};

int test_pair_metrics(void)
{
    return TEST_MAIN("pair_metrics", cases);
}
