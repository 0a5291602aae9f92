/* An output in parts, FOLDER/part-00000-of-00004.tsv: each rank writes one, with its
 * share of the rows. The parts one after another have the bytes of one file. The folder
 * appears with all of them or not at all. */
#ifndef RG_CLI_RANK_PARTS_H
#define RG_CLI_RANK_PARTS_H
#include "cli/input/folder.h"
#include <stdint.h>

/* Start from zeros, which cli_rank_parts_abandon may take. */
typedef struct cli_rank_parts {
    cli_folder folder;   /* of rank 0 */
    char path[PATH_MAX]; /* of this rank's part; "" before cli_rank_parts_open */
    int is_first;        /* 1: no rows are before those of this rank */
} cli_rank_parts;

/* Returns 1 if the path of an output asks for parts: it ends in a slash. */
int cli_rank_parts_asked(const char *path);
/* Makes the folder, which must not exist; `extension` is that of the parts, ".tsv". */
int cli_rank_parts_open(cli_rank_parts *p, const char *path, const char *extension);
/* The rows *begin .. *end - 1 of n are those of this rank. */
void cli_rank_parts_share(int64_t n, int64_t *begin, int64_t *end);
/* Puts the folder in place when all ranks have committed their parts, and adds up a count
 * of all ranks in *count (NULL: none). */
int cli_rank_parts_commit(cli_rank_parts *p, int64_t *count);
/* Removes the folder unless it is in place. */
void cli_rank_parts_abandon(cli_rank_parts *p);
#endif
