#include "base/rng.h"
#include "rank/logged/logged_estimates.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>

/* Sums of at most a few hundred terms near 1, in another order. */
static void near(double got, double wanted)
{
    CU_ASSERT_DOUBLE_EQUAL(got, wanted, 1e-12 * (1.0 + fabs(wanted)));
}

static regatta_logged_evaluation estimate(const rg_logged_sample *sample, double most)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_logged_evaluation e = REGATTA_LOGGED_EVALUATION_INIT;
    CU_ASSERT_EQUAL(rg_logged_estimate(ctx, &e, sample, most), REGATTA_OK);
    regatta_ctx_free(ctx);
    return e;
}

/* Four records of three users: weights 2, 0, 4, 1. */
static const uint32_t group[] = {0, 0, 1, 2};
static const double probability[] = {1.0, 0.0, 1.0, 0.5};
static const double propensity[] = {0.5, 0.25, 0.25, 0.5};
static const double reward[] = {1.0, 0.0, 0.5, 1.0};
static const double own[] = {0.25, 0.5, 0.5, 0.0};
static const double policy[] = {0.5, 0.25, 0.75, 0.25};

static rg_logged_sample four(void)
{
    return (rg_logged_sample){.n = 4,
                              .n_users = 3,
                              .group = group,
                              .probability = probability,
                              .propensity = propensity,
                              .reward = reward,
                              .own_expected = own,
                              .policy_expected = policy};
}

/* logged: 2.5 / 4. ips: (2 + 0 + 2 + 1) / 4. snips: 5 / 7. dr: policy adds 1.75, the rest
 * 2 * 0.75 + 0 + 4 * 0 + 1 * 1 = 2.5, over 4. */
static void test_logged_estimates__by_hand(void)
{
    const rg_logged_sample s = four();
    const regatta_logged_evaluation e = estimate(&s, 0.0);
    near(e.value[REGATTA_ESTIMATOR_LOGGED], 0.625);
    near(e.value[REGATTA_ESTIMATOR_IPS], 1.25);
    near(e.value[REGATTA_ESTIMATOR_SNIPS], 5.0 / 7.0);
    near(e.value[REGATTA_ESTIMATOR_DR], 4.25 / 4.0);
    near(e.gain[REGATTA_ESTIMATOR_IPS], 0.625);
    near(e.gain[REGATTA_ESTIMATOR_LOGGED], 0.0);
    near(e.mean_weight, 7.0 / 4.0);
    near(e.effective_n, 49.0 / 21.0);
    near(e.largest_weight, 4.0);
    CU_ASSERT_EQUAL(e.n, 4);
    CU_ASSERT_EQUAL(e.n_users, 3);
    CU_ASSERT_EQUAL(e.n_matched, 3);
    CU_ASSERT_EQUAL(e.n_clipped, 0);
    CU_ASSERT(isnan(e.value[REGATTA_ESTIMATOR_DR + 1]));
}

/* Sums of influences by user, 3 users: error = sqrt(3/2 sum of squares) / 4.
 *   logged: (1 + 0 - 1.25), 0.5 - 0.625, 1 - 0.625     = -1/4, -1/8, 3/8
 *   ips:    (2 + 0 - 2.5), 2 - 1.25, 1 - 1.25          = -1/2, 3/4, -1/4
 *   snips:  4/7 (2 * 2/7), 4/7 (4 * -3/14), 4/7 * 2/7  = 16/49, -24/49, 8/49
 *   weights: (2 + 0 - 3.5), 4 - 1.75, 1 - 1.75         = -3/2, 9/4, -3/4 */
static void test_logged_estimates__errors_by_hand(void)
{
    const rg_logged_sample s = four();
    const regatta_logged_evaluation e = estimate(&s, 0.0);
    const double ips = sqrt(1.5 * (1.0 / 4 + 9.0 / 16 + 1.0 / 16)) / 4.0;
    near(e.standard_error[REGATTA_ESTIMATOR_LOGGED],
         sqrt(1.5 * (1.0 / 16 + 1.0 / 64 + 9.0 / 64)) / 4.0);
    near(e.standard_error[REGATTA_ESTIMATOR_IPS], ips);
    near(e.standard_error[REGATTA_ESTIMATOR_SNIPS],
         sqrt(1.5 * (256.0 + 576.0 + 64.0)) / 49.0 / 4.0);
    near(e.mean_weight_error, sqrt(1.5 * (9.0 / 4 + 81.0 / 16 + 9.0 / 16)) / 4.0);
    near(e.gain_error[REGATTA_ESTIMATOR_IPS],
         sqrt(1.5 * (1.0 / 16 + 49.0 / 64 + 25.0 / 64)) / 4.0);
    near(e.gain_error[REGATTA_ESTIMATOR_LOGGED], 0.0);
    /* The 97.5 % quantile of Student's distribution of two degrees. */
    CU_ASSERT_DOUBLE_EQUAL(e.high[REGATTA_ESTIMATOR_IPS], 1.25 + 4.30265273 * ips, 1e-8);
    CU_ASSERT_DOUBLE_EQUAL(e.low[REGATTA_ESTIMATOR_IPS], 1.25 - 4.30265273 * ips, 1e-8);
}

/* At most 1.5: weights 1.5, 0, 1.5, 1. The mean weight stays that of all. */
static void test_logged_estimates__clipped(void)
{
    const rg_logged_sample s = four();
    const regatta_logged_evaluation e = estimate(&s, 1.5);
    CU_ASSERT_EQUAL(e.n_clipped, 2);
    near(e.value[REGATTA_ESTIMATOR_IPS], 3.25 / 4.0);
    near(e.value[REGATTA_ESTIMATOR_SNIPS], 3.25 / 4.0);
    near(e.value[REGATTA_ESTIMATOR_DR], (1.75 + 1.5 * 0.75 + 1.0) / 4.0);
    near(e.effective_n, 16.0 / 5.5);
    near(e.mean_weight, 7.0 / 4.0);
    near(e.largest_weight, 4.0);
}

static void test_logged_estimates__nothing_matches(void)
{
    const double none[4] = {0.0};
    rg_logged_sample s = four();
    s.probability = none;
    const regatta_logged_evaluation e = estimate(&s, 0.0);
    near(e.value[REGATTA_ESTIMATOR_IPS], 0.0);
    CU_ASSERT(isnan(e.value[REGATTA_ESTIMATOR_SNIPS]));
    CU_ASSERT(isnan(e.standard_error[REGATTA_ESTIMATOR_SNIPS]));
    near(e.value[REGATTA_ESTIMATOR_DR], 1.75 / 4.0);
    near(e.effective_n, 0.0);
}

static void test_logged_estimates__one_user_has_no_error(void)
{
    const uint32_t one[4] = {0};
    rg_logged_sample s = four();
    s.group = one;
    s.n_users = 1;
    const regatta_logged_evaluation e = estimate(&s, 0.0);
    near(e.value[REGATTA_ESTIMATOR_IPS], 1.25);
    CU_ASSERT(isnan(e.standard_error[REGATTA_ESTIMATOR_IPS]));
    CU_ASSERT(isnan(e.low[REGATTA_ESTIMATOR_IPS]) && isnan(e.mean_weight_error));
}

/* A world of users with a taste of their own, who see one of ACTIONS items with the
 * probability of a logging policy; the evaluated policy has others. */
enum { USERS = 80, RECORDS = 4, N = USERS * RECORDS, ACTIONS = 5, RUNS = 2000 };

typedef struct world {
    uint32_t group[N];
    double probability[N], propensity[N], reward[N], own[N], policy[N];
} world;

static double uniform(uint64_t *at)
{
    return rg_random_unit(5, RG_STREAM_TEST, (*at)++);
}

static double taste(uint64_t *at)
{
    return 0.2 + 0.3 * uniform(at);
}

/* The chance of a reward of an action, for a user of that taste. */
static double chance(double user, int action)
{
    return user + 0.1 * (double)action;
}

static int draw(uint64_t *at, const double *share)
{
    double rest = uniform(at);
    int a = 0;
    while (a < ACTIONS - 1 && rest >= share[a]) rest -= share[a++];
    return a;
}

/* The reward model knows the actions, not the users, and is wrong by a constant. */
static double modelled(int action)
{
    return 0.3 + 0.1 * (double)action;
}

static void make_world(world *w, uint64_t *at)
{
    static const double logging[ACTIONS] = {0.3, 0.3, 0.2, 0.1, 0.1};
    static const double shown[ACTIONS] = {0.1, 0.1, 0.2, 0.2, 0.4};
    for (int u = 0, k = 0; u < USERS; u++) {
        const double user = taste(at);
        for (int r = 0; r < RECORDS; r++, k++) {
            const int a = draw(at, logging);
            w->group[k] = (uint32_t)u;
            w->probability[k] = shown[a];
            w->propensity[k] = logging[a];
            w->reward[k] = uniform(at) < chance(user, a) ? 1.0 : 0.0;
            w->own[k] = modelled(a);
            w->policy[k] = 0.0;
            for (int b = 0; b < ACTIONS; b++) w->policy[k] += shown[b] * modelled(b);
        }
    }
}

/* Covered in 95 % of the runs: the standard deviation of a share of 2000 is 0.5 %, and
 * the intervals are those of large samples. The true values follow from the shares of
 * actions: tastes have the mean 0.35. */
static void test_logged_estimates__intervals_cover_the_truth(void)
{
    static world w;
    int covered[REGATTA_ESTIMATOR_DR + 1] = {0}, gains = 0;
    double width[REGATTA_ESTIMATOR_DR + 1] = {0.0},
                                        mean[REGATTA_ESTIMATOR_DR + 1] = {0.0};
    const double logged = 0.35 + 0.1 * (0.3 + 0.4 + 0.3 + 0.4);
    const double value = 0.35 + 0.1 * (0.1 + 0.4 + 0.6 + 1.6);
    uint64_t at = 0;
    const rg_logged_sample s = {.n = N,
                                .n_users = USERS,
                                .group = w.group,
                                .probability = w.probability,
                                .propensity = w.propensity,
                                .reward = w.reward,
                                .own_expected = w.own,
                                .policy_expected = w.policy};
    for (int run = 0; run < RUNS; run++) {
        make_world(&w, &at);
        const regatta_logged_evaluation e = estimate(&s, 0.0);
        for (int k = 0; k <= REGATTA_ESTIMATOR_DR; k++) {
            const double truth = k == REGATTA_ESTIMATOR_LOGGED ? logged : value;
            covered[k] += e.low[k] <= truth && truth <= e.high[k];
            width[k] += e.standard_error[k] / RUNS;
            mean[k] += e.value[k] / RUNS;
        }
        gains += e.gain_low[REGATTA_ESTIMATOR_DR] <= value - logged &&
                 value - logged <= e.gain_high[REGATTA_ESTIMATOR_DR];
    }
    for (int k = 0; k <= REGATTA_ESTIMATOR_DR; k++) {
        CU_ASSERT(covered[k] > 0.93 * RUNS && covered[k] < 0.97 * RUNS);
        CU_ASSERT_DOUBLE_EQUAL(mean[k], k == REGATTA_ESTIMATOR_LOGGED ? logged : value,
                               4.0 * width[k] / sqrt((double)RUNS));
    }
    CU_ASSERT(gains > 0.93 * RUNS && gains < 0.97 * RUNS);
    /* What normalising and a reward model are for. */
    CU_ASSERT(width[REGATTA_ESTIMATOR_DR] < 0.9 * width[REGATTA_ESTIMATOR_IPS]);
    CU_ASSERT(width[REGATTA_ESTIMATOR_SNIPS] < 0.9 * width[REGATTA_ESTIMATOR_IPS]);
}

static const test_case cases[] = {
    {"by hand", test_logged_estimates__by_hand},
    {"errors by hand", test_logged_estimates__errors_by_hand},
    {"clipped", test_logged_estimates__clipped},
    {"no match", test_logged_estimates__nothing_matches},
    {"one user", test_logged_estimates__one_user_has_no_error},
    {"coverage", test_logged_estimates__intervals_cover_the_truth},
};

int test_logged_estimates(void)
{
    return TEST_MAIN("logged estimates", cases);
}
