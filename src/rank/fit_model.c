/* The model of a finished fit: everything copied into arrays of its own. */
#include "gat/unit_pick.h"
#include "rank/fit_run.h"
#include <string.h>

static regatta_status copy_names(regatta_ctx *ctx, rg_idmap **out, const rg_idmap *map)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    uint32_t *all = NULL;
    RG_NEW(ctx->mem, all, map->n);
    for (uint32_t k = 0; k < map->n; k++) all[k] = k;
    RG_TRY(rg_idmap_pick(ctx, out, map, all, map->n));
done:
    rg_free(ctx->mem, all);
    return status;
}

static regatta_status copy_histories(rg_fit_run *run, regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = run->graph->by_user;
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

static regatta_status copy_floats(rg_fit_run *run, regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const rg_vectors *v = run->final;
    const rg_shape *s = &v->shape;
    const int64_t users = s->n_users * s->dim, items = s->n_items * s->dim;
    const int64_t n_weights = run->weight != NULL ? model->n_edges : 0;
    const int64_t n_start = v->user_x0 != NULL ? users : 0;
    RG_NEW(model->mem, model->owned,
           users + items * (1 + s->layers) + 2 * s->n_items + n_weights + n_start);
    float *at = model->owned;
    float *user_rows = take(&at, users), *item_rows = take(&at, items);
    unit_rows(user_rows, v, 0, s->n_users, run->graph->by_user, run->ctx->threads);
    unit_rows(item_rows, v, s->n_users, s->n_items, run->graph->by_item,
              run->ctx->threads);
    model->user_vectors = user_rows;
    model->item_vectors = item_rows;
    model->bias = copy(&at, v->bias, s->n_items);
    model->item_state = copy(&at, v->item_state, s->layers * items);
    model->item_degree = copy(&at, v->item_degree, s->n_items);
    model->user_x0 = copy(&at, v->user_x0, users);
    model->history_weight = copy(&at, run->weight, n_weights);
done:
    return status;
}

static void fill_info(const rg_fit_run *run, regatta_model *model)
{
    model->info = (regatta_model_info){.struct_size = sizeof model->info,
                                       .n_users = (uint32_t)run->shape.n_users,
                                       .n_items = (uint32_t)run->shape.n_items,
                                       .dim = (uint32_t)run->shape.dim,
                                       .n_edges = model->n_edges,
                                       .data_hash = run->graph->hash,
                                       .valid_ndcg = run->valid_ndcg,
                                       .valid_recall = run->valid_recall};
}

regatta_status rg_fit_model(rg_fit_run *run, regatta_model **out)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    regatta_model *model = NULL;
    RG_NEW(run->ctx->mem, model, 1);
    model->mem = run->ctx->mem;
    model->shape = run->shape;
    model->scale = run->final->scale;
    RG_TRY(copy_names(run->ctx, &model->users, run->graph->users));
    RG_TRY(copy_names(run->ctx, &model->items, run->graph->items));
    RG_TRY(copy_histories(run, model));
    RG_TRY(copy_floats(run, model));
    fill_info(run, model);
    RG_TRY(rg_fit_json(run, &model->json));
    if (model->shape.attention != REGATTA_ATTENTION_NONE) {
        model->params = run->final->params;
        run->final->params = NULL;
    }
    RG_TRY(rg_model_finish(run->ctx, model));
    *out = model;
    model = NULL;
done:
    regatta_model_free(model);
    return status;
}
