/* What a model tells about itself. */
#include "api/options.h"
#include "model/model.h"
#include <regatta/model.h>
#include <string.h>

void regatta_model_get_info(const regatta_model *model, regatta_model_info *out)
{
    if (model == NULL || out == NULL) return;
    static const uint32_t type_of[] = {[RG_F32] = REGATTA_TYPE_F32,
                                       [RG_BF16] = REGATTA_TYPE_BF16,
                                       [RG_I8] = REGATTA_TYPE_I8};
    regatta_model_info info = model->info;
    info.struct_size = sizeof info;
    info.n_users = (uint32_t)model->shape.n_users;
    info.n_items = (uint32_t)model->shape.n_items;
    info.dim = (uint32_t)model->shape.dim;
    info.n_edges = model->n_edges;
    if (model->index.code != NULL) {
        info.index_degree = (uint32_t)model->index.degree;
        info.index_build = (uint32_t)model->index_build;
        info.index_bytes = rg_index_bytes(&model->index);
        info.index_recall = model->index_recall;
    }
    info.type = type_of[rg_model_element(model)];
    if (model->shape.dim > 0) {
        info.vector_scale = (double)model->scale;
        info.item_bias = model->bias;
    }
    rg_struct_write(out, &info, sizeof info);
}

const char *regatta_model_json(const regatta_model *model)
{
    return model != NULL && model->json != NULL ? model->json : "{}";
}

const float *regatta_model_vectors(const regatta_model *model, regatta_side side)
{
    if (model == NULL || model->shape.dim == 0) return NULL;
    const rg_rows *rows =
        side == REGATTA_USERS ? &model->user_vectors : &model->item_vectors;
    return rows->type == RG_F32 ? rows->data : NULL;
}

const char *regatta_model_name(const regatta_model *model, regatta_side side,
                               uint32_t index)
{
    if (model == NULL) return NULL;
    const rg_idmap *ids = side == REGATTA_USERS ? model->users : model->items;
    return index < ids->n ? rg_idmap_name(ids, index) : NULL;
}

uint32_t regatta_model_find(const regatta_model *model, regatta_side side,
                            const char *name)
{
    if (model == NULL || name == NULL) return REGATTA_NONE;
    return rg_idmap_find(side == REGATTA_USERS ? model->users : model->items, name,
                         (int64_t)strlen(name));
}
