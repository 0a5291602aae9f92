/* One sort by score gives the auc and the share of each pair in it, one by user and score
 * the auc of each user. The standard errors are those of clusters of pairs: a measure is
 * a mean plus, to first order, a sum of influences of pairs; the influences of a user are
 * added, and their squares estimate the variance (for the auc: DeLong, DeLong and
 * Clarke-Pearson, Biometrics 1988; Obuchowski, Biometrics 1997). */
#include "rank/pairs/pair_metrics.h"
#include "rank/pairs/reliability.h"
#include <math.h>

typedef struct job {
    const regatta_pairs *pairs;
    rg_moment *order;  /* [n] */
    double *influence; /* [n] of pairs */
} job;

/* Pairs order[first .. end) tie. */
static int64_t end_of_ties(const rg_moment *order, int64_t first, int64_t end)
{
    int64_t k = first + 1;
    while (k < end && order[k].time == order[first].time) k++;
    return k;
}

/* Adds the weights of pairs order[first .. end) by label. */
static void add_weights(double weight[2], const job *j, int64_t first, int64_t end)
{
    for (int64_t k = first; k < end; k++) {
        const int64_t pair = j->order[k].place;
        weight[j->pairs->label[pair] != 0] += rg_pair_weight(j->pairs, pair);
    }
}

/* Returns the auc of pairs order[first .. end); NaN if a label is missing. With
 * influence, each receives the influence of the pair. */
static double auc_of(const job *j, int64_t first, int64_t end, double *influence)
{
    double all[2] = {0.0, 0.0}, below[2] = {0.0, 0.0}, sum = 0.0;
    add_weights(all, j, first, end);
    if (all[0] == 0.0 || all[1] == 0.0) return (double)NAN;
    for (int64_t k = first, next; k < end; k = next) {
        double tied[2] = {0.0, 0.0};
        next = end_of_ties(j->order, k, end);
        add_weights(tied, j, k, next);
        /* The shares of the other label that these pairs are above, or below. */
        const double above = (below[0] + 0.5 * tied[0]) / all[0];
        const double under = 1.0 - (below[1] + 0.5 * tied[1]) / all[1];
        sum += tied[1] * above;
        for (int64_t e = k; influence != NULL && e < next; e++) {
            const int64_t pair = j->order[e].place;
            const int positive = j->pairs->label[pair] != 0;
            influence[pair] = rg_pair_weight(j->pairs, pair) / all[positive] *
                              (positive ? above : under);
        }
        for (int b = 0; b < 2; b++) below[b] += tied[b];
    }
    const double auc = sum / all[1];
    for (int64_t e = first; influence != NULL && e < end; e++) {
        const int64_t pair = j->order[e].place;
        influence[pair] -=
            auc * rg_pair_weight(j->pairs, pair) / all[j->pairs->label[pair] != 0];
    }
    return auc;
}

static uint32_t user_of(const job *j, int64_t k)
{
    return j->pairs->user[j->order[k].place];
}

static int64_t end_of_user(const job *j, int64_t first)
{
    int64_t k = first + 1;
    while (k < j->pairs->n && user_of(j, k) == user_of(j, first)) k++;
    return k;
}

/* The square root of n / (n - 1) sum x^2 of n clusters. */
static double error_of(double squares, int64_t n)
{
    return n > 1 ? sqrt(squares * (double)n / (double)(n - 1)) : (double)NAN;
}

/* Returns the standard error of a measure from j->influence; order is by user. */
static double clustered_error(const job *j, int64_t *n_users)
{
    double squares = 0.0;
    *n_users = 0;
    for (int64_t k = 0, next; k < j->pairs->n; k = next, ++*n_users) {
        double sum = 0.0;
        next = end_of_user(j, k);
        for (int64_t e = k; e < next; e++) sum += j->influence[j->order[e].place];
        squares += sum * sum;
    }
    return error_of(squares, *n_users);
}

/* Fills gauc over the users with both labels; order is by user and score. The first pass
 * gives the mean, the second its standard error. */
static void measure_users(regatta_pair_metrics *out, const job *j)
{
    double sum = 0.0, all = 0.0, squares = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        out->n_both = 0;
        for (int64_t k = 0, next; k < j->pairs->n; k = next) {
            double weight[2] = {0.0, 0.0};
            next = end_of_user(j, k);
            const double auc = auc_of(j, k, next, NULL);
            if (isnan(auc)) continue;
            add_weights(weight, j, k, next);
            const double w = weight[0] + weight[1];
            out->n_both++;
            if (pass == 0) {
                sum += w * auc;
                all += w;
            } else {
                squares += w * w * (auc - sum / all) * (auc - sum / all);
            }
        }
    }
    out->gauc = all > 0.0 ? sum / all : (double)NAN;
    out->gauc_error = all > 0.0 ? error_of(squares, out->n_both) / all : (double)NAN;
}

/* Fills log_loss and the influences of pairs in it. */
static void measure_loss(regatta_pair_metrics *out, const job *j)
{
    const regatta_pairs *p = j->pairs;
    double all[2] = {0.0, 0.0}, sum = 0.0;
    add_weights(all, j, 0, p->n);
    const double n = all[0] + all[1];
    for (int64_t k = 0; k < p->n; k++)
        sum += rg_pair_weight(p, k) * rg_log_loss(p->probability[k], p->label[k]);
    out->log_loss = sum / n;
    out->constant = rg_constant_loss(all[1], n);
    for (int64_t k = 0; k < p->n; k++)
        j->influence[k] = rg_pair_weight(p, k) / n *
                          (rg_log_loss(p->probability[k], p->label[k]) - out->log_loss);
}

static void measure_probabilities(regatta_pair_metrics *out, const job *j)
{
    rg_reliability table;
    rg_pair_order_probability(j->order, j->pairs);
    rg_reliability_fill(&table, j->pairs, j->order);
    out->calibration_error = table.error;
    for (int b = 0; b < REGATTA_BINS; b++) {
        out->bin_pairs[b] = table.pairs[b];
        out->bin_predicted[b] = table.predicted[b];
        out->bin_observed[b] = table.observed[b];
    }
}

regatta_status rg_pair_metrics(regatta_ctx *ctx, regatta_pair_metrics *out,
                               const regatta_pairs *pairs)
{
    regatta_status status = REGATTA_OK;
    const double none = (double)NAN;
    const int has_loss = pairs->probability != NULL;
    job j = {.pairs = pairs};
    *out = (regatta_pair_metrics){.n = pairs->n,
                                  .auc = none,
                                  .auc_error = none,
                                  .gauc = none,
                                  .gauc_error = none,
                                  .log_loss = none,
                                  .log_loss_error = none,
                                  .constant = none,
                                  .calibration_error = none};
    RG_NEW(ctx->mem, j.order, pairs->n);
    RG_NEW(ctx->mem, j.influence, pairs->n);
    for (int64_t k = 0; k < pairs->n; k++) out->n_positives += pairs->label[k] != 0;
    if (has_loss && pairs->n > 0) measure_probabilities(out, &j);
    rg_pair_order_score(j.order, pairs);
    out->auc = auc_of(&j, 0, pairs->n, j.influence);
    rg_pair_order_user(j.order, pairs);
    measure_users(out, &j);
    out->auc_error = clustered_error(&j, &out->n_users);
    if (isnan(out->auc)) out->auc_error = none;
    if (has_loss && pairs->n > 0) {
        measure_loss(out, &j);
        out->log_loss_error = clustered_error(&j, &out->n_users);
    }
done:
    rg_free(ctx->mem, j.order);
    rg_free(ctx->mem, j.influence);
    return status;
}
