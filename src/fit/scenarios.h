/* The two validation scenarios that model selection optimises: uniform, and
 * popularity-tilted.
 *
 * A random slice of the past does not show a shift of popularity, and settings that win
 * on it tend to favour rare items. Settings that also win in the popularity-tilted
 * scenario are safer (docs/experiments.md). A slice of the latest items shows the shift:
 * then the uniform scenario alone counts. */
#ifndef RG_FIT_SCENARIOS_H
#define RG_FIT_SCENARIOS_H
#include "rank/measure.h"
#include <regatta/model.h>

typedef struct rg_scenarios {
    rg_mem mem;
    rg_holdout past;   /* uniform */
    rg_holdout tilted; /* a held-out item with d users stays with probability min(1, (d
                          / d90)^1/4), d90 the 90 % quantile of the items */
    rg_measured incumbent; /* metrics of the incumbent */
    rg_measured variant;   /* metrics of the last measurement */
    double weight[2];      /* weights of past and tilted in a choice; their sum is 1 */
    int has_incumbent;
    /* Of the last measurement: its mean difference to the incumbent before it, and the
     * standard error; 0 if there was none. */
    double gain, error;
} rg_scenarios;

/* degree[n_items]: users per item in the data; is_latest: the held-out items are the
 * latest of their users. */
regatta_status rg_scenarios_create(regatta_ctx *ctx, rg_scenarios **out,
                                   const rg_holdout *holdout, const uint32_t *degree,
                                   int64_t n_items, uint64_t seed, regatta_expect expect,
                                   int is_latest);
/* Begins a new choice: clears the incumbent. */
void rg_scenarios_begin(rg_scenarios *scenarios);
/* Measures the model. *ndcg is the mean of ndcg@20 in both scenarios, or in the expected
 * one. *better is 1 if there was no incumbent, or if the model beats it by more than two
 * standard errors of the paired difference over users; it then becomes the incumbent. */
regatta_status rg_scenarios_measure(regatta_ctx *ctx, double *ndcg, int *better,
                                    const regatta_model *model, rg_scenarios *scenarios);
/* Returns 1 if both scenarios count. */
int rg_scenarios_both(const rg_scenarios *scenarios);
/* Returns the held-out items of the expected scenario, the labels of a ranker. */
const rg_holdout *rg_scenarios_expected(const rg_scenarios *scenarios);
/* Stores ndcg@20 and recall@20 of the incumbent in the uniform scenario; returns 0
 * without an incumbent. */
int rg_scenarios_incumbent(const rg_scenarios *scenarios, double *ndcg, double *recall);
void rg_scenarios_free(rg_scenarios *scenarios); /* NULL is a no-op */
#endif
