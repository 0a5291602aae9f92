#include "base/files/file_target.h"
#include "base/files/file_io.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_LINKS = 40 };

/* Bytes of `path` up to and with its last slash; 0 when it has none. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* Follows symbolic links of t->path to the final path, which need not exist. */
static int follow_links(rg_target *t)
{
    char link[PATH_MAX];
    for (int k = 0; k < MAX_LINKS; k++) {
        const ssize_t n = readlink(t->path, link, sizeof link - 1);
        if (n < 0) return 1; /* no link */
        link[n] = '\0';
        const size_t folder = link[0] == '/' ? 0 : folder_length(t->path);
        if (folder + (size_t)n + 1 > sizeof t->path) break;
        memcpy(t->path + folder, link, (size_t)n + 1);
    }
    errno = ELOOP;
    return 0;
}

static regatta_status target_fail(regatta_ctx *ctx, rg_target *t, const char *path)
{
    const regatta_status status = rg_io_fail(ctx, path);
    if (t->fd >= 0) close(t->fd);
    t->fd = -1;
    rg_temporary_drop(&t->temp);
    return status;
}

regatta_status rg_target_open(regatta_ctx *ctx, rg_target *t, const char *path)
{
    struct stat info;
    *t = (rg_target){.fd = -1, .own = 1, .temp = RG_TEMPORARY_NONE};
    if (strcmp(path, "-") == 0) {
        t->straight = 1;
        t->own = 0;
        t->fd = STDOUT_FILENO;
        return REGATTA_OK;
    }
    const int descriptor = rg_descriptor_of(path);
    if (descriptor >= 0) {
        t->straight = 1;
        if (!rg_io_refused(ctx, "open")) t->fd = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
        return t->fd >= 0 ? REGATTA_OK : target_fail(ctx, t, path);
    }
    if (strlen(path) + 1 > sizeof t->path) {
        errno = ENAMETOOLONG;
        return target_fail(ctx, t, path);
    }
    memcpy(t->path, path, strlen(path) + 1);
    if (rg_io_refused(ctx, "stat")) return target_fail(ctx, t, path);
    const int there = stat(path, &info) == 0;
    if (!there && errno != ENOENT) return target_fail(ctx, t, path);
    if (there && S_ISDIR(info.st_mode))
        return rg_fail(ctx, REGATTA_EFORMAT, "%s: is a directory", path);
    if (there && !S_ISREG(info.st_mode)) {
        t->straight = 1;
        if (!rg_io_refused(ctx, "open")) t->fd = open(path, O_WRONLY | O_CLOEXEC);
        return t->fd >= 0 ? REGATTA_OK : target_fail(ctx, t, path);
    }
    /* A file that may not be written is not replaced either. */
    if (there && access(path, W_OK) != 0) return target_fail(ctx, t, path);
    if (follow_links(t) && !rg_io_refused(ctx, "open"))
        t->fd = rg_temporary_file(&t->temp, t->path, there ? &info : NULL);
    return t->fd >= 0 ? REGATTA_OK : target_fail(ctx, t, path);
}

regatta_status rg_target_rename(regatta_ctx *ctx, rg_target *t, const char *path)
{
    if (rg_io_refused(ctx, "rename") || rg_temporary_rename(&t->temp, path) != 0)
        return rg_io_fail(ctx, path);
    if (rg_io_refused(ctx, "open") || rg_io_refused(ctx, "sync") ||
        rg_sync_folder(path) != 0)
        return rg_io_fail(ctx, path);
    return REGATTA_OK;
}
