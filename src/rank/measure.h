/* Quality of a model on held-out items, the criterion of model selection. */
#ifndef RG_RANK_MEASURE_H
#define RG_RANK_MEASURE_H
#include "graph/holdout.h"
#include "rank/scorer.h"

/* Mean ndcg@20 and recall@20 (recall may be NULL) of the model's ranking of all unseen
 * items for the users of `holdout`. O(users * items * (dim + channels)). Same bits at any
 * thread count. REGATTA_ENOMEM. */
regatta_status rg_measure(regatta_ctx *ctx, double *ndcg, double *recall,
                          const regatta_model *model, const rg_holdout *holdout);
/* The same of query `at` alone, of its scores row[n_items]; those of its history are
 * -INFINITY. */
void rg_measure_row(double *ndcg, double *recall, const regatta_model *model,
                    const rg_holdout *holdout, int64_t at, const rg_history *history,
                    const float *row);
/* Metrics by user. */
typedef struct rg_measured {
    double *ndcg, *recall; /* [holdout->n_users] */
    double *part_ndcg;     /* [part->n_users] */
} rg_measured;

/* Measurements from one scoring of the users of `holdout`, for two sets of held-out
 * items: the users of `part` are among those of `holdout`, both ascending. */
typedef struct rg_measure_job {
    const rg_holdout *holdout, *part;
    rg_measured out;
} rg_measure_job;

regatta_status rg_measure_run(regatta_ctx *ctx, const regatta_model *model,
                              const rg_measure_job *job);
#endif
