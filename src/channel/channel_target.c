#include "channel/channel_target.h"
#include "base/bf16.h"
#include "channel/channel_items.h"
#include "channel/fit/target/target_fit.h"
#include "channel/growth.h"
#include "channel/picking.h"
#include "model/model.h"
#include "model/model_copy.h"
#include "model/recency.h"
#include <math.h>
#include <string.h>

enum { CHUNK = 64, UNITS = RG_NET_UNITS };
static const double DAY = 86400.0;
/* The largest size of a scaled place or age. */
static const float MOST_MOMENT = 3.0f;

static const rg_bound Q = {0x1p20f, 0, 1}, LIMIT = {0x1p40f, 1, 0};
static const rg_bound NUMBER = {0x1p20f, 0, 0}, SCALE = {0x1p60f, 0, 0};

enum { KIND, WIDTH, N_SHAPE };

static regatta_status visit_shape(rg_visitor *v, const regatta_model *model,
                                  rg_target_state *s)
{
    regatta_status status = REGATTA_OK;
    int64_t n[N_SHAPE] = {s->kind, s->width};
    RG_TRY(rg_visit_ints(v, "target_attention.shape", n, N_SHAPE));
    if (!v->checks) return REGATTA_OK;
    if (!rg_within(n[KIND], RG_TARGET_NONE, RG_TARGET_SOFTMAX) ||
        !rg_within(n[WIDTH], 0, RG_TARGET_WIDTH))
        return rg_visit_wrong(v, "target_attention.shape", "a number is out of range");
    if (model->item_weights == NULL)
        return rg_visit_wrong(v, "target_attention.shape",
                              "the model has no item attention");
    if (!v->reads) return REGATTA_OK; /* other threads may read the model */
    s->n_items = model->n_items;
    s->kind = (int)n[KIND];
    s->width = (int)n[WIDTH];
    s->n_nets = 1;
done:
    return status;
}

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_target_state *s = state;
    const int64_t n = model->n_items;
    RG_TRY(visit_shape(v, model, s));
    const int64_t rows = rg_target_rows(s->width);
    RG_TRY(rg_visit_copied(v, "target_attention.network", s->x[0], rows, UNITS, &NUMBER));
    RG_TRY(rg_visit_copied(v, "target_attention.bias", s->x[0] + rows * UNITS, 1, 1,
                           &NUMBER));
    RG_TRY(rg_visit_copied(v, "target_attention.scales", s->scale, 1, RG_TARGET_SCALES,
                           &SCALE));
    RG_TRY(rg_visit_floats(v, "target_attention.limit", &s->limit, n, &LIMIT));
    if (s->width > 0)
        RG_TRY(rg_visit_table(v, "target_attention.items", &s->q, 0, n, s->width, &Q));
done:
    return status;
}

static regatta_status grow(regatta_ctx *ctx, regatta_model *model, void *state,
                           rg_growth *growth)
{
    rg_target_state *s = state;
    s->n_items = model->n_items;
    rg_growth_floats(growth, s->limit, s->n_items);
    return rg_growth_rows(ctx, growth, &s->q, 0, s->n_items, 0);
}

static regatta_status pick(regatta_model *model, void *state, const rg_picking *picking)
{
    regatta_status status = REGATTA_OK;
    rg_target_state *s = state;
    s->n_items = picking->n_items;
    RG_TRY(rg_pick_floats(model, &s->limit, picking->item, picking->n_items));
    RG_TRY(rg_pick_rows(model, &s->q, 1, picking->item, picking->n_items));
done:
    return status;
}

static int element(const void *state, rg_element *out)
{
    const rg_target_state *s = state;
    *out = s->q.type;
    return s->width > 0;
}

static int ordered(const void *state)
{
    const float *scale = ((const rg_target_state *)state)->scale;
    return scale[RG_TARGET_PLACE_INVERSE] > 0.0f || scale[RG_TARGET_AGE_INVERSE] > 0.0f;
}

void rg_target_moment(float *place, float *age, const rg_history *history, int64_t h)
{
    *place = *age = -1.0f;
    if (history->n_steps == 0) return;
    const int64_t step = history->latest[h];
    *place = log1pf((float)(history->n_steps - 1 - step));
    if (history->time != NULL)
        *age = (float)log1p(((double)history->at - (double)history->time[step]) / DAY);
}

static float scaled(float x, float mean, float inverse)
{
    if (x < 0.0f) return 0.0f;
    return fmaxf(-MOST_MOMENT, fminf(MOST_MOMENT, (x - mean) * inverse));
}

void rg_target_scale_moment(rg_target_item *item, const float *scale, float place,
                            float age)
{
    item->place =
        scaled(place, scale[RG_TARGET_PLACE_MEAN], scale[RG_TARGET_PLACE_INVERSE]);
    item->age = scaled(age, scale[RG_TARGET_AGE_MEAN], scale[RG_TARGET_AGE_INVERSE]);
}

/* The numbers of one item of a history. */
typedef struct own_item {
    float q[RG_TARGET_WIDTH];
    rg_target_own room;
    rg_net net;
    float r, limit; /* its weight; the least weight with a factor */
} own_item;

/* A row in the making. */
typedef struct gathered {
    const rg_target_state *state;
    float *row;                     /* sums of pairs with g = 1, or with the gate's g */
    float *weighted, *total, *pair; /* of the kind softmax: sums of r w e, of e, and of
                                       pairs, with e = exp(o - RG_TARGET_MOST) */
    int64_t n;                      /* pairs of the chunk */
    uint32_t target[CHUNK];
    float weight[CHUNK], o[CHUNK];
    float in[CHUNK * (RG_TARGET_WIDTH + 1)], unit[CHUNK * UNITS];
    int64_t n_pairs;
} gathered;

/* Returns the network of the history. */
static const float *numbers_of(const rg_target_state *s, const rg_history *history)
{
    const int own = s->n_nets > 1 && history->user != REGATTA_NONE;
    return s->x[own ? history->user % (uint32_t)s->n_nets : 0];
}

static void begin_item(own_item *own, const rg_target_state *s,
                       const rg_item_weights *weights, const rg_history *history,
                       int64_t h)
{
    float place, age;
    rg_target_item item = {.q = own->q};
    /* The view of a network is not const; nothing here writes its numbers. */
    const rg_target_net net = rg_target_net_at((float *)numbers_of(s, history), s->width);
    const int64_t i = history->item[h];
    if (s->width > 0) rg_rows_decode(own->q, &s->q, i, i + 1);
    rg_target_moment(&place, &age, history, h);
    rg_target_scale_moment(&item, s->scale, place, age);
    own->net = rg_target_net_of(&own->room, &net, &item);
    own->r = rg_recency_weight(weights->recency, history, h);
    own->limit = s->limit[i];
}

static float clamped(float o)
{
    return fmaxf(-RG_TARGET_MOST, fminf(RG_TARGET_MOST, o));
}

/* Computes the outputs of the n pairs target[], weight[] of an item. */
static void outputs_of(gathered *g, const own_item *own)
{
    const rg_target_state *s = g->state;
    float scratch[RG_TARGET_WIDTH];
    for (int64_t k = 0; k < g->n; k++) {
        const float *q =
            s->width > 0 ? rg_model_row(scratch, &s->q, g->target[k]) : scratch;
        rg_target_inputs(g->in + k * (s->width + 1), q, s->width,
                         rg_target_share(g->weight[k], s->scale[RG_TARGET_TYPICAL]));
    }
    rg_kernels_best()->net_forward(g->o, g->unit, g->in, g->n, &own->net);
    for (int64_t k = 0; k < g->n; k++) g->o[k] = clamped(g->o[k]);
    g->n_pairs += g->n;
}

static float gate_of(float o)
{
    return 2.0f / (1.0f + expf(-o));
}

/* Adds the pairs of the chunk and empties it. */
static void flush(gathered *g, const own_item *own)
{
    outputs_of(g, own);
    for (int64_t k = 0; k < g->n; k++) {
        const uint32_t j = g->target[k];
        const float part = own->r * g->weight[k];
        if (g->state->kind == RG_TARGET_GATE) {
            g->row[j] += part * gate_of(g->o[k]);
        } else {
            const float e = expf(g->o[k] - RG_TARGET_MOST);
            g->weighted[j] += part * e;
            g->total[j] += e;
            g->pair[j] += 1.0f;
        }
    }
    g->n = 0;
}

/* Returns 1 if a pair of this weight has a factor. */
static int has_factor(const rg_target_state *s, float weight, float limit)
{
    return s->kind != RG_TARGET_NONE && weight != 0.0f && fabsf(weight) >= limit;
}

static void add_item(gathered *g, const own_item *own, const rg_weights *w, int64_t i)
{
    for (int64_t e = w->offset[i]; e < w->offset[i + 1]; e++) {
        const float weight = rg_from_bf16(w->value[e]);
        if (!has_factor(g->state, weight, own->limit)) {
            g->row[w->target[e]] += own->r * weight;
            continue;
        }
        g->target[g->n] = w->target[e];
        g->weight[g->n++] = weight;
        if (g->n == CHUNK) flush(g, own);
    }
    if (g->n > 0) flush(g, own);
}

static int64_t work_floats(const void *state, int64_t n)
{
    const rg_target_state *s = state;
    (void)n;
    return s->kind == RG_TARGET_SOFTMAX ? 3 * s->n_items : 0;
}

static int64_t row(float *out, float *best, float *support, const regatta_model *model,
                   const void *state, const rg_history *history, float *work)
{
    const rg_target_state *s = state;
    const rg_item_weights *weights = model->item_weights;
    const int64_t n_items = model->n_items;
    gathered g = {.state = s, .row = out, .weighted = work};
    int64_t flops = n_items;
    own_item own;
    (void)best, (void)support;
    memset(out, 0, (size_t)n_items * sizeof *out);
    if (s->kind == RG_TARGET_SOFTMAX) {
        memset(work, 0, 3 * (size_t)n_items * sizeof *work);
        g.total = g.weighted + n_items;
        g.pair = g.total + n_items;
    }
    for (int64_t h = 0; h < history->n; h++) {
        const int64_t i = history->item[h], *offset = weights->rows.offset;
        begin_item(&own, s, weights, history, h);
        add_item(&g, &own, &weights->rows, i);
        flops += 2 * (offset[i + 1] - offset[i]) + 6 * (int64_t)s->width * UNITS;
    }
    for (int64_t j = 0; j < n_items && s->kind == RG_TARGET_SOFTMAX; j++)
        if (g.pair[j] > 0.0f) out[j] += g.pair[j] * (g.weighted[j] / g.total[j]);
    for (int64_t j = 0; j < n_items; j++) out[j] *= weights->scale[j];
    return flops + g.n_pairs * 2 * (s->width + 2) * UNITS;
}

/* Multiplies the values of pairs with a factor by n exp(o) / sum exp(o). weight[] is o of
 * these pairs, and -INFINITY of the others. */
static void normalise(rg_channel_parts *parts, int64_t n)
{
    double total = 0.0, n_pairs = 0.0;
    for (int64_t h = 0; h < n; h++) {
        if (parts->weight[h] == -(double)INFINITY) continue;
        total += exp(parts->weight[h] - (double)RG_TARGET_MOST);
        n_pairs += 1.0;
    }
    for (int64_t h = 0; h < n; h++)
        if (parts->weight[h] != -(double)INFINITY)
            parts->value[h] *=
                n_pairs * exp(parts->weight[h] - (double)RG_TARGET_MOST) / total;
}

/* The attention to an item of the history is its part, as in item attention. */
static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    const rg_target_state *s = state;
    const rg_item_weights *weights = model->item_weights;
    gathered g = {.state = s};
    own_item own;
    (void)x, (void)work;
    for (int64_t h = 0; h < history->n; h++) {
        const float w = rg_weights_at(&weights->rows, history->item[h], item);
        begin_item(&own, s, weights, history, h);
        parts->value[h] = (double)weights->scale[item] * (double)own.r * (double)w;
        parts->weight[h] = -(double)INFINITY;
        if (!has_factor(s, w, own.limit)) continue;
        g.target[0] = item;
        g.weight[0] = w;
        g.n = 1;
        outputs_of(&g, &own);
        if (s->kind == RG_TARGET_GATE)
            parts->value[h] *= (double)gate_of(g.o[0]);
        else
            parts->weight[h] = (double)g.o[0];
    }
    if (s->kind == RG_TARGET_SOFTMAX) normalise(parts, history->n);
    for (int64_t h = 0; h < history->n; h++) {
        parts->size[h] = fabs(parts->value[h]);
        parts->weight[h] = parts->value[h];
    }
}

const rg_channel_ops rg_channel_target = {
    .fit = &rg_target_fit,
    .name = "target",
    .state_size = sizeof(rg_target_state),
    .start_weight = 0.5f,
    .reads = &rg_channel_items,
    .visit = visit,
    .grow = grow,
    .pick = pick,
    .element = element,
    .ordered = ordered,
    .work_floats = work_floats,
    .row = row,
    .explain = explain,
};
