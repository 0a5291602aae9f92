/* Fits the channels of a choice; the only place that defines their sequence. */
#ifndef RG_FIT_FIT_CHANNELS_H
#define RG_FIT_FIT_CHANNELS_H
#include "channel/fit/channel_fit.h"

/* Fits every channel that the choice requires, in order, and then adjusts those that are
 * on. With a selection it also chooses settings. A channel whose features tell no nodes
 * apart is left out of the choice.
 *   REGATTA_EINVAL  it is the only channel */
regatta_status rg_fit_channels(rg_fit_env *env, rg_fitted *fitted, rg_fit_choice *choice,
                               const rg_fit_task *task);
#endif
