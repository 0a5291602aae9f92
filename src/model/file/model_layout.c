#include "model/file/model_layout.h"
#include <stddef.h>
#include <stdio.h>

const rg_table_part rg_table_parts[RG_N_TABLES] = {
    {RG_PART_USER_VECTORS, "users.vectors", offsetof(regatta_model, user_vectors)},
    {RG_PART_ITEM_VECTORS, "items.vectors", offsetof(regatta_model, item_vectors)},
    {RG_PART_ITEM_STATE, "items.state", offsetof(regatta_model, item_state)},
    {RG_PART_USER_X0, "users.x0", offsetof(regatta_model, user_x0)},
    {RG_PART_SPECTRAL_IN, "spectral.in", offsetof(regatta_model, spectral_in)},
    {RG_PART_SPECTRAL_OUT, "spectral.out", offsetof(regatta_model, spectral_out)},
};

rg_dtype rg_dtype_of(rg_element type)
{
    return type == RG_F32 ? RG_DTYPE_F32 : type == RG_BF16 ? RG_DTYPE_BF16 : RG_DTYPE_I8;
}

static void part(rg_model_layout *out, int p, const char *name, rg_dtype dtype, int rank,
                 int64_t d0, int64_t d1, int64_t d2)
{
    rg_tensor *t = &out->tensor[p];
    *t = (rg_tensor){.dtype = dtype, .rank = rank, .dim = {d0, d1, d2}};
    snprintf(t->name, sizeof t->name, "%s", name);
    out->presence[p] = RG_REQUIRED;
}

/* A table [n][dim], or [layers][n][dim], of a type, and its scales. */
static void table_part(rg_model_layout *out, rg_part p, const regatta_model *sizes,
                       int64_t layers, int64_t n, int64_t dim)
{
    const rg_table_part *t = rg_table_parts;
    char text[RG_TENSOR_NAME];
    while (t->part != p) t++;
    const rg_rows *rows = (const void *)((const char *)sizes + t->rows);
    const rg_dtype dtype = rg_dtype_of(rows->type);
    if (layers > 0)
        part(out, (int)p, t->name, dtype, 3, layers, n, dim);
    else
        part(out, (int)p, t->name, dtype, 2, n, dim, 1);
    if (rows->type != RG_I8) return;
    snprintf(text, sizeof text, "%s.scale", t->name);
    if (layers > 0)
        part(out, (int)p + 1, text, RG_DTYPE_F32, 2, layers, n, 1);
    else
        part(out, (int)p + 1, text, RG_DTYPE_F32, 1, n, 1, 1);
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
        part(out, p, name, RG_DTYPE_F32, 2, params->entry[k].rows, params->entry[k].cols,
             1);
    }
}

/* The targets of sparse rows, in a compact model as distances (api/model_deltas.h). */
static void targets_part(rg_model_layout *out, int p, const char *name,
                         const char *targets, int compact, int64_t n)
{
    char text[RG_TENSOR_NAME];
    snprintf(text, sizeof text, "%s.%s", name, compact ? "deltas" : targets);
    part(out, p, text, compact ? RG_DTYPE_U8 : RG_DTYPE_U32, 1, compact ? -1 : n, 1, 1);
}

static void history_parts(rg_model_layout *out, const regatta_model *sizes)
{
    const rg_shape *s = &sizes->shape;
    const int64_t n_edges = sizes->n_edges;
    part(out, RG_PART_USER_OFFSETS, "users.offsets", RG_DTYPE_I64, 1, s->n_users + 1, 1,
         1);
    part(out, RG_PART_USER_BYTES, "users.bytes", RG_DTYPE_U8, 1, -1, 1, 1);
    part(out, RG_PART_ITEM_OFFSETS, "items.offsets", RG_DTYPE_I64, 1, s->n_items + 1, 1,
         1);
    part(out, RG_PART_ITEM_BYTES, "items.bytes", RG_DTYPE_U8, 1, -1, 1, 1);
    part(out, RG_PART_HISTORY_OFFSETS, "history.offsets", RG_DTYPE_I64, 1, s->n_users + 1,
         1, 1);
    targets_part(out, RG_PART_HISTORY_ITEMS, "history", "items", sizes->compact, n_edges);
    part(out, RG_PART_HISTORY_WEIGHTS, "history.weights", RG_DTYPE_F32, 1, n_edges, 1, 1);
    out->presence[RG_PART_HISTORY_WEIGHTS] = RG_OPTIONAL;
}

static void vector_parts(rg_model_layout *out, const regatta_model *sizes,
                         const rg_params *params)
{
    const rg_shape *s = &sizes->shape;
    table_part(out, RG_PART_USER_VECTORS, sizes, 0, s->n_users, s->dim);
    table_part(out, RG_PART_ITEM_VECTORS, sizes, 0, s->n_items, s->dim);
    part(out, RG_PART_BIAS, "items.bias", RG_DTYPE_F32, 1, s->n_items, 1, 1);
    table_part(out, RG_PART_ITEM_STATE, sizes, s->layers, s->n_items, s->dim);
    part(out, RG_PART_ITEM_DEGREE, "items.degree", RG_DTYPE_F32, 1, s->n_items, 1, 1);
    table_part(out, RG_PART_USER_X0, sizes, 0, s->n_users, s->dim);
    /* Without attention users need it no more; items are folded in from it. Its scales
     * have to be there with it: its type is RG_I8 only where it is there itself. */
    if (s->attention == REGATTA_ATTENTION_NONE && s->combine != REGATTA_COMBINE_ALL)
        out->presence[RG_PART_USER_X0] = RG_OPTIONAL;
    params_parts(out, params);
}

/* Four parts from `first` on: offsets, targets, weights of n_rows sparse rows, and the
 * scales of weights in 8 bits. */
static void rows_parts(rg_model_layout *out, int first, const char *name, int64_t n_rows,
                       int64_t n_weights, int compact, int coded)
{
    char text[RG_TENSOR_NAME];
    snprintf(text, sizeof text, "%s.offsets", name);
    part(out, first, text, RG_DTYPE_I64, 1, n_rows + 1, 1, 1);
    targets_part(out, first + 1, name, "targets", compact, n_weights);
    snprintf(text, sizeof text, "%s.weights", name);
    part(out, first + 2, text, coded ? RG_DTYPE_I8 : RG_DTYPE_BF16, 1, n_weights, 1, 1);
    snprintf(text, sizeof text, "%s.weights.scale", name);
    if (coded) part(out, first + 3, text, RG_DTYPE_F32, 1, n_rows, 1, 1);
}

/* The reader checks that all are there or none, and how many edges and entries. */
static void index_parts(rg_model_layout *out, const rg_shape *s)
{
    part(out, RG_PART_INDEX_NUMBERS, "index.numbers", RG_DTYPE_F64, 1, RG_N_INDEX_NUMBERS,
         1, 1);
    part(out, RG_PART_INDEX_CODES, "index.codes", RG_DTYPE_U8, 2, s->n_items,
         rg_code_stride(s->dim), 1);
    part(out, RG_PART_INDEX_EDGES, "index.edges", RG_DTYPE_U32, 2, s->n_items, -1, 1);
    part(out, RG_PART_INDEX_ENTRIES, "index.entries", RG_DTYPE_U32, 1, -1, 1, 1);
    for (int p = RG_PART_INDEX_NUMBERS; p <= RG_PART_INDEX_ENTRIES; p++)
        out->presence[p] = RG_OPTIONAL;
}

void rg_model_layout_fill(rg_model_layout *out, const regatta_model *sizes,
                          const rg_params *params)
{
    const rg_shape *s = &sizes->shape;
    *out = (rg_model_layout){0};
    part(out, RG_PART_SHAPE, "shape", RG_DTYPE_I64, 1, RG_N_SHAPE, 1, 1);
    part(out, RG_PART_NUMBERS, "numbers", RG_DTYPE_F64, 1, RG_N_NUMBERS, 1, 1);
    part(out, RG_PART_DATA_HASH, "data_hash", RG_DTYPE_U64, 1, 1, 1, 1);
    history_parts(out, sizes);
    if (s->dim > 0) vector_parts(out, sizes, params);
    if (sizes->has_items)
        rows_parts(out, RG_PART_ITEM_ATTENTION_OFFSETS, "item_attention", s->n_items,
                   sizes->n_item_weights, sizes->compact, sizes->item_attention.coded);
    if (sizes->has_items)
        part(out, RG_PART_ITEM_SCALE, "item_attention.scale", RG_DTYPE_F32, 1, s->n_items,
             1, 1);
    if (sizes->has_users)
        rows_parts(out, RG_PART_USER_ATTENTION_OFFSETS, "user_attention", s->n_users,
                   sizes->n_user_weights, sizes->compact, sizes->user_attention.coded);
    if (sizes->spectral_rank > 0) {
        table_part(out, RG_PART_SPECTRAL_IN, sizes, 0, s->n_items, sizes->spectral_rank);
        table_part(out, RG_PART_SPECTRAL_OUT, sizes, 0, s->n_items, sizes->spectral_rank);
    }
    part(out, RG_PART_BLEND, "blend", RG_DTYPE_F32, 1, RG_BLEND_FLOATS, 1, 1);
    out->presence[RG_PART_BLEND] = RG_OPTIONAL;
    if (s->dim > 0) index_parts(out, s);
}

static void point_rows(rg_model_layout *layout, int first, const rg_weights *rows)
{
    layout->tensor[first].data = rows->offset;
    layout->tensor[first + 1].data = rows->target;
    layout->tensor[first + 2].data =
        rows->coded ? (const void *)rows->code : (const void *)rows->value;
    layout->tensor[first + 3].data = rows->scale;
}

void rg_model_layout_point(rg_model_layout *layout, const regatta_model *model)
{
    rg_tensor *t = layout->tensor;
    t[RG_PART_HISTORY_OFFSETS].data = model->history_offset;
    t[RG_PART_HISTORY_ITEMS].data = model->history_item;
    t[RG_PART_HISTORY_WEIGHTS].data = model->history_weight;
    t[RG_PART_BIAS].data = model->bias;
    t[RG_PART_ITEM_DEGREE].data = model->item_degree;
    point_rows(layout, RG_PART_ITEM_ATTENTION_OFFSETS, &model->item_attention);
    point_rows(layout, RG_PART_USER_ATTENTION_OFFSETS, &model->user_attention);
    t[RG_PART_ITEM_SCALE].data = model->item_scale;
    for (int k = 0; k < RG_N_TABLES; k++) {
        const rg_table_part *table = &rg_table_parts[k];
        const rg_rows *rows = (const void *)((const char *)model + table->rows);
        t[table->part].data = rows->data;
        t[table->part + 1].data = rows->scale;
    }
    t[RG_PART_BLEND].data = model->blend;
    const rg_params *params = model->params;
    for (int k = 0; params != NULL && k < params->n_entries; k++) {
        const int p = rg_model_layout_param(params, k);
        if (p >= 0) t[p].data = params->arena + params->entry[k].first;
    }
}

const char *rg_model_layout_index(regatta_model *model, const rg_model_layout *found)
{
    const rg_tensor *t = found->tensor;
    const double *numbers = t[RG_PART_INDEX_NUMBERS].data;
    int n = 0;
    for (int p = RG_PART_INDEX_NUMBERS; p <= RG_PART_INDEX_ENTRIES; p++)
        n += t[p].data != NULL;
    if (n == 0) return NULL;
    if (n < 4) return "a part of the index is missing";
    const double build = numbers[RG_INDEX_NUMBER_BUILD];
    const double recall = numbers[RG_INDEX_NUMBER_RECALL];
    if (!(build >= RG_INDEX_MIN_BUILD && build <= RG_INDEX_MAX_BUILD) ||
        !(recall >= 0.0 && recall <= 1.0))
        return "tensor index.numbers: a number is out of its range";
    model->index_build = (int64_t)build;
    model->index_recall = recall;
    model->index = (rg_index){.n = model->shape.n_items,
                              .dim = model->shape.dim,
                              .stride = t[RG_PART_INDEX_CODES].dim[1],
                              .degree = t[RG_PART_INDEX_EDGES].dim[1],
                              .n_entries = t[RG_PART_INDEX_ENTRIES].dim[0],
                              .step = (float)numbers[RG_INDEX_NUMBER_STEP],
                              .code = t[RG_PART_INDEX_CODES].data,
                              .edge = t[RG_PART_INDEX_EDGES].data,
                              .entry = t[RG_PART_INDEX_ENTRIES].data};
    return rg_index_check(&model->index);
}
