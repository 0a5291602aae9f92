/* Reads a model file: maps it and checks everything before use. */
#include "model/bounds.h"
#include "model/file/model_deltas.h"
#include "model/file/model_file_old.h"
#include "model/file/safetensors.h"
#include "model/file/safetensors_format.h"
#include "model/file/shards.h"
#include "model/model.h"
#include "model/weight_codes.h"
#include <stdio.h>
#include <string.h>

/* Points a model's arrays into the file, or to memory of the model for arrays that are
 * packed in the file. */
typedef struct reader {
    rg_visitor visitor;
    regatta_model *model;
    rg_safetensors *file;
    uint8_t *used;     /* [tensors of the file] 1: an array uses the tensor */
    const void *bytes; /* of a file in memory; NULL = the file is at the path */
    int64_t n_bytes;
} reader;

/* The address of the struct whose first member is the visitor. */
static reader *of(rg_visitor *v)
{
    return (reader *)(void *)v;
}

/* Finds the tensor of this name, dtype and shape (a dimension below 0 matches any); *out
 * is NULL if the file has none. */
static regatta_status find(reader *r, const rg_tensor **out, const char *name,
                           rg_dtype dtype, int rank, const int64_t *dim)
{
    const rg_tensor *t = rg_safetensors_find(r->file, name);
    *out = t;
    if (t == NULL) return REGATTA_OK;
    int fits = t->dtype == dtype && t->rank == rank;
    for (int k = 0; k < rank && fits; k++) fits = dim[k] < 0 || t->dim[k] == dim[k];
    if (!fits) return rg_visit_wrong(&r->visitor, name, "its type or shape is wrong");
    r->used[t - r->file->tensors] = 1;
    return REGATTA_OK;
}

/* The same; a missing tensor is an error. */
static regatta_status need(reader *r, const rg_tensor **out, const char *name,
                           rg_dtype dtype, int rank, const int64_t *dim)
{
    const regatta_status status = find(r, out, name, dtype, rank, dim);
    if (status != REGATTA_OK || *out != NULL) return status;
    return rg_visit_wrong(&r->visitor, name, "it is missing");
}

static regatta_status read_copy(rg_visitor *v, const char *name, rg_dtype dtype, void *x,
                                int64_t n)
{
    const rg_tensor *t;
    const regatta_status status = need(of(v), &t, name, dtype, 1, &n);
    if (status == REGATTA_OK) memcpy(x, t->data, (size_t)n * 8);
    return status;
}

static regatta_status read_ints(rg_visitor *v, const char *name, int64_t *x, int64_t n)
{
    return read_copy(v, name, RG_DTYPE_I64, x, n);
}

static regatta_status read_reals(rg_visitor *v, const char *name, double *x, int64_t n)
{
    return read_copy(v, name, RG_DTYPE_F64, x, n);
}

static regatta_status read_copied(rg_visitor *v, const char *name, float *x, int64_t rows,
                                  int64_t cols, const rg_bound *bound)
{
    regatta_status status = REGATTA_OK;
    const int64_t dim[] = {rows, cols};
    const rg_tensor *t;
    RG_TRY(need(of(v), &t, name, RG_DTYPE_F32, 2, dim));
    RG_TRY(rg_bound_floats(v, name, t->data, rows * cols, bound));
    memcpy(x, t->data, (size_t)(rows * cols) * sizeof *x);
done:
    return status;
}

static regatta_status read_bytes(rg_visitor *v, const char *name, const void **x,
                                 int64_t size, int64_t rows, int64_t *cols)
{
    regatta_status status = REGATTA_OK;
    const int64_t dims[] = {rows, *cols}, *dim = rows > 0 ? dims : dims + 1;
    const rg_tensor *t;
    *x = NULL;
    RG_TRY(find(of(v), &t, name, size == 1 ? RG_DTYPE_U8 : RG_DTYPE_U32, rows > 0 ? 2 : 1,
                dim));
    if (t == NULL) return REGATTA_OK;
    *x = t->data;
    *cols = t->dim[t->rank - 1];
done:
    return status;
}

static regatta_status read_floats(rg_visitor *v, const char *name, const float **x,
                                  int64_t n, const rg_bound *bound)
{
    regatta_status status = REGATTA_OK;
    const rg_tensor *t;
    *x = NULL;
    if (bound->optional)
        RG_TRY(find(of(v), &t, name, RG_DTYPE_F32, 1, &n));
    else
        RG_TRY(need(of(v), &t, name, RG_DTYPE_F32, 1, &n));
    if (t == NULL) return REGATTA_OK;
    RG_TRY(rg_bound_floats(v, name, t->data, n, bound));
    *x = t->data;
done:
    return status;
}

/* Returns the type of a table by its dtype; a later check rejects other types. */
static rg_element type_of(const reader *r, const char *name)
{
    const rg_tensor *t = rg_safetensors_find(r->file, name);
    if (t != NULL && t->dtype == RG_DTYPE_BF16) return RG_BF16;
    return t != NULL && t->dtype == RG_DTYPE_I8 ? RG_I8 : RG_F32;
}

static regatta_status read_table(rg_visitor *v, const char *name, rg_rows *rows,
                                 int64_t layers, int64_t n, int64_t dim,
                                 const rg_bound *bound)
{
    static const rg_dtype dtype[] = {
        [RG_F32] = RG_DTYPE_F32, [RG_BF16] = RG_DTYPE_BF16, [RG_I8] = RG_DTYPE_I8};
    regatta_status status = REGATTA_OK;
    const int64_t dims[] = {layers, n, dim}, *from = layers > 0 ? dims : dims + 1;
    const int rank = layers > 0 ? 3 : 2;
    const rg_tensor *t, *scale = NULL;
    char text[RG_ARRAY_NAME];
    const rg_element type = type_of(of(v), name);
    *rows = (rg_rows){.type = RG_F32};
    if (bound->optional)
        RG_TRY(find(of(v), &t, name, dtype[type], rank, from));
    else
        RG_TRY(need(of(v), &t, name, dtype[type], rank, from));
    if (t == NULL) return REGATTA_OK;
    snprintf(text, sizeof text, "%s.scale", name);
    if (type == RG_I8) RG_TRY(need(of(v), &scale, text, RG_DTYPE_F32, rank - 1, from));
    *rows = (rg_rows){.type = type,
                      .n = layers > 0 ? layers * n : n,
                      .dim = t->dim[rank - 1],
                      .data = t->data,
                      .scale = scale != NULL ? scale->data : NULL};
    RG_TRY(rg_bound_table(v, name, rows, bound));
done:
    return status;
}

/* Decodes the targets of a compact file to memory of the model. */
static regatta_status read_deltas(reader *r, const char *name, const int64_t *offset,
                                  const uint32_t **target, int64_t n_rows)
{
    regatta_status status = REGATTA_OK;
    const int64_t any = -1, n = offset[n_rows];
    const rg_tensor *packed;
    uint32_t *own;
    RG_TRY(need(r, &packed, name, RG_DTYPE_U8, 1, &any));
    if (n > packed->dim[0])
        return rg_visit_wrong(&r->visitor, name, "it has fewer bytes than numbers");
    own = rg_model_own(r->model, n, sizeof *own);
    if (own == NULL) return REGATTA_ENOMEM;
    if (!rg_deltas_decode(own, offset, n_rows, packed->data, packed->dim[0]))
        return rg_visit_wrong(&r->visitor, name, "its numbers do not fit the rows");
    *target = own;
done:
    return status;
}

/* Checks that offsets are non-decreasing, from 0 to at most `most`. */
static regatta_status check_offsets(reader *r, const char *name, const int64_t *offset,
                                    int64_t n_rows, int64_t most)
{
    if (offset[0] != 0)
        return rg_visit_wrong(&r->visitor, name, "it does not begin at 0");
    for (int64_t k = 0; k < n_rows; k++)
        if (offset[k + 1] < offset[k])
            return rg_visit_wrong(&r->visitor, name, "it decreases");
    if (offset[n_rows] > most)
        return rg_visit_wrong(&r->visitor, name, "it does not span the edges");
    return REGATTA_OK;
}

static regatta_status check_targets(reader *r, const char *name, const int64_t *offset,
                                    const uint32_t *target, int64_t n_rows,
                                    int64_t n_targets)
{
    for (int64_t k = 0; k < n_rows; k++)
        for (int64_t e = offset[k]; e < offset[k + 1]; e++) {
            if ((int64_t)target[e] >= n_targets)
                return rg_visit_wrong(&r->visitor, name, "a number is out of range");
            if (e > offset[k] && target[e] <= target[e - 1])
                return rg_visit_wrong(&r->visitor, name, "a row does not ascend");
        }
    return REGATTA_OK;
}

static regatta_status read_pattern(rg_visitor *v, const char *name, const char *targets,
                                   const int64_t **offset, const uint32_t **target,
                                   int64_t n_rows, int64_t n_targets)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_offsets = n_rows + 1;
    const rg_tensor *t;
    char offsets[RG_ARRAY_NAME], text[RG_ARRAY_NAME];
    snprintf(offsets, sizeof offsets, "%s.offsets", name);
    RG_TRY(need(of(v), &t, offsets, RG_DTYPE_I64, 1, &n_offsets));
    *offset = t->data;
    RG_TRY(check_offsets(of(v), offsets, *offset, n_rows, INT64_MAX / 8));
    snprintf(text, sizeof text, "%s.%s", name, v->compact ? "deltas" : targets);
    if (v->compact) {
        RG_TRY(read_deltas(of(v), text, *offset, target, n_rows));
    } else {
        const int64_t any = -1;
        RG_TRY(need(of(v), &t, text, RG_DTYPE_U32, 1, &any));
        if (t->dim[0] != (*offset)[n_rows])
            return rg_visit_wrong(v, offsets, "it does not span the edges");
        *target = t->data;
    }
    RG_TRY(check_targets(of(v), text, *offset, *target, n_rows, n_targets));
done:
    return status;
}

static regatta_status read_weights(rg_visitor *v, const char *name, rg_weights *w,
                                   int64_t n_rows, const rg_bound *bound)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = w->offset[n_rows];
    const rg_tensor *t, *scale;
    char text[RG_ARRAY_NAME], scales[RG_ARRAY_NAME];
    snprintf(text, sizeof text, "%s.weights", name);
    snprintf(scales, sizeof scales, "%s.weights.scale", name);
    w->coded = type_of(of(v), text) == RG_I8;
    RG_TRY(need(of(v), &t, text, w->coded ? RG_DTYPE_I8 : RG_DTYPE_BF16, 1, &n));
    if (!w->coded) {
        w->value = t->data;
        snprintf(text, sizeof text, "%s.solved", name);
        if (bound->optional) RG_TRY(find(of(v), &t, text, RG_DTYPE_BF16, 1, &n));
        if (bound->optional && t != NULL) w->solved = t->data;
        return rg_bound_weights(v, name, w, n_rows, bound);
    }
    RG_TRY(need(of(v), &scale, scales, RG_DTYPE_F32, 1, &n_rows));
    w->code = t->data;
    w->scale = scale->data;
    RG_TRY(rg_bound_weights(v, name, w, n_rows, bound));
    uint16_t *value = rg_model_own(of(v)->model, n, sizeof *value);
    if (value == NULL) return REGATTA_ENOMEM;
    w->value = value;
    if (!rg_weights_decode(value, w->code, w->scale, w->offset, n_rows))
        status = rg_visit_wrong(v, scales, "a scale is out of range");
done:
    return status;
}

/* Builds a map over the names; error messages begin with the path. */
static regatta_status read_names(rg_visitor *v, const char *name, rg_idmap **ids,
                                 int64_t n)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_offsets = n + 1, any = -1;
    const rg_tensor *offsets, *bytes;
    char text[RG_ARRAY_NAME], reason[RG_MESSAGE_BYTES];
    snprintf(text, sizeof text, "%s.offsets", name);
    RG_TRY(need(of(v), &offsets, text, RG_DTYPE_I64, 1, &n_offsets));
    snprintf(text, sizeof text, "%s.bytes", name);
    RG_TRY(need(of(v), &bytes, text, RG_DTYPE_U8, 1, &any));
    status = rg_idmap_view(v->ctx, ids, (uint32_t)n, offsets->data, bytes->data,
                           bytes->dim[0]);
    if (status != REGATTA_EFORMAT) return status;
    snprintf(reason, sizeof reason, "%s", v->ctx->message);
    return rg_visit_wrong(v, text, reason);
done:
    return status;
}

static const rg_visitor_ops READS = {.ints = read_ints,
                                     .reals = read_reals,
                                     .copied = read_copied,
                                     .bytes = read_bytes,
                                     .floats = read_floats,
                                     .table = read_table,
                                     .pattern = read_pattern,
                                     .weights = read_weights,
                                     .names = read_names};

/* Checks that an array of the model uses every tensor of the file. */
static regatta_status check_used(const reader *r)
{
    for (int k = 0; k < r->file->n_tensors; k++) {
        const char *name = r->file->tensors[k].name;
        if (!r->used[k] && strcmp(name, RG_CHECKSUM_NAME) != 0)
            return rg_fail(r->visitor.ctx, REGATTA_EFORMAT,
                           "%s: tensor %s: the model has no such array", r->visitor.path,
                           name);
    }
    return REGATTA_OK;
}

/* Reads the tensors of the file, or of the shards that it names. */
static regatta_status read_tensors(reader *r)
{
    regatta_ctx *ctx = r->visitor.ctx;
    const char *path = r->visitor.path;
    const rg_map *map = &r->model->map;
    if (rg_is_shard_index(map) && r->bytes != NULL)
        return rg_fail(ctx, REGATTA_EFORMAT,
                       "%s: is the index of a model in shards, which is loaded by its "
                       "path",
                       path);
    if (rg_is_shard_index(map)) return rg_shards_read(ctx, &r->file, r->model, map, path);
    const regatta_status status = rg_safetensors_read(ctx, &r->file, map, path);
    if (status != REGATTA_OK || r->file->shard == NULL) return status;
    return rg_fail(ctx, REGATTA_EFORMAT,
                   "%s: is shard %.20s of a model: load its index, "
                   "NAME" RG_SHARDS_INDEX,
                   path, r->file->shard);
}

static regatta_status read_contents(reader *r)
{
    regatta_status status = REGATTA_OK;
    rg_visitor *v = &r->visitor;
    regatta_model *m = r->model;
    RG_TRY(r->bytes != NULL ? rg_map_copy(v->ctx, &m->map, r->bytes, r->n_bytes)
                            : rg_map_open(v->ctx, &m->map, v->path));
    RG_TRY(read_tensors(r));
    if (r->file->version < RG_FORMAT_NUMBER) RG_TRY(rg_model_file_upgrade(v, m, r->file));
    RG_NEW(v->ctx->mem, r->used, r->file->n_tensors);
    m->compact = v->compact = rg_safetensors_find(r->file, "history.deltas") != NULL;
    RG_TRY(rg_model_visit(v, m));
    RG_TRY(check_used(r));
    m->info.struct_size = sizeof m->info;
    m->json = r->file->settings;
    r->file->settings = NULL; /* ownership has moved to the model */
    RG_TRY(rg_model_finish(v->ctx, m));
done:
    return status;
}

/* Loads the file at `path`, or from bytes[n] of a file; then messages use `path` as its
 * name. */
static regatta_status load(regatta_ctx *ctx, regatta_model **out, const char *path,
                           const void *bytes, int64_t n)
{
    regatta_status status = REGATTA_OK;
    reader r = {
        .visitor = {.ctx = ctx, .ops = &READS, .path = path, .checks = 1, .reads = 1},
        .bytes = bytes,
        .n_bytes = n};
    RG_NEW(ctx->mem, r.model, 1);
    r.model->mem = ctx->mem;
    RG_TRY(read_contents(&r));
    *out = r.model;
    r.model = NULL; /* ownership has moved to the caller */
done:
    rg_safetensors_free(r.file);
    rg_free(ctx->mem, r.used);
    regatta_model_free(r.model); /* NULL unless we failed */
    return status;
}

regatta_status regatta_model_load(regatta_ctx *ctx, regatta_model **out, const char *path)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_fail(ctx, REGATTA_EINVAL, "out is missing");
    if (path == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the path is missing");
    return rg_end(ctx, load(ctx, out, path, NULL, 0));
}

regatta_status regatta_model_load_memory(regatta_ctx *ctx, regatta_model **out,
                                         const void *bytes, size_t n)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_fail(ctx, REGATTA_EINVAL, "out is missing");
    if (bytes == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the bytes are missing");
    if (n > INT64_MAX / 2) return rg_fail(ctx, REGATTA_EINVAL, "too many bytes: %zu", n);
    return rg_end(ctx, load(ctx, out, "<memory>", bytes, (int64_t)n));
}
