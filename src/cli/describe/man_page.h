/* Manual pages in roff (man macros), printed from the tables of options. */
#ifndef RG_CLI_MAN_PAGE_H
#define RG_CLI_MAN_PAGE_H
#include "cli/cli.h"

/* regatta(1), the page of the whole program. */
void cli_man_program(void);
/* regatta-COMMAND(1). */
void cli_man_command(const cli_command *command);
#endif
