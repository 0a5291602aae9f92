/* A folder of outputs that appears whole or not at all. */
#ifndef RG_CLI_FOLDER_H
#define RG_CLI_FOLDER_H
#include "base/temporary.h"

typedef struct cli_folder {
    char path[PATH_MAX]; /* where it goes */
    rg_temporary made;   /* where it is made */
} cli_folder;

/* CLI_FAILED when `path` is there already. */
int cli_folder_open(cli_folder *f, const char *path);
/* The path of a file to write in it. */
int cli_folder_file(const cli_folder *f, const char *name, char out[PATH_MAX]);
int cli_folder_commit(cli_folder *f);
/* Removes what was made; nothing after a commit. */
void cli_folder_abandon(cli_folder *f);
#endif
