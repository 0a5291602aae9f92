#include "api/model_layout.h"
#include <stdio.h>

static void part(rg_model_layout *out, int p, const char *name, rg_dtype dtype, int rank,
                 int64_t d0, int64_t d1, int64_t d2)
{
    rg_tensor *t = &out->tensor[p];
    *t = (rg_tensor){.dtype = dtype, .rank = rank, .dim = {d0, d1, d2}};
    snprintf(t->name, sizeof t->name, "%s", name);
    out->presence[p] = RG_REQUIRED;
}

int rg_model_layout_param(const rg_params *params, int entry)
{
    return params->entry[entry].group == RG_PARAM_ATTENTION ? RG_PART_PARAMS + entry : -1;
}

static void params_parts(rg_model_layout *out, const rg_params *params)
{
    for (int k = 0; params != NULL && k < params->n_entries; k++) {
        const int p = rg_model_layout_param(params, k);
        if (p < 0) continue;
        char name[RG_TENSOR_NAME];
        snprintf(name, sizeof name, "attention.%s", params->entry[k].name);
        part(out, p, name, RG_F32, 2, params->entry[k].rows, params->entry[k].cols, 1);
    }
}

void rg_model_layout_fill(rg_model_layout *out, const rg_shape *s, int64_t n_edges,
                          const rg_params *params)
{
    *out = (rg_model_layout){0};
    part(out, RG_PART_SHAPE, "shape", RG_I64, 1, RG_N_SHAPE, 1, 1);
    part(out, RG_PART_NUMBERS, "numbers", RG_F64, 1, RG_N_NUMBERS, 1, 1);
    part(out, RG_PART_DATA_HASH, "data_hash", RG_U64, 1, 1, 1, 1);
    part(out, RG_PART_USER_OFFSETS, "users.offsets", RG_I64, 1, s->n_users + 1, 1, 1);
    part(out, RG_PART_USER_BYTES, "users.bytes", RG_U8, 1, -1, 1, 1);
    part(out, RG_PART_ITEM_OFFSETS, "items.offsets", RG_I64, 1, s->n_items + 1, 1, 1);
    part(out, RG_PART_ITEM_BYTES, "items.bytes", RG_U8, 1, -1, 1, 1);
    part(out, RG_PART_HISTORY_OFFSETS, "history.offsets", RG_I64, 1, s->n_users + 1, 1,
         1);
    part(out, RG_PART_HISTORY_ITEMS, "history.items", RG_U32, 1, n_edges, 1, 1);
    part(out, RG_PART_HISTORY_WEIGHTS, "history.weights", RG_F32, 1, n_edges, 1, 1);
    out->presence[RG_PART_HISTORY_WEIGHTS] = RG_OPTIONAL;
    part(out, RG_PART_USER_VECTORS, "users.vectors", RG_F32, 2, s->n_users, s->dim, 1);
    part(out, RG_PART_ITEM_VECTORS, "items.vectors", RG_F32, 2, s->n_items, s->dim, 1);
    part(out, RG_PART_BIAS, "items.bias", RG_F32, 1, s->n_items, 1, 1);
    part(out, RG_PART_ITEM_STATE, "items.state", RG_F32, 3, s->layers, s->n_items,
         s->dim);
    part(out, RG_PART_ITEM_DEGREE, "items.degree", RG_F32, 1, s->n_items, 1, 1);
    if (s->attention != REGATTA_ATTENTION_NONE || s->combine == REGATTA_COMBINE_ALL)
        part(out, RG_PART_USER_X0, "users.x0", RG_F32, 2, s->n_users, s->dim, 1);
    params_parts(out, params);
}
