/* See command_table.h. */
#include "cli/command_table.h"
#include "cli/suggest.h"
#include <string.h>

const cli_command cli_commands[] = {
    {"prepare", "read, filter and split interactions", cmd_prepare, {NULL}},
    {"convert",
     "write interactions in another format or to a database",
     cmd_convert,
     {NULL}},
    {"inspect", "describe a graph of interactions or a model", cmd_inspect, {NULL}},
    {"train", "train a model on interactions", cmd_train, {NULL}},
    {"tune", "choose options of training by cross-validation", cmd_tune, {NULL}},
    {"update", "take new interactions into a model, or forget users", cmd_update, {NULL}},
    {"evaluate",
     "measure a model on held-out interactions",
     cmd_evaluate,
     {"--pairs", "--logged"}},
    {"recommend", "print the best items for users or histories", cmd_recommend, {NULL}},
    {"score", "print scores and probabilities of given pairs", cmd_score, {NULL}},
    {"calibrate", "fit a model's probabilities to labelled pairs", cmd_calibrate, {NULL}},
    {"candidates",
     "print hundreds of items for users or histories, fast",
     cmd_candidates,
     {NULL}},
    {"similar", "print similar users or items", cmd_similar, {NULL}},
    {"explain", "explain the score of an item for a user", cmd_explain, {NULL}},
    {"embed", "write the vectors of users and items", cmd_embed, {NULL}},
    {"quantize", "write a smaller model file and measure the loss", cmd_quantize, {NULL}},
    {"prune",
     "write a model with fewer attention weights and measure the loss",
     cmd_prune,
     {NULL}},
    {"index", "add a search graph for millions of items to a model", cmd_index, {NULL}},
    {"info", "print the size and settings of a model", cmd_info, {NULL}},
    {"report", "write a page about a model and its attention", cmd_report, {NULL}},
    {"help", "print the help of a command", cmd_help, {NULL}},
    {"completion", "print the completion script of a shell", cmd_completion, {NULL}},
    {"man", "print a manual page", cmd_man, {NULL}},
};
const int cli_n_commands = sizeof cli_commands / sizeof *cli_commands;

const cli_command *cli_find_command(const char *name)
{
    for (int i = 0; i < cli_n_commands; i++)
        if (strcmp(name, cli_commands[i].name) == 0) return &cli_commands[i];
    return NULL;
}

int cli_unknown_command(const char *word)
{
    static const char *const options[] = {"--help", "--version"};
    const int is_option = *word == '-', n = is_option ? 2 : cli_n_commands;
    const char *kind = is_option ? "option" : "command", *nearest = NULL;
    int best = cli_slip(word) + 1;
    for (int i = 0; i < n; i++) {
        const char *name = is_option ? options[i] : cli_commands[i].name;
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

void cli_print_help(FILE *to)
{
    fputs("Usage: regatta COMMAND [ARGUMENT]... [OPTION]...\n"
          "Train and query recommendation models on a graph of users and items.\n"
          "\n"
          "Commands:\n",
          to);
    for (int i = 0; i < cli_n_commands; i++)
        fprintf(to, "  %-12s%s\n", cli_commands[i].name, cli_commands[i].summary);
    fputs("\n"
          "`regatta help COMMAND` or `regatta COMMAND --help` lists the options of a "
          "command\n"
          "and their defaults. `regatta --version` prints the version; with --verbose "
          "also\n"
          "the vector unit and the number of processors.\n"
          "\n"
          "The environment variable REGATTA_SIMD (baseline, x86-64-v3 or x86-64-v4) "
          "selects the\n"
          "vector unit; results of different units differ in the last digits. Default: "
          "the widest\n"
          "that the machine has. Outputs have no colours, with or without NO_COLOR.\n"
          "\n"
          "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 wrong input, 4 training "
          "diverged,\n"
          "130 cancelled, 128 + N ended by signal N (143 SIGTERM and 129 SIGHUP: train "
          "saves its\n"
          "best state; 141 the reader of the output closed it).\n",
          to);
}
