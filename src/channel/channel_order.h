/* Ordered item attention: x_j = scale_j sum_m phi_m w_{i_m j} over the interactions of
 * the history in order, repeats included; phi weights them by place and age
 * (model/recency.h), and w is the weight of an item in the context of the candidate
 * (ridge/context.h). */
#ifndef RG_CHANNEL_CHANNEL_ORDER_H
#define RG_CHANNEL_CHANNEL_ORDER_H
#include "model/channel.h"

extern const rg_channel_ops rg_channel_order;
#endif
