/* The command `regatta`. */
#include "cli/command_table.h"
#include "cli/rank_group.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int print_version(int verbose)
{
    printf("regatta %s\n", regatta_version());
    if (verbose)
        printf("vector unit: %s\nprocessors: %ld\n", regatta_simd(),
               sysconf(_SC_NPROCESSORS_ONLN));
    return CLI_DONE;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        cli_print_help(stderr);
        return CLI_USAGE;
    }
    const char *word = argv[1], *next = argc > 2 ? argv[2] : "";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        cli_print_help(stdout);
        return CLI_DONE;
    }
    if (strcmp(word, "--version") == 0) return print_version(!strcmp(next, "--verbose"));
    if (strcmp(word, "--verbose") == 0 && strcmp(next, "--version") == 0)
        return print_version(1);
    const cli_command *command = cli_find_command(word);
    if (!command) return cli_unknown_command(word);
    return cli_ranks_run(argc, argv) ? command->run(argc - 1, argv + 1) : CLI_USAGE;
}

/* The exit code after what stdio still holds is written. */
static int flush_stdout(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    if (errno == EPIPE) return code ? code : CLI_CLOSED;
    return cli_error(code ? code : CLI_FAILED, "<stdout>: %s", strerror(errno));
}

/* Ends like other commands: by SIGPIPE, or with a message if the caller ignores
 * SIGPIPE. */
static int end_by_pipe(const struct sigaction *before)
{
    if (before->sa_handler == SIG_IGN)
        return cli_error(CLI_FAILED, "write error: %s", strerror(EPIPE));
    sigaction(SIGPIPE, before, NULL);
    raise(SIGPIPE);
    return CLI_CLOSED;
}

int main(int argc, char **argv)
{
    /* With SIGPIPE ignored, a closed pipe gives EPIPE at the write, and outputs are
     * cleaned up. */
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, &before);
    sigaction(SIGXFSZ, &ignore, NULL); /* a file size limit is an error of write() */
    int code = cli_ranks_begin(&argc, &argv);
    if (code == CLI_DONE) code = flush_stdout(run(argc, argv));
    code = cli_ranks_end(code);
    return code == CLI_CLOSED ? end_by_pipe(&before) : code;
}
