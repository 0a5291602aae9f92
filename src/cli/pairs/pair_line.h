/* One line as pairs: a row of a table, or JSON. */
#ifndef RG_CLI_PAIR_LINE_H
#define RG_CLI_PAIR_LINE_H
#include "cli/pairs/pairs.h"

/* Adds the pairs of `line`; `where` is "FILE:LINE: ". CLI_INPUT with the reason if the
 * line has none. */
int cli_pair_line(cli_pairs *p, char *line, const char *where);
#endif
