/* Fields of a line of text. */
#ifndef RG_CLI_FIELDS_H
#define RG_CLI_FIELDS_H

/* Copies the next field of *at to `out`, which has room for the whole line, and moves *at
 * behind it; *at is NULL after the last one. Returns 0 when there is none. Blanks
 * separate in runs; a field of another separator than a blank or a tab may be quoted (RFC
 * 4180), and keeps its quotes. */
int cli_next_field(const char **at, char separator, char *out);
#endif
