/* The table of all commands. */
#ifndef RG_CLI_COMMAND_TABLE_H
#define RG_CLI_COMMAND_TABLE_H
#include "cli/cli.h"
#include <stdio.h>

/* In the order of the help. */
extern const cli_command cli_commands[];
extern const int cli_n_commands;

/* Returns the command of that name; NULL if there is none. */
const cli_command *cli_find_command(const char *name);
/* Prints a message about an unknown command or option, with the nearest name, and
 * returns CLI_USAGE. */
int cli_unknown_command(const char *word);
/* Prints the help of the whole program. */
void cli_print_help(FILE *to);
#endif
