/* Least squares of the reward on the feature x of the item and the logarithm l of the
 * position,
 *
 *   r = a + b x + c l,
 *
 * cross-fitted: the users are dealt to folds in turn, and the coefficients for the
 * records of a fold come from the records of the other folds, so that no record is
 * predicted by itself (Chernozhukov et al., Econometrics Journal 2018, section 3). The
 * model is linear in x, so the expected reward of a stochastic policy is that of its
 * expected feature. With fewer than two users all is 0, and the doubly robust estimate
 * that of inverse propensities. */
#include "rank/logged/logged_reward.h"
#include <math.h>

/* Sums over records, of deviations from the means of all records. */
typedef struct moments {
    double n, x, l, r, xx, xl, ll, xr, lr;
} moments;

typedef struct coefficients {
    double a, b, c;
} coefficients;

static void add(moments *m, double x, double l, double r)
{
    m->n += 1.0;
    m->x += x;
    m->l += l;
    m->r += r;
    m->xx += x * x;
    m->xl += x * l;
    m->ll += l * l;
    m->xr += x * r;
    m->lr += l * r;
}

static moments without(const moments *all, const moments *fold)
{
    return (moments){all->n - fold->n,   all->x - fold->x,   all->l - fold->l,
                     all->r - fold->r,   all->xx - fold->xx, all->xl - fold->xl,
                     all->ll - fold->ll, all->xr - fold->xr, all->lr - fold->lr};
}

/* A variance, or what is left of it, this small is that of a constant. */
static int varies(double square, double scale)
{
    return square > 1e-10 * scale;
}

/* Solves the normal equations of centred columns; a column that depends on those before
 * it has the coefficient 0. */
static coefficients solve(const moments *m)
{
    if (m->n < 1.0) return (coefficients){0.0, 0.0, 0.0};
    const double mx = m->x / m->n, ml = m->l / m->n, mr = m->r / m->n;
    const double xx = m->xx - mx * m->x, xl = m->xl - mx * m->l, ll = m->ll - ml * m->l;
    const double xr = m->xr - mx * m->r, lr = m->lr - ml * m->r;
    coefficients k = {0.0, 0.0, 0.0};
    if (!varies(xx, m->xx + 1e-300)) {
        k.c = varies(ll, m->ll + 1e-300) ? lr / ll : 0.0;
    } else {
        const double rest = ll - xl / xx * xl;
        k.c = varies(rest, m->ll + 1e-300) ? (lr - xl / xx * xr) / rest : 0.0;
        k.b = (xr - k.c * xl) / xx;
    }
    k.a = mr - k.b * mx - k.c * ml;
    return k;
}

static double log_position(const rg_logged_records *records, int64_t k)
{
    return log((double)records->position[k]);
}

/* The means of the records that have a feature. */
static moments centre_of(const rg_logged_records *records, const rg_logged_shown *shown)
{
    moments m = {.n = 0.0};
    for (int64_t k = 0; k < records->n; k++)
        if (!isnan(shown->feature[k]))
            add(&m, shown->feature[k], log_position(records, k), records->reward[k]);
    const double n = m.n > 0.0 ? m.n : 1.0;
    return (moments){.x = m.x / n, .l = m.l / n, .r = m.r / n};
}

void rg_logged_reward(double *own, double *policy, const rg_logged_records *records,
                      const rg_logged_shown *shown)
{
    const moments centre = centre_of(records, shown);
    moments all = {.n = 0.0}, fold[RG_REWARD_FOLDS] = {{.n = 0.0}};
    coefficients model[RG_REWARD_FOLDS];
    for (int64_t k = 0; k < records->n; k++) {
        if (isnan(shown->feature[k])) continue;
        const double x = shown->feature[k] - centre.x;
        const double l = log_position(records, k) - centre.l;
        add(&all, x, l, records->reward[k] - centre.r);
        add(&fold[records->group[k] % RG_REWARD_FOLDS], x, l,
            records->reward[k] - centre.r);
    }
    for (int f = 0; f < RG_REWARD_FOLDS; f++) {
        const moments others = without(&all, &fold[f]);
        model[f] = solve(&others);
    }
    const double base = records->n_users > 1 ? centre.r : 0.0;
    for (int64_t k = 0; k < records->n; k++) {
        const coefficients *m = &model[records->group[k] % RG_REWARD_FOLDS];
        const double known = base + m->a + m->c * (log_position(records, k) - centre.l);
        own[k] = isnan(shown->feature[k]) ? 0.0
                                          : known + m->b * (shown->feature[k] - centre.x);
        policy[k] = isnan(shown->expected[k])
                        ? 0.0
                        : known + m->b * (shown->expected[k] - centre.x);
    }
}
