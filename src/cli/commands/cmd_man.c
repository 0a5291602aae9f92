/* regatta man: a manual page. */
#include "cli/command_table.h"
#include "cli/describe/man_page.h"
#include "cli/option_table.h"

static const char about[] =
    "Prints the manual page of the program, or of COMMAND, in the form that man reads:\n"
    "`regatta man train | man -l -`. Packages install the pages.\n";

int cmd_man(int argc, char **argv)
{
    const cli_usage usage = {"man", "[COMMAND]", about, 0, 1, NULL, 0, NULL};
    int first = 0;
    const int code = cli_parse(&usage, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    if (first == argc) {
        cli_man_program();
        return CLI_DONE;
    }
    const cli_command *command = cli_find_command(argv[first]);
    if (!command) return cli_unknown_command(argv[first]);
    cli_man_command(command);
    return CLI_DONE;
}
