/* One line of pairs in JSON. */
#ifndef RG_CLI_PAIR_JSON_H
#define RG_CLI_PAIR_JSON_H
#include "cli/pairs/pairs.h"

/* Adds the pairs of an object; `where` is "FILE:LINE: ". CLI_INPUT with the reason if it
 * has none. */
int cli_pair_json(cli_pairs *p, const char *line, const char *where);
#endif
