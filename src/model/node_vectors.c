#include "model/node_vectors.h"
#include "gat/attention/dynamic.h"
#include "model/recency.h"
#include <math.h>
#include <string.h>

static void fetch(float *out, const void *from, int layer, const uint32_t *row, int64_t n)
{
    const rg_node_vectors *v = from;
    const rg_rows *rows = layer == RG_FOLD_X0 ? &v->user_x0 : &v->item_state;
    const int64_t first = layer == RG_FOLD_X0 ? 0 : layer * v->shape.n_items;
    for (int64_t k = 0; k < n; k++) {
        const int64_t r = first + (int64_t)row[k];
        rg_rows_decode(out + k * rows->dim, rows, r, r + 1);
    }
}

regatta_status rg_node_vectors_expand(regatta_ctx *ctx, rg_node_vectors *v)
{
    regatta_status status = REGATTA_OK;
    if (v->params == NULL || v->shape.share == REGATTA_SHARE_NONE) return REGATTA_OK;
    if (v->full == NULL)
        RG_TRY(rg_params_create_expanded(ctx, &v->full, &v->params->shape));
    rg_params_expand(v->full, v->params);
done:
    return status;
}

regatta_status rg_node_vectors_take_params(regatta_ctx *ctx, rg_node_vectors *v,
                                           const rg_params *from)
{
    regatta_status status = REGATTA_OK;
    rg_shape without_nodes = from->shape;
    without_nodes.n_users = without_nodes.n_items = 0;
    without_nodes.n_features[0] = without_nodes.n_features[1] = 0;
    RG_TRY(rg_params_create(ctx, &v->params, &without_nodes));
    rg_params_copy_attention(v->params, from);
    status = rg_node_vectors_expand(ctx, v);
done:
    return status;
}

void rg_node_vectors_fold_tables(rg_fold_tables *out, const rg_node_vectors *v)
{
    const int floats = v->item_state.type == RG_F32 && v->user_x0.type == RG_F32;
    *out = (rg_fold_tables){.shape = v->shape,
                            .item_state = v->item_state.data,
                            .item_degree = v->item_degree,
                            .user_x0 = v->user_x0.data,
                            .params = v->full != NULL ? v->full : v->params,
                            .group = v->group,
                            .prototype = v->prototype};
    if (floats) return;
    out->fetch = fetch;
    out->fetch_from = v;
}

int64_t rg_node_vectors_coefs(const rg_node_vectors *v, int64_t n)
{
    return (int64_t)v->shape.layers * v->shape.heads * n;
}

int64_t rg_node_vectors_floats(const rg_node_vectors *v, int64_t n)
{
    return v->shape.dim + rg_node_vectors_coefs(v, n) + 2 * n +
           rg_fold_in_floats(&v->shape, n);
}

/* Returns the weights of the history, written to room[n] if they are weighted by
 * recency. */
static const float *weights_of(float *room, const rg_node_vectors *v,
                               const rg_history *history)
{
    if (v->recency == NULL || history->n_steps == 0) return history->weight;
    for (int64_t e = 0; e < history->n; e++)
        room[e] = rg_recency_weight(v->recency, history, e);
    return room;
}

int rg_node_vectors_ordered(const rg_node_vectors *v)
{
    return v->recency != NULL || v->shape.dynamic > 1;
}

/* Returns the ages of the latest interactions with each item, written to room[n]; NULL if
 * they are not read. */
static const float *ages_of(float *room, const rg_node_vectors *v,
                            const rg_history *history)
{
    if (v->shape.dynamic < 2 || history->time == NULL || history->n_steps == 0)
        return NULL;
    for (int64_t e = 0; e < history->n; e++)
        room[e] = rg_log_age(history->at - history->time[history->latest[e]]);
    return room;
}

double rg_node_vectors_fold(const rg_node_vectors *v, const rg_history *history,
                            float *workspace)
{
    float *y = workspace, *coef = y + v->shape.dim;
    float *room = coef + rg_node_vectors_coefs(v, history->n);
    rg_fold_tables tables;
    rg_node_vectors_fold_tables(&tables, v);
    const rg_fold_history fold = {.user = history->user,
                                  .item = history->item,
                                  .weight = weights_of(room, v, history),
                                  .log_age = ages_of(room + history->n, v, history),
                                  .n = history->n};
    rg_fold_in(y, coef, &tables, &fold, room + 2 * history->n);
    double squares = 0.0;
    for (int64_t k = 0; k < v->shape.dim; k++) squares += (double)y[k] * (double)y[k];
    return sqrt(squares);
}

int rg_node_vectors_stored(const rg_node_vectors *v, const rg_history *history)
{
    if (history->user == REGATTA_NONE) return 0;
    return !rg_node_vectors_ordered(v) || history->time == NULL ||
           history->n_steps == 0 || history->at == history->time[history->n_steps - 1];
}

void rg_node_vectors_unit(float *unit, const rg_node_vectors *v,
                          const rg_history *history, float *workspace)
{
    const int64_t dim = v->shape.dim;
    if (rg_node_vectors_stored(v, history)) {
        rg_rows_decode(unit, &v->user_vectors, history->user, (int64_t)history->user + 1);
        return;
    }
    memset(unit, 0, (size_t)dim * sizeof *unit);
    if (history->n == 0) return;
    const double length = rg_node_vectors_fold(v, history, workspace);
    if (!(length > 0.0) || !isfinite(length)) return;
    for (int64_t k = 0; k < dim; k++) unit[k] = (float)((double)workspace[k] / length);
}
