/* The choice of the shape of the ridge of item attention on the slice: the exponent a of
 * the users' degrees, lambda and theta of the ridge, and the exponent c of the
 * candidates' degrees, all together. */
#ifndef RG_CHANNEL_ITEMS_SHAPE_H
#define RG_CHANNEL_ITEMS_SHAPE_H
#include "channel/channel_fit.h"
#include "ridge/item_attention.h"

/* Chooses user_power, lambda, theta and candidate_power of *ridge, which holds the
 * defaults; they stay unless another shape is clearly better. Appends the trials to
 * s->env->trials. REGATTA_ENOMEM, REGATTA_ESTOPPED. */
regatta_status rg_items_choose_shape(rg_selection *s, rg_item_attention_options *ridge);
#endif
