#include "channel/features/own_growth.h"
#include "channel/picking.h"

/* Moves the last n_new items of a model to number `first`. */
static regatta_status move_new(regatta_ctx *ctx, regatta_model **out,
                               const regatta_model *grown, int64_t first, int64_t n_new)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = grown->n_items, n_old = n - n_new;
    uint32_t *item = NULL;
    RG_NEW(ctx->mem, item, n);
    for (int64_t j = 0; j < n; j++)
        item[j] = (uint32_t)(j < first           ? j
                             : j < first + n_new ? n_old + j - first
                                                 : j - n_new);
    RG_TRY(rg_model_renumber(ctx, out, grown, item));
    (*out)->own.items = (uint32_t)(first + n_new);
done:
    rg_free(ctx->mem, item);
    return status;
}

/* Stores the grown model with its new items behind those of the target; *grown is NULL if
 * it is that already. */
static regatta_status place(regatta_ctx *ctx, regatta_model **out, regatta_model **grown,
                            const regatta_model *model)
{
    const int64_t n_new = (*grown)->n_items - model->n_items;
    if (n_new > 0 && (int64_t)model->own.items < model->n_items)
        return move_new(ctx, out, *grown, model->own.items, n_new);
    *out = *grown;
    *grown = NULL;
    return REGATTA_OK;
}

regatta_status rg_model_grow_own(regatta_ctx *ctx, regatta_model **out, int64_t *n_new,
                                 const regatta_model *model, const rg_features *items,
                                 const rg_features *users, const rg_idmap *const *apart)
{
    regatta_status status = REGATTA_OK;
    regatta_model *grown = NULL;
    *out = NULL;
    RG_TRY(rg_model_grow(ctx, &grown, model, items, users, apart));
    *n_new = grown->n_items - model->n_items;
    RG_TRY(place(ctx, out, &grown, model));
done:
    regatta_model_free(grown);
    return status;
}

regatta_status rg_model_grow_own_twins(regatta_ctx *ctx, regatta_model **out,
                                       const regatta_model *model,
                                       const rg_features *items, const uint32_t *node,
                                       const uint32_t *twin, int64_t n)
{
    regatta_status status = REGATTA_OK;
    regatta_model *grown = NULL;
    *out = NULL;
    RG_TRY(rg_model_grow_twins(ctx, &grown, model, items, node, twin, n));
    RG_TRY(place(ctx, out, &grown, model));
done:
    regatta_model_free(grown);
    return status;
}
