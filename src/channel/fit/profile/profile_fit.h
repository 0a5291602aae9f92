/* The regression of interactions on the features of users. */
#ifndef RG_CHANNEL_FIT_PROFILE_FIT_H
#define RG_CHANNEL_FIT_PROFILE_FIT_H
#include "channel/fit/channel_fit.h"

extern const rg_channel_fit_ops rg_profile_fit;
#endif
