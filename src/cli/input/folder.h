/* A folder of outputs that appears complete or not at all. */
#ifndef RG_CLI_FOLDER_H
#define RG_CLI_FOLDER_H
#include "base/files/temporary.h"

enum { CLI_FOLDER_FILES = 4 };

typedef struct cli_folder {
    char path[PATH_MAX]; /* the final path */
    rg_temporary made;   /* the temporary path */
    char file[CLI_FOLDER_FILES][PATH_MAX];
    int n_files; /* requested files; they are removed by name, because listing a folder
                    may fail */
} cli_folder;

/* Returns CLI_FAILED if `path` exists. */
int cli_folder_open(cli_folder *f, const char *path);
/* Returns the path of a file to write in the folder, owned by it; at most
 * CLI_FOLDER_FILES. Prints a message and returns NULL if the path is too long. */
const char *cli_folder_file(cli_folder *f, const char *name);
int cli_folder_commit(cli_folder *f);
/* Removes the folder; a no-op after a commit. */
void cli_folder_abandon(cli_folder *f);
#endif
