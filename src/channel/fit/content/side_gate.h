/* Whether a channel is worth its place beside others: one over features in the score of
 * items and users that have interactions, one of times beside item attention. */
#ifndef RG_CHANNEL_FIT_SIDE_GATE_H
#define RG_CHANNEL_FIT_SIDE_GATE_H
#include "channel/fit/channel_fit.h"

/* Measures the channels without[RG_MAX_CHANNELS] with their start weights, and the same
 * with another channel at three weights. *helps is 1 if one of them is better by the
 * margin of a choice. `name`: of the trials in reports. */
regatta_status rg_side_helps(rg_selection *s, int *helps, const int *without,
                             const rg_channel_fit_ops *ops, const char *name);
/* The same with all other channels. If the channel does not help, it is apart from the
 * score (rg_fit_choice.apart): samples and blends are then those of a training without
 * features. Nothing is measured if fewer than two other channels are on. */
regatta_status rg_side_gate(rg_selection *s, const rg_channel_fit_ops *ops,
                            const char *name);
#endif
