#include "channel/picking.h"
#include <string.h>

regatta_status rg_pick_rows(regatta_model *model, rg_rows *rows, const uint32_t *pick,
                            int64_t n)
{
    const size_t width = (size_t)rows->dim * rg_element_size(rows->type);
    if (rows->data == NULL) return REGATTA_OK;
    char *data = rg_model_own(model, n, width);
    float *scale = NULL;
    if (data == NULL) return REGATTA_ENOMEM;
    for (int64_t r = 0; r < n; r++)
        memcpy(data + (size_t)r * width, (const char *)rows->data + pick[r] * width,
               width);
    if (rows->scale != NULL) {
        scale = rg_model_own(model, n, sizeof *scale);
        if (scale == NULL) return REGATTA_ENOMEM;
        for (int64_t r = 0; r < n; r++) scale[r] = rows->scale[pick[r]];
    }
    *rows = (rg_rows){
        .type = rows->type, .n = n, .dim = rows->dim, .data = data, .scale = scale};
    return REGATTA_OK;
}

regatta_status rg_pick_floats(regatta_model *model, const float **x, const uint32_t *pick,
                              int64_t n)
{
    float *picked = rg_model_own(model, n, sizeof *picked);
    if (picked == NULL) return REGATTA_ENOMEM;
    for (int64_t r = 0; r < n; r++) picked[r] = (*x)[pick[r]];
    *x = picked;
    return REGATTA_OK;
}

regatta_status rg_pick_weights(regatta_model *model, rg_weights *w, const uint32_t *pick,
                               int64_t n)
{
    int64_t *offset = rg_model_own(model, n + 1, sizeof *offset);
    if (offset == NULL) return REGATTA_ENOMEM;
    for (int64_t r = 0; r < n; r++)
        offset[r + 1] = offset[r] + w->offset[pick[r] + 1LL] - w->offset[pick[r]];
    uint32_t *target = rg_model_own(model, offset[n], sizeof *target);
    uint16_t *value = rg_model_own(model, offset[n], sizeof *value);
    if (target == NULL || value == NULL) return REGATTA_ENOMEM;
    for (int64_t r = 0; r < n; r++) {
        const int64_t from = w->offset[pick[r]];
        const size_t has = (size_t)(offset[r + 1] - offset[r]);
        memcpy(target + offset[r], w->target + from, has * sizeof *target);
        memcpy(value + offset[r], w->value + from, has * sizeof *value);
    }
    /* The values of codes are their decoded numbers. */
    *w = (rg_weights){.offset = offset, .target = target, .value = value};
    return REGATTA_OK;
}

/* Adds the channels that have `pick`, with the rows of the nodes. */
static regatta_status pick_channels(regatta_ctx *ctx, regatta_model *model,
                                    const rg_picking *picking)
{
    regatta_status status = REGATTA_OK;
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel *c = &picking->from->channel[a];
        if (c->ops == NULL || c->ops->pick == NULL) continue;
        RG_TRY(rg_model_add_channel(model, a));
        memcpy(model->channel[a].state, c->state, c->ops->state_size);
        if (c->ops->clone != NULL)
            RG_TRY(c->ops->clone(ctx, model->channel[a].state, c->state));
        RG_TRY(c->ops->pick(model, model->channel[a].state, picking));
    }
done:
    return status;
}

regatta_status rg_model_pick(regatta_ctx *ctx, regatta_model **out,
                             const rg_picking *picking)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = NULL;
    int64_t *offset = NULL; /* of histories without items */
    *out = NULL;
    RG_NEW(ctx->mem, model, 1);
    model->mem = ctx->mem;
    model->n_users = picking->n_users;
    model->n_items = picking->n_items;
    model->expected_degree = picking->from->expected_degree;
    model->history_offset = offset =
        rg_model_own(model, model->n_users + 1, sizeof *offset);
    if (offset == NULL) {
        status = REGATTA_ENOMEM;
        goto done;
    }
    if (model->expected_degree != NULL)
        RG_TRY(rg_pick_floats(model, &model->expected_degree, picking->item,
                              picking->n_items));
    RG_TRY(pick_channels(ctx, model, picking));
    RG_TRY(rg_model_finish(ctx, model));
    *out = model;
    model = NULL; /* ownership has moved to the caller */
done:
    regatta_model_free(model);
    return status;
}
