#include "rank/paired.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>

/* Relative: the continued fraction stops at 1e-15, the gamma ratio is good to 1e-12. */
static void near(double got, double wanted)
{
    CU_ASSERT_DOUBLE_EQUAL(got, wanted, 1e-10 * fabs(wanted) + 1e-15);
}

static regatta_paired paired_of(const double *a, const double *b, int64_t n)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_paired out = REGATTA_PAIRED_INIT;
    CU_ASSERT_EQUAL(regatta_paired_test(ctx, &out, a, b, n), REGATTA_OK);
    regatta_ctx_free(ctx);
    return out;
}

/* Differences 1 0 2 3: mean 1.5, variance 5 / 3; three degrees of freedom, for which
 * P(|T| > t) = 1 - (2 / pi) (atan x + x / (1 + x^2)), x = t / sqrt(3). */
static void test_paired__by_hand(void)
{
    const double a[] = {1, 2, 3, 4}, b[] = {0, 2, 1, 1};
    const regatta_paired p = paired_of(a, b, 4);
    const double error = sqrt(5.0 / 12.0), x = 1.5 / error / sqrt(3.0);
    CU_ASSERT_EQUAL(p.n, 4);
    near(p.mean_a, 2.5);
    near(p.mean_b, 1.0);
    near(p.difference, 1.5);
    near(p.standard_error, error);
    near(p.t, 1.5 / error);
    near(p.p, 1.0 - 2.0 / acos(-1.0) * (atan(x) + x / (1.0 + x * x)));
    near(p.low, 1.5 - 3.182446305283708 * error);
    near(p.high, 1.5 + 3.182446305283708 * error);
}

static void test_paired__exchanged_lists_change_signs(void)
{
    const double a[] = {0.1, 0.7, 0.3, 0.4, 1.0}, b[] = {0.2, 0.2, 0.1, 0.6, 0.5};
    const regatta_paired p = paired_of(a, b, 5), q = paired_of(b, a, 5);
    CU_ASSERT(p.difference > 0.0 && p.p > 0.0 && p.p < 1.0);
    CU_ASSERT_EQUAL(p.difference, -q.difference);
    CU_ASSERT_EQUAL(p.t, -q.t);
    CU_ASSERT_EQUAL(p.p, q.p);
    CU_ASSERT_EQUAL(p.low, -q.high);
}

static void test_paired__equal_lists(void)
{
    const double a[] = {0.1, 0.7, 0.3};
    const regatta_paired p = paired_of(a, a, 3);
    CU_ASSERT_EQUAL(p.difference, 0.0);
    CU_ASSERT_EQUAL(p.standard_error, 0.0);
    CU_ASSERT_EQUAL(p.t, 0.0);
    CU_ASSERT_EQUAL(p.p, 1.0);
    CU_ASSERT(p.low == 0.0 && p.high == 0.0);
}

static void test_paired__a_difference_without_an_error_is_certain(void)
{
    const double a[] = {1, 2, 3}, b[] = {2, 3, 4};
    const regatta_paired p = paired_of(a, b, 3);
    CU_ASSERT_EQUAL(p.difference, -1.0);
    CU_ASSERT(isinf(p.t) && p.t < 0.0);
    CU_ASSERT_EQUAL(p.p, 0.0);
}

static void test_paired__leaves_out_pairs_without_a_number(void)
{
    const double none = (double)NAN;
    const double a[] = {1, none, 2, 3, (double)INFINITY, 4}, b[] = {0, 7, 2, 1, 1, 1};
    const regatta_paired p = paired_of(a, b, 6);
    CU_ASSERT_EQUAL(p.n, 4);
    near(p.difference, 1.5);
    near(p.standard_error, sqrt(5.0 / 12.0));
}

static void test_paired__too_few_pairs(void)
{
    const double a[] = {3}, b[] = {1};
    const regatta_paired none = paired_of(NULL, NULL, 0), one = paired_of(a, b, 1);
    CU_ASSERT_EQUAL(none.n, 0);
    CU_ASSERT(isnan(none.mean_a) && isnan(none.difference) && isnan(none.p));
    CU_ASSERT_EQUAL(one.n, 1);
    CU_ASSERT_EQUAL(one.difference, 2.0);
    CU_ASSERT(isnan(one.standard_error) && isnan(one.t) && isnan(one.p) &&
              isnan(one.low) && isnan(one.high));
}

/* Closed forms of one, two and four degrees of freedom, and the normal distribution. */
static void test_paired__tails_of_the_distribution(void)
{
    const double t[] = {0.01, 0.5, 1.0, 1.4, 1.5, 2.0, 3.0, 8.0, 40.0};
    for (int k = 0; k < 9; k++) {
        const double x = t[k], u = x / sqrt(4.0 + x * x);
        near(rg_student_two_sided(x, 1.0), 2.0 / acos(-1.0) * atan2(1.0, x));
        near(rg_student_two_sided(x, 2.0),
             2.0 / ((2.0 + x * x) * (1.0 + x / sqrt(2.0 + x * x))));
        /* 1 - u (3 - u^2) / 2 = (1 - u)^2 (2 + u) / 2, 1 - u = 4 / (4 + x^2) / (1 + u) */
        const double rest = 4.0 / (4.0 + x * x) / (1.0 + u);
        near(rg_student_two_sided(x, 4.0), rest * rest * (2.0 + u) / 2.0);
        CU_ASSERT_EQUAL(rg_student_two_sided(-x, 4.0), rg_student_two_sided(x, 4.0));
    }
    for (double x = 0.25; x < 6.0; x += 0.25) { /* the error falls as x^4 / freedom */
        const double normal = erfc(x / sqrt(2.0));
        CU_ASSERT_DOUBLE_EQUAL(rg_student_two_sided(x, 1e9), normal, 1e-6 * normal);
    }
    CU_ASSERT_EQUAL(rg_student_two_sided(0.0, 5.0), 1.0);
    CU_ASSERT_EQUAL(rg_student_two_sided((double)INFINITY, 5.0), 0.0);
}

/* The table of critical values. */
static void test_paired__quantiles(void)
{
    const double freedom[] = {1, 2, 5, 30, 100, 1e9};
    const double wanted[] = {12.706204736432095, 4.302652729696142, 2.570581835636314,
                             2.042272456301238,  1.983971518523553, 1.959963987};
    for (int k = 0; k < 6; k++)
        CU_ASSERT_DOUBLE_EQUAL(rg_student_quantile(0.05, freedom[k]), wanted[k], 1e-8);
}

static void test_paired__refusals(void)
{
    regatta_ctx *ctx = tiny_context(1);
    const double a[] = {1, 2};
    regatta_paired out = REGATTA_PAIRED_INIT, unset = REGATTA_PAIRED_INIT;
    unset.struct_size = 0;
    CU_ASSERT_EQUAL(regatta_paired_test(ctx, &out, NULL, a, 2), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_paired_test(ctx, &out, a, NULL, 2), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_paired_test(ctx, &out, a, a, -1), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_paired_test(ctx, NULL, a, a, 2), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_paired_test(ctx, &unset, a, a, 2), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_paired_test(NULL, &out, a, a, 2), REGATTA_EINVAL);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"by hand", test_paired__by_hand},
    {"exchanged", test_paired__exchanged_lists_change_signs},
    {"equal lists", test_paired__equal_lists},
    {"certain", test_paired__a_difference_without_an_error_is_certain},
    {"no number", test_paired__leaves_out_pairs_without_a_number},
    {"few pairs", test_paired__too_few_pairs},
    {"tails", test_paired__tails_of_the_distribution},
    {"quantiles", test_paired__quantiles},
    {"refusals", test_paired__refusals},
};

int test_paired(void)
{
    return TEST_MAIN("paired", cases);
}
