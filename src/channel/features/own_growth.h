/* New nodes from side tables, with the items of the target domain first. */
#ifndef RG_CHANNEL_OWN_GROWTH_H
#define RG_CHANNEL_OWN_GROWTH_H
#include "model/model_copy.h"

/* As rg_model_grow (model/model_copy.h), for models with items of other domains too: new
 * items are items of the target and come before those. *n_new is their number; the first
 * is that of model->own.items. REGATTA_ENOMEM */
regatta_status rg_model_grow_own(regatta_ctx *ctx, regatta_model **out, int64_t *n_new,
                                 const regatta_model *model, const rg_features *items,
                                 const rg_features *users, const rg_idmap *const *apart);
#endif
