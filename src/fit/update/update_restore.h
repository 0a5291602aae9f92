/* The choices of a trained model, for a fit without choosing. */
#ifndef RG_FIT_UPDATE_RESTORE_H
#define RG_FIT_UPDATE_RESTORE_H
#include "channel/fit/channel_fit.h"
#include "model/model.h"

/* Fills the options that the fit of channels reads from the settings of the model, and
 * the merging of repeats. The caller sets progress and side tables.
 *   REGATTA_EINVAL  the settings lack a value, as in a model of an earlier version */
regatta_status rg_restore_options(regatta_ctx *ctx, rg_fit_options *out,
                                  regatta_dedup *dedup, const regatta_model *model);
/* Returns 1 if the training has weighed interactions down (fit/denoise): a model keeps
 * the weights, and not what they were found from. */
int rg_restore_is_weighed(const regatta_model *model);
/* Sets the settings of the model's channels in a resolved choice, and turns on these
 * channels alone. anew: 1 = for a fit to other interactions, without numbers that depend
 * on those of the training. Errors as above. */
regatta_status rg_restore_choice(regatta_ctx *ctx, rg_fit_choice *choice,
                                 rg_fit_options *options, const regatta_model *model,
                                 int anew);
#endif
