/* The fitted part of channel `vectors`: its graphs, groups and trained vectors. */
#ifndef RG_CHANNEL_FIT_VECTORS_PART_H
#define RG_CHANNEL_FIT_VECTORS_PART_H
#include "channel/fit/vectors/vectors_fit.h"

/* Creates the part if there is none. */
regatta_status rg_vectors_begin(regatta_ctx *ctx, rg_fitted *fitted);
/* Replaces the item graph of the part by that of the fitted item attention. */
regatta_status rg_vectors_link_items(regatta_ctx *ctx, rg_fitted *fitted);
/* Replaces the groups of the part by those of this hierarchy. `from`: the model whose
 * groups GROUPS takes, by ids; NULL: those of options.item_groups. */
regatta_status rg_vectors_group_items(rg_fit_env *env, rg_fitted *fitted,
                                      regatta_hierarchy hierarchy,
                                      const regatta_model *from);
void rg_vectors_ungroup(regatta_ctx *ctx, rg_vectors_part *part);
/* Frees what only measurements read: all but the parameters, the steps and the curve. */
void rg_vectors_part_release(regatta_ctx *ctx, void *state);
void rg_vectors_part_free(regatta_ctx *ctx, void *state);
#endif
