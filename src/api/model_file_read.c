/* A model from its file: mapped, and everything checked before it is used. The checks
 * go from the outside in: container, shapes against each other, then contents. */
#include "api/model_layout.h"
#include "base/bf16.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct loader {
    regatta_ctx *ctx;
    const char *path;
    regatta_model *model;
    rg_safetensors *file;
    rg_model_layout layout;
} loader;

static regatta_status wrong(const loader *l, const char *reason)
{
    return rg_fail(l->ctx, REGATTA_EFORMAT, "%s: %s", l->path, reason);
}

static regatta_status wrong_part(const loader *l, rg_part p, const char *reason)
{
    return rg_fail(l->ctx, REGATTA_EFORMAT, "%s: tensor %s: %s", l->path,
                   l->layout.tensor[p].name, reason);
}

static int fits(const rg_tensor *found, const rg_tensor *wanted)
{
    if (found->dtype != wanted->dtype || found->rank != wanted->rank) return 0;
    for (int k = 0; k < wanted->rank; k++)
        if (wanted->dim[k] >= 0 && found->dim[k] != wanted->dim[k]) return 0;
    return 1;
}

/* Finds part p and takes its data and size over into the layout. */
static regatta_status find_part(loader *l, rg_part p)
{
    rg_tensor *wanted = &l->layout.tensor[p];
    const rg_tensor *found = rg_safetensors_find(l->file, wanted->name);
    if (found == NULL)
        return l->layout.presence[p] == RG_REQUIRED ? wrong_part(l, p, "it is missing")
                                                    : REGATTA_OK;
    if (!fits(found, wanted)) return wrong_part(l, p, "its type or shape is not right");
    *wanted = *found;
    return REGATTA_OK;
}

static int within(int64_t value, int64_t low, int64_t high)
{
    return value >= low && value <= high;
}

/* The shape, which says how large everything else has to be. */
static regatta_status read_shape(loader *l)
{
    regatta_status status = REGATTA_OK;
    const regatta_model smallest = {.n_edges = 0};
    rg_model_layout_fill(&l->layout, &smallest, NULL);
    RG_TRY(find_part(l, RG_PART_SHAPE));
    const int64_t *s = l->layout.tensor[RG_PART_SHAPE].data;
    if (!within(s[RG_SHAPE_ATTENTION], 0, REGATTA_ATTENTION_GATV2) ||
        !within(s[RG_SHAPE_COMBINE], 0, REGATTA_COMBINE_LAST) ||
        !within(s[RG_SHAPE_HEADS], 1, RG_MAX_HEADS) ||
        !within(s[RG_SHAPE_LAYERS], 1, RG_MAX_LAYERS) ||
        !within(s[RG_SHAPE_DIM], 0, 1024) || s[RG_SHAPE_DIM] % s[RG_SHAPE_HEADS] != 0 ||
        !within(s[RG_SHAPE_USERS], 1, (int64_t)REGATTA_NONE - 1) ||
        !within(s[RG_SHAPE_ITEMS], 1, (int64_t)REGATTA_NONE - 1) ||
        !within(s[RG_SHAPE_EDGES], 0, INT64_MAX / 8) ||
        !within(s[RG_SHAPE_CHANNELS], 0, 3) ||
        !within(s[RG_SHAPE_ITEM_WEIGHTS], 0, INT64_MAX / 8) ||
        !within(s[RG_SHAPE_USER_WEIGHTS], 0, INT64_MAX / 8) ||
        !within(s[RG_SHAPE_SPECTRAL], 0, RG_MODEL_RANK))
        return wrong_part(l, RG_PART_SHAPE, "a number is out of its range");
    l->model->shape = (rg_shape){.attention = (regatta_attention)s[RG_SHAPE_ATTENTION],
                                 .combine = (regatta_combine)s[RG_SHAPE_COMBINE],
                                 .heads = (int)s[RG_SHAPE_HEADS],
                                 .layers = (int)s[RG_SHAPE_LAYERS],
                                 .dim = s[RG_SHAPE_DIM],
                                 .n_users = s[RG_SHAPE_USERS],
                                 .n_items = s[RG_SHAPE_ITEMS]};
    l->model->n_edges = s[RG_SHAPE_EDGES];
    l->model->has_items = (int)(s[RG_SHAPE_CHANNELS] & 1);
    l->model->has_users = (int)(s[RG_SHAPE_CHANNELS] >> 1);
    l->model->n_item_weights = s[RG_SHAPE_ITEM_WEIGHTS];
    l->model->n_user_weights = s[RG_SHAPE_USER_WEIGHTS];
    l->model->spectral_rank = s[RG_SHAPE_SPECTRAL];
done:
    return status;
}

static rg_rows *rows_of(regatta_model *model, int table)
{
    return (void *)((char *)model + rg_table_parts[table].rows);
}

/* In which type each table is there; another than the three does not fit later. */
static void read_types(loader *l)
{
    for (int k = 0; k < RG_N_TABLES; k++) {
        const rg_tensor *t = rg_safetensors_find(l->file, rg_table_parts[k].name);
        rg_rows *rows = rows_of(l->model, k);
        if (t != NULL && t->dtype == rg_dtype_of(RG_BF16)) rows->type = RG_BF16;
        if (t != NULL && t->dtype == rg_dtype_of(RG_I8)) rows->type = RG_I8;
    }
}

/* All parts by the table, and no tensor beside them. */
static regatta_status read_parts(loader *l)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = l->model;
    rg_shape without_nodes = model->shape;
    without_nodes.n_users = without_nodes.n_items = 0; /* no x0 and no bias of its own */
    int n_found = 1;                                   /* the checksum */
    if (model->shape.attention != REGATTA_ATTENTION_NONE)
        RG_TRY(rg_params_create(l->ctx, &model->params, &without_nodes));
    read_types(l);
    rg_model_layout_fill(&l->layout, model, model->params);
    for (int p = 0; p < RG_N_PARTS; p++) {
        if (l->layout.presence[p] == RG_ABSENT) continue;
        RG_TRY(find_part(l, (rg_part)p));
        n_found += l->layout.tensor[p].data != NULL;
    }
    if (n_found != l->file->n_tensors) status = wrong(l, "there are unknown tensors");
done:
    return status;
}

static void take_rows(rg_weights *out, const loader *l, int first)
{
    out->offset = l->layout.tensor[first].data;
    out->target = l->layout.tensor[first + 1].data;
    out->value = l->layout.tensor[first + 2].data;
}

/* Points the model's arrays into the map. */
static void take_parts(loader *l)
{
    regatta_model *m = l->model;
    const rg_tensor *t = l->layout.tensor;
    m->history_offset = t[RG_PART_HISTORY_OFFSETS].data;
    m->history_item = t[RG_PART_HISTORY_ITEMS].data;
    m->history_weight = t[RG_PART_HISTORY_WEIGHTS].data;
    m->bias = t[RG_PART_BIAS].data;
    m->item_degree = t[RG_PART_ITEM_DEGREE].data;
    take_rows(&m->item_attention, l, RG_PART_ITEM_ATTENTION_OFFSETS);
    take_rows(&m->user_attention, l, RG_PART_USER_ATTENTION_OFFSETS);
    m->item_scale = t[RG_PART_ITEM_SCALE].data;
    for (int k = 0; k < RG_N_TABLES; k++) {
        const rg_part p = rg_table_parts[k].part;
        rg_rows *rows = rows_of(m, k);
        rows->data = t[p].data;
        rows->scale = t[p + 1].data;
        rows->dim = t[p].rank > 0 ? t[p].dim[t[p].rank - 1] : 0;
        rows->n = rows->dim > 0 ? rg_tensor_count(&t[p]) / rows->dim : 0;
    }
    m->blend = t[RG_PART_BLEND].data;
    for (int k = 0; m->params != NULL && k < m->params->n_entries; k++) {
        const int p = rg_model_layout_param(m->params, k);
        if (p >= 0)
            memcpy(m->params->arena + m->params->entry[k].first, t[p].data,
                   (size_t)rg_tensor_bytes(&t[p]));
    }
}

static int is_finite(const rg_tensor *t)
{
    const int64_t n = rg_tensor_count(t);
    const float *x = t->data;
    const uint16_t *half = t->data;
    for (int64_t k = 0; k < n && t->dtype == RG_DTYPE_F32; k++)
        if (!isfinite(x[k])) return 0;
    for (int64_t k = 0; k < n && t->dtype == RG_DTYPE_BF16; k++)
        if (!isfinite(rg_from_bf16(half[k]))) return 0;
    return 1;
}

static regatta_status check_finite(const loader *l)
{
    for (int p = 0; p < RG_N_PARTS; p++) {
        const rg_tensor *t = &l->layout.tensor[p];
        if (t->data != NULL && !is_finite(t))
            return wrong_part(l, (rg_part)p, "a number is not finite");
    }
    return REGATTA_OK;
}

/* Codes of -127 to 127, whose products with their scales are finite. */
static regatta_status check_codes(const loader *l)
{
    for (int k = 0; k < RG_N_TABLES; k++) {
        const rg_part p = rg_table_parts[k].part;
        const rg_tensor *codes = &l->layout.tensor[p], *scale = codes + 1;
        const int8_t *code = codes->data;
        const float *x = scale->data;
        if (code == NULL || x == NULL) continue;
        const int64_t n_codes = rg_tensor_count(codes), n_scales = rg_tensor_count(scale);
        for (int64_t e = 0; e < n_codes; e++)
            if (code[e] == INT8_MIN) return wrong_part(l, p, "a code is out of range");
        for (int64_t e = 0; e < n_scales; e++)
            if (!(x[e] >= 0.0f && x[e] <= FLT_MAX / 127.0f))
                return wrong_part(l, (rg_part)(p + 1), "a scale is out of range");
    }
    return REGATTA_OK;
}

static regatta_status check_not_negative(const loader *l, rg_part p)
{
    const rg_tensor *t = &l->layout.tensor[p];
    const float *x = t->data;
    for (int64_t k = 0; x != NULL && k < t->dim[0]; k++)
        if (x[k] < 0.0f) return wrong_part(l, p, "a number is negative");
    return REGATTA_OK;
}

/* Sparse rows: offsets that never fall from 0 to n_edges, targets below n_targets and
 * ascending within a row. `first` is the part of the offsets, the next of the targets. */
static regatta_status check_rows(const loader *l, rg_part first, int64_t n_rows,
                                 int64_t n_edges, int64_t n_targets)
{
    const int64_t *offset = l->layout.tensor[first].data;
    const uint32_t *target = l->layout.tensor[first + 1].data;
    if (offset[0] != 0 || offset[n_rows] != n_edges)
        return wrong_part(l, first, "it does not span the edges");
    for (int64_t r = 0; r < n_rows; r++)
        if (offset[r + 1] < offset[r]) return wrong_part(l, first, "it falls");
    for (int64_t r = 0; r < n_rows; r++)
        for (int64_t e = offset[r]; e < offset[r + 1]; e++) {
            if ((int64_t)target[e] >= n_targets)
                return wrong_part(l, (rg_part)(first + 1), "a number is out of range");
            if (e > offset[r] && target[e] <= target[e - 1])
                return wrong_part(l, (rg_part)(first + 1), "a row does not ascend");
        }
    return REGATTA_OK;
}

static regatta_status check_weights(const loader *l, rg_part first, int64_t n_rows,
                                    int64_t n_weights)
{
    if (l->layout.tensor[first].data == NULL) return REGATTA_OK;
    return check_rows(l, first, n_rows, n_weights, n_rows);
}

/* A blend over channels that are there, or else a single channel. */
static regatta_status check_channels(const loader *l)
{
    const regatta_model *m = l->model;
    const int has[RG_N_CHANNELS] = {[RG_CHANNEL_VECTORS] = m->shape.dim > 0,
                                    [RG_CHANNEL_ITEMS] = m->has_items,
                                    [RG_CHANNEL_USERS] = m->has_users,
                                    [RG_CHANNEL_SPECTRAL] = m->spectral_rank > 0};
    int n_on = 0;
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        const float on = m->blend != NULL ? m->blend->on[a] : (float)has[a];
        if ((on != 0.0f && on != 1.0f) || (on == 1.0f && !has[a]))
            return wrong_part(l, RG_PART_BLEND, "it is not about the model's channels");
        n_on += on == 1.0f;
    }
    if (n_on == 0 || (m->blend == NULL && n_on > 1))
        return wrong_part(l, RG_PART_BLEND, "the channels have no blend");
    return REGATTA_OK;
}

static regatta_status check_graphs(const loader *l)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *m = l->model;
    RG_TRY(check_rows(l, RG_PART_HISTORY_OFFSETS, m->shape.n_users, m->n_edges,
                      m->shape.n_items));
    RG_TRY(check_weights(l, RG_PART_ITEM_ATTENTION_OFFSETS, m->shape.n_items,
                         m->n_item_weights));
    RG_TRY(check_weights(l, RG_PART_USER_ATTENTION_OFFSETS, m->shape.n_users,
                         m->n_user_weights));
    RG_TRY(check_channels(l));
done:
    return status;
}

static regatta_status read_numbers(loader *l)
{
    regatta_model *m = l->model;
    const double *numbers = l->layout.tensor[RG_PART_NUMBERS].data;
    const double scale = numbers[RG_NUMBER_SCALE];
    if (!(scale > 0.0 && scale <= (double)FLT_MAX) || (double)(float)scale != scale)
        return wrong_part(l, RG_PART_NUMBERS, "the scale is no positive float");
    m->scale = (float)scale;
    m->info.struct_size = sizeof m->info;
    m->info.n_users = (uint32_t)m->shape.n_users;
    m->info.n_items = (uint32_t)m->shape.n_items;
    m->info.dim = (uint32_t)m->shape.dim;
    m->info.n_edges = m->n_edges;
    m->info.valid_ndcg = numbers[RG_NUMBER_VALID_NDCG];
    m->info.valid_recall = numbers[RG_NUMBER_VALID_RECALL];
    memcpy(&m->info.data_hash, l->layout.tensor[RG_PART_DATA_HASH].data,
           sizeof m->info.data_hash);
    return REGATTA_OK;
}

/* A map over the names, with the path in front of what is wrong with them. */
static regatta_status read_names(loader *l, rg_idmap **out, rg_part offsets,
                                 rg_part bytes, int64_t n)
{
    const rg_tensor *t = l->layout.tensor;
    const regatta_status status = rg_idmap_view(l->ctx, out, (uint32_t)n, t[offsets].data,
                                                t[bytes].data, t[bytes].dim[0]);
    if (status != REGATTA_EFORMAT) return status;
    char reason[RG_MESSAGE_BYTES];
    snprintf(reason, sizeof reason, "%s", l->ctx->message);
    return wrong_part(l, bytes, reason);
}

static regatta_status load_contents(loader *l)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = l->model;
    RG_TRY(rg_map_open(l->ctx, &model->map, l->path));
    RG_TRY(rg_safetensors_read(l->ctx, &l->file, &model->map, l->path));
    RG_TRY(read_shape(l));
    RG_TRY(read_parts(l));
    take_parts(l);
    RG_TRY(read_numbers(l));
    RG_TRY(check_finite(l));
    RG_TRY(check_codes(l));
    RG_TRY(check_not_negative(l, RG_PART_ITEM_DEGREE));
    RG_TRY(check_not_negative(l, RG_PART_HISTORY_WEIGHTS));
    RG_TRY(check_graphs(l));
    RG_TRY(read_names(l, &model->users, RG_PART_USER_OFFSETS, RG_PART_USER_BYTES,
                      model->shape.n_users));
    RG_TRY(read_names(l, &model->items, RG_PART_ITEM_OFFSETS, RG_PART_ITEM_BYTES,
                      model->shape.n_items));
    model->json = l->file->settings;
    l->file->settings = NULL; /* ownership has moved to the model */
    RG_TRY(rg_model_finish(l->ctx, model));
done:
    return status;
}

static regatta_status load(regatta_ctx *ctx, regatta_model **out, const char *path)
{
    regatta_status status = REGATTA_OK;
    loader l = {.ctx = ctx, .path = path};
    if (path == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the path is missing");
    RG_NEW(ctx->mem, l.model, 1);
    l.model->mem = ctx->mem;
    RG_TRY(load_contents(&l));
    *out = l.model;
    l.model = NULL; /* ownership has moved to the caller */
done:
    rg_safetensors_free(l.file);
    regatta_model_free(l.model); /* NULL unless we failed */
    return status;
}

regatta_status regatta_model_load(regatta_ctx *ctx, regatta_model **out, const char *path)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL || out == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, load(ctx, out, path));
}
