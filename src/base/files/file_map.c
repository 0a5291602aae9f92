#include "base/files/file.h"
#include "base/files/file_io.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that another process shortens is read behind its end, which ends this process by
 * SIGBUS; what was shortened until now is an error. */
static regatta_status check_size(regatta_ctx *ctx, int fd, int64_t size, const char *path)
{
    struct stat info;
    if (rg_io_refused(ctx, "stat") || fstat(fd, &info) != 0) return rg_io_fail(ctx, path);
    if (info.st_size < size)
        return rg_fail(ctx, REGATTA_EIO, "%s: became shorter while it was opened", path);
    return REGATTA_OK;
}

static int is_pipe(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISFIFO(info.st_mode);
}

regatta_status rg_map_open(regatta_ctx *ctx, rg_map *out, const char *path)
{
    *out = (rg_map){.bytes = NULL};
    int fd = -1;
    int64_t size = 0;
    if (is_pipe(path)) /* to open it would wait for a writer */
        return rg_fail(ctx, REGATTA_EFORMAT, "%s: not a regular file", path);
    regatta_status status = rg_io_open(ctx, &fd, &size, path);
    if (status != REGATTA_OK) return status;
    if (size < 0) {
        status = rg_fail(ctx, REGATTA_EFORMAT, "%s: not a regular file", path);
    } else if (size > 0) { /* an empty file cannot be mapped */
        void *p = MAP_FAILED;
        if (!rg_io_refused(ctx, "map"))
            p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            status = rg_io_fail(ctx, path);
        else
            *out = (rg_map){.bytes = p, .size = size};
        if (status == REGATTA_OK) status = check_size(ctx, fd, size, path);
        if (status != REGATTA_OK) rg_map_close(out);
    }
    close(fd); /* opened for reading: no data can be lost */
    return status;
}

regatta_status rg_map_copy(regatta_ctx *ctx, rg_map *out, const void *bytes, int64_t n)
{
    *out = (rg_map){.bytes = NULL};
    if (n == 0) return REGATTA_OK;
    unsigned char *copy = rg_alloc(ctx->mem, n, 1);
    if (copy == NULL) return REGATTA_ENOMEM;
    memcpy(copy, bytes, (size_t)n);
    *out = (rg_map){.bytes = copy, .size = n, .mem = ctx->mem, .copied = 1};
    return REGATTA_OK;
}

void rg_map_close(rg_map *map)
{
    void *const bytes = (void *)(uintptr_t)map->bytes;
    if (map->copied)
        rg_free(map->mem, bytes);
    else if (bytes != NULL)
        munmap(bytes, (size_t)map->size);
    *map = (rg_map){.bytes = NULL};
}
