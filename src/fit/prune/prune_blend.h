/* The blend of a model without some of its channels.
 *
 * Weights and gate of a blend hold for its channels together. Without one of them
 *   - the gate reads the mean of its scaled scores;
 *   - the weights base, user, item, pop and pop_user change so that the new scores are
 *     nearest to those of the model, about the mean of each user: least squares over the
 *     samples (fit/blend/samples.h) of up to 4000 users of the model, the union of the
 *     best unseen items of each channel.
 * So scores keep their unit, and no held-out interactions are needed. */
#ifndef RG_FIT_PRUNE_PRUNE_BLEND_H
#define RG_FIT_PRUNE_PRUNE_BLEND_H
#include "fit/prune/prune_drop.h"

/* Fits d->blend; leaves it NULL if no channel of the score is off. O(samples), four
 * times. Same bits at any thread count. REGATTA_ENOMEM */
regatta_status rg_prune_drop_blend(regatta_ctx *ctx, rg_prune_drop *d,
                                   const regatta_model *model);
#endif
