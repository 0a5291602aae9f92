#include "base/available_memory.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_BYTES = 8192, PATH_BYTES = 1024 };

/* The names of one version of control groups. */
typedef struct version {
    const char *folder; /* where its groups are mounted */
    const char *limit, *usage, *files;
} version;

static const version VERSIONS[] = {
    {"/sys/fs/cgroup", "memory.max", "memory.current", "\ninactive_file "},
    {"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
     "\ntotal_inactive_file "}};

/* Reads the start of a file behind a line end; returns 0 if it cannot be read. */
static int read_text(char text[TEXT_BYTES], const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd >= 0 ? read(fd, text + 1, TEXT_BYTES - 2) : -1;
    if (fd >= 0) close(fd);
    text[0] = '\n';
    text[n > 0 ? n + 1 : 1] = '\0';
    return n > 0;
}

/* Returns the number after `name` in a text; -1 if there is none. */
static int64_t number_after(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    char *end = NULL;
    if (at == NULL) return -1;
    const long long n = strtoll(at + strlen(name), &end, 10);
    return end > at + strlen(name) && n >= 0 ? n : -1;
}

static int64_t number_in(const char *folder, const char *file, const char *name)
{
    char path[2 * PATH_BYTES], text[TEXT_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return read_text(text, path) ? number_after(text, name) : -1;
}

/* Returns what a group still allows. */
static int64_t left_in(const char *group, const version *v)
{
    const int64_t limit = number_in(group, v->limit, "\n"); /* "max": none */
    const int64_t usage = number_in(group, v->usage, "\n");
    const int64_t files = number_in(group, "memory.stat", v->files);
    if (limit < 0 || usage < 0) return INT64_MAX;
    const int64_t used = usage - (files > 0 ? files : 0);
    return used < limit ? limit - (used > 0 ? used : 0) : 0;
}

/* Returns the least of a group and of those that contain it. */
static int64_t left_above(const char *root, const char *path, const version *v)
{
    char group[PATH_BYTES];
    int64_t least = INT64_MAX;
    const int n = snprintf(group, sizeof group, "%s%s%.*s", root, v->folder, 512, path);
    const size_t mount = strlen(root) + strlen(v->folder);
    if (n < 0 || n >= PATH_BYTES) return least;
    for (;;) {
        const int64_t left = left_in(group, v);
        if (left < least) least = left;
        char *slash = strrchr(group, '/');
        if (slash == NULL || (size_t)(slash - group) < mount) return least;
        *slash = '\0';
    }
}

/* Returns the path of the process's group: after "\n0::" or "memory:". */
static const char *path_in(char *text, const char *name)
{
    char *at = strstr(text, name);
    if (at == NULL) return NULL;
    at += strlen(name);
    at[strcspn(at, "\n")] = '\0';
    return at;
}

int64_t rg_available_memory(const char *root)
{
    static const char *const NAMES[] = {"\n0::", ":memory:"};
    char path[PATH_BYTES], text[TEXT_BYTES];
    int64_t least = INT64_MAX;
    snprintf(path, sizeof path, "%.512s/proc/meminfo", root);
    if (read_text(text, path)) {
        const int64_t kilobytes = number_after(text, "\nMemAvailable:");
        if (kilobytes >= 0) least = kilobytes * 1024;
    }
    snprintf(path, sizeof path, "%.512s/proc/self/cgroup", root);
    for (int v = 0; v < 2; v++) {
        const char *group = read_text(text, path) ? path_in(text, NAMES[v]) : NULL;
        const int64_t left =
            group != NULL ? left_above(root, group, &VERSIONS[v]) : INT64_MAX;
        if (left < least) least = left;
    }
    return least;
}
