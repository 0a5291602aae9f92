/* A folder of outputs that appears whole or not at all. */
#ifndef RG_CLI_FOLDER_H
#define RG_CLI_FOLDER_H
#include "base/files/temporary.h"

enum { CLI_FOLDER_FILES = 4 };

typedef struct cli_folder {
    char path[PATH_MAX]; /* where it goes */
    rg_temporary made;   /* where it is made */
    char file[CLI_FOLDER_FILES][PATH_MAX];
    int n_files; /* that were asked for: removed by name, for a folder may not list */
} cli_folder;

/* CLI_FAILED when `path` is there already. */
int cli_folder_open(cli_folder *f, const char *path);
/* The path of a file to write in it; it goes with the folder. NULL, after a message, when
 * that is too long. At most CLI_FOLDER_FILES. */
const char *cli_folder_file(cli_folder *f, const char *name);
int cli_folder_commit(cli_folder *f);
/* Removes what was made; nothing after a commit. */
void cli_folder_abandon(cli_folder *f);
#endif
