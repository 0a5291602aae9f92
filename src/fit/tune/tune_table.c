#include "fit/tune/tune_table.h"
#include "rank/paired.h"
#include <math.h>

regatta_status rg_tune_table_create(regatta_ctx *ctx, rg_tune_table *out,
                                    int64_t n_trials, int n_places, int64_t n_users,
                                    int64_t n_sampled)
{
    regatta_status status = REGATTA_OK;
    *out = (rg_tune_table){.mem = ctx->mem,
                           .n_trials = n_trials,
                           .n_places = n_places,
                           .n_users = n_users,
                           .n_sampled = n_sampled};
    RG_NEW(ctx->mem, out->ndcg, n_trials * n_places);
    RG_NEW(ctx->mem, out->seconds, n_trials);
    RG_NEW(ctx->mem, out->a, n_users);
    RG_NEW(ctx->mem, out->b, n_users);
done:
    return status;
}

void rg_tune_table_free(rg_tune_table *table)
{
    if (table->ndcg != NULL)
        for (int64_t k = 0; k < table->n_trials * table->n_places; k++)
            rg_free(table->mem, table->ndcg[k]);
    rg_free(table->mem, table->ndcg);
    rg_free(table->mem, table->seconds);
    rg_free(table->mem, table->a);
    rg_free(table->mem, table->b);
    *table = (rg_tune_table){.n_trials = 0};
}

static float **place_of(const rg_tune_table *table, int64_t trial, int place)
{
    return &table->ndcg[trial * table->n_places + place];
}

void rg_tune_table_put(rg_tune_table *table, int64_t trial, int place, float *ndcg)
{
    *place_of(table, trial, place) = ndcg;
}

int rg_tune_table_has(const rg_tune_table *table, int64_t trial, int place)
{
    return *place_of(table, trial, place) != NULL;
}

int rg_tune_table_fits(const rg_tune_table *table, int64_t trial)
{
    int n = 0;
    for (int p = RG_TUNE_WHOLE; p < table->n_places; p++)
        n += rg_tune_table_has(table, trial, p);
    return n;
}

/* Writes the mean of a user's ndcg over the places where both trials are measured; NaN
 * without one. */
static void mean_of_user(double *a, double *b, const rg_tune_table *table, int64_t trial,
                         int64_t other, int first, int end, int64_t user)
{
    double sum_a = 0.0, sum_b = 0.0, n = 0.0;
    for (int p = first; p < end; p++) {
        const float *x = *place_of(table, trial, p), *y = *place_of(table, other, p);
        if (x == NULL || y == NULL || x[user] < 0.0f || y[user] < 0.0f) continue;
        sum_a += (double)x[user];
        sum_b += (double)y[user];
        n += 1.0;
    }
    *a = n > 0.0 ? sum_a / n : (double)NAN;
    *b = n > 0.0 ? sum_b / n : (double)NAN;
}

void rg_tune_table_compare(regatta_paired *out, const rg_tune_table *table, int64_t trial,
                           int64_t other, int first, int end)
{
    const int64_t n = first < RG_TUNE_WHOLE ? table->n_sampled : table->n_users;
    for (int64_t u = 0; u < n; u++)
        mean_of_user(&table->a[u], &table->b[u], table, trial, other, first, end, u);
    rg_paired_test(out, table->a, table->b, n);
}

void rg_tune_table_mean(double *mean, double *error, const rg_tune_table *table,
                        int64_t trial, int first, int end)
{
    regatta_paired paired;
    const int64_t n = first < RG_TUNE_WHOLE ? table->n_sampled : table->n_users;
    for (int64_t u = 0; u < n; u++) {
        mean_of_user(&table->a[u], &table->b[u], table, trial, trial, first, end, u);
        if (isfinite(table->b[u])) table->b[u] = 0.0;
    }
    rg_paired_test(&paired, table->a, table->b, n);
    *mean = paired.mean_a;
    *error = paired.standard_error;
}
