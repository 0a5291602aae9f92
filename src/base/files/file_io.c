#include "base/files/file_io.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int rg_io_refused(regatta_ctx *ctx, const char *operation)
{
    if (ctx->io_fault == NULL) return 0;
    const int error = ctx->io_fault(ctx->io_fault_state, operation);
    if (error == 0) return 0;
    errno = error;
    return 1;
}

regatta_status rg_io_fail(regatta_ctx *ctx, const char *name)
{
    char words[128] = "unknown error";
    const int error = errno;
    if (strerror_r(error, words, sizeof words) != 0) words[sizeof words - 1] = '\0';
    return rg_fail(ctx, REGATTA_EIO, "%s: %s", name, words);
}

char *rg_io_copy(regatta_ctx *ctx, const char *s)
{
    const size_t n = strlen(s) + 1;
    char *copy = rg_alloc(ctx->mem, (int64_t)n, 1);
    if (copy != NULL) memcpy(copy, s, n);
    return copy;
}

int rg_io_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

regatta_status rg_io_open(regatta_ctx *ctx, int *fd, int64_t *size, const char *path)
{
    struct stat info;
    *fd = -1;
    if (rg_io_refused(ctx, "open")) return rg_io_fail(ctx, path);
    const int opened = open(path, O_RDONLY | O_CLOEXEC);
    if (opened < 0) return rg_io_fail(ctx, path);
    if (rg_io_refused(ctx, "stat") || fstat(opened, &info) != 0) {
        const regatta_status status = rg_io_fail(ctx, path);
        close(opened);
        return status;
    }
    if (S_ISDIR(info.st_mode)) {
        close(opened);
        return rg_fail(ctx, REGATTA_EFORMAT, "%s: is a directory", path);
    }
    *fd = opened;
    *size = S_ISREG(info.st_mode) ? (int64_t)info.st_size : -1;
    return REGATTA_OK;
}
