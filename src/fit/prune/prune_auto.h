/* The channels that a model can do without, by what training recorded of each. */
#ifndef RG_FIT_PRUNE_PRUNE_AUTO_H
#define RG_FIT_PRUNE_PRUNE_AUTO_H
#include "fit/prune/prune_drop.h"

typedef struct rg_prune_budget {
    double loss;      /* of the recorded ndcg@20, as a share: the sum over channels */
    int64_t bytes;    /* > 0: no more channels than a file of this size needs */
    double agreement; /* > 0: this share of the lists stays (rg_drift_overlap) */
} rg_prune_budget;

/* Sets d->off and d->n in ascending order of the loss of ndcg@20 without a channel (at
 * least 0) for each byte that it takes of the file, as long as the budget allows. A
 * channel that models keep for other calls (rg_channel_ops.kept) stays.
 *   REGATTA_EINVAL  the model has no such records;  REGATTA_ENOMEM */
regatta_status rg_prune_drop_auto(regatta_ctx *ctx, rg_prune_drop *d,
                                  const regatta_model *model,
                                  const rg_prune_budget *budget);
#endif
