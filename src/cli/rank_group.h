/* The ranks of a command: one process, or those of MPI. `regatta` is built with
 * rank_group_one.c, `regatta-mpi` with src/mpi/rank_group_mpi.c. */
#ifndef RG_CLI_RANK_GROUP_H
#define RG_CLI_RANK_GROUP_H
#include <regatta/ranks.h>
#include <stdio.h>

/* Connects the ranks, before anything else. Rank 0 alone prints and writes files. Returns
 * an exit code. */
int cli_ranks_begin(int *argc, char ***argv);
/* Returns the ranks for a context; NULL: this process alone. */
const regatta_ranks *cli_ranks(void);
/* Returns 1 if this process writes files: rank 0. */
int cli_ranks_writes(void);
/* Tells the other ranks of a failure. Returns 1 if this one prints the message, and sets
 * *lead to what precedes it ("" alone, else "rank 2: ") and *to to the stream. */
int cli_ranks_speaks(const char *message, const char **lead, FILE **to);
/* Returns 0 and prints a message if the ranks cannot run argv[1] with the arguments after
 * it: a command whose work they do not share, or one that reads standard input. */
int cli_ranks_run(int argc, char **argv);
/* Ends the ranks together: the exit code of this process. */
int cli_ranks_end(int code);
#endif
