/* What a model derives from its arrays, and its end. */
#include "rank/model.h"
#include "base/vec.h"

regatta_status rg_model_finish(regatta_ctx *ctx, regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    const int64_t n_items = model->shape.n_items, dim = model->shape.dim;
    const int64_t n_panels = rg_panel_count(n_items);
    const float *item_vectors = model->item_vectors;
    float *panels = NULL, *panel_bias = NULL;
    uint32_t *item_count = NULL;
    RG_NEW(model->mem, panels, rg_panel_floats(n_items, dim));
    RG_NEW(model->mem, panel_bias, n_panels * RG_PANEL);
    RG_NEW(model->mem, item_count, n_items);

#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t p = 0; p < n_panels; p++)
        rg_panel_pack(panels, item_vectors, n_items, dim, p, p + 1);
    for (int64_t j = 0; j < n_items; j++) panel_bias[j] = model->bias[j];
    for (int64_t e = 0; e < model->n_edges; e++) item_count[model->history_item[e]]++;

    model->panels = panels;
    model->panel_bias = panel_bias;
    model->item_count = item_count;
    panels = panel_bias = NULL; /* ownership has moved to the model */
    item_count = NULL;
done:
    rg_free(model->mem, panels);
    rg_free(model->mem, panel_bias);
    rg_free(model->mem, item_count);
    return status;
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
    rg_free(mem, model->item_count);
    rg_free(mem, model->owned);
    rg_free(mem, model->owned_offset);
    rg_free(mem, model->owned_item);
    rg_map_close(&model->map);
    rg_free(mem, model);
}
