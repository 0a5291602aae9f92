/* Recent popularity fitted: the interactions by time, and the length of the window. */
#ifndef RG_CHANNEL_FIT_TREND_FIT_H
#define RG_CHANNEL_FIT_TREND_FIT_H
#include "channel/fit/channel_fit.h"

extern const rg_channel_fit_ops rg_trend_fit;
#endif
