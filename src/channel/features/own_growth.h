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
/* The same of rg_model_grow_twins; the twins are those of items of the target. */
regatta_status rg_model_grow_own_twins(regatta_ctx *ctx, regatta_model **out,
                                       const regatta_model *model,
                                       const rg_features *items, const uint32_t *node,
                                       const uint32_t *twin, int64_t n);
#endif
