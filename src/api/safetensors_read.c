/* Reads the container without trusting it. Whatever is wrong ends in REGATTA_EFORMAT. */
#include "api/safetensors.h"
#include "api/safetensors_format.h"
#include "base/hash.h"
#include <jansson.h>
#include <string.h>

typedef struct reader {
    regatta_ctx *ctx;
    const char *path;
    const rg_map *map;
    int64_t data_begin, data_size; /* of the tensors' part */
    int64_t cursor;                /* where the next tensor has to begin */
    int has_metadata, has_checksum;
    rg_safetensors *file;
} reader;

static regatta_status wrong(const reader *r, const char *reason)
{
    return rg_fail(r->ctx, REGATTA_EFORMAT, "%s: %s", r->path, reason);
}

static regatta_status wrong_tensor(const reader *r, const char *name, const char *reason)
{
    return rg_fail(r->ctx, REGATTA_EFORMAT, "%s: tensor %.64s: %s", r->path, name,
                   reason);
}

/* Bounds of the header, and the checksum of everything. */
static regatta_status check_frame(reader *r)
{
    const rg_map *map = r->map;
    uint64_t header, stored;
    if (map->size < RG_LENGTH_BYTES + RG_CHECKSUM_BYTES + 2)
        return wrong(r, "not a regatta model (too short)");
    memcpy(&header, map->bytes, sizeof header);
    if (header < 2 || header > RG_HEADER_MOST || map->bytes[RG_LENGTH_BYTES] != '{')
        return wrong(r, "not a regatta model (no safetensors header)");
    r->data_begin = RG_LENGTH_BYTES + (int64_t)header;
    r->data_size = map->size - r->data_begin;
    if (r->data_size < RG_CHECKSUM_BYTES) return wrong(r, "the file is truncated");
    const int64_t covered = map->size - RG_CHECKSUM_BYTES;
    memcpy(&stored, map->bytes + covered, sizeof stored);
    if (rg_hash(map->bytes, (size_t)covered, 0) != stored)
        return wrong(r, "truncated, altered, or not a regatta model (its checksum "
                        "does not match)");
    if (r->data_begin % RG_TENSOR_ALIGN != 0)
        return wrong(r, "the header does not end at a boundary");
    return REGATTA_OK;
}

static regatta_status read_metadata(reader *r, const json_t *metadata)
{
    regatta_status status = REGATTA_OK;
    const char *format = json_string_value(json_object_get(metadata, "format"));
    const char *version = json_string_value(json_object_get(metadata, "format_version"));
    const char *settings = json_string_value(json_object_get(metadata, "settings"));
    if (format == NULL || strcmp(format, RG_FORMAT_NAME) != 0)
        return wrong(r, "not a regatta model (its metadata says another format)");
    if (version == NULL ||
        (strcmp(version, "1") != 0 && strcmp(version, RG_FORMAT_VERSION) != 0))
        return rg_fail(r->ctx, REGATTA_EFORMAT,
                       "%s: format version %.20s, this library reads version 1 to %s",
                       r->path, version != NULL ? version : "(none)", RG_FORMAT_VERSION);
    r->file->version = version[0] - '0';
    if (settings == NULL) return wrong(r, "the settings are missing");
    json_t *parsed = json_loads(settings, JSON_REJECT_DUPLICATES, NULL);
    const int is_object = json_is_object(parsed);
    json_decref(parsed);
    if (!is_object) return wrong(r, "the settings are no JSON object");
    RG_NEW(r->file->mem, r->file->settings, strlen(settings) + 1);
    memcpy(r->file->settings, settings, strlen(settings) + 1);
    r->has_metadata = 1;
done:
    return status;
}

static int read_dtype(rg_dtype *out, const char *name)
{
    static const struct {
        const char *name;
        rg_dtype dtype;
    } table[] = {{"U8", RG_DTYPE_U8},   {"I8", RG_DTYPE_I8},    {"U32", RG_DTYPE_U32},
                 {"U64", RG_DTYPE_U64}, {"I64", RG_DTYPE_I64},  {"F32", RG_DTYPE_F32},
                 {"F64", RG_DTYPE_F64}, {"BF16", RG_DTYPE_BF16}};
    for (size_t k = 0; name != NULL && k < sizeof table / sizeof *table; k++)
        if (strcmp(table[k].name, name) == 0) {
            *out = table[k].dtype;
            return 1;
        }
    return 0;
}

/* Dimensions whose product stays below the size of the file. */
static int read_shape(rg_tensor *t, const json_t *shape, int64_t most)
{
    const size_t rank = json_array_size(shape);
    int64_t count = 1;
    if (!json_is_array(shape) || rank < 1 || rank > RG_TENSOR_RANK) return 0;
    t->rank = (int)rank;
    for (size_t k = 0; k < RG_TENSOR_RANK; k++) t->dim[k] = 1;
    for (size_t k = 0; k < rank; k++) {
        const json_t *dim = json_array_get(shape, k);
        if (!json_is_integer(dim)) return 0;
        t->dim[k] = json_integer_value(dim);
        if (t->dim[k] < 0 || t->dim[k] > most) return 0;
        if (t->dim[k] > 0 && count > most / t->dim[k]) return 0;
        count *= t->dim[k];
    }
    return 1;
}

static regatta_status read_tensor(reader *r, const char *name, const json_t *entry)
{
    rg_tensor t = {.rank = 0};
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const json_t *first = json_array_get(offsets, 0),
                 *second = json_array_get(offsets, 1);
    const size_t length = strlen(name);
    const int is_pad = strncmp(name, RG_PAD_PREFIX, strlen(RG_PAD_PREFIX)) == 0;
    if (length >= sizeof t.name) return wrong_tensor(r, name, "its name is too long");
    memcpy(t.name, name, length + 1);
    if (!read_dtype(&t.dtype, json_string_value(json_object_get(entry, "dtype"))))
        return wrong_tensor(r, name, "unknown dtype");
    if (!read_shape(&t, json_object_get(entry, "shape"), r->data_size))
        return wrong_tensor(r, name, "impossible shape");
    if (json_array_size(offsets) != 2 || !json_is_integer(first) ||
        !json_is_integer(second))
        return wrong_tensor(r, name, "no data_offsets");
    const int64_t begin = json_integer_value(first), end = json_integer_value(second);
    if (begin != r->cursor || end < begin || end > r->data_size)
        return wrong_tensor(r, name, "its offsets leave a hole, overlap, or end outside");
    if (end - begin != rg_tensor_bytes(&t))
        return wrong_tensor(r, name, "its offsets do not fit its shape");
    if (!is_pad && begin % RG_TENSOR_ALIGN != 0)
        return wrong_tensor(r, name, "it does not begin at a boundary");
    r->cursor = end;
    if (is_pad) return REGATTA_OK;
    if (strcmp(name, RG_CHECKSUM_NAME) == 0 && t.dtype == RG_DTYPE_U64 &&
        end - begin == RG_CHECKSUM_BYTES)
        r->has_checksum = end == r->data_size;
    t.data = r->map->bytes + r->data_begin + begin;
    r->file->tensors[r->file->n_tensors++] = t;
    return REGATTA_OK;
}

static regatta_status read_entries(reader *r, json_t *header)
{
    regatta_status status = REGATTA_OK;
    const char *name;
    json_t *entry;
    RG_NEW(r->file->mem, r->file->tensors, json_object_size(header));
    json_object_foreach(header, name, entry)
    {
        if (strcmp(name, "__metadata__") == 0)
            RG_TRY(read_metadata(r, entry));
        else
            RG_TRY(read_tensor(r, name, entry));
    }
    if (!r->has_metadata)
        status = wrong(r, "not a regatta model (no metadata)");
    else if (!r->has_checksum || r->cursor != r->data_size)
        status = wrong(r, "the tensors do not end in a checksum at the end of the file");
done:
    return status;
}

regatta_status rg_safetensors_read(regatta_ctx *ctx, rg_safetensors **out,
                                   const rg_map *map, const char *path)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    reader r = {.ctx = ctx, .path = path, .map = map};
    json_error_t error;
    json_t *header = NULL;
    RG_NEW(ctx->mem, r.file, 1);
    r.file->mem = ctx->mem;
    RG_TRY(check_frame(&r));
    header = json_loadb((const char *)map->bytes + RG_LENGTH_BYTES,
                        (size_t)(r.data_begin - RG_LENGTH_BYTES), JSON_REJECT_DUPLICATES,
                        &error);
    if (header == NULL && json_error_code(&error) == json_error_out_of_memory) {
        status = REGATTA_ENOMEM;
        goto done;
    }
    if (!json_is_object(header)) {
        status = wrong(&r, "the header is no JSON object");
        goto done;
    }
    RG_TRY(read_entries(&r, header));
    *out = r.file;
    r.file = NULL; /* ownership has moved to the caller */
done:
    json_decref(header);
    rg_safetensors_free(r.file); /* NULL unless we failed */
    return status;
}
