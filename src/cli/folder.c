/* See folder.h. */
#include "cli/folder.h"
#include "cli/output.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const char *path)
{
    return cli_error(CLI_FAILED, "%s: %s", path, strerror(errno));
}

int cli_folder_open(cli_folder *f, const char *path)
{
    struct stat st;
    f->temporary[0] = '\0';
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    if (n + 16 > PATH_MAX) return cli_error(CLI_FAILED, "%s: name too long", path);
    snprintf(f->path, PATH_MAX, "%.*s", (int)n, path);
    if (lstat(f->path, &st) == 0)
        return cli_error(CLI_FAILED, "%s: is there already; a split makes a new folder",
                         f->path);
    const char *slash = strrchr(f->path, '/');
    const int head = slash ? (int)(slash - f->path) + 1 : 0;
    char made[PATH_MAX];
    const int length =
        snprintf(made, PATH_MAX, "%.*s.%s.XXXXXX", head, f->path, f->path + head);
    if (length >= PATH_MAX) return cli_error(CLI_FAILED, "%s: name too long", path);
    if (!mkdtemp(made)) return failed(f->path);
    memcpy(f->temporary, made, PATH_MAX);
    const mode_t mask = umask(0);
    umask(mask);
    if (chmod(f->temporary, 0777 & ~mask) == 0) return CLI_DONE;
    const int code = failed(f->path);
    cli_folder_abandon(f);
    return code;
}

int cli_folder_file(const cli_folder *f, const char *name, char out[PATH_MAX])
{
    const int n = snprintf(out, PATH_MAX, "%s/%s", f->temporary, name);
    return n < PATH_MAX ? CLI_DONE : cli_error(CLI_FAILED, "%s: name too long", f->path);
}

int cli_folder_commit(cli_folder *f)
{
    if (rename(f->temporary, f->path) != 0) return failed(f->path);
    f->temporary[0] = '\0';
    cli_sync_folder(f->path);
    return CLI_DONE;
}

void cli_folder_abandon(cli_folder *f)
{
    char path[PATH_MAX];
    DIR *folder = f->temporary[0] ? opendir(f->temporary) : NULL;
    if (!folder) return;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        const int n = snprintf(path, PATH_MAX, "%s/%s", f->temporary, entry->d_name);
        if (n < PATH_MAX && strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0)
            unlink(path);
    }
    closedir(folder);
    rmdir(f->temporary);
    f->temporary[0] = '\0';
}
