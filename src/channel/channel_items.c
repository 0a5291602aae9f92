#include "channel/channel_items.h"
#include "base/bf16.h"
#include "channel/fit/items_fit.h"
#include "channel/growth.h"
#include "channel/picking.h"
#include "channel/row_sum.h"
#include "model/model.h"
#include "model/recency.h"
#include <math.h>
#include <string.h>

static const rg_bound WEIGHTS = {0x1p40f, 0, 1}, SCALE = {0x1p60f, 0, 0};

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_item_weights *s = state;
    const int64_t n = model->n_items;
    RG_TRY(rg_visit_weights(v, "item_attention", &s->rows, n, n, &WEIGHTS));
    const float largest = v->largest;
    RG_TRY(rg_visit_floats(v, "item_attention.scale", &s->scale, n, &SCALE));
    RG_TRY(rg_visit_sum(v, "item_attention.weights", largest,
                        rg_model_largest_weight(model) * (double)n *
                            fmax(1.0, (double)v->largest)));
    RG_TRY(rg_recency_visit(v, "item_attention.recency", &s->recency, 1));
done:
    return status;
}

static void attach(regatta_model *model, void *state)
{
    model->item_weights = state;
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
    return ((const rg_item_weights *)state)->recency != NULL;
}

/* Returns its FLOPs, as evidence_row: of each weight, and of the scaling. */
static int64_t plain_row(float *row, const rg_item_weights *s, int64_t n_items,
                         const rg_history *history)
{
    const rg_weights *w = &s->rows;
    int64_t flops = n_items;
    memset(row, 0, (size_t)n_items * sizeof *row);
    for (int64_t h = 0; h < history->n; h++) {
        const int64_t i = history->item[h];
        const float r = rg_recency_weight(s->recency, history, h);
        const int64_t first = w->offset[i];
        flops += 2 * (w->offset[i + 1] - first);
        rg_row_sum_add(row, w, i, r);
    }
    for (int64_t j = 0; j < n_items; j++) row[j] *= s->scale[j];
    return flops;
}

/* The sums over a history: x, its largest term, and the number of terms above 0. */
typedef struct gathered {
    float *row, *best, *count;
} gathered;

/* Terms and 1 for those above 0. Made before they are added, because their signs have no
 * order that a branch could follow. */
typedef struct terms {
    float part[RG_RUN], positive[RG_RUN];
} terms;

static inline void fill_terms(terms *t, const uint16_t *value, int64_t n, float r)
{
    for (int64_t c = 0; c < n; c++) {
        t->part[c] = r * rg_from_bf16(value[c]);
        t->positive[c] = t->part[c] > 0.0f ? 1.0f : 0.0f;
    }
}

static inline void gather_at(const gathered *to, int64_t j, const terms *t, int64_t c)
{
    to->row[j] += t->part[c];
    to->best[j] = t->part[c] > to->best[j] ? t->part[c] : to->best[j];
    to->count[j] += t->positive[c];
}

/* As rg_row_sum_add; the compiler vectorises runs of consecutive targets. */
static void gather_weights(const gathered *to, const uint32_t *target,
                           const uint16_t *value, int64_t n, float r)
{
    terms t;
    int64_t e = 0;
    for (; e + RG_RUN <= n; e += RG_RUN) {
        fill_terms(&t, value + e, RG_RUN, r);
        if (rg_is_run(target + e, RG_RUN)) {
            const gathered at = {to->row + target[e], to->best + target[e],
                                 to->count + target[e]};
            for (int64_t c = 0; c < RG_RUN; c++) gather_at(&at, c, &t, c);
        } else {
            for (int64_t c = 0; c < RG_RUN; c++) gather_at(to, target[e + c], &t, c);
        }
    }
    fill_terms(&t, value + e, n - e, r);
    for (int64_t c = 0; e + c < n; c++) gather_at(to, target[e + c], &t, c);
}

/* As plain_row, with best[n_items], the largest part of one item of the history in x_j
 * (at least 0), and support[n_items], log(1 + items of the history whose part is above
 * 0). */
static int64_t evidence_row(float *row, float *best, float *support,
                            const rg_item_weights *s, int64_t n_items,
                            const rg_history *history)
{
    const rg_weights *w = &s->rows;
    int64_t flops = 2 * n_items;
    const gathered to = {row, best, support};
    memset(row, 0, (size_t)n_items * sizeof *row);
    memset(best, 0, (size_t)n_items * sizeof *best);
    memset(support, 0, (size_t)n_items * sizeof *support);
    for (int64_t h = 0; h < history->n; h++) {
        const int64_t i = history->item[h], first = w->offset[i];
        flops += 3 * (w->offset[i + 1] - first);
        gather_weights(&to, w->target + first, w->value + first, w->offset[i + 1] - first,
                       rg_recency_weight(s->recency, history, h));
    }
    for (int64_t j = 0; j < n_items; j++) {
        row[j] *= s->scale[j];
        best[j] *= s->scale[j];
        if (support[j] > 0.0f) support[j] = logf(1.0f + support[j]);
    }
    return flops;
}

static int64_t row(float *out, float *best, float *support, const regatta_model *model,
                   const void *state, const rg_history *history, float *work)
{
    (void)work;
    if (best == NULL) return plain_row(out, state, model->n_items, history);
    return evidence_row(out, best, support, state, model->n_items, history);
}

static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    const rg_item_weights *s = state;
    const double scale = (double)s->scale[item];
    (void)model, (void)x, (void)work;
    for (int64_t h = 0; h < history->n; h++) {
        const double r = (double)rg_recency_weight(s->recency, history, h);
        parts->value[h] =
            scale * r * (double)rg_weights_at(&s->rows, history->item[h], item);
        parts->size[h] = fabs(parts->value[h]);
        parts->weight[h] = parts->value[h];
    }
}

const rg_channel_ops rg_channel_items = {
    .fit = &rg_items_fit,
    .name = "items",
    .state_size = sizeof(rg_item_weights),
    .start_weight = 1.0f,
    .kept = 1,
    .evidence = 1,
    .attach = attach,
    .visit = visit,
    .grow = grow,
    .pick = rg_pick_item_weights,
    .element = element,
    .ordered = ordered,
    .row = row,
    .explain = explain,
};
