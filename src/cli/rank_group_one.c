/* The ranks of `regatta`: this process alone. */
#include "cli/rank_group.h"

int cli_ranks_begin(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

const regatta_ranks *cli_ranks(void)
{
    return NULL;
}

int cli_ranks_writes(void)
{
    return 1;
}

int cli_ranks_speaks(const char *message, const char **lead, FILE **to)
{
    (void)message;
    *lead = "";
    *to = stderr;
    return 1;
}

int cli_ranks_run(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return 1;
}

int cli_ranks_end(int code)
{
    return code;
}
