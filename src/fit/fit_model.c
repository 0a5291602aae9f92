/* The model of a finished fit: everything copied into arrays of its own. */
#include "fit/fit_run.h"
#include "gat/unit_pick.h"
#include "model/model_channels.h"
#include <string.h>

static regatta_status copy_histories(const rg_fitted *fitted, regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = fitted->graph->by_user;
    RG_NEW(model->mem, model->owned_offset, rows->n_rows + 1);
    RG_NEW(model->mem, model->owned_item, rows->n_edges);
    memcpy(model->owned_offset, rows->offset,
           (size_t)(rows->n_rows + 1) * sizeof *rows->offset);
    memcpy(model->owned_item, rows->target, (size_t)rows->n_edges * sizeof *rows->target);
    model->history_offset = model->owned_offset;
    model->history_item = model->owned_item;
    model->n_edges = rows->n_edges;
done:
    return status;
}

/* Unit rows of nodes [first, first + n), zeros for a node without edges. */
static void unit_rows(float *to, const rg_vectors *v, int64_t first, int64_t n,
                      const rg_csr *rows, int threads)
{
    const int64_t dim = v->shape.dim;
    rg_unit_pick_forward(to, NULL, v->y + first * dim, NULL, n, dim, threads);
    for (int64_t r = 0; r < n; r++)
        if (rg_csr_degree(rows, r) == 0)
            memset(to + r * dim, 0, (size_t)dim * sizeof *to);
}

static float *take(float **at, int64_t n)
{
    float *part = *at;
    *at += n;
    return part;
}

static const float *copy(float **at, const float *from, int64_t n)
{
    if (from == NULL) return NULL;
    float *to = take(at, n);
    memcpy(to, from, (size_t)n * sizeof *to);
    return to;
}

/* Vectors and their company; nothing but the history's weights for dim 0. */
static regatta_status copy_floats(regatta_ctx *ctx, const rg_fitted *fitted,
                                  regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const rg_vectors *v = fitted->vectors;
    const rg_shape *s = &model->shape;
    const int64_t users = s->n_users * s->dim, items = s->n_items * s->dim;
    const int64_t n_weights = fitted->weight != NULL ? model->n_edges : 0;
    const int64_t n_start = s->dim > 0 && v->user_x0 != NULL ? users : 0;
    RG_NEW(model->mem, model->owned,
           users + items * (1 + s->layers) + 2 * s->n_items + n_weights + n_start);
    float *at = model->owned;
    model->history_weight = copy(&at, fitted->weight, n_weights);
    if (s->dim == 0) return REGATTA_OK;
    float *user_rows = take(&at, users), *item_rows = take(&at, items);
    unit_rows(user_rows, v, 0, s->n_users, fitted->graph->by_user, ctx->threads);
    unit_rows(item_rows, v, s->n_users, s->n_items, fitted->graph->by_item, ctx->threads);
    model->user_vectors = rg_rows_f32(user_rows, s->n_users, s->dim);
    model->item_vectors = rg_rows_f32(item_rows, s->n_items, s->dim);
    model->bias = copy(&at, v->bias, s->n_items);
    model->item_state = rg_rows_f32(copy(&at, v->item_state, s->layers * items),
                                    s->layers * s->n_items, s->dim);
    model->item_degree = copy(&at, v->item_degree, s->n_items);
    model->user_x0 = rg_rows_f32(copy(&at, v->user_x0, users), s->n_users, s->dim);
done:
    return status;
}

/* The attention parameters, without x0 and bias of their own. */
static regatta_status copy_params(regatta_ctx *ctx, const rg_vectors *v,
                                  regatta_model *model)
{
    rg_shape without_nodes = v->shape;
    without_nodes.n_users = without_nodes.n_items = 0;
    const regatta_status status = rg_params_create(ctx, &model->params, &without_nodes);
    if (status != REGATTA_OK) return status;
    for (int k = 0; k < v->params->n_entries; k++) {
        const rg_param_entry *from = &v->params->entry[k];
        if (from->group == RG_PARAM_ATTENTION)
            memcpy(model->params->arena + model->params->entry[k].first,
                   v->params->arena + from->first,
                   (size_t)(from->rows * from->cols) * sizeof(float));
    }
    return REGATTA_OK;
}

static regatta_status set_channels(regatta_model *model, const rg_fitted *fitted,
                                   const int *on, const rg_blend *blend)
{
    regatta_status status = REGATTA_OK;
    if (on[RG_CHANNEL_ITEMS])
        RG_TRY(rg_model_set_items(model,
                                  fitted->reweighted != NULL ? fitted->reweighted
                                                             : fitted->items->by_history,
                                  fitted->items->scale));
    if (on[RG_CHANNEL_USERS]) RG_TRY(rg_model_set_users(model, fitted->users->by_target));
    if (on[RG_CHANNEL_SPECTRAL]) RG_TRY(rg_model_set_spectral(model, fitted->spectral));
    if (blend != NULL) RG_TRY(rg_model_set_blend(model, blend));
done:
    return status;
}

regatta_status rg_fitted_model(regatta_ctx *ctx, regatta_model **out,
                               const rg_fitted *fitted, const int *on,
                               const rg_blend *blend)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    regatta_model *model = NULL;
    RG_NEW(ctx->mem, model, 1);
    model->mem = ctx->mem;
    model->scale = 1.0f;
    model->shape = (rg_shape){.heads = 1,
                              .layers = 1,
                              .n_users = fitted->graph->by_user->n_rows,
                              .n_items = fitted->graph->by_user->n_cols};
    if (on[RG_CHANNEL_VECTORS]) {
        model->shape = fitted->vectors->shape;
        model->scale = fitted->vectors->scale;
        if (model->shape.attention != REGATTA_ATTENTION_NONE)
            RG_TRY(copy_params(ctx, fitted->vectors, model));
    }
    RG_TRY(copy_histories(fitted, model));
    RG_TRY(copy_floats(ctx, fitted, model));
    RG_TRY(set_channels(model, fitted, on, blend));
    RG_TRY(rg_model_finish(ctx, model));
    *out = model;
    model = NULL;
done:
    regatta_model_free(model);
    return status;
}

static void fill_info(const rg_fit_run *run, regatta_model *model)
{
    model->info = (regatta_model_info){.struct_size = sizeof model->info,
                                       .n_users = (uint32_t)model->shape.n_users,
                                       .n_items = (uint32_t)model->shape.n_items,
                                       .dim = (uint32_t)model->shape.dim,
                                       .n_edges = model->n_edges,
                                       .data_hash = run->whole.graph->hash,
                                       .valid_ndcg = run->valid_ndcg,
                                       .valid_recall = run->valid_recall};
}

regatta_status rg_fit_model(rg_fit_run *run, regatta_model **out)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const rg_fit_choice *c = &run->choice;
    regatta_model *model = NULL;
    RG_TRY(rg_fitted_model(run->ctx, &model, &run->whole, c->on,
                           c->blended ? &c->blend : NULL));
    RG_TRY(rg_idmap_copy(run->ctx, &model->users, run->whole.graph->users));
    RG_TRY(rg_idmap_copy(run->ctx, &model->items, run->whole.graph->items));
    fill_info(run, model);
    RG_TRY(rg_fit_json(run, &model->json));
    *out = model;
    model = NULL;
done:
    regatta_model_free(model);
    return status;
}
