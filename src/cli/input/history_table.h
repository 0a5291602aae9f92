/* Histories from a table with one interaction on each row: recognition of a table, and
 * its rows. */
#ifndef RG_CLI_HISTORY_TABLE_H
#define RG_CLI_HISTORY_TABLE_H
#include "cli/input/lines.h"

typedef enum cli_history_form {
    CLI_HISTORY_AUTO = 0,
    CLI_HISTORY_LINES = 1, /* a history a line */
    CLI_HISTORY_TABLE = 2
} cli_history_form;

typedef struct cli_history_table {
    regatta_graph *graph; /* NULL: the input has lines */
    regatta_side side;    /* the users or items of the histories */
    int64_t *offset;      /* [n + 1] into member */
    uint32_t *member;     /* numbers of the graph's other side, in order */
    int64_t *time;        /* of each, seconds; NULL without times */
    uint32_t n, at;       /* histories; the next one */
} cli_history_table;

/* Reads the table of histories of `side` at `path`, which `in` has open and nothing was
 * read from; table->graph stays NULL where CLI_HISTORY_AUTO finds lines. A table has the
 * same number of fields in each line and either a header, or names that repeat, ids that
 * the model knows in the second column, and a later column, if there is one, without any.
 * Where all later columns hold some, blanks and tabs separate lines, and another
 * separator is CLI_INPUT. A compressed input is taken as a table, and so is a folder of
 * part files, which `in` has not open; CLI_INPUT for a folder of histories of items or in
 * lines. Prints on stderr what was read, unless `quiet`. */
int cli_history_table_open(cli_history_table *table, regatta_ctx *ctx,
                           const regatta_model *model, const char *path, cli_lines *in,
                           regatta_side side, cli_history_form form, int quiet);
void cli_history_table_free(cli_history_table *table);
#endif
