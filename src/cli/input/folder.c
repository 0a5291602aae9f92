/* See folder.h. */
#include "cli/input/folder.h"
#include "cli/cli.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int failed(const char *path)
{
    return cli_error(CLI_FAILED, "%s: %s", path, strerror(errno));
}

static int is_there(const char *path)
{
    return cli_error(CLI_FAILED, "%s: already exists: give a new folder", path);
}

int cli_folder_open(cli_folder *f, const char *path)
{
    struct stat st;
    f->made = (rg_temporary)RG_TEMPORARY_NONE;
    f->n_files = 0;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    if (n >= PATH_MAX) return cli_error(CLI_FAILED, "%s: name too long", path);
    snprintf(f->path, PATH_MAX, "%.*s", (int)n, path);
    if (lstat(f->path, &st) == 0) return is_there(f->path);
    return rg_temporary_folder(&f->made, f->path) == 0 ? CLI_DONE : failed(f->path);
}

const char *cli_folder_file(cli_folder *f, const char *name)
{
    char *path = f->file[f->n_files];
    assert(f->n_files < CLI_FOLDER_FILES);
    if (snprintf(path, PATH_MAX, "%s/%s", f->made.path, name) >= PATH_MAX) {
        cli_error(CLI_FAILED, "%s: name too long", f->path);
        return NULL;
    }
    f->n_files++;
    return path;
}

int cli_folder_commit(cli_folder *f)
{
    if (rg_temporary_rename(&f->made, f->path) != 0)
        return errno == ENOTEMPTY || errno == EEXIST ? is_there(f->path)
                                                     : failed(f->path);
    rg_sync_folder(f->path);
    return CLI_DONE;
}

void cli_folder_abandon(cli_folder *f)
{
    for (int k = 0; k < f->n_files && f->made.path[0] != '\0'; k++) unlink(f->file[k]);
    rg_temporary_drop(&f->made);
}
