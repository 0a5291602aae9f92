/* Samples of a model for the users of a holdout. */
#ifndef RG_FIT_SAMPLES_BUILD_H
#define RG_FIT_SAMPLES_BUILD_H
#include "fit/blend/samples.h"
#include "graph/holdout.h"
#include "rank/scorer.h"

/* Creates for each user the union of the best RG_SAMPLES_PER_CHANNEL unseen items of each
 * channel of on[], with the scaled scores of every channel of on[]. Does not use the
 * model's blend. */
enum { RG_SAMPLES_PER_CHANNEL = 50 };
regatta_status rg_samples_build(regatta_ctx *ctx, rg_samples **out,
                                const regatta_model *model, const rg_holdout *holdout,
                                const int *on);
/* Sets the labels of another scenario from its held-out items; its users are among those
 * of the samples (both ascending). */
void rg_samples_set_other(rg_samples *samples, const rg_holdout *other);
#endif
