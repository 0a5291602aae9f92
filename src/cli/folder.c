/* See folder.h. */
#include "cli/folder.h"
#include "cli/cli.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int failed(const char *path)
{
    return cli_error(CLI_FAILED, "%s: %s", path, strerror(errno));
}

int cli_folder_open(cli_folder *f, const char *path)
{
    struct stat st;
    f->made = (rg_temporary)RG_TEMPORARY_NONE;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    if (n >= PATH_MAX) return cli_error(CLI_FAILED, "%s: name too long", path);
    snprintf(f->path, PATH_MAX, "%.*s", (int)n, path);
    if (lstat(f->path, &st) == 0)
        return cli_error(CLI_FAILED, "%s: is there already; a split makes a new folder",
                         f->path);
    return rg_temporary_folder(&f->made, f->path) == 0 ? CLI_DONE : failed(f->path);
}

int cli_folder_file(const cli_folder *f, const char *name, char out[PATH_MAX])
{
    const int n = snprintf(out, PATH_MAX, "%s/%s", f->made.path, name);
    return n < PATH_MAX ? CLI_DONE : cli_error(CLI_FAILED, "%s: name too long", f->path);
}

int cli_folder_commit(cli_folder *f)
{
    if (rg_temporary_rename(&f->made, f->path) != 0) return failed(f->path);
    rg_sync_folder(f->path);
    return CLI_DONE;
}

void cli_folder_abandon(cli_folder *f)
{
    rg_temporary_drop(&f->made);
}
