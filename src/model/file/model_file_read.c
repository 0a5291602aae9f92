/* A model from its file: mapped, and everything checked before it is used. The checks
 * go from the outside in: container, shapes against each other, then contents. */
#include "model/file/model_deltas.h"
#include "model/file/model_file_old.h"
#include "model/file/model_loader.h"
#include "model/file/model_numbers.h"
#include "model/file/safetensors_format.h"
#include "model/weight_codes.h"
#include <stdio.h>
#include <string.h>

static int fits(const rg_tensor *found, const rg_tensor *wanted)
{
    if (found->dtype != wanted->dtype || found->rank != wanted->rank) return 0;
    for (int k = 0; k < wanted->rank; k++)
        if (wanted->dim[k] >= 0 && found->dim[k] != wanted->dim[k]) return 0;
    return 1;
}

/* Finds part p and takes its data and size over into the layout. */
static regatta_status find_part(rg_loader *l, rg_part p)
{
    rg_tensor *wanted = &l->layout.tensor[p];
    const rg_tensor *found = rg_safetensors_find(l->file, wanted->name);
    if (found == NULL)
        return l->layout.presence[p] == RG_REQUIRED
                   ? rg_load_wrong_part(l, p, "it is missing")
                   : REGATTA_OK;
    if (!fits(found, wanted))
        return rg_load_wrong_part(l, p, "its type or shape is not right");
    *wanted = *found;
    return REGATTA_OK;
}

static int within(int64_t value, int64_t low, int64_t high)
{
    return value >= low && value <= high;
}

/* The shape, which says how large everything else has to be. */
static regatta_status read_shape(rg_loader *l)
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
        return rg_load_wrong_part(l, RG_PART_SHAPE, "a number is out of its range");
    if (s[RG_SHAPE_DIM] == 0 && (s[RG_SHAPE_ATTENTION] != REGATTA_ATTENTION_NONE ||
                                 s[RG_SHAPE_COMBINE] != REGATTA_COMBINE_MEAN))
        return rg_load_wrong_part(l, RG_PART_SHAPE,
                                  "it names attention or a combination of vectors, and "
                                  "no vectors");
    if ((s[RG_SHAPE_ITEM_WEIGHTS] > 0 && !(s[RG_SHAPE_CHANNELS] & 1)) ||
        (s[RG_SHAPE_USER_WEIGHTS] > 0 && !(s[RG_SHAPE_CHANNELS] & 2)))
        return rg_load_wrong_part(l, RG_PART_SHAPE,
                                  "it names weights of a channel, and no such channel");
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

static int is_coded(const rg_loader *l, const char *name)
{
    const rg_tensor *t = rg_safetensors_find(l->file, name);
    return t != NULL && t->dtype == RG_DTYPE_I8;
}

/* In which type each table is there; another than the three does not fit later. */
static void read_types(rg_loader *l)
{
    regatta_model *m = l->model;
    m->compact = rg_safetensors_find(l->file, "history.deltas") != NULL;
    m->item_attention.coded = is_coded(l, "item_attention.weights");
    m->user_attention.coded = is_coded(l, "user_attention.weights");
    for (int k = 0; k < RG_N_TABLES; k++) {
        const rg_tensor *t = rg_safetensors_find(l->file, rg_table_parts[k].name);
        rg_rows *rows = rows_of(l->model, k);
        if (t != NULL && t->dtype == rg_dtype_of(RG_BF16)) rows->type = RG_BF16;
        if (t != NULL && t->dtype == rg_dtype_of(RG_I8)) rows->type = RG_I8;
    }
}

/* The first tensor of the file that no part of the layout is; NULL when each is one. */
static const char *unknown_tensor(const rg_loader *l)
{
    for (int k = 0; k < l->file->n_tensors; k++) {
        const char *name = l->file->tensors[k].name;
        int known = strcmp(name, RG_CHECKSUM_NAME) == 0;
        for (int p = 0; p < RG_N_PARTS && !known; p++)
            known = l->layout.presence[p] != RG_ABSENT &&
                    strcmp(name, l->layout.tensor[p].name) == 0;
        if (!known) return name;
    }
    return NULL;
}

/* All parts by the table, and no tensor beside them. */
static regatta_status read_parts(rg_loader *l)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = l->model;
    rg_shape without_nodes = model->shape;
    without_nodes.n_users = without_nodes.n_items = 0; /* no x0 and no bias of its own */
    if (model->shape.attention != REGATTA_ATTENTION_NONE)
        RG_TRY(rg_params_create(l->ctx, &model->params, &without_nodes));
    read_types(l);
    rg_model_layout_fill(&l->layout, model, model->params);
    if (l->file->version == 1)
        l->layout.tensor[RG_PART_BLEND].dim[0] = RG_OLD_BLEND_FLOATS;
    for (int p = 0; p < RG_N_PARTS; p++) {
        if (l->layout.presence[p] == RG_ABSENT) continue;
        RG_TRY(find_part(l, (rg_part)p));
    }
    const char *unknown = unknown_tensor(l);
    if (unknown != NULL)
        status = rg_fail(l->ctx, REGATTA_EFORMAT,
                         "%s: tensor %s: the model's shape names no such tensor", l->path,
                         unknown);
done:
    return status;
}

static void take_rows(rg_weights *out, const rg_loader *l, int first)
{
    const rg_tensor *t = &l->layout.tensor[first];
    out->offset = t[0].data;
    out->target = t[1].data;
    if (!out->coded) out->value = t[2].data;
}

/* Points the model's arrays into the map. */
static void take_parts(rg_loader *l)
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
    if (l->file->version > 1) m->blend = t[RG_PART_BLEND].data;
    for (int k = 0; m->params != NULL && k < m->params->n_entries; k++) {
        const int p = rg_model_layout_param(m->params, k);
        if (p >= 0)
            memcpy(m->params->arena + m->params->entry[k].first, t[p].data,
                   (size_t)rg_tensor_bytes(&t[p]));
    }
}

/* Offsets that never fall from 0 to n_edges. */
static regatta_status check_offsets(const rg_loader *l, rg_part first, int64_t n_rows,
                                    int64_t n_edges)
{
    const int64_t *offset = l->layout.tensor[first].data;
    if (offset[0] != 0 || offset[n_rows] != n_edges)
        return rg_load_wrong_part(l, first, "it does not span the edges");
    for (int64_t r = 0; r < n_rows; r++)
        if (offset[r + 1] < offset[r]) return rg_load_wrong_part(l, first, "it falls");
    return REGATTA_OK;
}

/* Targets below n_targets and ascending within a row. `first` is the part of the offsets,
 * which are right, the next of the targets. */
static regatta_status check_targets(const rg_loader *l, rg_part first, int64_t n_rows,
                                    int64_t n_targets)
{
    const int64_t *offset = l->layout.tensor[first].data;
    const uint32_t *target = l->layout.tensor[first + 1].data;
    for (int64_t r = 0; r < n_rows; r++)
        for (int64_t e = offset[r]; e < offset[r + 1]; e++) {
            if ((int64_t)target[e] >= n_targets)
                return rg_load_wrong_part(l, (rg_part)(first + 1),
                                          "a number is out of range");
            if (e > offset[r] && target[e] <= target[e - 1])
                return rg_load_wrong_part(l, (rg_part)(first + 1),
                                          "a row does not ascend");
        }
    return REGATTA_OK;
}

/* Targets out of a compact file, in memory of the model's own. */
static regatta_status unpack(rg_loader *l, rg_part first, int64_t n_rows, int64_t n_edges)
{
    regatta_model *m = l->model;
    rg_tensor *packed = &l->layout.tensor[first + 1];
    if (n_edges > packed->dim[0])
        return rg_load_wrong_part(l, (rg_part)(first + 1),
                                  "it has fewer bytes than numbers");
    uint32_t *target = rg_alloc(m->mem, n_edges, sizeof *target);
    if (target == NULL) return REGATTA_ENOMEM;
    m->block[m->n_blocks++] = target;
    if (!rg_deltas_decode(target, l->layout.tensor[first].data, n_rows, packed->data,
                          packed->dim[0]))
        return rg_load_wrong_part(l, (rg_part)(first + 1),
                                  "its numbers do not fit the rows");
    packed->data = target;
    return REGATTA_OK;
}

/* The bfloat16 that weights in 8 bits stand for, in memory of the model's own. */
static regatta_status unpack_weights(rg_loader *l, rg_weights *weights, rg_part first,
                                     int64_t n_rows)
{
    regatta_model *m = l->model;
    const rg_tensor *t = &l->layout.tensor[first];
    const int64_t *offset = t[0].data;
    uint16_t *value = rg_alloc(m->mem, offset[n_rows], sizeof *value);
    if (value == NULL) return REGATTA_ENOMEM;
    m->block[m->n_blocks++] = value;
    weights->value = value;
    weights->code = t[2].data;
    weights->scale = t[3].data;
    if (!rg_weights_decode(value, weights->code, weights->scale, offset, n_rows))
        return rg_load_wrong_part(l, (rg_part)(first + 3), "a scale is out of range");
    return REGATTA_OK;
}

/* Sparse rows, where there are any: their targets checked, and unpacked before. */
static regatta_status read_rows(rg_loader *l, rg_weights *weights, rg_part first,
                                int64_t n_rows, int64_t n_edges, int64_t n_targets)
{
    regatta_status status = REGATTA_OK;
    if (l->layout.tensor[first].data == NULL) return REGATTA_OK;
    RG_TRY(check_offsets(l, first, n_rows, n_edges));
    if (l->model->compact) RG_TRY(unpack(l, first, n_rows, n_edges));
    RG_TRY(check_targets(l, first, n_rows, n_targets));
    if (weights != NULL && weights->coded)
        RG_TRY(unpack_weights(l, weights, first, n_rows));
done:
    return status;
}

static regatta_status read_graphs(rg_loader *l)
{
    regatta_status status = REGATTA_OK;
    regatta_model *m = l->model;
    RG_TRY(read_rows(l, NULL, RG_PART_HISTORY_OFFSETS, m->shape.n_users, m->n_edges,
                     m->shape.n_items));
    RG_TRY(read_rows(l, &m->item_attention, RG_PART_ITEM_ATTENTION_OFFSETS,
                     m->shape.n_items, m->n_item_weights, m->shape.n_items));
    RG_TRY(read_rows(l, &m->user_attention, RG_PART_USER_ATTENTION_OFFSETS,
                     m->shape.n_users, m->n_user_weights, m->shape.n_users));
done:
    return status;
}

static regatta_status read_numbers(rg_loader *l)
{
    regatta_model *m = l->model;
    const double *numbers = l->layout.tensor[RG_PART_NUMBERS].data;
    const double scale = numbers[RG_NUMBER_SCALE];
    if (!(scale >= RG_SMALLEST_SCALE && scale <= RG_LARGEST_SCALE) ||
        (double)(float)scale != scale)
        return rg_load_wrong_part(l, RG_PART_NUMBERS,
                                  "the scale is no float from 2^-30 to 2^60");
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
static regatta_status read_names(rg_loader *l, rg_idmap **out, rg_part offsets,
                                 rg_part bytes, int64_t n)
{
    const rg_tensor *t = l->layout.tensor;
    const regatta_status status = rg_idmap_view(l->ctx, out, (uint32_t)n, t[offsets].data,
                                                t[bytes].data, t[bytes].dim[0]);
    if (status != REGATTA_EFORMAT) return status;
    char reason[RG_MESSAGE_BYTES];
    snprintf(reason, sizeof reason, "%s", l->ctx->message);
    return rg_load_wrong_part(l, bytes, reason);
}

static regatta_status load_contents(rg_loader *l)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = l->model;
    RG_TRY(rg_map_open(l->ctx, &model->map, l->path));
    RG_TRY(rg_safetensors_read(l->ctx, &l->file, &model->map, l->path));
    RG_TRY(read_shape(l));
    RG_TRY(read_parts(l));
    RG_TRY(read_numbers(l));
    RG_TRY(rg_load_check_numbers(l));
    RG_TRY(read_graphs(l));
    take_parts(l);
    if (l->file->version == 1 && l->layout.tensor[RG_PART_BLEND].data != NULL)
        RG_TRY(rg_load_old_blend(l));
    const char *reason = rg_model_layout_index(model, &l->layout);
    if (reason != NULL) return rg_load_wrong(l, reason);
    RG_TRY(rg_load_check_channels(l));
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
    rg_loader l = {.ctx = ctx, .path = path};
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
