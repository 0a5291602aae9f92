/* The model of a finished fit: everything copied into arrays of its own. */
#include "channel/channel_spectral.h"
#include "channel/channel_users.h"
#include "fit/fit_run.h"
#include "gat/unit_pick.h"
#include "graph/interactions.h"
#include <string.h>

static void *copy(regatta_model *model, const void *from, int64_t n, size_t size)
{
    void *to = rg_model_own(model, n, size);
    if (to != NULL && n > 0) memcpy(to, from, (size_t)n * size);
    return to;
}

static regatta_status copy_histories(const rg_fitted *fitted, regatta_model *model)
{
    const rg_csr *rows = fitted->graph->by_user;
    model->n_edges = rows->n_edges;
    model->history_offset =
        copy(model, rows->offset, rows->n_rows + 1, sizeof *rows->offset);
    model->history_item = copy(model, rows->target, rows->n_edges, sizeof *rows->target);
    if (model->history_offset == NULL || model->history_item == NULL)
        return REGATTA_ENOMEM;
    if (fitted->weight == NULL) return REGATTA_OK;
    model->history_weight =
        copy(model, fitted->weight, rows->n_edges, sizeof *fitted->weight);
    return model->history_weight != NULL ? REGATTA_OK : REGATTA_ENOMEM;
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

/* The attention parameters, without x0 and bias of their own. */
static regatta_status copy_params(regatta_ctx *ctx, const rg_vectors *v,
                                  rg_node_vectors *s)
{
    rg_shape without_nodes = v->shape;
    without_nodes.n_users = without_nodes.n_items = 0;
    const regatta_status status = rg_params_create(ctx, &s->params, &without_nodes);
    if (status != REGATTA_OK) return status;
    for (int k = 0; k < v->params->n_entries; k++) {
        const rg_param_entry *from = &v->params->entry[k];
        if (from->group == RG_PARAM_ATTENTION)
            memcpy(s->params->arena + s->params->entry[k].first,
                   v->params->arena + from->first,
                   (size_t)(from->rows * from->cols) * sizeof(float));
    }
    return REGATTA_OK;
}

static regatta_status set_vectors(regatta_ctx *ctx, regatta_model *model,
                                  const rg_fitted *fitted, rg_node_vectors *s)
{
    const rg_vectors *v = fitted->vectors;
    const int64_t dim = v->shape.dim, n_users = model->n_users, n_items = model->n_items;
    const size_t size = sizeof(float);
    float *users = rg_model_own(model, n_users * dim, size);
    float *items = rg_model_own(model, n_items * dim, size);
    const float *state =
        copy(model, v->item_state, v->shape.layers * n_items * dim, size);
    const float *x0 =
        v->user_x0 != NULL ? copy(model, v->user_x0, n_users * dim, size) : NULL;
    s->shape = v->shape;
    s->scale = v->scale;
    s->bias = copy(model, v->bias, n_items, size);
    s->item_degree = copy(model, v->item_degree, n_items, size);
    if (users == NULL || items == NULL || state == NULL || s->bias == NULL ||
        s->item_degree == NULL || (x0 == NULL && v->user_x0 != NULL))
        return REGATTA_ENOMEM;
    unit_rows(users, v, 0, n_users, fitted->graph->by_user, ctx->threads);
    unit_rows(items, v, n_users, n_items, fitted->graph->by_item, ctx->threads);
    s->user_vectors = rg_rows_f32(users, n_users, dim);
    s->item_vectors = rg_rows_f32(items, n_items, dim);
    s->item_state = rg_rows_f32(state, v->shape.layers * n_items, dim);
    s->user_x0 = rg_rows_f32(x0, n_users, dim);
    return v->shape.attention != REGATTA_ATTENTION_NONE ? copy_params(ctx, v, s)
                                                        : REGATTA_OK;
}

static regatta_status set_spectral(regatta_model *model, const rg_spectral_filter *f,
                                   rg_spectral_state *s)
{
    const int64_t n = f->n_items * f->rank;
    const float *in = copy(model, f->in, n, sizeof *in);
    const float *out = copy(model, f->out, n, sizeof *out);
    if (in == NULL || out == NULL) return REGATTA_ENOMEM;
    s->in = rg_rows_f32(in, f->n_items, f->rank);
    s->out = rg_rows_f32(out, f->n_items, f->rank);
    return REGATTA_OK;
}

static regatta_status set_items(regatta_model *model, const rg_fitted *fitted,
                                rg_item_weights *s)
{
    s->scale = copy(model, fitted->items->scale, model->n_items, sizeof *s->scale);
    if (s->scale == NULL) return REGATTA_ENOMEM;
    return rg_model_set_weights(model, &s->rows,
                                fitted->reweighted != NULL ? fitted->reweighted
                                                           : fitted->items->by_history);
}

static regatta_status set_channel(regatta_ctx *ctx, regatta_model *model,
                                  const rg_fitted *fitted, int a)
{
    regatta_status status = REGATTA_OK;
    if (a == RG_CHANNEL_SPECTRAL && fitted->spectral->rank == 0) return REGATTA_OK;
    RG_TRY(rg_model_add_channel(model, a));
    void *state = rg_model_channel(model, a);
    if (a == RG_CHANNEL_VECTORS) RG_TRY(set_vectors(ctx, model, fitted, state));
    if (a == RG_CHANNEL_ITEMS) RG_TRY(set_items(model, fitted, state));
    if (a == RG_CHANNEL_USERS)
        RG_TRY(rg_model_set_weights(model, &((rg_user_weights *)state)->rows,
                                    fitted->users->by_target));
    if (a == RG_CHANNEL_SPECTRAL) RG_TRY(set_spectral(model, fitted->spectral, state));
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
    model->n_users = fitted->graph->by_user->n_rows;
    model->n_items = fitted->graph->by_user->n_cols;
    RG_TRY(copy_histories(fitted, model));
    RG_TRY(rg_interactions_pack(ctx, &model->sequences, fitted->graph, fitted->weight));
    for (int a = 0; a < rg_n_channels; a++)
        if (on[a]) RG_TRY(set_channel(ctx, model, fitted, a));
    if (blend != NULL) RG_TRY(rg_model_set_blend(model, blend));
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
                                       .n_users = (uint32_t)model->n_users,
                                       .n_items = (uint32_t)model->n_items,
                                       .dim = (uint32_t)rg_model_dim(model),
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
                           c->blended ? c->blend : NULL));
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
