/* The choices of a trained model, for a fit without choosing. */
#ifndef RG_FIT_UPDATE_RESTORE_H
#define RG_FIT_UPDATE_RESTORE_H
#include "channel/fit/channel_fit.h"
#include "fit/denoise/denoise_choose.h"
#include "model/model.h"

/* Fills the options that the fit of channels reads from the settings of the model, and
 * the merging of repeats. The caller sets progress and side tables.
 *   REGATTA_EINVAL  the settings lack a value, as in a model of an earlier version */
regatta_status rg_restore_options(regatta_ctx *ctx, rg_fit_options *out,
                                  regatta_dedup *dedup, const regatta_model *model);
/* Return 1 if the training has weighed interactions down (fit/denoise), and if the model
 * has their weights in the data besides, as those of earlier versions have not. */
int rg_restore_is_weighed(const regatta_model *model);
int rg_restore_has_data(const regatta_model *model);
/* Sets the kinds of weights that it has, and `asked` if it has any. */
void rg_restore_denoise(rg_denoise *out, const regatta_model *model);
/* Sets the settings of the model's channels in a resolved choice, and turns on these
 * channels alone. anew: 1 = for a fit to other interactions, without numbers that depend
 * on those of the training. Errors as above. */
regatta_status rg_restore_choice(regatta_ctx *ctx, rg_fit_choice *choice,
                                 rg_fit_options *options, const regatta_model *model,
                                 int anew);
#endif
