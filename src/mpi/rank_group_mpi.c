/* The ranks of `regatta-mpi`: the processes that mpirun or srun has started. */
#include "cli/cli.h"
#include "cli/rank_group.h"
#include <fcntl.h>
#include <regatta/mpi.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static regatta_ranks *ranks;
static FILE *errors; /* of messages: the stderr of a higher rank is silent */
static char lead[32];

/* Rank 0 prints for all. */
static int be_silent(void)
{
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const int standard = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (null < 0 || standard < 0 || (errors = fdopen(standard, "w")) == NULL ||
        dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
        return CLI_FAILED;
    close(null);
    return CLI_DONE;
}

int cli_ranks_begin(int *argc, char ***argv)
{
    int level;
    if (MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS)
        return cli_error(CLI_FAILED, "MPI could not be started");
    const regatta_status status = regatta_mpi_create(&ranks, MPI_COMM_WORLD);
    if (status == REGATTA_EINVAL)
        return cli_error(CLI_USAGE, "more than %d ranks", REGATTA_MAX_RANKS);
    if (status != REGATTA_OK)
        return cli_error(CLI_FAILED, "MPI: %s", regatta_status_name(status));
    if (ranks->n_ranks > 1)
        snprintf(lead, sizeof lead, "rank %lu: ", (unsigned long)ranks->rank);
    return ranks->rank > 0 ? be_silent() : CLI_DONE;
}

const regatta_ranks *cli_ranks(void)
{
    return ranks;
}

int cli_ranks_writes(void)
{
    return ranks == NULL || ranks->rank == 0;
}

int cli_ranks_speaks(const char *message, const char **before, FILE **to)
{
    *before = lead;
    *to = errors != NULL ? errors : stderr;
    if (ranks == NULL) return 1;
    ranks->fail(ranks->state, REGATTA_ESTOPPED, message);
    return regatta_mpi_failed(ranks) == (int)ranks->rank;
}

/* mpirun gives its standard input to rank 0 alone. */
static int reads_standard_input(int argc, char **argv)
{
    for (int k = 2; k < argc; k++)
        if (strcmp(argv[k], "-") == 0 && strcmp(argv[k - 1], "-o") != 0 &&
            strcmp(argv[k - 1], "--output") != 0)
            return 1;
    return 0;
}

static int is_shared(const char *command)
{
    static const char *const shared[] = {"train",   "update", "evaluate", "recommend",
                                         "embed",   "score",  "explain",  "candidates",
                                         "similar", "info",   "help",     NULL};
    for (int k = 0; shared[k] != NULL; k++)
        if (strcmp(command, shared[k]) == 0) return 1;
    return 0;
}

int cli_ranks_run(int argc, char **argv)
{
    const char *command = argv[1];
    if (ranks->n_ranks == 1) return 1;
    if (!is_shared(command)) {
        cli_error(CLI_USAGE, "ranks do not share the work of '%s': use regatta %s",
                  command, command);
        return 0;
    }
    if (!reads_standard_input(argc, argv)) return 1;
    cli_error(CLI_USAGE, "standard input reaches one rank only: give a file");
    return 0;
}

/* Returns 0 if each rank has come to its end with success. */
static regatta_status all_are_done(void)
{
    char word[REGATTA_MAX_RANKS] = {0};
    int64_t first[REGATTA_MAX_RANKS + 1];
    for (int64_t r = 0; r <= (int64_t)ranks->n_ranks; r++) first[r] = r;
    return ranks->gather(ranks->state, word, first);
}

int cli_ranks_end(int code)
{
    if (ranks == NULL) return code;
    if (code == CLI_DONE && all_are_done() == REGATTA_OK) {
        regatta_mpi_free(ranks);
        MPI_Finalize();
        return CLI_DONE;
    }
    if (code != CLI_DONE && regatta_mpi_failed(ranks) < 0)
        ranks->fail(ranks->state, REGATTA_ESTOPPED, cli_last_words());
    regatta_mpi_abort(ranks, code != CLI_DONE ? code : CLI_FAILED);
    return code;
}
