/* Whether a channel over features is part of the score of items and users that have
 * interactions. */
#ifndef RG_CHANNEL_FIT_SIDE_GATE_H
#define RG_CHANNEL_FIT_SIDE_GATE_H
#include "channel/fit/channel_fit.h"

/* Measures the other channels with their start weights, and the same with the channel at
 * three weights. If none of them is better by the margin of a choice, the channel is
 * apart from the score (rg_fit_choice.apart): samples and blends are then those of a
 * training without features. Nothing is measured if fewer than two other channels are on.
 */
regatta_status rg_side_gate(rg_selection *s, const rg_channel_fit_ops *ops,
                            const char *name);
#endif
