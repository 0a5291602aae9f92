/* Student's t test of the differences d = a - b of n pairs:
 *
 *   t = mean(d) / se,   se = sqrt(sum (d - mean(d))^2 / (n - 1) / n)
 *   P(|T| > t) = I_x(f/2, 1/2),   x = f / (f + t^2),   f = n - 1
 *
 * with I the regularised incomplete beta function (Abramowitz and Stegun 26.7.1), here by
 * its continued fraction (26.5.8). O(n), no memory. */
#include "rank/paired.h"
#include <math.h>

enum { MAX_STEPS = 100000, HALVINGS = 200 };
static const double LEVEL = 0.05; /* of the interval: 95 % */

/* Gamma(a + 1/2) / Gamma(a): the asymptotic series at 100 or above, and below it
 * Gamma(x + 1) = x Gamma(x). */
static double gamma_ratio(double a)
{
    double factor = 1.0;
    for (; a < 100.0; a += 1.0) factor *= a / (a + 0.5);
    const double r = 1.0 / a;
    return factor * sqrt(a) *
           (1.0 + r * (-1.0 / 8.0 +
                       r * (1.0 / 128.0 + r * (5.0 / 1024.0 - r * 21.0 / 32768.0))));
}

/* The continued fraction of I_x(a, b) a B(a, b) / (x^a (1 - x)^b) by the method of Lentz:
 * it converges for x < (a + 1) / (a + b + 2) in O(sqrt(max(a, b))) steps. */
static double fraction(double a, double b, double x)
{
    double c = 1.0, d = 1.0 / (1.0 - (a + b) * x / (a + 1.0)), value = d;
    for (int step = 1; step < MAX_STEPS; step++) {
        const double m = (double)step;
        const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        value *= c * d;
        const double odd =
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        value *= c * d;
        if (fabs(c * d - 1.0) < 1e-15) break;
    }
    return value;
}

double rg_student_two_sided(double t, double freedom)
{
    const double a = 0.5 * freedom, b = 0.5, square = t * t;
    if (!isfinite(square)) return isnan(t) ? t : 0.0;
    const double x = freedom / (freedom + square), y = square / (freedom + square);
    /* x^a y^b / B(a, 1/2), with B(a, 1/2) = sqrt(pi) / gamma_ratio(a) */
    const double front =
        exp(-a * log1p(square / freedom)) * sqrt(y / acos(-1.0)) * gamma_ratio(a);
    if (x < (a + 1.0) / (a + b + 2.0)) return front * fraction(a, b, x) / a;
    return 1.0 - front * fraction(b, a, y) / b;
}

double rg_student_quantile(double p, double freedom)
{
    double low = 0.0, high = 1.0;
    while (rg_student_two_sided(high, freedom) > p) high *= 2.0;
    for (int k = 0; k < HALVINGS; k++) {
        const double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high) break;
        if (rg_student_two_sided(middle, freedom) > p)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static int is_pair(double a, double b)
{
    return isfinite(a) && isfinite(b);
}

/* t and p of a difference without an error are those of the limit. */
static void fill_test(regatta_paired *out)
{
    const double freedom = (double)(out->n - 1);
    const double d = out->difference, error = out->standard_error;
    const double width = rg_student_quantile(LEVEL, freedom) * error;
    out->t = error > 0.0 ? d / error : d == 0.0 ? 0.0 : copysign((double)INFINITY, d);
    out->p = rg_student_two_sided(out->t, freedom);
    out->low = d - width;
    out->high = d + width;
}

void rg_paired_test(regatta_paired *out, const double *a, const double *b, int64_t n)
{
    double sum_a = 0.0, sum_b = 0.0, sum = 0.0, squares = 0.0;
    *out = (regatta_paired){.struct_size = sizeof *out};
    out->mean_a = out->mean_b = out->difference = (double)NAN;
    out->standard_error = out->t = out->p = out->low = out->high = (double)NAN;
    for (int64_t k = 0; k < n; k++) {
        if (!is_pair(a[k], b[k])) continue;
        out->n++;
        sum_a += a[k];
        sum_b += b[k];
        sum += a[k] - b[k];
    }
    if (out->n == 0) return;
    const double pairs = (double)out->n;
    out->mean_a = sum_a / pairs;
    out->mean_b = sum_b / pairs;
    out->difference = sum / pairs;
    if (out->n == 1) return;
    for (int64_t k = 0; k < n; k++) {
        const double d = a[k] - b[k] - out->difference;
        if (is_pair(a[k], b[k])) squares += d * d;
    }
    out->standard_error = sqrt(squares / (pairs - 1.0) / pairs);
    fill_test(out);
}
