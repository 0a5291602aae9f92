/* Pruning of whole channels: their tables are left out, and the score is that of the
 * others. */
#ifndef RG_FIT_PRUNE_PRUNE_DROP_H
#define RG_FIT_PRUNE_PRUNE_DROP_H
#include "fit/blend/samples.h"
#include "model/model.h"

/* The channels to leave out, and the score of the others. */
typedef struct rg_prune_drop {
    int off[RG_MAX_CHANNELS];
    int n;               /* how many are off */
    rg_blend *blend;     /* of all channels; NULL: the score stays */
    rg_samples *samples; /* of the model before (prune_blend.h); NULL: not yet made */
} rg_prune_drop;

/* Checks that the channels of d->off can be left out, and counts them.
 *   REGATTA_EINVAL  the model lacks one; one that stays reads its state; without them no
 *                   channel of the score knows unseen users */
regatta_status rg_prune_drop_check(regatta_ctx *ctx, rg_prune_drop *d,
                                   const regatta_model *model);
/* Returns 1 if the last two do not hold. */
int rg_prune_drop_can(const rg_prune_drop *d, const regatta_model *model);
/* Returns a channel that stays and reads the state of one that goes; -1: there is none.
 */
int rg_prune_drop_reader(const rg_prune_drop *d, const regatta_model *model);
/* Sets on[rg_n_channels] to the channels of the score that stay. */
void rg_prune_drop_on(int *on, const rg_prune_drop *d, const regatta_model *model);
/* Creates the model without them, with their names in its settings; d NULL: a copy.
 * REGATTA_ENOMEM */
regatta_status rg_prune_drop_model(regatta_ctx *ctx, const rg_prune_drop *d,
                                   regatta_model **out, const regatta_model *model);
void rg_prune_drop_free(rg_prune_drop *d);
#endif
