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

static void history_parts(rg_model_layout *out, const rg_shape *s, int64_t n_edges)
{
    part(out, RG_PART_USER_OFFSETS, "users.offsets", RG_I64, 1, s->n_users + 1, 1, 1);
    part(out, RG_PART_USER_BYTES, "users.bytes", RG_U8, 1, -1, 1, 1);
    part(out, RG_PART_ITEM_OFFSETS, "items.offsets", RG_I64, 1, s->n_items + 1, 1, 1);
    part(out, RG_PART_ITEM_BYTES, "items.bytes", RG_U8, 1, -1, 1, 1);
    part(out, RG_PART_HISTORY_OFFSETS, "history.offsets", RG_I64, 1, s->n_users + 1, 1,
         1);
    part(out, RG_PART_HISTORY_ITEMS, "history.items", RG_U32, 1, n_edges, 1, 1);
    part(out, RG_PART_HISTORY_WEIGHTS, "history.weights", RG_F32, 1, n_edges, 1, 1);
    out->presence[RG_PART_HISTORY_WEIGHTS] = RG_OPTIONAL;
}

static void vector_parts(rg_model_layout *out, const rg_shape *s, const rg_params *params)
{
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

/* Three parts from `first` on: offsets, targets, weights of n_rows sparse rows. */
static void rows_parts(rg_model_layout *out, int first, const char *name, int64_t n_rows,
                       int64_t n_weights)
{
    char text[RG_TENSOR_NAME];
    snprintf(text, sizeof text, "%s.offsets", name);
    part(out, first, text, RG_I64, 1, n_rows + 1, 1, 1);
    snprintf(text, sizeof text, "%s.targets", name);
    part(out, first + 1, text, RG_U32, 1, n_weights, 1, 1);
    snprintf(text, sizeof text, "%s.weights", name);
    part(out, first + 2, text, RG_BF16, 1, n_weights, 1, 1);
}

void rg_model_layout_fill(rg_model_layout *out, const regatta_model *sizes,
                          const rg_params *params)
{
    const rg_shape *s = &sizes->shape;
    *out = (rg_model_layout){0};
    part(out, RG_PART_SHAPE, "shape", RG_I64, 1, RG_N_SHAPE, 1, 1);
    part(out, RG_PART_NUMBERS, "numbers", RG_F64, 1, RG_N_NUMBERS, 1, 1);
    part(out, RG_PART_DATA_HASH, "data_hash", RG_U64, 1, 1, 1, 1);
    history_parts(out, s, sizes->n_edges);
    if (s->dim > 0) vector_parts(out, s, params);
    if (sizes->has_items)
        rows_parts(out, RG_PART_ITEM_ATTENTION_OFFSETS, "item_attention", s->n_items,
                   sizes->n_item_weights);
    if (sizes->has_items)
        part(out, RG_PART_ITEM_SCALE, "item_attention.scale", RG_F32, 1, s->n_items, 1,
             1);
    if (sizes->has_users)
        rows_parts(out, RG_PART_USER_ATTENTION_OFFSETS, "user_attention", s->n_users,
                   sizes->n_user_weights);
    if (sizes->spectral_rank > 0) {
        part(out, RG_PART_SPECTRAL_IN, "spectral.in", RG_F32, 2, s->n_items,
             sizes->spectral_rank, 1);
        part(out, RG_PART_SPECTRAL_OUT, "spectral.out", RG_F32, 2, s->n_items,
             sizes->spectral_rank, 1);
    }
    part(out, RG_PART_BLEND, "blend", RG_F32, 1, RG_BLEND_FLOATS, 1, 1);
    out->presence[RG_PART_BLEND] = RG_OPTIONAL;
}
