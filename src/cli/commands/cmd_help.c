/* regatta help: the help of the program or of a command. */
#include "cli/command_table.h"
#include "cli/option_table.h"

enum { MAX_WORDS = 8 };

static const char about[] =
    "Prints the list of commands, or the help of COMMAND as `regatta COMMAND --help`\n"
    "does. `regatta help evaluate --pairs` and `regatta help evaluate --logged`\n"
    "describe the other forms of evaluate.\n";

int cmd_help(int argc, char **argv)
{
    char *words[MAX_WORDS + 1] = {NULL}, option[] = "--help";
    const cli_usage usage = {"help", "[COMMAND]", about, 0, 1, NULL, 0, NULL};
    int first = 0, n = 0;
    const int code = cli_parse(&usage, argc < 2 ? argc : 2, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    if (argc < 2) {
        cli_print_help(stdout);
        return CLI_DONE;
    }
    const cli_command *command = cli_find_command(argv[1]);
    if (!command) return cli_unknown_command(argv[1]);
    words[n++] = argv[1];
    words[n++] = option; /* before options that take a value */
    for (int k = 2; k < argc && n < MAX_WORDS; k++) words[n++] = argv[k];
    return command->run(n, words);
}
