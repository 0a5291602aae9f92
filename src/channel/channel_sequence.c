#include "channel/channel_sequence.h"
#include "channel/fit/sequence_fit.h"
#include "channel/growth.h"
#include "channel/picking.h"
#include "model/model.h"
#include <stdio.h>
#include <string.h>

static const rg_bound ITEM = {0x1p40f, 0, 0}, BIAS = {0x1p30f, 0, 0};
static const rg_bound PARAM = {0x1p20f, 0, 0};

enum { KIND, BLOCKS, HEADS, DIM, HIDDEN, WINDOW, N_SHAPE };

static int is_shape(const int64_t *n)
{
    return rg_within(n[KIND], RG_ENCODER_TRANSFORMER, RG_ENCODER_GRU) &&
           rg_within(n[BLOCKS], 1, RG_ENCODER_BLOCKS) &&
           rg_within(n[DIM], 1, RG_ENCODER_DIM) && rg_within(n[HEADS], 1, n[DIM]) &&
           n[DIM] % n[HEADS] == 0 && rg_within(n[HIDDEN], 1, 4 * RG_ENCODER_DIM) &&
           rg_within(n[WINDOW], 1, RG_ENCODER_WINDOW);
}

static regatta_status visit_shape(rg_visitor *v, rg_sequence_state *s)
{
    regatta_status status = REGATTA_OK;
    const rg_encoder_shape *shape = &s->shape;
    int64_t n[N_SHAPE] = {(int64_t)shape->kind, shape->blocks, shape->heads,
                          shape->dim,           shape->hidden, shape->window};
    RG_TRY(rg_visit_ints(v, "sequence.shape", n, N_SHAPE));
    if (v->checks && !is_shape(n))
        return rg_visit_wrong(v, "sequence.shape", "a number is out of range");
    if (!v->reads) return REGATTA_OK; /* other threads may read the model */
    s->shape = (rg_encoder_shape){.kind = (rg_encoder_kind)n[KIND],
                                  .blocks = (int)n[BLOCKS],
                                  .heads = (int)n[HEADS],
                                  .dim = n[DIM],
                                  .hidden = n[HIDDEN],
                                  .window = n[WINDOW]};
    RG_TRY(rg_encoder_params_create(v->ctx, &s->params, &s->shape));
done:
    return status;
}

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_sequence_state *s = state;
    char name[RG_ARRAY_NAME];
    RG_TRY(visit_shape(v, s));
    RG_TRY(rg_visit_table(v, "sequence.items", &s->item, 0, model->n_items, s->shape.dim,
                          &ITEM));
    RG_TRY(rg_visit_floats(v, "sequence.bias", &s->bias, model->n_items, &BIAS));
    for (int k = 0; k < s->params->n_entries; k++) {
        const rg_encoder_entry *e = &s->params->entry[k];
        snprintf(name, sizeof name, "sequence.%s", e->name);
        RG_TRY(rg_visit_copied(v, name, s->params->arena + e->first, e->rows, e->cols,
                               &PARAM));
    }
done:
    return status;
}

static regatta_status clone(regatta_ctx *ctx, void *state, const void *from)
{
    rg_sequence_state *s = state;
    const rg_encoder_params *params = ((const rg_sequence_state *)from)->params;
    s->params = NULL;
    s->table = NULL;
    const regatta_status status =
        rg_encoder_params_create(ctx, &s->params, &params->shape);
    if (status != REGATTA_OK) return status;
    memcpy(s->params->arena, params->arena,
           (size_t)params->n_floats * sizeof *params->arena);
    return REGATTA_OK;
}

static regatta_status finish(regatta_ctx *ctx, regatta_model *model, void *state)
{
    rg_sequence_state *s = state;
    (void)model;
    return rg_table_create(ctx, &s->table, s->item.type, &s->item, s->bias);
}

static void release(rg_mem mem, void *state)
{
    rg_sequence_state *s = state;
    (void)mem;
    rg_encoder_params_free(s->params);
    rg_table_free(s->table);
}

static regatta_status grow(regatta_ctx *ctx, regatta_model *model, void *state,
                           rg_growth *growth)
{
    rg_sequence_state *s = state;
    rg_growth_floats(growth, s->bias, model->n_items);
    return rg_growth_rows(ctx, growth, &s->item, 0, model->n_items, 0);
}

static regatta_status pick(regatta_model *model, void *state, const rg_picking *picking)
{
    regatta_status status = REGATTA_OK;
    rg_sequence_state *s = state;
    RG_TRY(rg_pick_rows(model, &s->item, 1, picking->item, picking->n_items));
    RG_TRY(rg_pick_floats(model, &s->bias, picking->item, picking->n_items));
done:
    return status;
}

static int element(const void *state, rg_element *out)
{
    *out = ((const rg_sequence_state *)state)->item.type;
    return 1;
}

static int ordered(const void *state)
{
    (void)state;
    return 1;
}

static const rg_table *table(const void *state)
{
    return ((const rg_sequence_state *)state)->table;
}

static int64_t query_floats(const void *state)
{
    return ((const rg_sequence_state *)state)->shape.dim;
}

static int64_t work_floats(const void *state, int64_t n)
{
    const rg_encoder_shape *shape = &((const rg_sequence_state *)state)->shape;
    return rg_encoder_most_floats(shape, n < shape->window ? n : shape->window, 1);
}

/* The latest interactions of a history as tokens; needs n_steps > 0. */
typedef struct latest {
    int64_t first, offset[2];
    rg_packed tokens;
    rg_encoder_room room;
} latest;

/* Encodes the latest interactions. */
static void encode(latest *l, const rg_sequence_state *s, const rg_history *history,
                   float *work)
{
    const int64_t n = history->n_steps, dim = s->shape.dim;
    const int64_t length = n < s->shape.window ? n : s->shape.window;
    l->first = n - length;
    l->offset[0] = 0;
    l->offset[1] = length;
    l->tokens =
        (rg_packed){.n = 1,
                    .offset = l->offset,
                    .time = history->time != NULL ? history->time + l->first : NULL};
    rg_encoder_place(&l->room, work, &s->shape, &l->tokens);
    for (int64_t t = 0; t < length; t++) {
        const uint32_t item = history->item[history->step[l->first + t]];
        float *to = l->room.x + t * dim;
        const float *row = rg_model_row(to, &s->item, item);
        if (row != to) memcpy(to, row, (size_t)dim * sizeof *to);
    }
    rg_encoder_forward(&l->room, s->params, &l->tokens, NULL);
}

static void query(float *out, const void *state, const rg_history *history, float *work)
{
    const rg_sequence_state *s = state;
    const size_t size = (size_t)s->shape.dim * sizeof *out;
    latest l;
    memset(out, 0, size);
    if (history->n_steps == 0) return;
    encode(&l, s, history, work);
    memcpy(out, l.room.out + (l.offset[1] - 1) * s->shape.dim, size);
}

/* Adds the attention of the latest token in the last block to the items. */
static void add_attention(double *weight, const latest *l, const rg_sequence_state *s,
                          const rg_history *history)
{
    const int64_t length = l->offset[1], ld = rg_causal_ld(length);
    const float *head = l->room.block[s->shape.blocks - 1].weight;
    for (int h = 0; h < s->shape.heads; h++, head += length * ld)
        for (int64_t t = 0; t < length; t++)
            weight[history->step[l->first + t]] +=
                (double)head[(length - 1) * ld + t] / (double)s->shape.heads;
}

static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    const rg_sequence_state *s = state;
    latest l;
    (void)model;
    parts->bias = (double)s->bias[item];
    parts->direct = x - parts->bias;
    if (history->n_steps == 0) return;
    encode(&l, s, history, work);
    add_attention(parts->weight, &l, s, history);
}

const rg_channel_ops rg_channel_sequence = {
    .fit = &rg_sequence_fit,
    .name = "sequence",
    .state_size = sizeof(rg_sequence_state),
    .start_weight = 1.0f,
    .visit = visit,
    .grow = grow,
    .pick = pick,
    .clone = clone,
    .finish = finish,
    .release = release,
    .element = element,
    .ordered = ordered,
    .table = table,
    .query_floats = query_floats,
    .work_floats = work_floats,
    .query = query,
    .explain = explain,
};
