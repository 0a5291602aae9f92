/* Reads the container and checks everything. Every fault of the file is
 * REGATTA_EFORMAT. */
#include "base/hash.h"
#include "base/text/json_read.h"
#include "model/file/safetensors.h"
#include "model/file/safetensors_format.h"
#include <string.h>

typedef struct reader {
    regatta_ctx *ctx;
    const char *path;
    const rg_map *map;
    int64_t data_begin, data_size; /* of the part with the tensors */
    int64_t cursor;                /* where the next tensor must begin */
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

/* Checks the bounds of the header and the checksum. */
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
    r->file->checksum = stored;
    if (r->data_begin % RG_TENSOR_ALIGN != 0)
        return wrong(r, "the header does not end at a boundary");
    return REGATTA_OK;
}

/* Reads a string of the metadata to memory of the file; NULL for other values. */
static regatta_status take_text(reader *r, rg_json *json, char **out)
{
    regatta_status status = REGATTA_OK;
    rg_json again = *json;
    const int64_t n = rg_json_string(json, NULL, 0);
    if (*out != NULL) return wrong(r, "a name of the metadata is repeated");
    if (n < 0) return wrong(r, "the metadata is not an object of strings");
    RG_NEW(r->file->mem, *out, n + 1);
    rg_json_string(&again, *out, n + 1);
done:
    return status;
}

static regatta_status check_metadata(reader *r, const char *format, const char *version,
                                     const char *settings)
{
    if (format == NULL || strcmp(format, RG_FORMAT_NAME) != 0)
        return wrong(r, "not a regatta model (its metadata says another format)");
    if (version == NULL || version[0] < '1' || version[0] > RG_FORMAT_VERSION[0] ||
        version[1] != '\0')
        return rg_fail(r->ctx, REGATTA_EFORMAT,
                       "%s: format version %.20s: this library reads versions 1 to %s",
                       r->path, version != NULL ? version : "(none)", RG_FORMAT_VERSION);
    r->file->version = version[0] - '0';
    if (settings == NULL) return wrong(r, "the settings are missing");
    if (!rg_json_is_value(settings, (int64_t)strlen(settings), '{'))
        return wrong(r, "the settings are not a JSON object");
    r->has_metadata = 1;
    return REGATTA_OK;
}

static regatta_status read_metadata(reader *r, rg_json *json)
{
    regatta_status status = REGATTA_OK;
    char name[RG_TENSOR_NAME], *format = NULL, *version = NULL;
    int n = 0;
    if (!rg_json_enter(json, '{')) return wrong(r, "the metadata is not a JSON object");
    while (rg_json_next(json, '{', &n)) {
        rg_json_name(json, name, sizeof name);
        if (strcmp(name, "format") == 0)
            RG_TRY(take_text(r, json, &format));
        else if (strcmp(name, "format_version") == 0)
            RG_TRY(take_text(r, json, &version));
        else if (strcmp(name, "settings") == 0)
            RG_TRY(take_text(r, json, &r->file->settings));
        else if (strcmp(name, "shard") == 0)
            RG_TRY(take_text(r, json, &r->file->shard));
        else
            rg_json_skip(json);
    }
    status = check_metadata(r, format, version, r->file->settings);
done:
    rg_free(r->file->mem, format);
    rg_free(r->file->mem, version);
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
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        if (strcmp(table[k].name, name) == 0) {
            *out = table[k].dtype;
            return 1;
        }
    return 0;
}

/* The entry of one tensor in the header. */
typedef struct entry {
    char dtype[8];
    int64_t dim[RG_TENSOR_RANK + 1], offset[3]; /* one more than allowed */
    int rank, n_offsets;
} entry;

/* Reads an array of whole numbers into out[most]; returns their number, -1 for any other
 * value. */
static int read_whole(rg_json *json, int64_t *out, int most)
{
    int n = 0;
    if (!rg_json_enter(json, '[')) return -1;
    while (rg_json_next(json, '[', &n))
        if (n > most || !rg_json_whole(json, out + n - 1)) return -1;
    return n;
}

/* A member that is repeated or has another type is not set in the entry. */
static void read_entry(entry *e, rg_json *json)
{
    char name[16];
    int n = 0, n_dtype = 0, n_shape = 0, n_offsets = 0;
    *e = (entry){.rank = -1, .n_offsets = -1};
    if (!rg_json_enter(json, '{')) return;
    while (rg_json_next(json, '{', &n)) {
        rg_json_name(json, name, sizeof name);
        if (strcmp(name, "dtype") == 0 && n_dtype++ == 0)
            rg_json_string(json, e->dtype, sizeof e->dtype);
        else if (strcmp(name, "shape") == 0 && n_shape++ == 0)
            e->rank = read_whole(json, e->dim, RG_TENSOR_RANK + 1);
        else if (strcmp(name, "data_offsets") == 0 && n_offsets++ == 0)
            e->n_offsets = read_whole(json, e->offset, 3);
        else
            rg_json_skip(json);
    }
    if (n_dtype > 1) e->dtype[0] = '\0';
    if (n_shape > 1) e->rank = -1;
    if (n_offsets > 1) e->n_offsets = -1;
}

/* Stores the dimensions if their product does not exceed the size of the file. */
static int take_shape(rg_tensor *t, const entry *e, int64_t most)
{
    int64_t count = 1;
    if (e->rank < 1 || e->rank > RG_TENSOR_RANK) return 0;
    t->rank = e->rank;
    for (int k = 0; k < RG_TENSOR_RANK; k++) {
        t->dim[k] = k < e->rank ? e->dim[k] : 1;
        if (t->dim[k] < 0 || t->dim[k] > most) return 0;
        if (t->dim[k] > 0 && count > most / t->dim[k]) return 0;
        count *= t->dim[k];
    }
    return 1;
}

static regatta_status take_tensor(reader *r, const char *name, const entry *e)
{
    rg_tensor t = {.rank = 0};
    const int is_pad = strncmp(name, RG_PAD_PREFIX, strlen(RG_PAD_PREFIX)) == 0;
    memcpy(t.name, name, sizeof t.name);
    if (!read_dtype(&t.dtype, e->dtype)) return wrong_tensor(r, name, "unknown dtype");
    if (!take_shape(&t, e, r->data_size))
        return wrong_tensor(r, name, "impossible shape");
    if (e->n_offsets != 2) return wrong_tensor(r, name, "no data_offsets");
    const int64_t begin = e->offset[0], end = e->offset[1];
    if (begin != r->cursor || end < begin || end > r->data_size)
        return wrong_tensor(r, name, "its offsets leave a gap, overlap, or end outside");
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

/* Reads the name of member n of the header, the k-th from 0; repeated names are an
 * error. */
static regatta_status read_name(reader *r, rg_json *json, char (*names)[RG_TENSOR_NAME],
                                int k)
{
    const int64_t length = rg_json_name(json, names[k], RG_TENSOR_NAME);
    if (length >= RG_TENSOR_NAME)
        return wrong_tensor(r, names[k], "its name is too long");
    for (int other = 0; other < k; other++)
        if (strcmp(names[other], names[k]) == 0)
            return wrong_tensor(r, names[k], "it is repeated");
    return REGATTA_OK;
}

static int count_members(rg_json json)
{
    int n = 0;
    rg_json_enter(&json, '{');
    while (rg_json_next(&json, '{', &n)) {
        rg_json_name(&json, NULL, 0);
        rg_json_skip(&json);
    }
    return n;
}

/* Reads the members of a header that is valid JSON. */
static regatta_status read_members(reader *r, rg_json json)
{
    regatta_status status = REGATTA_OK;
    char(*names)[RG_TENSOR_NAME] = NULL;
    const int n_members = count_members(json);
    int n = 0;
    entry e;
    if (n_members > RG_TENSORS_MOST) return wrong(r, "there are too many tensors");
    RG_NEW(r->file->mem, r->file->tensors, n_members);
    RG_NEW(r->ctx->mem, names, n_members);
    rg_json_enter(&json, '{');
    while (rg_json_next(&json, '{', &n)) {
        RG_TRY(read_name(r, &json, names, n - 1));
        if (strcmp(names[n - 1], "__metadata__") == 0) {
            RG_TRY(read_metadata(r, &json));
            continue;
        }
        read_entry(&e, &json);
        RG_TRY(take_tensor(r, names[n - 1], &e));
    }
    if (!r->has_metadata)
        status = wrong(r, "not a regatta model (no metadata)");
    else if (!r->has_checksum || r->cursor != r->data_size)
        status = wrong(r, "the tensors do not end in a checksum at the end of the file");
done:
    rg_free(r->ctx->mem, names);
    return status;
}

regatta_status rg_safetensors_read(regatta_ctx *ctx, rg_safetensors **out,
                                   const rg_map *map, const char *path)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    reader r = {.ctx = ctx, .path = path, .map = map};
    RG_NEW(ctx->mem, r.file, 1);
    r.file->mem = ctx->mem;
    RG_TRY(check_frame(&r));
    const char *header = (const char *)map->bytes + RG_LENGTH_BYTES;
    const int64_t n = r.data_begin - RG_LENGTH_BYTES;
    if (!rg_json_is_value(header, n, '{')) {
        status = wrong(&r, "the header is not a JSON object");
        goto done;
    }
    RG_TRY(read_members(&r, rg_json_begin(header, n)));
    *out = r.file;
    r.file = NULL; /* ownership has moved to the caller */
done:
    rg_safetensors_free(r.file); /* NULL unless we failed */
    return status;
}
