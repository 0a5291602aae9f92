/* What a model derives from its arrays, and its end. */
#include "rank/model.h"
#include "base/vec.h"
#include <math.h>

/* A table [n_items][dim] as panels; NULL for dim 0. */
static regatta_status pack(regatta_ctx *ctx, float **out, const regatta_model *model,
                           const float *table, int64_t dim)
{
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    const int64_t n_items = model->shape.n_items, n_panels = rg_panel_count(n_items);
    float *panels = NULL;
    *out = NULL;
    if (dim == 0) return REGATTA_OK;
    RG_NEW(model->mem, panels, rg_panel_floats(n_items, dim));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t p = 0; p < n_panels; p++)
        rg_panel_pack(panels, table, n_items, dim, p, p + 1);
    *out = panels;
done:
    return status;
}

regatta_status rg_model_finish(regatta_ctx *ctx, regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = model->shape.n_items;
    const int64_t n_padded = rg_panel_count(n_items) * RG_PANEL;
    RG_TRY(pack(ctx, &model->panels, model, model->item_vectors, model->shape.dim));
    RG_TRY(pack(ctx, &model->spectral_panels, model, model->spectral_out,
                model->spectral_rank));
    RG_NEW(model->mem, model->panel_bias, n_padded);
    RG_NEW(model->mem, model->item_count, n_items);
    RG_NEW(model->mem, model->log_degree, n_items);
    for (int64_t j = 0; j < n_items && model->bias != NULL; j++)
        model->panel_bias[j] = model->bias[j];
    for (int64_t e = 0; e < model->n_edges; e++)
        model->item_count[model->history_item[e]]++;
    for (int64_t j = 0; j < n_items; j++)
        model->log_degree[j] = logf(1.0f + (float)model->item_count[j]);
done:
    return status; /* what is there is freed with the model */
}

void rg_model_fold_tables(rg_fold_tables *out, const regatta_model *model)
{
    *out = (rg_fold_tables){.shape = model->shape,
                            .item_state = model->item_state,
                            .item_degree = model->item_degree,
                            .user_x0 = model->user_x0,
                            .params = model->params};
}

void regatta_model_free(regatta_model *model)
{
    if (model == NULL) return;
    const rg_mem mem = model->mem;
    if (model->users != NULL) rg_idmap_free(model->users);
    if (model->items != NULL) rg_idmap_free(model->items);
    if (model->params != NULL) rg_params_free(model->params);
    rg_free(mem, model->json);
    rg_free(mem, model->panels);
    rg_free(mem, model->panel_bias);
    rg_free(mem, model->spectral_panels);
    rg_free(mem, model->item_count);
    rg_free(mem, model->log_degree);
    for (int k = 0; k < model->n_blocks; k++) rg_free(mem, model->block[k]);
    rg_free(mem, model->owned);
    rg_free(mem, model->owned_offset);
    rg_free(mem, model->owned_item);
    rg_map_close(&model->map);
    rg_free(mem, model);
}
