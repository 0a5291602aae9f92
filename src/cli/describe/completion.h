/* Completion scripts of shells, printed from the tables of options. */
#ifndef RG_CLI_COMPLETION_H
#define RG_CLI_COMPLETION_H

void cli_completion_bash(void);
void cli_completion_zsh(void);
void cli_completion_fish(void);
#endif
