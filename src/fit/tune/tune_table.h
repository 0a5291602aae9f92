/* The measurements of a cross-validation of options, and their comparison. */
#ifndef RG_FIT_TUNE_TABLE_H
#define RG_FIT_TUNE_TABLE_H
#include "base/ctx.h"
#include <regatta/evaluate.h>

/* Places are the combinations of a fold and a seed; place 0 has a sample of the users. */
enum { RG_TUNE_SAMPLE = 0, RG_TUNE_WHOLE = 1 /* the first place of all users */ };

typedef struct rg_tune_table {
    rg_mem mem;
    int64_t n_trials; /* with trial 0, the defaults */
    int n_places;
    int64_t n_users, n_sampled;
    float **ndcg;    /* [n_trials * n_places] of [users of the place]; NULL: no fit */
    double *seconds; /* [n_trials] */
    double *a, *b;   /* [n_users] scratch */
} rg_tune_table;

regatta_status rg_tune_table_create(regatta_ctx *ctx, rg_tune_table *out,
                                    int64_t n_trials, int n_places, int64_t n_users,
                                    int64_t n_sampled);
void rg_tune_table_free(rg_tune_table *table);

/* Stores ndcg[users of the place], which then belongs to the table. */
void rg_tune_table_put(rg_tune_table *table, int64_t trial, int place, float *ndcg);
int rg_tune_table_has(const rg_tune_table *table, int64_t trial, int place);
/* Returns the number of fits of a trial at places of all users. */
int rg_tune_table_fits(const rg_tune_table *table, int64_t trial);

/* The means of the users of two trials over the places in [first, end) where both are
 * measured, as pairs of a test: the fits of a user are not independent. All places have
 * the same users: those of the sample, or all. */
void rg_tune_table_compare(regatta_paired *out, const rg_tune_table *table, int64_t trial,
                           int64_t other, int first, int end);
/* Stores the mean ndcg@20 of a trial over its users at these places, and the standard
 * error; NaN without a fit. */
void rg_tune_table_mean(double *mean, double *error, const rg_tune_table *table,
                        int64_t trial, int first, int end);
#endif
