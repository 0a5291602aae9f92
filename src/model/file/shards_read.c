/* Reads a model in shards: the tensors of all files as those of one. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "base/files/file_io.h"
#include "model/file/shard_index.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    regatta_ctx *ctx;
    const char *path; /* of the index */
    regatta_model *model;
    rg_shard_index *index;
    rg_safetensors *all; /* whole tensors of all shards */
    rg_tensor *part;     /* [n_parts] of divided ones */
    int n_parts;
    int n_found;   /* tensors that the index names */
    int64_t bytes; /* of these */
} reader;

int rg_is_shard_index(const rg_map *map)
{
    return map->size > 0 && map->bytes[0] == '{';
}

static size_t folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* The path of a shard: beside the index or, where the index is a link, beside its file.
 */
static int find_path(char path[PATH_MAX], const char *index, const char *name)
{
    char real[PATH_MAX];
    int n = snprintf(path, PATH_MAX, "%.*s%s", (int)folder_of(index), index, name);
    if (n >= PATH_MAX || rg_io_exists(path) || realpath(index, real) == NULL)
        return n < PATH_MAX;
    n = snprintf(path, PATH_MAX, "%.*s%s", (int)folder_of(real), real, name);
    if (n < PATH_MAX && rg_io_exists(path)) return 1;
    return snprintf(path, PATH_MAX, "%.*s%s", (int)folder_of(index), index, name) <
           PATH_MAX;
}

static regatta_status check_shard(const reader *r, const rg_safetensors *file, int k,
                                  const char *path)
{
    if (file->shard == NULL)
        return rg_fail(r->ctx, REGATTA_EFORMAT, "%s: is no shard, but a whole model",
                       path);
    if (file->checksum != r->index->shard[k].checksum)
        return rg_fail(r->ctx, REGATTA_EFORMAT,
                       "%s: is a shard of another model: %s names one with another "
                       "checksum",
                       path, r->path);
    return REGATTA_OK;
}

/* Sorts the tensors of shard k into whole ones and parts. */
static regatta_status take_tensors(reader *r, const rg_safetensors *file, int k,
                                   const char *path)
{
    int part, n_parts;
    for (int t = 0; t < file->n_tensors; t++) {
        const rg_tensor *x = &file->tensors[t];
        if (strcmp(x->name, "checksum") == 0) continue;
        if (rg_shard_index_find(r->index, x->name) != k)
            return rg_fail(r->ctx, REGATTA_EFORMAT,
                           "%s: tensor %s: %s does not name it in this file", path,
                           x->name, r->path);
        r->n_found++;
        r->bytes += rg_tensor_bytes(x);
        if (rg_shard_part_of(x->name, &part, &n_parts) > 0)
            r->part[r->n_parts++] = *x;
        else
            r->all->tensors[r->all->n_tensors++] = *x;
    }
    return REGATTA_OK;
}

static regatta_status read_shard(reader *r, int k)
{
    regatta_status status = REGATTA_OK;
    rg_safetensors *file = NULL;
    rg_map *const map = &r->model->shard_map[k];
    char path[PATH_MAX];
    if (!find_path(path, r->path, r->index->shard[k].name))
        return rg_fail(r->ctx, REGATTA_EIO, "%s: the path of a shard is too long",
                       r->path);
    RG_TRY(rg_map_open(r->ctx, map, path));
    RG_TRY(rg_safetensors_read(r->ctx, &file, map, path));
    RG_TRY(check_shard(r, file, k, path));
    RG_TRY(take_tensors(r, file, k, path));
    if (k > 0) goto done;
    r->all->version = file->version;
    r->all->settings = file->settings;
    file->settings = NULL; /* ownership has moved */
done:
    rg_safetensors_free(file);
    return status;
}

static regatta_status wrong_part(const reader *r, const rg_tensor *t, const char *reason)
{
    return rg_fail(r->ctx, REGATTA_EFORMAT, "%s: tensor %s: %s", r->path, t->name,
                   reason);
}

/* Returns part `number` of the tensor whose name is name[length]; NULL if it is missing.
 */
static const rg_tensor *find_part(const reader *r, const char *name, int length,
                                  int number)
{
    int part, n_parts;
    for (int k = 0; k < r->n_parts; k++)
        if (rg_shard_part_of(r->part[k].name, &part, &n_parts) == length &&
            part == number && memcmp(r->part[k].name, name, (size_t)length) == 0)
            return &r->part[k];
    return NULL;
}

static int is_like(const rg_tensor *a, const rg_tensor *b)
{
    int same = a->dtype == b->dtype && a->rank == b->rank;
    for (int k = 1; k < a->rank && same; k++) same = a->dim[k] == b->dim[k];
    return same;
}

/* Joins the parts of the tensor of which `first` is part 1. */
static regatta_status join(reader *r, const rg_tensor *first, int length, int n_parts)
{
    rg_tensor whole = *first;
    int64_t at = 0;
    whole.name[length] = '\0';
    whole.dim[0] = 0;
    for (int number = 1; number <= n_parts; number++) {
        const rg_tensor *t = find_part(r, first->name, length, number);
        if (t == NULL) return wrong_part(r, first, "another part of it is missing");
        if (!is_like(t, first))
            return wrong_part(r, t, "its type or shape is not that of part 1");
        whole.dim[0] += t->dim[0];
    }
    char *const data = rg_model_own(r->model, rg_tensor_bytes(&whole), 1);
    if (data == NULL) return REGATTA_ENOMEM;
    for (int number = 1; number <= n_parts; number++) {
        const rg_tensor *t = find_part(r, first->name, length, number);
        memcpy(data + at, t->data, (size_t)rg_tensor_bytes(t));
        at += rg_tensor_bytes(t);
    }
    whole.data = data;
    r->all->tensors[r->all->n_tensors++] = whole;
    return REGATTA_OK;
}

static regatta_status join_parts(reader *r)
{
    regatta_status status = REGATTA_OK;
    int part, n_parts;
    for (int k = 0; k < r->n_parts; k++) {
        const rg_tensor *t = &r->part[k];
        const int length = rg_shard_part_of(t->name, &part, &n_parts);
        if (find_part(r, t->name, length, 1) == NULL)
            return wrong_part(r, t, "another part of it is missing");
        if (part == 1) RG_TRY(join(r, t, length, n_parts));
    }
done:
    return status;
}

/* A repeated name would hide one of the tensors. */
static regatta_status check_names(const reader *r)
{
    for (int k = 0; k < r->all->n_tensors; k++)
        if (rg_safetensors_find(r->all, r->all->tensors[k].name) != &r->all->tensors[k])
            return wrong_part(r, &r->all->tensors[k], "it is repeated");
    return REGATTA_OK;
}

regatta_status rg_shards_read(regatta_ctx *ctx, rg_safetensors **out,
                              regatta_model *model, const rg_map *map, const char *path)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    reader r = {.ctx = ctx, .path = path, .model = model};
    RG_TRY(rg_shard_index_read(ctx, &r.index, (const char *)map->bytes, map->size, path));
    RG_NEW(ctx->mem, r.all, 1);
    r.all->mem = ctx->mem;
    RG_NEW(ctx->mem, r.all->tensors, r.index->n_tensors);
    RG_NEW(ctx->mem, r.part, r.index->n_tensors);
    RG_NEW(model->mem, model->shard_map, r.index->n_shards);
    model->n_shards = r.index->n_shards;
    for (int k = 0; k < r.index->n_shards; k++) RG_TRY(read_shard(&r, k));
    if (r.n_found != r.index->n_tensors) {
        status = rg_fail(ctx, REGATTA_EFORMAT,
                         "%s: names %d tensors, and its shards have %d of them", path,
                         r.index->n_tensors, r.n_found);
        goto done;
    }
    if (r.bytes != r.index->total_size) {
        status = rg_fail(ctx, REGATTA_EFORMAT,
                         "%s: total_size is %lld, and the tensors of its shards have "
                         "%lld bytes",
                         path, (long long)r.index->total_size, (long long)r.bytes);
        goto done;
    }
    RG_TRY(join_parts(&r));
    RG_TRY(check_names(&r));
    *out = r.all;
    r.all = NULL;
done:
    rg_safetensors_free(r.all);
    rg_shard_index_free(r.index);
    rg_free(ctx->mem, r.part);
    return status;
}
