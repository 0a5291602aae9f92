#include "rank/pairs/reliability.h"
#include <math.h>

static const double LEAST = 1e-15;
/* Sums of weights are compared with a margin for their rounding. */
static const double ROUNDING = 1e-12;

double rg_log_loss(double probability, int label)
{
    const double p = label ? probability : 1.0 - probability;
    return -log(p < LEAST ? LEAST : p > 1.0 - LEAST ? 1.0 - LEAST : p);
}

double rg_constant_loss(double n_positives, double n)
{
    const double share = n_positives / n;
    if (!(share > 0.0 && share < 1.0)) return 0.0;
    return -share * log(share) - (1.0 - share) * log1p(-share);
}

/* Turns the sums of the bins into means. */
static void divide(rg_reliability *r)
{
    double all = 0.0, error = 0.0;
    for (int b = 0; b < REGATTA_BINS; b++) {
        const double n = r->pairs[b];
        if (n == 0.0) continue;
        r->predicted[b] /= n;
        r->observed[b] /= n;
        error += n * fabs(r->predicted[b] - r->observed[b]);
        all += n;
    }
    r->error = all > 0.0 ? error / all : 0.0;
}

void rg_reliability_fill(rg_reliability *out, const regatta_pairs *pairs,
                         const rg_moment *order)
{
    double n_positives = 0.0, so_far = 0.0;
    int bin = 0;
    *out = (rg_reliability){.error = 0.0};
    for (int64_t k = 0; k < pairs->n; k++)
        if (pairs->label[order[k].place])
            n_positives += rg_pair_weight(pairs, order[k].place);
    for (int64_t k = 0; k < pairs->n; k++) {
        const int64_t pair = order[k].place;
        const double w = rg_pair_weight(pairs, pair);
        out->pairs[bin] += w;
        out->predicted[bin] += w * pairs->probability[pair];
        if (pairs->label[pair]) {
            out->observed[bin] += w;
            so_far += w;
        }
        if (k + 1 < pairs->n && order[k + 1].time == order[k].time) continue;
        while (bin + 1 < REGATTA_BINS &&
               so_far >= (1.0 - ROUNDING) * n_positives * (bin + 1) / REGATTA_BINS &&
               n_positives > 0.0)
            bin++;
    }
    divide(out);
}
