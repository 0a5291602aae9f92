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

/* Writes the unit rows of nodes [first, first + n), zeros for a node without edges. */
static void unit_rows(float *to, const rg_vectors *v, int64_t first, int64_t n,
                      const rg_csr *rows, int threads)
{
    const int64_t dim = v->shape.dim;
    rg_unit_pick_forward(to, NULL, v->y + first * dim, NULL, n, dim, threads);
    for (int64_t r = 0; r < n; r++)
        if (rg_csr_degree(rows, r) == 0)
            memset(to + r * dim, 0, (size_t)dim * sizeof *to);
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

regatta_status rg_vectors_serve(regatta_ctx *ctx, regatta_model *model, void *state,
                                const rg_fitted *fitted)
{
    regatta_status status = REGATTA_OK;
    rg_node_vectors *to = state;
    const rg_vectors_part *part = rg_vectors_part_of(fitted);
    const rg_vectors *v = part->vectors;
    const int64_t dim = v->shape.dim, n_users = model->n_users, n_items = model->n_items;
    const size_t size = sizeof(float);
    float *users = rg_model_own(model, n_users * dim, size);
    float *items = rg_model_own(model, n_items * dim, size);
    const float *states =
        rg_model_copied(model, v->item_state, v->shape.layers * n_items * dim, size);
    const float *x0 = v->user_x0 != NULL
                          ? rg_model_copied(model, v->user_x0, n_users * dim, size)
                          : NULL;
    to->shape = v->shape;
    to->scale = v->scale;
    to->bias = rg_model_copied(model, v->bias, n_items, size);
    to->item_degree = rg_model_copied(model, v->item_degree, n_items, size);
    if (users == NULL || items == NULL || states == NULL || to->bias == NULL ||
        to->item_degree == NULL || (x0 == NULL && v->user_x0 != NULL))
        return REGATTA_ENOMEM;
    unit_rows(users, v, 0, n_users, fitted->graph->by_user, ctx->threads);
    unit_rows(items, v, n_users, n_items, fitted->graph->by_item, ctx->threads);
    to->user_vectors = rg_rows_f32(users, n_users, dim);
    to->item_vectors = rg_rows_f32(items, n_items, dim);
    to->item_state = rg_rows_f32(states, v->shape.layers * n_items, dim);
    to->user_x0 = rg_rows_f32(x0, n_users, dim);
    RG_TRY(serve_attention(ctx, model, to, part));
    if (rg_recency_is_flat(part->recency)) return REGATTA_OK;
    to->recency = rg_model_copied(model, part->recency, RG_N_RECENCY, size);
    if (to->recency == NULL) return REGATTA_ENOMEM;
    RG_TRY(recent_rows(ctx, users, to, fitted));
done:
    return status;
}
