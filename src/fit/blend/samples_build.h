/* A model's samples of the users of a holdout. */
#ifndef RG_FIT_SAMPLES_BUILD_H
#define RG_FIT_SAMPLES_BUILD_H
#include "fit/blend/samples.h"
#include "rank/holdout.h"
#include "rank/scorer.h"

/* The union of the channels' best RG_SAMPLES_PER_CHANNEL unseen items for each user,
 * scaled scores of every channel of on[]. The model's blend is not read. */
enum { RG_SAMPLES_PER_CHANNEL = 50 };
regatta_status rg_samples_build(regatta_ctx *ctx, rg_samples **out,
                                const regatta_model *model, const rg_holdout *holdout,
                                const int *on);
/* The held-out items of another scenario, for users among the samples' (both ascending).
 */
void rg_samples_set_other(rg_samples *samples, const rg_holdout *other);
#endif
