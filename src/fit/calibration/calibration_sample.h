/* The pairs on which a training calibrates: a sample of users' unseen items. */
#ifndef RG_FIT_CALIBRATION_SAMPLE_H
#define RG_FIT_CALIBRATION_SAMPLE_H
#include "graph/holdout.h"
#include "model/model.h"

/* Labelled pairs; the arrays of `pairs` are those of this struct. */
typedef struct rg_calibration_sample {
    regatta_pairs pairs;
    uint32_t *user;
    uint8_t *label;
    float *score;
    double *weight;
    double *metric; /* [2][holdout->n_users] ndcg@20 and recall@20, as rg_measure */
} rg_calibration_sample;

/* Scores all items for the users of the holdout. The held-out items of a user are
 * positive pairs, all their other unseen items negative ones, of which the 64 of highest
 * score are taken and 64 of the rest, evenly spread over the items, with the weight of
 * all of the rest. Same bits at any thread count. Free *out also after a failure.
 * O(users * items * (dim + channels)). REGATTA_ENOMEM. */
regatta_status rg_calibration_sample_take(regatta_ctx *ctx, rg_calibration_sample *out,
                                          const regatta_model *model,
                                          const rg_holdout *holdout, uint64_t seed);
void rg_calibration_sample_free(regatta_ctx *ctx, rg_calibration_sample *sample);
#endif
