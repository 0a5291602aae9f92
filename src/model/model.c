/* What a model derives from its arrays, and its end. */
#include "model/model.h"
#include "model/candidates_tables.h"
#include <math.h>

/* NULL for rows that are not there. */
static regatta_status lay_out(regatta_ctx *ctx, rg_table **out, const rg_rows *rows,
                              const float *bias)
{
    *out = NULL;
    if (rows->data == NULL || rows->dim == 0) return REGATTA_OK;
    return rg_table_create(ctx, out, rows->type, rows, bias);
}

regatta_status rg_model_finish(regatta_ctx *ctx, regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = model->shape.n_items;
    RG_TRY(lay_out(ctx, &model->item_table, &model->item_vectors, model->bias));
    RG_TRY(lay_out(ctx, &model->spectral_table, &model->spectral_out, NULL));
    RG_TRY(rg_candidates_tables_create(model->mem, &model->candidates));
    RG_NEW(model->mem, model->item_count, n_items);
    RG_NEW(model->mem, model->log_degree, n_items);
    for (int64_t e = 0; e < model->n_edges; e++)
        model->item_count[model->history_item[e]]++;
    for (int64_t j = 0; j < n_items; j++)
        model->log_degree[j] = logf(1.0f + (float)model->item_count[j]);
done:
    return status; /* what is there is freed with the model */
}

const float *rg_model_row(float *scratch, const rg_rows *rows, int64_t r)
{
    if (rows->type == RG_F32) return (const float *)rows->data + r * rows->dim;
    rg_rows_decode(scratch, rows, r, r + 1);
    return scratch;
}

rg_element rg_model_element(const regatta_model *model)
{
    if (model->shape.dim > 0) return model->item_vectors.type;
    if (model->spectral_rank > 0) return model->spectral_out.type;
    if (model->item_attention.coded || model->user_attention.coded) return RG_I8;
    return model->compact ? RG_BF16 : RG_F32;
}

static void fetch(float *out, const void *from, int layer, const uint32_t *row, int64_t n)
{
    const regatta_model *model = from;
    const rg_rows *rows = layer == RG_FOLD_X0 ? &model->user_x0 : &model->item_state;
    const int64_t first = layer == RG_FOLD_X0 ? 0 : layer * model->shape.n_items;
    for (int64_t k = 0; k < n; k++) {
        const int64_t r = first + (int64_t)row[k];
        rg_rows_decode(out + k * rows->dim, rows, r, r + 1);
    }
}

void rg_model_fold_tables(rg_fold_tables *out, const regatta_model *model)
{
    const int floats = model->item_state.type == RG_F32 && model->user_x0.type == RG_F32;
    *out = (rg_fold_tables){.shape = model->shape,
                            .item_state = model->item_state.data,
                            .item_degree = model->item_degree,
                            .user_x0 = model->user_x0.data,
                            .params = model->params};
    if (floats) return;
    out->fetch = fetch;
    out->fetch_from = model;
}

void regatta_model_free(regatta_model *model)
{
    if (model == NULL) return;
    const rg_mem mem = model->mem;
    if (model->users != NULL) rg_idmap_free(model->users);
    if (model->items != NULL) rg_idmap_free(model->items);
    if (model->params != NULL) rg_params_free(model->params);
    rg_free(mem, model->json);
    rg_index_free(model->built);
    rg_table_free(model->item_table);
    rg_table_free(model->spectral_table);
    rg_candidates_tables_free(model->candidates);
    rg_free(mem, model->item_count);
    rg_free(mem, model->log_degree);
    for (int k = 0; k < model->n_blocks; k++) rg_free(mem, model->block[k]);
    rg_free(mem, model->owned);
    rg_free(mem, model->owned_offset);
    rg_free(mem, model->owned_item);
    rg_map_close(&model->map);
    rg_free(mem, model);
}
