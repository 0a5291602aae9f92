/* Calibrations of pairs whose true probability is known. */
#include "fit/calibration/calibration_fit.h"
#include "fit/calibration/sigmoid.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <stdlib.h>

enum { USERS = 400, EACH = 100, N = USERS * EACH };

typedef struct world {
    uint32_t user[N];
    uint8_t label[N];
    float score[N];
    double weight[N];
} world;

static double unit(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11) * 0x1p-53;
}

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

static double straight(double x)
{
    return sigmoid(2.0 * x - 1.0);
}

/* Steep below 0 and flat above: no sigmoid. */
static double bent(double x)
{
    return x < 0.0 ? sigmoid(6.0 * x - 1.0) : sigmoid(0.4 * x - 1.0);
}

/* Scores in -2 .. 2, labels by `truth`; weight 1. */
static void draw(world *w, double (*truth)(double))
{
    uint64_t state = 11;
    for (int k = 0; k < N; k++) {
        w->user[k] = (uint32_t)(k / EACH);
        w->score[k] = (float)(4.0 * unit(&state) - 2.0);
        w->label[k] = unit(&state) < truth((double)w->score[k]);
        w->weight[k] = 1.0;
    }
}

static regatta_pairs pairs_of(const world *w)
{
    regatta_pairs p = REGATTA_PAIRS_INIT;
    p.n = N;
    p.user = w->user;
    p.label = w->label;
    p.score = w->score;
    p.weight = w->weight;
    return p;
}

static regatta_calibration fit(rg_calibration *c, const regatta_pairs *pairs)
{
    static float knots[RG_CALIBRATION_FLOATS];
    regatta_ctx *ctx = tiny_context(1);
    regatta_calibration report;
    CU_ASSERT_EQUAL(rg_calibration_fit(ctx, knots, &report, pairs), REGATTA_OK);
    c->knots = knots;
    regatta_ctx_free(ctx);
    return report;
}

/* A bin of n pairs has a standard error of at most sqrt(p (1 - p) / n); of ten bins none
 * is off by more than four of them, which a right table exceeds once in 1500. */
static void check_bins(const regatta_calibration *r)
{
    for (int b = 0; b < REGATTA_BINS; b++) {
        const double p = r->bin_predicted[b];
        const double error = sqrt(p * (1.0 - p) / r->bin_pairs[b]);
        CU_ASSERT_DOUBLE_EQUAL(r->bin_observed[b], p, 4.0 * error);
    }
}

static void check_rises(const rg_calibration *c)
{
    for (double x = -40.0; x < 40.0; x += 0.01)
        CU_ASSERT(rg_calibration_logit(c, x + 0.01) > rg_calibration_logit(c, x));
}

static void test_calibration_fit__finds_the_true_probability(void)
{
    static world w;
    double (*const truth[2])(double) = {straight, bent};
    for (int t = 0; t < 2; t++) {
        rg_calibration c = {.knots = NULL};
        draw(&w, truth[t]);
        const regatta_pairs pairs = pairs_of(&w);
        const regatta_calibration r = fit(&c, &pairs);
        CU_ASSERT_EQUAL(r.held_out, 1);
        CU_ASSERT_EQUAL(r.n_users, (double)USERS);
        CU_ASSERT_EQUAL(r.n_pairs, (double)N);
        CU_ASSERT(r.log_loss < r.constant);
        check_bins(&r);
        check_rises(&c);
        /* 64 levels of 40,000 pairs have standard errors of 0.02 at most. */
        for (double x = -1.9; x <= 1.9; x += 0.1)
            CU_ASSERT_DOUBLE_EQUAL(rg_calibration_probability(&c, x), truth[t](x), 0.06);
        if (t == 1) CU_ASSERT_EQUAL(r.form, REGATTA_FORM_ISOTONIC);
    }
}

/* A tenth of the negatives, each with weight 10, gives the probabilities of all. */
static void test_calibration_fit__weights_undo_sampling(void)
{
    static world w;
    uint64_t state = 17;
    int64_t n = 0;
    rg_calibration c = {.knots = NULL};
    draw(&w, straight);
    for (int k = 0; k < N; k++) {
        if (!w.label[k] && unit(&state) >= 0.1) continue;
        w.user[n] = w.user[k];
        w.score[n] = w.score[k];
        w.label[n] = w.label[k];
        w.weight[n++] = w.label[k] ? 1.0 : 10.0;
    }
    regatta_pairs pairs = pairs_of(&w);
    pairs.n = n;
    fit(&c, &pairs);
    for (double x = -1.5; x <= 1.5; x += 0.1)
        CU_ASSERT_DOUBLE_EQUAL(rg_calibration_probability(&c, x), straight(x), 0.08);
}

/* The gradient of the cross-entropy to Platt's targets is 0 at the fitted sigmoid. */
static void test_calibration_fit__sigmoid_is_the_minimum(void)
{
    static world w;
    draw(&w, straight);
    const regatta_pairs pairs = pairs_of(&w);
    const rg_sigmoid s = rg_sigmoid_fit(&pairs, NULL, 0);
    double count[2] = {0.0, 0.0}, gradient[2] = {0.0, 0.0};
    for (int k = 0; k < N; k++) count[w.label[k]] += 1.0;
    for (int k = 0; k < N; k++) {
        const double target =
            w.label[k] ? (count[1] + 1.0) / (count[1] + 2.0) : 1.0 / (count[0] + 2.0);
        const double x = (double)w.score[k];
        const double e = sigmoid(s.slope * x + s.shift) - target;
        gradient[0] += e * x / N;
        gradient[1] += e / N;
    }
    CU_ASSERT_DOUBLE_EQUAL(gradient[0], 0.0, 1e-6); /* the search ends at a gain below
                                                       1e-12 of the loss */
    CU_ASSERT_DOUBLE_EQUAL(gradient[1], 0.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(s.slope, 2.0, 0.1);
    CU_ASSERT_DOUBLE_EQUAL(s.shift, -1.0, 0.1);
}

/* Two pairs, all scores equal, a score that misleads: a sigmoid that still rises. */
static void test_calibration_fit__hard_cases(void)
{
    const uint32_t user[] = {0, 0, 1, 1};
    const uint8_t label[] = {0, 1, 1, 0};
    const float score[3][4] = {{1, 2, 5, 4}, {3, 3, 3, 3}, {2, 1, -1, 6}};
    for (int t = 0; t < 3; t++)
        for (int64_t n = 2; n <= 4; n += 2) {
            rg_calibration c = {.knots = NULL};
            regatta_pairs pairs = REGATTA_PAIRS_INIT;
            pairs.n = n;
            pairs.user = user;
            pairs.label = label;
            pairs.score = score[t];
            const regatta_calibration r = fit(&c, &pairs);
            CU_ASSERT_EQUAL(r.held_out, (uint32_t)(n == 4));
            CU_ASSERT(r.form != REGATTA_FORM_NONE && isfinite(r.log_loss));
            for (double x = -9.0; x < 9.0; x += 0.5) {
                const double p = rg_calibration_probability(&c, x);
                CU_ASSERT(p > 0.0 && p < 1.0);
                CU_ASSERT(rg_calibration_logit(&c, x + 0.5) >
                          rg_calibration_logit(&c, x));
            }
        }
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    float knots[RG_CALIBRATION_FLOATS];
    regatta_calibration report;
    return rg_end(ctx, rg_calibration_fit(ctx, knots, &report, arg));
}

static void test_calibration_fit__memory(void)
{
    static world w;
    draw(&w, bent);
    regatta_pairs pairs = pairs_of(&w);
    pairs.n = 500;
    fault_sweep_memory(attempt, &pairs);
}

static const test_case cases[] = {
    {"finds the true probability", test_calibration_fit__finds_the_true_probability},
    {"weights undo sampling", test_calibration_fit__weights_undo_sampling},
    {"sigmoid is the minimum", test_calibration_fit__sigmoid_is_the_minimum},
    {"hard cases", test_calibration_fit__hard_cases},
    {"memory", test_calibration_fit__memory},
};

int test_calibration_fit(void)
{
    return TEST_MAIN("calibration_fit", cases);
}
