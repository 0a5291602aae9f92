#include "channel/channel_order.h"
#include "channel/fit/order_fit.h"
#include "channel/growth.h"
#include "channel/picking.h"
#include "channel/row_sum.h"
#include "model/model.h"
#include "model/recency.h"
#include <math.h>
#include <string.h>

static const rg_bound WEIGHTS = {0x1p40f, 0, 0}, SCALE = {0x1p60f, 0, 0};
/* Interactions of a query, at most, for the bound of a score. */
static const double MOST_STEPS = 0x1p40;

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_item_weights *s = state;
    const int64_t n = model->n_items;
    RG_TRY(rg_visit_weights(v, "order", &s->rows, n, n, &WEIGHTS));
    const float largest = v->largest;
    RG_TRY(rg_visit_floats(v, "order.scale", &s->scale, n, &SCALE));
    RG_TRY(rg_visit_sum(v, "order.weights", largest,
                        MOST_STEPS * fmax(1.0, (double)v->largest)));
    RG_TRY(rg_recency_visit(v, "order.recency", &s->recency, 0));
done:
    return status;
}

static regatta_status grow(regatta_ctx *ctx, regatta_model *model, void *state,
                           rg_growth *growth)
{
    rg_item_weights *s = state;
    return rg_growth_columns(ctx, model, growth, &s->rows, s->scale);
}

static int element(const void *state, rg_element *out)
{
    *out = RG_I8;
    return ((const rg_item_weights *)state)->rows.coded;
}

static int ordered(const void *state)
{
    (void)state;
    return 1;
}

static int64_t row(float *out, float *best, float *support, const regatta_model *model,
                   const void *state, const rg_history *history, float *work)
{
    const rg_item_weights *s = state;
    int64_t flops = model->n_items;
    (void)best, (void)support, (void)work;
    memset(out, 0, (size_t)model->n_items * sizeof *out);
    for (int64_t k = 0; k < history->n_steps; k++) {
        const int64_t i = history->item[history->step[k]];
        flops += 2 * (s->rows.offset[i + 1] - s->rows.offset[i]);
        rg_row_sum_add(out, &s->rows, i, rg_recency_at(s->recency, history, k));
    }
    for (int64_t j = 0; j < model->n_items; j++) out[j] *= s->scale[j];
    return flops;
}

static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    const rg_item_weights *s = state;
    (void)model, (void)x, (void)work;
    for (int64_t k = 0; k < history->n_steps; k++) {
        const uint32_t h = history->step[k];
        const double part = (double)s->scale[item] *
                            (double)rg_recency_at(s->recency, history, k) *
                            (double)rg_weights_at(&s->rows, history->item[h], item);
        parts->value[h] += part;
        parts->size[h] += fabs(part);
        parts->weight[h] += part;
    }
}

const rg_channel_ops rg_channel_order = {
    .fit = &rg_order_fit,
    .name = "order",
    .state_size = sizeof(rg_item_weights),
    .start_weight = 1.0f,
    .visit = visit,
    .grow = grow,
    .pick = rg_pick_item_weights,
    .element = element,
    .ordered = ordered,
    .row = row,
    .explain = explain,
};
