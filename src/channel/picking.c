#include "channel/picking.h"
#include <string.h>

regatta_status rg_pick_rows(regatta_model *model, rg_rows *rows, int layers,
                            const uint32_t *pick, int64_t n)
{
    const size_t width = (size_t)rows->dim * rg_element_size(rows->type);
    const int64_t had = rows->n / layers;
    if (rows->data == NULL) return REGATTA_OK;
    char *data = rg_model_own(model, layers * n, width);
    float *scale =
        rows->scale != NULL ? rg_model_own(model, layers * n, sizeof *scale) : NULL;
    if (data == NULL || (rows->scale != NULL && scale == NULL)) return REGATTA_ENOMEM;
    for (int64_t l = 0, r = 0; l < layers; l++)
        for (int64_t k = 0; k < n; k++, r++) {
            const int64_t from = l * had + pick[k];
            memcpy(data + (size_t)r * width,
                   (const char *)rows->data + (size_t)from * width, width);
            if (scale != NULL) scale[r] = rows->scale[from];
        }
    *rows = (rg_rows){.type = rows->type,
                      .n = layers * n,
                      .dim = rows->dim,
                      .data = data,
                      .scale = scale};
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

/* Copies the rows pick[n]. place: of each target, REGATTA_NONE = it is left out; NULL:
 * targets stay. */
static regatta_status pick_sparse(regatta_model *model, rg_weights *w,
                                  const uint32_t *pick, int64_t n, const uint32_t *place)
{
    int64_t *offset = rg_model_own(model, n + 1, sizeof *offset);
    int64_t at = 0;
    if (offset == NULL) return REGATTA_ENOMEM;
    for (int64_t r = 0; r < n; r++)
        for (int64_t e = w->offset[pick[r]]; e < w->offset[pick[r] + 1LL]; e++)
            offset[r + 1] += place == NULL || place[w->target[e]] != REGATTA_NONE;
    for (int64_t r = 0; r < n; r++) offset[r + 1] += offset[r];
    uint32_t *target = rg_model_own(model, offset[n], sizeof *target);
    uint16_t *value = rg_model_own(model, offset[n], sizeof *value);
    int8_t *code = rg_model_own(model, w->coded ? offset[n] : 0, sizeof *code);
    float *scale = rg_model_own(model, w->coded ? n : 0, sizeof *scale);
    uint16_t *solved =
        rg_model_own(model, w->solved != NULL ? offset[n] : 0, sizeof *solved);
    if (target == NULL || value == NULL || code == NULL || scale == NULL ||
        solved == NULL)
        return REGATTA_ENOMEM;
    for (int64_t r = 0; r < n; r++) {
        if (w->coded) scale[r] = w->scale[pick[r]];
        for (int64_t e = w->offset[pick[r]]; e < w->offset[pick[r] + 1LL]; e++) {
            const uint32_t to = place != NULL ? place[w->target[e]] : w->target[e];
            if (to == REGATTA_NONE) continue;
            if (w->coded) code[at] = w->code[e];
            if (w->solved != NULL) solved[at] = w->solved[e];
            target[at] = to;
            value[at++] = w->value[e];
        }
    }
    *w = (rg_weights){.offset = offset,
                      .target = target,
                      .value = value,
                      .coded = w->coded,
                      .code = w->coded ? code : NULL,
                      .scale = w->coded ? scale : NULL,
                      .solved = w->solved != NULL ? solved : NULL};
    return REGATTA_OK;
}

regatta_status rg_pick_weights(regatta_model *model, rg_weights *w, const uint32_t *pick,
                               int64_t n)
{
    return pick_sparse(model, w, pick, n, NULL);
}

regatta_status rg_pick_item_weights(regatta_model *model, void *state,
                                    const rg_picking *picking)
{
    regatta_status status = REGATTA_OK;
    rg_item_weights *s = state;
    RG_TRY(pick_sparse(model, &s->rows, picking->item, picking->n_items, picking->place));
    RG_TRY(rg_pick_floats(model, &s->scale, picking->item, picking->n_items));
done:
    return status;
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

/* Creates the new number of each item. */
static regatta_status find_places(regatta_ctx *ctx, uint32_t **out,
                                  const rg_picking *picking)
{
    regatta_status status = REGATTA_OK;
    uint32_t *place = NULL;
    RG_NEW(ctx->mem, place, picking->from->n_items);
    for (int64_t i = 0; i < picking->from->n_items; i++) place[i] = REGATTA_NONE;
    for (int64_t k = 0; k < picking->n_items; k++) place[picking->item[k]] = (uint32_t)k;
    *out = place;
done:
    return status;
}

regatta_status rg_model_pick(regatta_ctx *ctx, regatta_model **out,
                             const rg_picking *picking)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = NULL;
    int64_t *offset = NULL; /* of histories without items */
    uint32_t *place = NULL;
    *out = NULL;
    RG_TRY(find_places(ctx, &place, picking));
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
    rg_picking placed = *picking;
    placed.place = place;
    RG_TRY(pick_channels(ctx, model, &placed));
    RG_TRY(rg_model_finish(ctx, model));
    *out = model;
    model = NULL; /* ownership has moved to the caller */
done:
    rg_free(ctx->mem, place);
    regatta_model_free(model);
    return status;
}
