#include "base/files/spool.h"
#include "base/files/file_io.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct rg_spool {
    regatta_ctx *ctx;
    rg_mem mem;
    int fd; /* -1: all bytes are in the buffer */
    char folder[PATH_MAX];
    char *buffer;    /* [RG_SPOOL_BYTES] */
    int64_t n, at;   /* bytes of the buffer, and those of them that were read */
    int64_t in_file; /* bytes of the file that were written, or read into the buffer */
    int64_t size;
};

regatta_status rg_spool_create(regatta_ctx *ctx, rg_spool **out)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_spool *s = NULL;
    RG_NEW(ctx->mem, s, 1);
    s->ctx = ctx;
    s->mem = ctx->mem;
    s->fd = -1;
    RG_NEW(ctx->mem, s->buffer, RG_SPOOL_BYTES);
    *out = s;
    s = NULL;
done:
    rg_spool_free(s);
    return status;
}

static regatta_status fail(const rg_spool *s)
{
    char name[PATH_MAX + 32];
    snprintf(name, sizeof name, "a temporary file in %s (TMPDIR)", s->folder);
    return rg_io_fail(s->ctx, name);
}

/* Creates the file and removes its name. */
static regatta_status open_file(rg_spool *s)
{
    char path[PATH_MAX];
    const char *folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] == '\0') folder = "/var/tmp";
    snprintf(s->folder, sizeof s->folder, "%s", folder);
    if (snprintf(path, sizeof path, "%s/regatta-XXXXXX", folder) >= PATH_MAX)
        errno = ENAMETOOLONG;
    else if (!rg_io_refused(s->ctx, "open"))
        s->fd = mkstemp(path);
    if (s->fd < 0) return fail(s);
    unlink(path);
    fcntl(s->fd, F_SETFD, FD_CLOEXEC);
    return REGATTA_OK;
}

/* Moves the buffer to the file. */
static regatta_status flush(rg_spool *s)
{
    if (s->fd < 0) {
        const regatta_status status = open_file(s);
        if (status != REGATTA_OK) return status;
    }
    for (int64_t k = 0; k < s->n;) {
        const ssize_t n =
            rg_io_refused(s->ctx, "write")
                ? -1
                : pwrite(s->fd, s->buffer + k, (size_t)(s->n - k), (off_t)s->in_file);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(s);
        k += n;
        s->in_file += n;
    }
    s->n = 0;
    return REGATTA_OK;
}

regatta_status rg_spool_write(rg_spool *s, const void *bytes, int64_t n)
{
    const char *from = bytes;
    s->size += n;
    while (n > 0) {
        const int64_t room = RG_SPOOL_BYTES - s->n, part = n < room ? n : room;
        memcpy(s->buffer + s->n, from, (size_t)part);
        s->n += part;
        from += part;
        n -= part;
        if (n == 0) break;
        const regatta_status status = flush(s);
        if (status != REGATTA_OK) return status;
    }
    return REGATTA_OK;
}

regatta_status rg_spool_rewind(rg_spool *s)
{
    s->at = 0;
    if (s->fd < 0) return REGATTA_OK;
    const regatta_status status = s->in_file + s->n == s->size ? flush(s) : REGATTA_OK;
    s->n = s->in_file = 0;
    return status;
}

/* Reads the next bytes of the file into the buffer. */
static regatta_status fill(rg_spool *s)
{
    ssize_t n = -1;
    do
        n = rg_io_refused(s->ctx, "read")
                ? -1
                : pread(s->fd, s->buffer, RG_SPOOL_BYTES, (off_t)s->in_file);
    while (n < 0 && errno == EINTR);
    if (n == 0) errno = EIO; /* it was truncated */
    if (n <= 0) return fail(s);
    s->n = n;
    s->at = 0;
    s->in_file += n;
    return REGATTA_OK;
}

regatta_status rg_spool_read(rg_spool *s, void *bytes, int64_t n)
{
    char *to = bytes;
    while (n > 0) {
        if (s->at == s->n) {
            const regatta_status status = fill(s);
            if (status != REGATTA_OK) return status;
        }
        const int64_t left = s->n - s->at, part = n < left ? n : left;
        memcpy(to, s->buffer + s->at, (size_t)part);
        s->at += part;
        to += part;
        n -= part;
    }
    return REGATTA_OK;
}

int64_t rg_spool_size(const rg_spool *s)
{
    return s->size;
}

void rg_spool_free(rg_spool *s)
{
    if (s == NULL) return;
    if (s->fd >= 0) close(s->fd);
    rg_free(s->mem, s->buffer);
    rg_free(s->mem, s);
}
