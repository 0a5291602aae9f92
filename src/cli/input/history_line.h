/* One line as a history: text or JSON. */
#ifndef RG_CLI_HISTORY_LINE_H
#define RG_CLI_HISTORY_LINE_H
#include "cli/input/histories.h"

/* Adds the history of `line` to the block; `where` is "FILE:LINE: ". Returns CLI_INPUT
 * with the reason if the line is not a history. */
int cli_history_line(cli_histories *h, char *line, const char *where);
#endif
