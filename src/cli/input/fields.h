/* Fields of a line of text. */
#ifndef RG_CLI_FIELDS_H
#define RG_CLI_FIELDS_H

/* Copies the next field of *at to `out`, which has room for the whole line, and moves
 * *at after it; *at is NULL after the last field. Returns 0 if there is no field. A
 * run of blanks is one separator. With a separator other than blank and tab a field
 * may be quoted (RFC 4180); it keeps its quotes. */
int cli_next_field(const char **at, char separator, char *out);
/* Returns 1 if no quote closes the one that the text begins with. */
int cli_field_is_open(const char *text);
#endif
