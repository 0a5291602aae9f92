/* Ids from the command line, from lists, and histories, as numbers of a model. */
#ifndef RG_CLI_IDS_H
#define RG_CLI_IDS_H
#include "cli/cli.h"
#include <stdio.h>

/* Lines of a text file or standard input ("-"). */
typedef struct cli_lines {
    FILE *file;
    const char *name;
    char *line;
    size_t capacity;
    int64_t number; /* of the last line, from 1 */
} cli_lines;

int cli_lines_open(cli_lines *in, const char *path);
/* The next line without its end, valid until the next call; NULL at the end. */
int cli_lines_next(cli_lines *in, char **line);
void cli_lines_close(cli_lines *in);

/* The node called `id`; CLI_INPUT and a line that names the nearest id, with `where`
 * ("FILE:LINE: " or "") in front, when the model has none. */
int cli_find(const regatta_model *model, regatta_side side, const char *id,
             const char *where, uint32_t *out);

typedef struct cli_nodes {
    uint32_t *node; /* to be freed */
    int64_t n, capacity;
} cli_nodes;

int cli_nodes_add(cli_nodes *list, uint32_t node);
/* Adds the ids of a file, one a line; blank lines are skipped. */
int cli_nodes_read(cli_nodes *list, const regatta_model *model, regatta_side side,
                   const char *path);

/* What may come back. */
typedef struct cli_filters {
    cli_nodes only, exclude; /* .node NULL: no such list */
} cli_filters;

/* Reads the lists at two paths; NULL is none. CLI_INPUT where `only` names nothing. */
int cli_filters_read(cli_filters *f, const regatta_model *model, regatta_side side,
                     const char *only, const char *exclude);
void cli_filters_free(cli_filters *f);

/* A block of histories: item numbers, and the name each line gave. */
typedef struct cli_histories {
    cli_nodes items;
    int64_t *offset; /* [capacity + 1] */
    char **name;     /* [capacity] */
    int64_t n, capacity;
    int64_t n_unknown; /* items skipped so far */
    int skip_unknown;  /* 1: an unknown item is left out and counted */
    regatta_side side; /* REGATTA_ITEMS: of items, and `items` are users that had them */
} cli_histories;

int cli_histories_create(cli_histories *h, int64_t capacity, int skip_unknown);
/* Fills the block from the next lines: `name item item ...` (split at tabs when the line
 * has one, else at blanks), or JSON {"user": .., "items": [..]}; of items {"item": ..,
 * "users": [..]}. n = 0 at the end. */
int cli_histories_next(cli_histories *h, cli_lines *in, const regatta_model *model);
/* The block as a question; its arrays are the block's. */
regatta_query cli_histories_query(const cli_histories *h);
/* How many unknown ids were left out, on stderr, if any were. */
void cli_histories_say_unknown(const cli_histories *h);
void cli_histories_free(cli_histories *h);
#endif
