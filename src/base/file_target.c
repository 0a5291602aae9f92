#include "base/file_target.h"
#include "base/file_io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_LINKS = 40, MAX_TRIES = 100, SUFFIX_LETTERS = 6 };

/* Bytes of `path` up to and with its last slash; 0 when it has none. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* t->path := what it links to, until it is no link (which need not exist). */
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

/* A name nobody guesses by chance; O_EXCL settles what is left. */
static void name_temp(rg_target *t, size_t folder, int try)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t bits = (uint64_t)now.tv_nsec * 1000003u + (uint64_t)now.tv_sec * 31u +
                    (uint64_t)getpid() * 7919u + (uint64_t)try;
    char suffix[SUFFIX_LETTERS + 1] = {0};
    for (int k = 0; k < SUFFIX_LETTERS; k++) {
        suffix[k] = letters[bits % (sizeof letters - 1)];
        bits /= sizeof letters - 1;
    }
    snprintf(t->temp, sizeof t->temp, "%.*s.%s.%s", (int)folder, t->path,
             t->path + folder, suffix);
}

/* Makes the temporary file; `replaced` NULL where nothing is there yet. open(2) applies
 * the umask, which cannot be read without changing it for all threads. */
static int open_temp(regatta_ctx *ctx, rg_target *t, const struct stat *replaced)
{
    const size_t folder = folder_length(t->path);
    if (strlen(t->path) + SUFFIX_LETTERS + 3 > sizeof t->temp) {
        errno = ENAMETOOLONG;
        return 0;
    }
    for (int try = 0; try < MAX_TRIES && t->fd < 0; try++) {
        name_temp(t, folder, try);
        if (rg_io_refused(ctx, "open")) break;
        t->fd = open(t->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (t->fd < 0 && errno != EEXIST) break;
    }
    if (t->fd < 0) {
        t->temp[0] = '\0';
        return 0;
    }
    return replaced == NULL || fchmod(t->fd, replaced->st_mode & 0777) == 0;
}

static regatta_status target_fail(regatta_ctx *ctx, rg_target *t, const char *path)
{
    const regatta_status status = rg_io_fail(ctx, path);
    if (t->temp[0] != '\0') unlink(t->temp);
    if (t->fd >= 0) close(t->fd);
    t->fd = -1;
    t->temp[0] = '\0';
    return status;
}

regatta_status rg_target_open(regatta_ctx *ctx, rg_target *t, const char *path)
{
    struct stat info;
    *t = (rg_target){.fd = -1, .own = 1};
    if (strcmp(path, "-") == 0) {
        t->straight = 1;
        t->own = 0;
        t->fd = STDOUT_FILENO;
        return REGATTA_OK;
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
    if (!follow_links(t) || !open_temp(ctx, t, there ? &info : NULL))
        return target_fail(ctx, t, path);
    return REGATTA_OK;
}

/* Some file systems cannot sync a folder, and say so with EINVAL. */
static int sync_folder(regatta_ctx *ctx, const char *path)
{
    char folder[PATH_MAX];
    const size_t n = folder_length(path);
    snprintf(folder, sizeof folder, "%.*s", n > 0 ? (int)n : 1, n > 0 ? path : ".");
    if (rg_io_refused(ctx, "open")) return 0;
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno == EACCES; /* a folder may be writable and not readable */
    int good = !rg_io_refused(ctx, "sync");
    if (good) good = fsync(fd) == 0 || errno == EINVAL;
    const int error = errno;
    close(fd);
    errno = error;
    return good;
}

regatta_status rg_target_rename(regatta_ctx *ctx, rg_target *t)
{
    if (rg_io_refused(ctx, "rename") || rename(t->temp, t->path) != 0)
        return rg_io_fail(ctx, t->path);
    t->temp[0] = '\0';
    return sync_folder(ctx, t->path) ? REGATTA_OK : rg_io_fail(ctx, t->path);
}
