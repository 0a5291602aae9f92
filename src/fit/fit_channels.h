/* The channels of a choice, one after another: the one place that knows the sequence. */
#ifndef RG_FIT_FIT_CHANNELS_H
#define RG_FIT_FIT_CHANNELS_H
#include "channel/channel_fit.h"

/* Fits every channel that the choice wants, in their order, and then adjusts those that
 * are on. With a selection settings are chosen on the way. */
regatta_status rg_fit_channels(rg_fit_env *env, rg_fitted *fitted,
                               const rg_fit_choice *choice, const rg_fit_task *task);
#endif
