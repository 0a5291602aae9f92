/* Records i with reward r, propensity q, and the probability p of the evaluated policy:
 *
 *   w     = p / q, at most max_weight
 *   IPS   = mean of w r                      (Horvitz and Thompson 1952)
 *   SNIPS = sum of w r / sum of w            (Swaminathan and Joachims, NIPS 2015)
 *   DR    = mean of m(policy) + w (r - m(own))   (Dudik, Langford and Li, ICML 2011)
 *
 * with the reward model m. Each estimate V is, to first order, a mean of influences u_i
 * (z - V for a mean of z; w (r - V) n / sum of w for SNIPS). Users are independent, their
 * records are not: with U users
 *
 *   standard error = sqrt(U / (U - 1) sum over users of (sum of their u)^2) / n
 *
 * and the interval is V -+ t standard errors, t the 97.5 % quantile of Student's
 * distribution of U - 1 degrees. The gain over the logging policy has the influence
 * u - (r - mean r). */
#include "rank/logged/logged_estimates.h"
#include "rank/paired.h"
#include <math.h>

static const double LEVEL = 0.05; /* of the intervals: 95 % */

typedef struct job {
    const rg_logged_sample *s;
    double *weight; /* [n] clipped */
    double *term;   /* [n] of the estimate at hand: its influences */
    double sum_weights;
} job;

/* Fills the weights, and what is known of them. */
static void weigh(regatta_logged_evaluation *out, job *j, double max_weight)
{
    const rg_logged_sample *s = j->s;
    double sum = 0.0, squares = 0.0, all = 0.0;
    for (int64_t k = 0; k < s->n; k++) {
        const double w = s->probability[k] / s->propensity[k];
        const int clipped = max_weight > 0.0 && w > max_weight;
        j->weight[k] = clipped ? max_weight : w;
        out->n_clipped += clipped;
        out->n_matched += w > 0.0;
        if (w > out->largest_weight) out->largest_weight = w;
        all += w;
        sum += j->weight[k];
        squares += j->weight[k] * j->weight[k];
    }
    out->mean_weight = all / (double)s->n;
    out->effective_n = squares > 0.0 ? sum * (sum / squares) : 0.0;
    j->sum_weights = sum;
}

/* Returns the standard error of the mean of the terms, whose mean is 0. */
static double error_of(const job *j)
{
    const rg_logged_sample *s = j->s;
    double squares = 0.0;
    if (s->n_users < 2) return (double)NAN;
    for (int64_t k = 0, next; k < s->n; k = next) {
        double sum = 0.0;
        for (next = k; next < s->n && s->group[next] == s->group[k]; next++)
            sum += j->term[next];
        squares += sum * sum;
    }
    const double users = (double)s->n_users;
    return sqrt(users / (users - 1.0) * squares) / (double)s->n;
}

/* Returns what the estimator adds up for record k. */
static double addend(const job *j, int estimator, int64_t k)
{
    const rg_logged_sample *s = j->s;
    switch (estimator) {
    case REGATTA_ESTIMATOR_LOGGED: return s->reward[k];
    case REGATTA_ESTIMATOR_DR:
        return s->policy_expected[k] + j->weight[k] * (s->reward[k] - s->own_expected[k]);
    default: return j->weight[k] * s->reward[k];
    }
}

/* The mean, or for SNIPS the ratio of sums; NaN without weights. */
static double value_of(const job *j, int estimator)
{
    double sum = 0.0;
    for (int64_t k = 0; k < j->s->n; k++) sum += addend(j, estimator, k);
    if (estimator != REGATTA_ESTIMATOR_SNIPS) return sum / (double)j->s->n;
    return j->sum_weights > 0.0 ? sum / j->sum_weights : (double)NAN;
}

static double influence(const job *j, int estimator, int64_t k, double value)
{
    if (estimator != REGATTA_ESTIMATOR_SNIPS) return addend(j, estimator, k) - value;
    return j->weight[k] * (j->s->reward[k] - value) * ((double)j->s->n / j->sum_weights);
}

static void estimate(regatta_logged_evaluation *out, const job *j, int e, double quantile)
{
    const double logged = value_of(j, REGATTA_ESTIMATOR_LOGGED);
    const double value = value_of(j, e);
    for (int64_t k = 0; k < j->s->n; k++) j->term[k] = influence(j, e, k, value);
    out->value[e] = value;
    out->standard_error[e] = error_of(j);
    out->low[e] = value - quantile * out->standard_error[e];
    out->high[e] = value + quantile * out->standard_error[e];
    for (int64_t k = 0; k < j->s->n; k++) j->term[k] -= j->s->reward[k] - logged;
    out->gain[e] = value - logged;
    out->gain_error[e] = error_of(j);
    out->gain_low[e] = out->gain[e] - quantile * out->gain_error[e];
    out->gain_high[e] = out->gain[e] + quantile * out->gain_error[e];
}

static void clear(regatta_logged_evaluation *out)
{
    double *const numbers[] = {out->value,    out->standard_error, out->low,
                               out->high,     out->gain,           out->gain_error,
                               out->gain_low, out->gain_high};
    for (size_t a = 0; a < sizeof numbers / sizeof *numbers; a++)
        for (int e = 0; e < REGATTA_N_ESTIMATORS; e++) numbers[a][e] = (double)NAN;
    out->n_clipped = out->n_matched = 0;
    out->largest_weight = 0.0;
}

regatta_status rg_logged_estimate(regatta_ctx *ctx, regatta_logged_evaluation *out,
                                  const rg_logged_sample *sample, double max_weight)
{
    regatta_status status = REGATTA_OK;
    job j = {.s = sample};
    RG_NEW(ctx->mem, j.weight, sample->n);
    RG_NEW(ctx->mem, j.term, sample->n);
    const double quantile =
        sample->n_users > 1 ? rg_student_quantile(LEVEL, (double)(sample->n_users - 1))
                            : (double)NAN;
    clear(out);
    out->n = sample->n;
    out->n_users = (uint32_t)sample->n_users;
    weigh(out, &j, max_weight);
    for (int64_t k = 0; k < sample->n; k++)
        j.term[k] = sample->probability[k] / sample->propensity[k] - out->mean_weight;
    out->mean_weight_error = error_of(&j);
    for (int e = 0; e <= REGATTA_ESTIMATOR_DR; e++) estimate(out, &j, e, quantile);
done:
    rg_free(ctx->mem, j.weight);
    rg_free(ctx->mem, j.term);
    return status;
}
