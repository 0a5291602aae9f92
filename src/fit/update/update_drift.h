/* How the answers of a model drift with an update. */
#ifndef RG_FIT_UPDATE_DRIFT_H
#define RG_FIT_UPDATE_DRIFT_H
#include "fit/update/update.h"

typedef struct rg_drift {
    double before, after, error; /* ndcg@20 on the newest new interactions of the model
                                    before and of a trial update; of the difference */
    int64_t n_users;             /* measured */
} rg_drift;

/* Holds out a fifth of the new interactions, the latest or random ones without times,
 * and measures on the users whom the model knows: the model before with the other new
 * interactions in its histories, and its update by them. NaN without users to measure.
 * Errors as rg_update. */
regatta_status rg_drift_measure(regatta_ctx *ctx, rg_drift *out,
                                const rg_update_job *job);
/* Returns in *out the mean share of the top 20 of `before`, without items that users have
 * in `after`, that is in the top 20 of `after`, which has the nodes of `before`, by name.
 * Over at most 1000 users. REGATTA_ENOMEM */
regatta_status rg_drift_overlap(regatta_ctx *ctx, double *out,
                                const regatta_model *before, const regatta_model *after);
#endif
