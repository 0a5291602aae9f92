/* Atomic outputs, plain or compressed. */
#include "base/files/file.h"
#include "base/files/file_io.h"
#include "base/files/file_target.h"
#include "base/files/zstd_door.h"
#include "base/ranks/ranks.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    BUFFER_BYTES = 1 << 17,
    GZIP_WINDOW = 15 + 16,
    GZIP_MEMORY = 8,
    DEFLATE_CHUNK = 1 << 30
};

struct rg_output {
    regatta_ctx *ctx;
    rg_mem mem;
    char *name;
    rg_target target;
    rg_write_fn write; /* receives the bytes instead of a target; NULL = write to the
                          target */
    void *write_state;
    regatta_status status; /* the first failure; no bytes are written after it */
    int gzip, z_open;
    z_stream z;
    rg_zstd *zstd;         /* NULL unless the output is compressed so */
    unsigned char *buffer; /* n bytes to be written */
    int64_t n;
};

static voidpf zlib_alloc(voidpf o, uInt n, uInt size)
{
    return rg_alloc(((rg_output *)o)->mem, n, size);
}

static void zlib_free(voidpf o, voidpf p)
{
    rg_free(((rg_output *)o)->mem, p);
}

static regatta_status open_gzip(rg_output *o)
{
    o->gzip = 1;
    o->z.zalloc = zlib_alloc;
    o->z.zfree = zlib_free;
    o->z.opaque = o;
    if (deflateInit2(&o->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return REGATTA_ENOMEM;
    o->z_open = 1;
    return REGATTA_OK;
}

static void output_free(rg_output *o)
{
    if (o->target.own && o->target.fd >= 0) close(o->target.fd);
    rg_temporary_drop(&o->target.temp);
    if (o->z_open) deflateEnd(&o->z);
    rg_zstd_free(o->zstd);
    rg_free(o->mem, o->buffer);
    rg_free(o->mem, o->name);
    rg_free(o->mem, o);
}

/* Creates an output without a destination. */
static regatta_status output_create(regatta_ctx *ctx, rg_output **out, const char *name)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_output *o = NULL;
    RG_NEW(ctx->mem, o, 1);
    o->ctx = ctx;
    o->mem = ctx->mem;
    o->target = (rg_target){.fd = -1, .temp = RG_TEMPORARY_NONE};
    o->name = rg_io_copy(ctx, name);
    if (o->name == NULL) {
        status = REGATTA_ENOMEM;
        goto done;
    }
    RG_NEW(ctx->mem, o->buffer, BUFFER_BYTES);
    *out = o;
    o = NULL;
done:
    if (o != NULL) output_free(o);
    return status;
}

rg_pack rg_pack_of(const char *path)
{
    const size_t n = strlen(path);
    if (n > 3 && strcmp(path + n - 3, ".gz") == 0) return RG_PACK_GZIP;
    return n > 4 && strcmp(path + n - 4, ".zst") == 0 ? RG_PACK_ZSTD : RG_PACK_NONE;
}

/* Opens an output for `to`, which messages call `path`. */
static regatta_status open_target(regatta_ctx *ctx, rg_output **out, const char *path,
                                  const char *to, rg_pack pack)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_output *o = NULL;
    RG_TRY(output_create(ctx, &o, strcmp(path, "-") == 0 ? "<stdout>" : path));
    if (pack == RG_PACK_GZIP) RG_TRY(open_gzip(o));
    if (pack == RG_PACK_ZSTD) RG_TRY(rg_zstd_create(ctx, &o->zstd, o->name, 1));
    RG_TRY(rg_target_open(ctx, &o->target, to));
    *out = o;
    o = NULL;
done:
    if (o != NULL) output_free(o);
    return status;
}

regatta_status rg_output_open(regatta_ctx *ctx, rg_output **out, const char *path,
                              rg_pack pack)
{
    return open_target(ctx, out, path, rg_rank(ctx) > 0 ? "/dev/null" : path, pack);
}

regatta_status rg_output_open_part(regatta_ctx *ctx, rg_output **out, const char *path)
{
    const regatta_status status = open_target(ctx, out, path, path, RG_PACK_NONE);
    if (status != REGATTA_OK || !(*out)->target.straight) return status;
    rg_output_abandon(*out);
    *out = NULL;
    return rg_fail(ctx, REGATTA_EINVAL, "%s: is not a regular file", path);
}

const char *rg_output_path(const rg_output *o)
{
    return o->target.path;
}

regatta_status rg_output_open_function(regatta_ctx *ctx, rg_output **out,
                                       rg_write_fn write, void *state)
{
    const regatta_status status = output_create(ctx, out, "<memory>");
    if (status != REGATTA_OK) return status;
    (*out)->write = write;
    (*out)->write_state = state;
    return REGATTA_OK;
}

/* The caller's function, which takes all n bytes or fails. */
static regatta_status write_function(rg_output *o, const unsigned char *bytes, int64_t n)
{
    if (n == 0) return REGATTA_OK;
    if (rg_io_refused(o->ctx, "write")) return o->status = rg_io_fail(o->ctx, o->name);
    if (o->write(o->write_state, bytes, (size_t)n) == 0) return REGATTA_OK;
    return o->status =
               rg_fail(o->ctx, REGATTA_EIO, "%s: the write function failed", o->name);
}

/* write(2) of all n bytes. */
static regatta_status write_all(rg_output *o, const unsigned char *bytes, int64_t n)
{
    if (o->write != NULL) return write_function(o, bytes, n);
    while (n > 0) {
        ssize_t done = -1;
        if (!rg_io_refused(o->ctx, "write"))
            done = write(o->target.fd, bytes, (size_t)n);
        else if (errno == EINTR)
            errno = EIO; /* a refusal by the hook is final */
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return o->status = rg_io_fail(o->ctx, o->name);
        bytes += done;
        n -= (int64_t)done;
    }
    return REGATTA_OK;
}

static regatta_status flush(rg_output *o)
{
    const int64_t n = o->n;
    o->n = 0;
    return write_all(o, o->buffer, n);
}

/* Deflates into the buffer, which is flushed whenever it is full. */
static regatta_status write_gzip(rg_output *o, const unsigned char *bytes, int64_t n,
                                 int finish)
{
    o->z.next_in = (unsigned char *)bytes;
    o->z.avail_in = (uInt)n;
    for (;;) {
        o->z.next_out = o->buffer + o->n;
        o->z.avail_out = (uInt)(BUFFER_BYTES - o->n);
        const int code = deflate(&o->z, finish ? Z_FINISH : Z_NO_FLUSH);
        o->n = BUFFER_BYTES - (int64_t)o->z.avail_out;
        if (code == Z_STREAM_ERROR) return o->status = REGATTA_EINTERNAL;
        if (o->z.avail_out > 0) return REGATTA_OK; /* all is consumed */
        if (flush(o) != REGATTA_OK) return o->status;
    }
}

/* The same for zstd. */
static regatta_status write_zstd(rg_output *o, const unsigned char *bytes, int64_t n,
                                 int finish)
{
    int left = 1;
    rg_zstd_bytes b = {.in = bytes, .n_in = n};
    while (left) {
        b.out = o->buffer + o->n;
        b.room = BUFFER_BYTES - o->n;
        o->status = rg_zstd_write(o->zstd, &b, finish, &left);
        if (o->status != REGATTA_OK) return o->status;
        o->n = BUFFER_BYTES - b.room;
        if (b.room == 0 && flush(o) != REGATTA_OK) return o->status;
    }
    return REGATTA_OK;
}

regatta_status rg_output_write(rg_output *o, const void *bytes, int64_t n)
{
    const unsigned char *from = bytes;
    if (o->status != REGATTA_OK || n == 0) return o->status;
    if (o->zstd != NULL) return write_zstd(o, from, n, 0);
    while (o->gzip && n > 0) {
        const int64_t part = n < DEFLATE_CHUNK ? n : DEFLATE_CHUNK;
        if (write_gzip(o, from, part, 0) != REGATTA_OK) return o->status;
        from += part;
        n -= part;
    }
    if (n > BUFFER_BYTES - o->n && flush(o) != REGATTA_OK) return o->status;
    if (n > BUFFER_BYTES) return write_all(o, from, n);
    memcpy(o->buffer + o->n, from, (size_t)n);
    o->n += n;
    return REGATTA_OK;
}

regatta_status rg_output_printf(rg_output *o, const char *format, ...)
{
    char small[512];
    char *text = small;
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    regatta_status status = REGATTA_OK;
    const int n = vsnprintf(small, sizeof small, format, args);
    if (n < 0) {
        status = REGATTA_EINTERNAL;
    } else if (n >= (int)sizeof small) {
        text = rg_alloc(o->mem, (int64_t)n + 1, 1);
        if (text == NULL)
            status = o->status = REGATTA_ENOMEM;
        else
            vsnprintf(text, (size_t)n + 1, format, again);
    }
    va_end(again);
    va_end(args);
    if (status == REGATTA_OK) status = rg_output_write(o, text, n);
    if (text != small) rg_free(o->mem, text);
    return status;
}

/* Pipes and many devices cannot be synced, which is not a failure. */
static int sync_file(rg_output *o)
{
    if (rg_io_refused(o->ctx, "sync")) return 0;
    if (fsync(o->target.fd) == 0) return 1;
    return o->target.straight && (errno == EINVAL || errno == EROFS || errno == ENOTSUP);
}

/* close() may report a delayed write error (NFS, quotas). */
static int close_file(rg_output *o)
{
    const int fd = o->target.fd;
    if (!o->target.own) return 1; /* standard output is the host's */
    o->target.fd = -1;
    if (!rg_io_refused(o->ctx, "close")) return close(fd) == 0;
    const int error = errno;
    close(fd);
    errno = error;
    return 0;
}

regatta_status rg_output_sync(rg_output *o)
{
    regatta_status status = o->status;
    if (status == REGATTA_OK && o->gzip) status = write_gzip(o, NULL, 0, 1);
    if (status == REGATTA_OK && o->zstd != NULL) status = write_zstd(o, NULL, 0, 1);
    if (status == REGATTA_OK) status = flush(o);
    if (status != REGATTA_OK || o->write != NULL) return status;
    return sync_file(o) && close_file(o) ? REGATTA_OK : rg_io_fail(o->ctx, o->name);
}

regatta_status rg_output_place(rg_output *o, const char *path)
{
    if (o->write != NULL || o->target.straight) return REGATTA_OK;
    return rg_target_rename(o->ctx, &o->target, path != NULL ? path : o->target.path);
}

int rg_output_is_placed(const rg_output *o)
{
    return o->target.temp.path[0] == '\0';
}

regatta_status rg_output_commit(rg_output *o)
{
    regatta_status status = rg_output_sync(o);
    if (status == REGATTA_OK) status = rg_output_place(o, NULL);
    output_free(o);
    return status;
}

void rg_output_abandon(rg_output *o)
{
    if (o != NULL) output_free(o);
}
