/* Titles of items (--names), and their column in the output. */
#ifndef RG_CLI_TITLES_H
#define RG_CLI_TITLES_H
#include "cli/option_table.h"
#include "cli/output/records.h"

/* Start from zeros, which cli_titles_free may take. */
typedef struct cli_titles {
    const regatta_model *model;
    int64_t *at; /* [items of the model] begin in `text`; 0: no title. NULL: no file */
    char *text;
    int64_t n, capacity;
} cli_titles;

#define CLI_NAMES(path_)                                                                 \
    {                                                                                    \
        .name = "names", .kind = CLI_STRING, .value = &(path_), .argument = "FILE",      \
        .help = "Read titles of the items: rows get a column `title`, the page of "      \
                "`regatta report` shows titles in place of ids. FILE has an id, a tab, " \
                "a comma, a semicolon, | or ::, and a title on each line, or JSON "      \
                "lines, plain or compressed; a header or the keys name the title "       \
                "(title, name, ..) and the id",                                          \
        .shown = "none"                                                                  \
    }

/* Reads the titles of the model's items; `path` NULL: there are none. Prints how many
 * items have one, unless `quiet`. CLI_INPUT for a line without a title, and for a file
 * that names no item of the model. */
int cli_titles_read(regatta_ctx *ctx, cli_titles *t, const regatta_model *model,
                    const char *path, uint32_t quiet);
void cli_titles_free(cli_titles *t);

/* Returns the title of an item; NULL: it has none. */
const char *cli_title(const cli_titles *t, uint32_t item);
/* Returns 1 if the output has titles. */
int cli_has_titles(const cli_titles *t);
/* Copies columns[n] to `out`, without those called `title` if the output has none;
 * returns how many. */
int cli_title_columns(cli_column *out, const cli_column *columns, int n,
                      const cli_titles *t);
/* Writes the field `title`, empty if the item has none; nothing without titles. */
void cli_field_title(cli_records *r, const cli_titles *t, uint32_t item);
/* Writes ,"title":".." if the item has one. */
void cli_json_title(cli_output *out, const cli_titles *t, uint32_t item);
/* Writes ,".." or ,null as an element of a list; nothing without titles. */
void cli_json_title_element(cli_output *out, const cli_titles *t, uint32_t item);
#endif
