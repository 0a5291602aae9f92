/* The probabilities with which a model's policy shows the items of a log. */
#ifndef RG_RANK_LOGGED_POLICY_H
#define RG_RANK_LOGGED_POLICY_H
#include "rank/logged/logged_records.h"

/* At position p the policy shows the item of rank p (temperature 0), or one of the items
 * of rank p and below, with probabilities proportional to exp(score / (temperature *
 * deviation)), with the standard deviation of the scores of the items that may be
 * shown. */
typedef struct rg_logged_policy {
    double temperature;
    int keep_seen;         /* 1: also items of the history */
    const uint32_t *allow; /* the items that may be shown (rank/allow.h) */
} rg_logged_policy;

/* What the policy does in the situation of each record; arrays of the caller. The feature
 * of an item is its calibrated probability, or its score in a model without a
 * calibration. */
typedef struct rg_logged_shown {
    double *probability; /* [n] that it shows the item of the record */
    double *feature;     /* [n] of the item of the record; NaN if the model does not know
                            it */
    double *expected;    /* [n] mean feature of what it shows; NaN if it shows nothing:
                            fewer items are left than positions */
    uint8_t *seen;       /* [n] 1: the item is in the history, and not shown for that */
} rg_logged_shown;

/* Fills all arrays for the records in the situations of `query`, which has the queries of
 * the records. O(queries * items * dim). ENOMEM. */
regatta_status rg_logged_policy_run(regatta_ctx *ctx, rg_logged_shown *out,
                                    const regatta_model *model,
                                    const rg_logged_records *records,
                                    const regatta_query *query,
                                    const rg_logged_policy *policy);
#endif
