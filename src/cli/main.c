/* The command `regatta`: a table of commands, one cmd_NAME.c each. */
#include "cli/cli.h"
#include "cli/suggest.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const cli_command commands[] = {
    {"prepare", "read, filter and split interactions", cmd_prepare},
    {"inspect", "describe a graph of interactions or a model", cmd_inspect},
    {"train", "train a model on interactions", cmd_train},
    {"evaluate", "measure a model on held-out interactions", cmd_evaluate},
    {"recommend", "print the best items for users or histories", cmd_recommend},
    {"score", "print scores and probabilities of given pairs", cmd_score},
    {"calibrate", "fit a model's probabilities to labelled pairs", cmd_calibrate},
    {"candidates", "print hundreds of items for users or histories, fast",
     cmd_candidates},
    {"similar", "print similar users or items", cmd_similar},
    {"explain", "explain the score of an item for a user", cmd_explain},
    {"embed", "write the vectors of users and items", cmd_embed},
    {"quantize", "write a smaller model file and measure the loss", cmd_quantize},
    {"index", "add a search graph for millions of items to a model", cmd_index},
    {"info", "print the size and settings of a model", cmd_info},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static void print_usage(FILE *to)
{
    fputs("Usage: regatta COMMAND [ARGUMENT]... [OPTION]...\n"
          "Train and query recommendation models on a graph of users and items.\n"
          "\n"
          "Commands:\n",
          to);
    for (int i = 0; i < N_COMMANDS; i++)
        fprintf(to, "  %-12s%s\n", commands[i].name, commands[i].summary);
    fputs("\n"
          "`regatta COMMAND --help` lists the options of a command and their defaults.\n"
          "`regatta --version` prints the version; with --verbose also the vector unit "
          "and the\n"
          "number of processors.\n"
          "\n"
          "The environment variable REGATTA_SIMD (baseline, x86-64-v3 or x86-64-v4) "
          "selects the\n"
          "vector unit; results of different units differ in the last digits. Default: "
          "the widest\n"
          "that the machine has.\n"
          "\n"
          "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 wrong input, 4 training "
          "diverged,\n"
          "130 cancelled, 128 + N ended by signal N (143 SIGTERM and 129 SIGHUP: train "
          "saves its\n"
          "best state; 141 the reader of the output closed it).\n",
          to);
}

static int print_version(int verbose)
{
    printf("regatta %s\n", regatta_version());
    if (verbose)
        printf("vector unit: %s\nprocessors: %ld\n", regatta_simd(),
               sysconf(_SC_NPROCESSORS_ONLN));
    return CLI_DONE;
}

static int unknown(const char *word)
{
    static const char *const options[] = {"--help", "--version"};
    const int is_option = *word == '-', n = is_option ? 2 : N_COMMANDS;
    const char *kind = is_option ? "option" : "command", *nearest = NULL;
    int best = cli_slip(word) + 1;
    for (int i = 0; i < n; i++) {
        const char *name = is_option ? options[i] : commands[i].name;
        const int distance = cli_distance(word, name, best);
        if (distance >= best) continue;
        best = distance;
        nearest = name;
    }
    if (nearest)
        return cli_error(CLI_USAGE, "unknown %s '%s'; did you mean '%s'?", kind, word,
                         nearest);
    return cli_error(CLI_USAGE, "unknown %s '%s'; see regatta --help", kind, word);
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return CLI_USAGE;
    }
    const char *word = argv[1], *next = argc > 2 ? argv[2] : "";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        print_usage(stdout);
        return CLI_DONE;
    }
    if (strcmp(word, "--version") == 0) return print_version(!strcmp(next, "--verbose"));
    if (strcmp(word, "--verbose") == 0 && strcmp(next, "--version") == 0)
        return print_version(1);
    for (int i = 0; i < N_COMMANDS; i++)
        if (strcmp(word, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return unknown(word);
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
    const int code = flush_stdout(run(argc, argv));
    return code == CLI_CLOSED ? end_by_pipe(&before) : code;
}
