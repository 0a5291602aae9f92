#include "channel/fit/vectors/vectors_serve.h"
#include "base/parallel.h"
#include "channel/fit/graph_reader.h"
#include "channel/fit/recency_choice.h"
#include "channel/fit/vectors/vectors_fit.h"
#include "gat/unit_pick.h"
#include "model/model.h"
#include <math.h>
#include <omp.h>
#include <string.h>

/* Writes the unit rows of n nodes with the read-out y, which may be `to`. A node without
 * edges has that of its features, from its input x0; zeros if that is NULL. */
static void unit_rows(float *to, const float *y, int64_t n, int64_t dim,
                      const rg_csr *rows, const float *x0, int threads)
{
    rg_unit_pick_forward(to, NULL, y, NULL, n, dim, threads);
    for (int64_t r = 0; r < n; r++) {
        if (rg_csr_degree(rows, r) > 0) continue;
        memset(to + r * dim, 0, (size_t)dim * sizeof *to);
        if (x0 != NULL)
            rg_unit_pick_forward(to + r * dim, NULL, x0 + r * dim, NULL, 1, dim, 1);
    }
}

/* Copies the sparse features of the users: those of the training, or those before an
 * update. */
static regatta_status serve_user_features(regatta_model *model, rg_node_vectors *to,
                                          const rg_vectors_part *part)
{
    const rg_node_vectors *before = part->before;
    const int64_t n_users = model->n_users;
    if (before == NULL)
        return part->user_features != NULL
                   ? rg_model_set_weights(model, &to->user_features, part->user_features,
                                          NULL)
                   : REGATTA_OK;
    if (before->n_features[2] == 0) return REGATTA_OK;
    const rg_weights *w = &before->user_features;
    const int64_t n = w->offset[n_users];
    to->user_features.offset =
        rg_model_copied(model, w->offset, n_users + 1, sizeof *w->offset);
    to->user_features.target = rg_model_copied(model, w->target, n, sizeof *w->target);
    to->user_features.value = rg_model_copied(model, w->value, n, sizeof *w->value);
    return to->user_features.offset != NULL && to->user_features.target != NULL &&
                   to->user_features.value != NULL
               ? REGATTA_OK
               : REGATTA_ENOMEM;
}

/* Copies the rows of features: those that were trained, or those before an update. */
static regatta_status serve_features(regatta_model *model, rg_node_vectors *to,
                                     const rg_vectors_part *part)
{
    const rg_vectors *v = part->vectors;
    for (int side = 0; side < 2; side++) {
        const rg_rows *before =
            part->before != NULL ? &part->before->feature[side] : NULL;
        const int64_t n = before != NULL ? before->n : v->shape.n_features[side];
        to->shape.n_features[side] = 0; /* they are not parameters of a fold-in */
        if (n == 0) continue;
        float *own = rg_model_own(model, n * v->shape.dim, sizeof *own);
        if (own == NULL) return REGATTA_ENOMEM;
        if (before != NULL)
            rg_rows_decode(own, before, 0, n);
        else
            memcpy(own, v->params->w[side], (size_t)(n * v->shape.dim) * sizeof *own);
        to->feature[side] = rg_rows_f32(own, n, v->shape.dim);
        to->n_features[side] = (uint32_t)n;
    }
    const regatta_status status = serve_user_features(model, to, part);
    to->n_features[2] = to->user_features.offset != NULL;
    return status;
}

/* Gives nodes without interactions the rows that they have before an update: an item that
 * only has features was grown with them. */
static void keep_bare(const rg_node_vectors *to, float *users, float *items,
                      float *states, float *degree, const rg_vectors_part *part,
                      const regatta_graph *graph)
{
    const rg_node_vectors *before = part->before;
    const int64_t dim = to->shape.dim, n_items = to->shape.n_items;
    for (int64_t u = 0; u < to->shape.n_users && before != NULL; u++)
        if (rg_csr_degree(graph->by_user, u) == 0)
            rg_rows_decode(users + u * dim, &before->user_vectors, u, u + 1);
    for (int64_t j = 0; j < n_items && before != NULL; j++) {
        if (rg_csr_degree(graph->by_item, j) > 0) continue;
        rg_rows_decode(items + j * dim, &before->item_vectors, j, j + 1);
        for (int64_t r = j; r < to->shape.layers * n_items; r += n_items)
            rg_rows_decode(states + r * dim, &before->item_state, r, r + 1);
        degree[j] = before->item_degree[j];
    }
}

/* Copies what the layers' attention and hierarchy need. */
static regatta_status serve_attention(regatta_ctx *ctx, regatta_model *model,
                                      rg_node_vectors *to, const rg_vectors_part *part)
{
    regatta_status status = REGATTA_OK;
    const rg_vectors *v = part->vectors;
    const rg_shape *s = &v->shape;
    if (!rg_shape_attends(s)) return REGATTA_OK;
    to->form[0] = (uint32_t)s->share;
    to->form[1] = (uint32_t)s->n_groups;
    to->form[2] = (uint32_t)s->dynamic;
    RG_TRY(rg_node_vectors_take_params(ctx, to, v->params));
    if (s->n_groups == 0) return REGATTA_OK;
    to->n_grouped = s->n_items;
    to->group = rg_model_copied(model, part->group, s->n_items, sizeof *part->group);
    to->prototype = rg_model_copied(model, v->prototype, s->layers * s->n_groups * s->dim,
                                    sizeof *v->prototype);
    if (to->group == NULL || to->prototype == NULL) status = REGATTA_ENOMEM;
done:
    return status;
}

/* Replaces the rows of the users by their histories with recency. */
static regatta_status recent_rows(regatta_ctx *ctx, float *users,
                                  const rg_node_vectors *v, const rg_fitted *fitted)
{
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    const rg_csr *rows = &fitted->rows;
    const int64_t dim = v->shape.dim;
    rg_graph_reader *reader = NULL;
    float *work = NULL;
    const int64_t longest = rg_csr_widest(rows);
    const int64_t n_work = (rg_node_vectors_floats(v, longest) + 15) / 16 * 16;
    RG_NEW(ctx->mem, work, threads * n_work);
    RG_NEW(ctx->mem, reader, threads);
    for (int t = 0; t < threads; t++)
        RG_TRY(rg_graph_reader_open(ctx, &reader[t], fitted->graph, rows));
    const int team = rg_threads_for(rows->n_edges * dim * (v->shape.layers + 1), threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t u = 0; u < rows->n_rows; u++) {
        const int t = omp_get_thread_num();
        float *own = work + t * n_work, *to = users + u * dim;
        rg_history h;
        if (rg_csr_degree(rows, u) == 0) continue;
        rg_graph_reader_read(&h, &reader[t], (uint32_t)u);
        const double length = rg_node_vectors_fold(v, &h, own);
        const double inverse = length > 0.0 && isfinite(length) ? 1.0 / length : 0.0;
        for (int64_t k = 0; k < dim; k++)
            to[k] = inverse > 0.0 ? (float)((double)own[k] * inverse) : 0.0f;
    }
done:
    for (int t = 0; reader != NULL && t < threads; t++) rg_graph_reader_close(&reader[t]);
    rg_free(ctx->mem, reader);
    rg_free(ctx->mem, work);
    return status;
}

/* The tables of the model, before they are unit rows. */
typedef struct tables {
    float *users, *items, *states;
    const float *x0; /* of users; NULL if the part has none */
    const float *y;  /* the read-out of users, then items */
} tables;

/* Takes the parameters, which begin with the rows of users, if those behind them are not
 * more and nothing else reads them; or copies the rows. */
static const float *find_x0(regatta_model *model, rg_vectors *v, int gives)
{
    const rg_shape *s = &v->shape;
    const int others = rg_shape_attends(s) || s->n_features[0] > 0 ||
                       s->n_features[1] > 0 || s->n_users < s->n_items;
    if (v->user_x0 == NULL) return NULL;
    if (gives && !others && v->user_x0 == v->params->arena)
        return rg_model_take(model, &v->params->arena);
    return rg_model_copied(model, v->user_x0, model->n_users * s->dim,
                           sizeof *v->user_x0);
}

/* Takes the tables of the part, or makes others. NULL: out of memory. */
static void find_tables(tables *t, regatta_model *model, rg_vectors *v, int gives)
{
    const int64_t dim = v->shape.dim, n_items = model->n_items;
    const size_t size = sizeof(float);
    t->x0 = find_x0(model, v, gives);
    if (gives) {
        t->states = rg_model_take(model, &v->item_state);
        t->users = rg_model_take(model, &v->y);
        t->y = t->users;
        if (t->users != NULL) t->items = t->users + model->n_users * dim;
        return;
    }
    t->y = v->y;
    t->users = rg_model_own(model, model->n_users * dim, size);
    t->items = rg_model_own(model, n_items * dim, size);
    t->states =
        rg_model_copied(model, v->item_state, v->shape.layers * n_items * dim, size);
}

regatta_status rg_vectors_serve(regatta_ctx *ctx, regatta_model *model, void *state,
                                const rg_fitted *fitted)
{
    regatta_status status = REGATTA_OK;
    rg_node_vectors *to = state;
    const rg_vectors_part *part = rg_vectors_part_of(fitted);
    rg_vectors *v = part->vectors;
    const int64_t dim = v->shape.dim, n_users = model->n_users, n_items = model->n_items;
    const size_t size = sizeof(float);
    tables t = {.users = NULL};
    find_tables(&t, model, v, fitted->gives);
    float *const users = t.users, *const items = t.items, *const states = t.states;
    const float *const x0 = t.x0;
    to->shape = v->shape;
    to->scale = v->scale;
    to->bias = rg_model_copied(model, v->bias, n_items, size);
    float *degree = rg_model_copied(model, v->item_degree, n_items, size);
    to->item_degree = degree;
    if (users == NULL || items == NULL || states == NULL || to->bias == NULL ||
        to->item_degree == NULL || (x0 == NULL && v->user_x0 != NULL))
        return REGATTA_ENOMEM;
    RG_TRY(serve_features(model, to, part));
    const int any = to->n_features[0] > 0 || to->n_features[1] > 0;
    unit_rows(users, t.y, n_users, dim, fitted->graph->by_user, any ? x0 : NULL,
              ctx->threads);
    unit_rows(items, t.y + n_users * dim, n_items, dim, fitted->graph->by_item,
              any ? states : NULL, ctx->threads);
    keep_bare(to, users, items, states, degree, part, fitted->graph);
    to->user_vectors = rg_rows_f32(users, n_users, dim);
    to->item_vectors = rg_rows_f32(items, n_items, dim);
    to->item_state = rg_rows_f32(states, v->shape.layers * n_items, dim);
    to->user_x0 = rg_rows_f32(x0, n_users, dim);
    RG_TRY(serve_attention(ctx, model, to, part));
    RG_TRY(rg_recency_serve(model, &to->recency, part->recency));
    if (to->recency != NULL) RG_TRY(recent_rows(ctx, users, to, fitted));
done:
    return status;
}
