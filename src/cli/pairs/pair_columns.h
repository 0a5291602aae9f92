/* The columns of a table of pairs: by a header, else by their places. */
#ifndef RG_CLI_PAIR_COLUMNS_H
#define RG_CLI_PAIR_COLUMNS_H
#include "cli/pairs/pairs.h"

enum { CLI_PAIR_FIELDS = 32 }; /* of a header at most */

/* Cuts a line into fields, the first CLI_PAIR_FIELDS of which it stores; returns the
 * number of all. The scratch of `p` has room for them. */
int cli_pair_split(cli_pairs *p, const char *line, char *field[CLI_PAIR_FIELDS]);
/* Finds separator and columns by the first line. *is_row becomes 0 if it is a header or a
 * comment; after a comment the next line is the first one. CLI_INPUT for a header without
 * a label that is needed. */
int cli_pair_columns(cli_pairs *p, const char *line, const char *where, int *is_row);
/* The column that a name is of; *rank as of regatta_column_of_name. */
regatta_column cli_pair_column(const char *name, uint32_t *rank);
/* CLI_INPUT with what the fields of a line should be. */
int cli_pair_wrong_fields(const cli_pairs *p, const char *where, int n);
#endif
