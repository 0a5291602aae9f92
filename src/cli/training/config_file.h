/* Writes the file that --config reads. */
#ifndef RG_CLI_CONFIG_FILE_H
#define RG_CLI_CONFIG_FILE_H
#include "cli/option_table.h"
#include "cli/output/output.h"

/* Writes a line for the option with its present value; one for each value of an option
 * that may be repeated. */
void cli_config_line(cli_output *to, const cli_option *o);
#endif
