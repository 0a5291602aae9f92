/* regatta completion: the completion script of a shell. */
#include "cli/describe/completion.h"
#include "cli/option_table.h"
#include <string.h>

static const char about[] =
    "Prints a script that completes commands, options, their values and file names.\n"
    "Packages install the scripts; else load them at the start of a shell:\n"
    "  bash  source <(regatta completion bash)\n"
    "  zsh   source <(regatta completion zsh), after compinit\n"
    "  fish  regatta completion fish | source\n";

int cmd_completion(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", cli_completion_bash},
                  {"zsh", cli_completion_zsh},
                  {"fish", cli_completion_fish}};
    const cli_usage usage = {"completion", "bash|zsh|fish", about, 1, 1, NULL, 0, NULL};
    int first = 0;
    const int code = cli_parse(&usage, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    for (int i = 0; i < CLI_COUNT(shells); i++)
        if (strcmp(argv[first], shells[i].name) == 0) {
            shells[i].print();
            return CLI_DONE;
        }
    return cli_error(CLI_USAGE, "unknown shell '%s': choose bash, zsh or fish",
                     argv[first]);
}
