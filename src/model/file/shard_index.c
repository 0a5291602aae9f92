#include "model/file/shard_index.h"
#include "base/text/json_read.h"
#include "model/file/safetensors_format.h"
#include <stdio.h>
#include <string.h>

enum { CHECKSUM_DIGITS = 16 };

void rg_shard_index_write(rg_text *text, const rg_shard_plan *plan,
                          const rg_shard_file *shard)
{
    char line[RG_SHARD_NAME + RG_TENSOR_NAME + 64];
    snprintf(line, sizeof line,
             "{\n  \"metadata\": {\n    \"total_size\": %lld,\n    \"format\": "
             "\"" RG_FORMAT_NAME "\",\n    \"format_version\": \"" RG_FORMAT_VERSION
             "\",\n    \"checksums\": {",
             (long long)plan->bytes);
    rg_text_append(text, line);
    for (int k = 0; k < plan->n_shards; k++) {
        rg_text_append(text, k > 0 ? ",\n      " : "\n      ");
        rg_text_quoted(text, shard[k].name);
        snprintf(line, sizeof line, ": \"%016llx\"",
                 (unsigned long long)shard[k].checksum);
        rg_text_append(text, line);
    }
    rg_text_append(text, "\n    }\n  },\n  \"weight_map\": {");
    for (int k = 0; k < plan->n; k++) {
        rg_text_append(text, k > 0 ? ",\n    " : "\n    ");
        rg_text_quoted(text, plan->piece[k].tensor.name);
        rg_text_append(text, ": ");
        rg_text_quoted(text, shard[plan->piece[k].shard].name);
    }
    rg_text_append(text, "\n  }\n}\n");
}

typedef struct reader {
    regatta_ctx *ctx;
    const char *path;
    rg_shard_index *index;
    int has_format, has_version;
} reader;

static regatta_status wrong(const reader *r, const char *reason)
{
    return rg_fail(r->ctx, REGATTA_EFORMAT, "%s: %s", r->path, reason);
}

static int count_members(rg_json json)
{
    int n = 0;
    if (!rg_json_enter(&json, '{')) return -1;
    while (rg_json_next(&json, '{', &n)) {
        rg_json_name(&json, NULL, 0);
        rg_json_skip(&json);
    }
    return n;
}

/* A shard lies beside its index, under a plain name. */
static int is_plain(const char *name, int64_t length)
{
    return length > 0 && length < RG_SHARD_NAME && name[0] != '.' &&
           strchr(name, '/') == NULL;
}

static int read_checksum(rg_json *json, uint64_t *out)
{
    static const char digits[] = "0123456789abcdef";
    char text[CHECKSUM_DIGITS + 1];
    *out = 0;
    if (rg_json_string(json, text, sizeof text) != CHECKSUM_DIGITS) return 0;
    for (int k = 0; k < CHECKSUM_DIGITS; k++) {
        const char *at = strchr(digits, text[k]);
        if (at == NULL) return 0;
        *out = *out << 4 | (uint64_t)(at - digits);
    }
    return 1;
}

static regatta_status read_checksums(reader *r, rg_json *json)
{
    regatta_status status = REGATTA_OK;
    rg_shard_index *x = r->index;
    const int most = count_members(*json);
    int n = 0;
    if (x->shard != NULL || most < 1 || most > RG_SHARDS_MOST)
        return wrong(r, "its checksums are not those of 1 to 256 shards");
    RG_NEW(x->mem, x->shard, most);
    rg_json_enter(json, '{');
    while (rg_json_next(json, '{', &n)) {
        rg_shard_file *f = &x->shard[x->n_shards++];
        if (!is_plain(f->name, rg_json_name(json, f->name, sizeof f->name)))
            return wrong(r, "a shard is not the name of a file beside the index");
        if (!read_checksum(json, &f->checksum))
            return wrong(r, "a checksum is not 16 hexadecimal digits");
    }
done:
    return status;
}

static int is_text(rg_json *json, const char *value)
{
    char text[32];
    return rg_json_string(json, text, sizeof text) == (int64_t)strlen(value) &&
           strcmp(text, value) == 0;
}

static regatta_status read_metadata(reader *r, rg_json *json)
{
    char name[RG_TENSOR_NAME];
    int n = 0;
    if (!rg_json_enter(json, '{')) return wrong(r, "the metadata is not an object");
    while (rg_json_next(json, '{', &n)) {
        rg_json_name(json, name, sizeof name);
        if (strcmp(name, "format") == 0)
            r->has_format = is_text(json, RG_FORMAT_NAME);
        else if (strcmp(name, "format_version") == 0)
            r->has_version = is_text(json, RG_FORMAT_VERSION);
        else if (strcmp(name, "total_size") == 0) {
            if (!rg_json_whole(json, &r->index->total_size) || r->index->total_size < 0)
                return wrong(r, "total_size is not a number of bytes");
        } else if (strcmp(name, "checksums") == 0) {
            const regatta_status status = read_checksums(r, json);
            if (status != REGATTA_OK) return status;
        } else
            rg_json_skip(json);
    }
    return REGATTA_OK;
}

static int find_shard(const rg_shard_index *x, const char *name)
{
    for (int k = 0; k < x->n_shards; k++)
        if (strcmp(x->shard[k].name, name) == 0) return k;
    return -1;
}

/* The map of an index whose shards are known. */
static regatta_status read_map(reader *r, rg_json json)
{
    regatta_status status = REGATTA_OK;
    rg_shard_index *x = r->index;
    const int most = count_members(json);
    char file[RG_SHARD_NAME];
    int n = 0;
    if (most < 1 || most > RG_TENSORS_MOST)
        return wrong(r, "the weight_map is not an object of 1 to 1024 tensors");
    RG_NEW(x->mem, x->place, most);
    rg_json_enter(&json, '{');
    while (rg_json_next(&json, '{', &n)) {
        rg_shard_place *p = &x->place[x->n_tensors];
        if (rg_json_name(&json, p->name, sizeof p->name) >= RG_TENSOR_NAME)
            return wrong(r, "the name of a tensor is too long");
        if (rg_shard_index_find(x, p->name) >= 0)
            return rg_fail(r->ctx, REGATTA_EFORMAT, "%s: tensor %s: it is repeated",
                           r->path, p->name);
        file[0] = '\0';
        rg_json_string(&json, file, sizeof file);
        p->shard = find_shard(x, file);
        if (p->shard < 0)
            return rg_fail(r->ctx, REGATTA_EFORMAT,
                           "%s: tensor %s: its file has no checksum", r->path, p->name);
        x->n_tensors++;
    }
done:
    return status;
}

static regatta_status read_members(reader *r, rg_json json)
{
    regatta_status status = REGATTA_OK;
    char name[RG_TENSOR_NAME];
    rg_json map = {NULL, NULL, 0};
    int n = 0;
    rg_json_enter(&json, '{');
    while (rg_json_next(&json, '{', &n)) {
        rg_json_name(&json, name, sizeof name);
        if (strcmp(name, "metadata") == 0) {
            RG_TRY(read_metadata(r, &json));
            continue;
        }
        if (strcmp(name, "weight_map") == 0) map = json;
        rg_json_skip(&json);
    }
    if (!r->has_format)
        return wrong(r, "not the index of a regatta model (its metadata says another "
                        "format, or none)");
    if (!r->has_version)
        return wrong(r, "this library reads models in shards of format version "
                        "" RG_FORMAT_VERSION);
    if (r->index->n_shards == 0)
        return wrong(r, "the checksums of its shards are missing");
    if (map.at == NULL) return wrong(r, "the weight_map is missing");
    status = read_map(r, map);
done:
    return status;
}

regatta_status rg_shard_index_read(regatta_ctx *ctx, rg_shard_index **out,
                                   const char *text, int64_t n, const char *path)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    reader r = {.ctx = ctx, .path = path};
    if (!rg_json_is_value(text, n, '{'))
        return rg_fail(ctx, REGATTA_EFORMAT,
                       "%s: truncated, or not the index of a model (no JSON object)",
                       path);
    RG_NEW(ctx->mem, r.index, 1);
    r.index->mem = ctx->mem;
    RG_TRY(read_members(&r, rg_json_begin(text, n)));
    *out = r.index;
    r.index = NULL;
done:
    rg_shard_index_free(r.index);
    return status;
}

int rg_shard_index_find(const rg_shard_index *index, const char *tensor)
{
    for (int k = 0; k < index->n_tensors; k++)
        if (strcmp(index->place[k].name, tensor) == 0) return index->place[k].shard;
    return -1;
}

void rg_shard_index_free(rg_shard_index *index)
{
    if (index == NULL) return;
    rg_free(index->mem, index->shard);
    rg_free(index->mem, index->place);
    rg_free(index->mem, index);
}
