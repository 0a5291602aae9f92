/* One row of scores for each query. Let s_1 >= s_2 >= .. be the scores of the items that
 * may be shown, in order, and T the temperature times their standard deviation. At
 * position p
 *
 *   P(item of rank r) = exp((s_r - s_p) / T) / Z_p,   r >= p
 *   Z_p = 1 + exp((s_{p+1} - s_p) / T) Z_{p+1}
 *
 * and in the same way X_p = x_p + exp(..) X_{p+1}, the expected feature being X_p / Z_p.
 * No exponent is above 0. With the last position asked for, L, the items below rank L
 * are summed in one pass over the row; ranks 1 .. L come from a partial sort. */
#include "rank/logged/logged_policy.h"
#include "base/topk.h"
#include "model/history.h"
#include "rank/allow.h"
#include "rank/scorer.h"
#include <math.h>

/* The scratch of a thread: the ranking down to the last position, and its sums. */
typedef struct scratch {
    uint32_t *item; /* [cut] */
    float *score;   /* [cut] */
    double *z, *x;  /* [cut] Z_p, and the expected feature */
    int64_t n;      /* items that are there */
    double t;       /* T; 0 for the ranking */
} scratch;

typedef struct job {
    const regatta_model *model;
    const rg_logged_records *records;
    const rg_logged_policy *policy;
    rg_logged_shown *out;
    scratch *scratch; /* [threads] */
    int64_t cut;      /* min(last position, items) */
} job;

static double feature_of(const job *j, float score)
{
    if (j->model->calibration.knots == NULL) return (double)score;
    return rg_calibration_probability(&j->model->calibration, (double)score);
}

/* Features before the row is masked. */
static void take_features(const job *j, int64_t query, const float *row)
{
    const rg_logged_records *r = j->records;
    for (int64_t k = r->offset[query]; k < r->offset[query + 1]; k++) {
        const int known = r->item[k] != REGATTA_NONE && isfinite(row[r->item[k]]);
        j->out->feature[k] = known ? feature_of(j, row[r->item[k]]) : (double)NAN;
    }
}

static void mask(const job *j, int64_t query, const rg_history *history, float *row)
{
    const rg_logged_records *r = j->records;
    rg_allow_mask(row, j->policy->allow, j->model->n_items);
    if (j->policy->keep_seen) return;
    rg_history_mask(row, history);
    for (int64_t k = r->offset[query]; k < r->offset[query + 1]; k++)
        j->out->seen[k] = r->item[k] != REGATTA_NONE &&
                          rg_allows(j->policy->allow, r->item[k]) &&
                          row[r->item[k]] == -INFINITY;
}

/* Returns T: any number above 0 if all scores are equal. */
static double scaled_temperature(const job *j, const float *row)
{
    double n = 0.0, mean = 0.0, squares = 0.0;
    if (j->policy->temperature <= 0.0) return 0.0;
    for (int64_t i = 0; i < j->model->n_items; i++) {
        if (row[i] == -INFINITY) continue;
        const double d = (double)row[i] - mean; /* Welford's sums */
        n += 1.0;
        mean += d / n;
        squares += d * ((double)row[i] - mean);
    }
    const double t = j->policy->temperature * sqrt(squares / n);
    return t > 0.0 ? t : 1.0;
}

/* Fills z and x of ranks 1 .. n. */
static void sum_ranks(const job *j, scratch *s, const float *row)
{
    const double t = s->t;
    double z = 0.0,
           x = 0.0; /* of the ranks below, relative to the score of rank `last` */
    const int64_t last = s->n - 1;
    if (t > 0.0 && s->n == j->cut) {
        for (int64_t i = 0; i < j->model->n_items; i++) {
            if (row[i] == -INFINITY || row[i] > s->score[last] ||
                (row[i] == s->score[last] && (uint32_t)i <= s->item[last]))
                continue;
            const double e = exp(((double)row[i] - (double)s->score[last]) / t);
            z += e;
            x += e * feature_of(j, row[i]);
        }
    }
    for (int64_t r = last; r >= 0; r--) {
        const double down = t > 0.0 && r < last
                                ? exp(((double)s->score[r + 1] - (double)s->score[r]) / t)
                                : (double)(t > 0.0);
        z = 1.0 + down * z;
        x = feature_of(j, s->score[r]) + down * x;
        s->z[r] = z;
        s->x[r] = x / z;
    }
}

/* Returns the probability that the policy shows an item of this score at rank p (from 0),
 * where `rank` is its own, or s->n for one below the ranking. */
static double probability_of(const scratch *s, float score, int64_t rank, int64_t p)
{
    const double t = s->t;
    if (rank < p || score == -INFINITY) return 0.0;
    if (t <= 0.0) return rank == p ? 1.0 : 0.0;
    return exp(((double)score - (double)s->score[p]) / t) / s->z[p];
}

static void fill_record(const job *j, const scratch *s, int64_t k, const float *row)
{
    const uint32_t item = j->records->item[k];
    const int64_t p = (int64_t)j->records->position[k] - 1;
    int64_t rank = 0;
    j->out->probability[k] = 0.0;
    j->out->expected[k] = (double)NAN;
    if (p >= s->n) return;
    j->out->expected[k] = s->x[p];
    if (item == REGATTA_NONE) return;
    while (rank < s->n && s->item[rank] != item) rank++;
    j->out->probability[k] = probability_of(s, row[item], rank, p);
}

static void policy_row(void *state, int64_t query, const rg_history *history, float *row,
                       int thread)
{
    const job *j = state;
    const rg_logged_records *r = j->records;
    scratch *s = &j->scratch[thread];
    take_features(j, query, row);
    mask(j, query, history, row);
    s->n = rg_topk(s->item, s->score, j->cut, row, j->model->n_items);
    s->t = scaled_temperature(j, row);
    sum_ranks(j, s, row);
    for (int64_t k = r->offset[query]; k < r->offset[query + 1]; k++)
        fill_record(j, s, k, row);
}

static regatta_status new_scratch(regatta_ctx *ctx, job *j)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(ctx->mem, j->scratch, ctx->threads);
    for (int t = 0; t < ctx->threads; t++) {
        RG_NEW(ctx->mem, j->scratch[t].item, j->cut);
        RG_NEW(ctx->mem, j->scratch[t].score, j->cut);
        RG_NEW(ctx->mem, j->scratch[t].z, j->cut);
        RG_NEW(ctx->mem, j->scratch[t].x, j->cut);
    }
done:
    return status;
}

regatta_status rg_logged_policy_run(regatta_ctx *ctx, rg_logged_shown *out,
                                    const regatta_model *model,
                                    const rg_logged_records *records,
                                    const regatta_query *query,
                                    const rg_logged_policy *policy)
{
    regatta_status status = REGATTA_OK;
    job j = {.model = model, .records = records, .policy = policy, .out = out, .cut = 1};
    for (int64_t k = 0; k < records->n; k++)
        if ((int64_t)records->position[k] > j.cut) j.cut = records->position[k];
    if (j.cut > model->n_items) j.cut = model->n_items;
    RG_TRY(new_scratch(ctx, &j));
    RG_TRY(rg_score_rows(ctx, model, query, policy_row, &j));
done:
    for (int t = 0; j.scratch != NULL && t < ctx->threads; t++) {
        rg_free(ctx->mem, j.scratch[t].item);
        rg_free(ctx->mem, j.scratch[t].score);
        rg_free(ctx->mem, j.scratch[t].z);
        rg_free(ctx->mem, j.scratch[t].x);
    }
    rg_free(ctx->mem, j.scratch);
    return status;
}
