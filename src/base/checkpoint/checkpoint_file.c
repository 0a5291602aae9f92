#include "base/checkpoint/checkpoint_file.h"
#include "base/files/file_io.h"
#include "base/hash.h"
#include <string.h>

static const char MAGIC[8] = {'r', 'g', 'c', 'h', 'k', 'p', 't', '1'};

enum { BLOCK = RG_CHECKPOINT_BLOCK };

typedef struct head {
    char magic[8];
    uint64_t training;
} head;

typedef struct tail {
    uint64_t n_records, index, hash;
    char magic[8];
} tail;

struct rg_checkpoint_writer {
    regatta_ctx *ctx;
    rg_output *out;
    unsigned char *block; /* [BLOCK] bytes that are not hashed yet */
    int64_t n, size;      /* bytes of the block, and of the file */
    uint64_t hash;
    rg_stored *stored;
    int64_t n_stored, capacity;
};

static regatta_status end_block(rg_checkpoint_writer *w)
{
    const int64_t n = w->n;
    w->hash = rg_hash(w->block, (size_t)n, w->hash);
    w->n = 0;
    return rg_output_write(w->out, w->block, n);
}

static regatta_status put(void *state, const void *bytes, int64_t n)
{
    rg_checkpoint_writer *w = state;
    const unsigned char *from = bytes;
    while (n > 0) {
        const int64_t room = BLOCK - w->n, part = n < room ? n : room;
        memcpy(w->block + w->n, from, (size_t)part);
        w->n += part;
        w->size += part;
        from += part;
        n -= part;
        if (w->n < BLOCK) return REGATTA_OK;
        const regatta_status status = end_block(w);
        if (status != REGATTA_OK) return status;
    }
    return REGATTA_OK;
}

regatta_status rg_checkpoint_writer_open(regatta_ctx *ctx, rg_checkpoint_writer **out,
                                         const char *path, uint64_t training)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_checkpoint_writer *w = NULL;
    head h = {.training = training};
    memcpy(h.magic, MAGIC, sizeof h.magic);
    RG_NEW(ctx->mem, w, 1);
    w->ctx = ctx;
    RG_NEW(ctx->mem, w->block, BLOCK);
    RG_TRY(rg_output_open(ctx, &w->out, path, RG_PACK_NONE));
    RG_TRY(put(w, &h, sizeof h));
    *out = w;
    w = NULL;
done:
    rg_checkpoint_writer_abandon(w);
    return status;
}

/* Sets the size of the last record, which ends at a multiple of 8. */
static regatta_status end_record(rg_checkpoint_writer *w)
{
    static const char zeros[8];
    if (w->n_stored == 0) return REGATTA_OK;
    rg_stored *last = &w->stored[w->n_stored - 1];
    last->size = w->size - last->at;
    return put(w, zeros, -w->size & 7);
}

regatta_status rg_checkpoint_writer_begin(rg_checkpoint_writer *w, rg_archive *archive,
                                          uint64_t id, double flops)
{
    const regatta_status status = end_record(w);
    if (status != REGATTA_OK) return status;
    if (w->n_stored == w->capacity) {
        const int64_t capacity = 2 * w->capacity + 16;
        rg_stored *grown =
            rg_grow(w->ctx->mem, w->stored, w->n_stored, capacity, sizeof *w->stored);
        if (grown == NULL) return REGATTA_ENOMEM;
        w->stored = grown;
        w->capacity = capacity;
    }
    w->stored[w->n_stored++] = (rg_stored){.id = id, .at = w->size, .flops = flops};
    rg_archive_write(archive, w->ctx, put, w);
    return REGATTA_OK;
}

int64_t rg_checkpoint_writer_size(const rg_checkpoint_writer *w)
{
    return w->size;
}

regatta_status rg_checkpoint_writer_commit(rg_checkpoint_writer *w)
{
    regatta_status status = REGATTA_OK;
    tail t = {.n_records = (uint64_t)w->n_stored};
    rg_output *out = NULL;
    memcpy(t.magic, MAGIC, sizeof t.magic);
    RG_TRY(end_record(w));
    t.index = (uint64_t)w->size;
    RG_TRY(put(w, w->stored, w->n_stored * (int64_t)sizeof *w->stored));
    RG_TRY(put(w, &t, offsetof(tail, hash)));
    RG_TRY(end_block(w));
    t.hash = w->hash;
    RG_TRY(rg_output_write(w->out, &t.hash, sizeof t - offsetof(tail, hash)));
    out = w->out;
    w->out = NULL;
    status = rg_output_commit(out);
done:
    rg_checkpoint_writer_abandon(w);
    return status;
}

void rg_checkpoint_writer_abandon(rg_checkpoint_writer *w)
{
    if (w == NULL) return;
    rg_output_abandon(w->out);
    rg_free(w->ctx->mem, w->block);
    rg_free(w->ctx->mem, w->stored);
    rg_free(w->ctx->mem, w);
}

static regatta_status altered(regatta_ctx *ctx, const char *path)
{
    return rg_fail(ctx, REGATTA_EFORMAT,
                   "%.300s: not a whole file of a checkpoint: it is truncated or altered",
                   path);
}

static uint64_t hash_of(const unsigned char *bytes, int64_t n)
{
    uint64_t hash = 0;
    int64_t at = 0;
    for (; n - at >= BLOCK; at += BLOCK) hash = rg_hash(bytes + at, BLOCK, hash);
    return rg_hash(bytes + at, (size_t)(n - at), hash);
}

/* Checks the index of a file whose hash is right. */
static int is_sound(const rg_checkpoint_file *file, int64_t index)
{
    int64_t at = sizeof(head);
    for (int64_t k = 0; k < file->n; k++) {
        const rg_stored *s = &file->stored[k];
        if (s->at != at || s->size < 0 || s->size > index - at) return 0;
        at += (s->size + 7) & ~INT64_C(7);
    }
    return at == index;
}

regatta_status rg_checkpoint_file_open(regatta_ctx *ctx, rg_checkpoint_file *out,
                                       const char *path, uint64_t training)
{
    head h;
    tail t;
    out->path = rg_io_copy(ctx, path);
    if (out->path == NULL) return REGATTA_ENOMEM;
    const regatta_status status = rg_map_open(ctx, &out->map, path);
    if (status != REGATTA_OK) return status;
    const int64_t size = out->map.size;
    if (size < (int64_t)(sizeof h + sizeof t)) return altered(ctx, path);
    memcpy(&h, out->map.bytes, sizeof h);
    memcpy(&t, out->map.bytes + size - sizeof t, sizeof t);
    if (memcmp(h.magic, MAGIC, sizeof MAGIC) != 0 ||
        memcmp(t.magic, MAGIC, sizeof MAGIC) != 0)
        return altered(ctx, path);
    const int64_t hashed = size - (int64_t)(sizeof t - offsetof(tail, hash));
    if (hash_of(out->map.bytes, hashed) != t.hash) return altered(ctx, path);
    if (h.training != training)
        return rg_fail(ctx, REGATTA_EFORMAT,
                       "%.300s: belongs to another training than the other files of the "
                       "checkpoint",
                       path);
    const uint64_t end = (uint64_t)size - sizeof t;
    if (t.index > end || t.index % 8 != 0 ||
        (end - t.index) / sizeof *out->stored != t.n_records ||
        (end - t.index) % sizeof *out->stored != 0)
        return altered(ctx, path);
    out->n = (int64_t)t.n_records;
    out->stored = (const rg_stored *)(const void *)(out->map.bytes + t.index);
    return is_sound(out, (int64_t)t.index) ? REGATTA_OK : altered(ctx, path);
}

const rg_stored *rg_checkpoint_file_find(const rg_checkpoint_file *file, uint64_t id)
{
    for (int64_t k = 0; k < file->n; k++)
        if (file->stored[k].id == id) return &file->stored[k];
    return NULL;
}

void rg_checkpoint_file_close(regatta_ctx *ctx, rg_checkpoint_file *file)
{
    rg_map_close(&file->map);
    rg_free(ctx->mem, file->path);
    *file = (rg_checkpoint_file){.path = NULL};
}
