/* Ordered item attention fitted: the ridge that predicts an item from its context. */
#ifndef RG_CHANNEL_FIT_ORDER_FIT_H
#define RG_CHANNEL_FIT_ORDER_FIT_H
#include "channel/fit/channel_fit.h"

extern const rg_channel_fit_ops rg_order_fit;
#endif
