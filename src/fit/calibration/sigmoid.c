#include "fit/calibration/sigmoid.h"
#include "rank/pairs/pair_order.h"
#include <math.h>

enum { MOST_STEPS = 100, MOST_HALVINGS = 40 };
static const double LEAST_SLOPE = 1e-6, RIDGE = 1e-12, ENOUGH = 1e-12;

typedef struct problem {
    const regatta_pairs *pairs;
    const uint8_t *part;
    int which;
    double mean, deviation; /* of the scores */
    double target[2];       /* by label */
    double count[2], n;     /* sums of weights, by label and all */
} problem;

static int is_in(const problem *p, int64_t k)
{
    return p->part == NULL || p->part[k] == p->which;
}

static double scaled(const problem *p, int64_t k)
{
    return ((double)p->pairs->score[k] - p->mean) / p->deviation;
}

static void prepare(problem *p)
{
    double *count = p->count, sum = 0.0, squares = 0.0;
    for (int64_t k = 0; k < p->pairs->n; k++) {
        if (!is_in(p, k)) continue;
        const double w = rg_pair_weight(p->pairs, k);
        count[p->pairs->label[k] != 0] += w;
        sum += w * (double)p->pairs->score[k];
    }
    p->n = count[0] + count[1];
    p->mean = sum / p->n;
    for (int64_t k = 0; k < p->pairs->n; k++) {
        const double x = (double)p->pairs->score[k] - p->mean;
        if (is_in(p, k)) squares += rg_pair_weight(p->pairs, k) * x * x;
    }
    p->deviation = sqrt(squares / p->n);
    if (!(p->deviation > 0.0)) p->deviation = 1.0;
    p->target[0] = 1.0 / (count[0] + 2.0);
    p->target[1] = (count[1] + 1.0) / (count[1] + 2.0);
}

/* log(1 + exp(x)) */
static double softplus(double x)
{
    return x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/* The mean cross-entropy of the sigmoid x. */
static double loss(const problem *p, const double x[2])
{
    double sum = 0.0;
    for (int64_t k = 0; k < p->pairs->n; k++) {
        if (!is_in(p, k)) continue;
        const double f = x[0] * scaled(p, k) + x[1];
        const double t = p->target[p->pairs->label[k] != 0];
        sum += rg_pair_weight(p->pairs, k) * (softplus(f) - t * f);
    }
    return sum / p->n;
}

/* Writes Newton's step and returns the product of step and gradient. */
static double newton(const problem *p, const double x[2], double step[2])
{
    double g[2] = {0.0, 0.0}, h[3] = {RIDGE, 0.0, RIDGE};
    for (int64_t k = 0; k < p->pairs->n; k++) {
        if (!is_in(p, k)) continue;
        const double s = scaled(p, k), q = 1.0 / (1.0 + exp(-x[0] * s - x[1]));
        const double w = rg_pair_weight(p->pairs, k) / p->n, d = w * q * (1.0 - q);
        const double e = w * (q - p->target[p->pairs->label[k] != 0]);
        g[0] += e * s;
        g[1] += e;
        h[0] += d * s * s;
        h[1] += d * s;
        h[2] += d;
    }
    const double det = h[0] * h[2] - h[1] * h[1];
    step[0] = -(h[2] * g[0] - h[1] * g[1]) / det;
    step[1] = -(h[0] * g[1] - h[1] * g[0]) / det;
    return step[0] * g[0] + step[1] * g[1];
}

/* Moves x by Newton's step, halved until the loss falls; returns 0 if it does not. */
static int descend(const problem *p, double x[2], double *now)
{
    double step[2];
    const double slope = newton(p, x, step);
    if (!(slope < -ENOUGH * *now)) return 0;
    double length = 1.0;
    for (int k = 0; k < MOST_HALVINGS; k++, length *= 0.5) {
        const double y[2] = {x[0] + length * step[0], x[1] + length * step[1]};
        const double then = loss(p, y);
        if (!(then < *now + 1e-4 * length * slope)) continue;
        x[0] = y[0];
        x[1] = y[1];
        *now = then;
        return 1;
    }
    return 0;
}

rg_sigmoid rg_sigmoid_fit(const regatta_pairs *pairs, const uint8_t *part, int which)
{
    problem p = {.pairs = pairs, .part = part, .which = which};
    prepare(&p);
    double x[2] = {0.0, log((p.count[1] + 1.0) / (p.count[0] + 1.0))};
    double now = loss(&p, x);
    for (int k = 0; k < MOST_STEPS && descend(&p, x, &now); k++) continue;
    if (x[0] < LEAST_SLOPE) x[0] = LEAST_SLOPE;
    return (rg_sigmoid){.slope = x[0] / p.deviation,
                        .shift = x[1] - x[0] * p.mean / p.deviation};
}
