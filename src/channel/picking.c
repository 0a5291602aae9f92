#include "channel/picking.h"
#include "model/model_copy.h"
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

/* Moves entry e of a row, which begins at `first`, to its place among the entries before
 * it, which ascend. */
static void insert(int64_t first, int64_t e, uint32_t *target, uint16_t *value,
                   int8_t *code, uint16_t *solved)
{
    for (; e > first && target[e] < target[e - 1]; e--) {
        const uint32_t t = target[e];
        const uint16_t v = value[e];
        target[e] = target[e - 1], target[e - 1] = t;
        value[e] = value[e - 1], value[e - 1] = v;
        if (code != NULL) {
            const int8_t c = code[e];
            code[e] = code[e - 1], code[e - 1] = c;
        }
        if (solved != NULL) {
            const uint16_t s = solved[e];
            solved[e] = solved[e - 1], solved[e - 1] = s;
        }
    }
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
        const int64_t first = at;
        if (w->coded) scale[r] = w->scale[pick[r]];
        for (int64_t e = w->offset[pick[r]]; e < w->offset[pick[r] + 1LL]; e++) {
            const uint32_t to = place != NULL ? place[w->target[e]] : w->target[e];
            if (to == REGATTA_NONE) continue;
            if (w->coded) code[at] = w->code[e];
            if (w->solved != NULL) solved[at] = w->solved[e];
            target[at] = to;
            value[at] = w->value[e];
            insert(first, at++, target, value, w->coded ? code : NULL,
                   w->solved != NULL ? solved : NULL);
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

/* Adds the channels that have `pick`, with the rows of the nodes. all: the others too, as
 * they are. */
static regatta_status pick_channels(regatta_ctx *ctx, regatta_model *model,
                                    const rg_picking *picking, int all)
{
    regatta_status status = REGATTA_OK;
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel *c = &picking->from->channel[a];
        if (c->ops == NULL || (c->ops->pick == NULL && !all)) continue;
        RG_TRY(rg_model_add_channel(model, a));
        memcpy(model->channel[a].state, c->state, c->ops->state_size);
        if (c->ops->clone != NULL)
            RG_TRY(c->ops->clone(ctx, model->channel[a].state, c->state));
        if (c->ops->pick != NULL)
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
    RG_TRY(pick_channels(ctx, model, &placed, 0));
    RG_TRY(rg_model_finish(ctx, model));
    *out = model;
    model = NULL; /* ownership has moved to the caller */
done:
    rg_free(ctx->mem, place);
    regatta_model_free(model);
    return status;
}

/* Returns the items of n entries by their new numbers; NULL: out of memory. */
static const uint32_t *placed(regatta_model *model, const uint32_t *item, int64_t n,
                              const uint32_t *place)
{
    uint32_t *out = rg_model_own(model, n, sizeof *out);
    for (int64_t e = 0; e < n && out != NULL; e++) out[e] = place[item[e]];
    return out;
}

/* Fills histories, dislikes, impressions and what else has items by number. */
static regatta_status renumber_rows(regatta_ctx *ctx, regatta_model *model,
                                    const rg_picking *p)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *from = p->from;
    model->history_item = placed(model, from->history_item, from->n_edges, p->place);
    if (model->history_item == NULL) return REGATTA_ENOMEM;
    if (from->disliked_item != NULL) {
        model->disliked_item = placed(model, from->disliked_item,
                                      from->disliked_offset[from->n_users], p->place);
        if (model->disliked_item == NULL) return REGATTA_ENOMEM;
    }
    if (from->shown_item != NULL) {
        model->shown_item = placed(model, from->shown_item, from->n_shown, p->place);
        if (model->shown_item == NULL) return REGATTA_ENOMEM;
    }
    if (from->expected_degree != NULL)
        RG_TRY(rg_pick_floats(model, &model->expected_degree, p->item, p->n_items));
    if (from->community != NULL) {
        uint32_t *community = rg_model_own(model, p->n_items, sizeof *community);
        if (community == NULL) return REGATTA_ENOMEM;
        for (int64_t j = 0; j < p->n_items; j++)
            community[j] = from->community[p->item[j]];
        model->community = community;
    }
    RG_TRY(rg_sequences_share(ctx, &model->sequences, from->sequences));
    if (from->users != NULL) RG_TRY(rg_idmap_copy(ctx, &model->users, from->users));
    if (from->items != NULL)
        RG_TRY(rg_idmap_pick(ctx, &model->items, from->items, p->item,
                             (uint32_t)p->n_items));
done:
    return status;
}

/* Creates the model over arrays of p->from. */
static regatta_status renumbered_view(regatta_ctx *ctx, regatta_model **out,
                                      const rg_picking *p)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *from = p->from;
    regatta_model *m = NULL;
    *out = NULL;
    RG_NEW(ctx->mem, m, 1);
    m->mem = ctx->mem;
    rg_model_share(m, from);
    RG_TRY(renumber_rows(ctx, m, p));
    if (from->json != NULL) {
        const size_t n = strlen(from->json) + 1;
        RG_NEW(ctx->mem, m->json, n);
        memcpy(m->json, from->json, n);
    }
    RG_TRY(pick_channels(ctx, m, p, 1));
    if (from->blend != NULL) RG_TRY(rg_model_set_blend(m, from->blend));
    RG_TRY(rg_model_finish(ctx, m));
    *out = m;
    m = NULL; /* ownership has moved to the caller */
done:
    regatta_model_free(m);
    return status;
}

regatta_status rg_model_renumber(regatta_ctx *ctx, regatta_model **out,
                                 const regatta_model *model, const uint32_t *item)
{
    regatta_status status = REGATTA_OK;
    regatta_model *view = NULL;
    uint32_t *place = NULL, *user = NULL;
    rg_picking p = {.from = model,
                    .item = item,
                    .n_users = model->n_users,
                    .n_items = model->n_items};
    *out = NULL;
    RG_TRY(find_places(ctx, &place, &p));
    RG_NEW(ctx->mem, user, model->n_users);
    for (int64_t u = 0; u < model->n_users; u++) user[u] = (uint32_t)u;
    p.user = user;
    p.place = place;
    RG_TRY(renumbered_view(ctx, &view, &p));
    RG_TRY(rg_model_copy(ctx, out, view));
done:
    rg_free(ctx->mem, place);
    rg_free(ctx->mem, user);
    regatta_model_free(view);
    return status;
}
