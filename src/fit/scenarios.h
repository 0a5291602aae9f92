/* Two scenarios that choices of the fit have to do well in: one like the past, and one in
 * which popular items are taken more often.
 *
 * A random slice of the past cannot show a shift of popularity, and what wins on it tends
 * to push rare items; what also wins when the popular grow is safer (docs/quality.md). */
#ifndef RG_FIT_SCENARIOS_H
#define RG_FIT_SCENARIOS_H
#include "rank/measure.h"
#include <regatta/model.h>

typedef struct rg_scenarios {
    rg_mem mem;
    rg_holdout past;   /* at most most_users users of the slice, evenly drawn */
    rg_holdout tilted; /* a held-out item of theirs with d users stays with probability
                       min(1, (d / d90)^1/4), d90 the 90 % quantile of the items */
    rg_measured incumbent;  /* of the best choice so far */
    rg_measured variant[2]; /* and of what was measured last */
    double weight[2];       /* of past and tilted in a choice; they add up to 1 */
    int has_incumbent;
} rg_scenarios;

/* degree[n_items]: users per item in the data. */
regatta_status rg_scenarios_create(regatta_ctx *ctx, rg_scenarios **out,
                                   const rg_holdout *holdout, const uint32_t *degree,
                                   int64_t n_items, int64_t most_users, uint64_t seed,
                                   regatta_expect expect);
/* Forgets the incumbent: a new choice begins. */
void rg_scenarios_begin(rg_scenarios *scenarios);
/* Measures the model's scores as they are, and with factor[n_items] > 0 (NULL: without)
 * on the same scoring also each score times its item's factor: one or two variants.
 * ndcg[v]: mean of the variant's ndcg@20 in both scenarios, or in the expected one.
 * better[v] is 1 where there was no incumbent, or where the variant beats it by more than
 * two standard errors of the paired difference over users; it then is the incumbent. */
regatta_status rg_scenarios_measure(regatta_ctx *ctx, double *ndcg, int *better,
                                    const regatta_model *model, const float *factor,
                                    rg_scenarios *scenarios);
/* The held-out items that a ranker learns from: of the expected scenario. */
const rg_holdout *rg_scenarios_expected(const rg_scenarios *scenarios);
/* ndcg@20 and recall@20 of the incumbent in the scenario that is like the past; returns 0
 * without an incumbent. */
int rg_scenarios_incumbent(const rg_scenarios *scenarios, double *ndcg, double *recall);
void rg_scenarios_free(rg_scenarios *scenarios); /* NULL is a no-op */
#endif
