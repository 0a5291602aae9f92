/* Options and files of side tables, and messages about what was read. */
#ifndef RG_CLI_SIDE_TABLES_H
#define RG_CLI_SIDE_TABLES_H
#include "cli/option_table.h"
#include <jansson.h>

/* How tables are read. */
typedef struct cli_table_reading {
    const char *columns;
    uint32_t format, header, max_features;
    uint64_t entries; /* entries of `columns` that named a column of some table */
} cli_table_reading;

#define CLI_TABLE_READING_ROWS(r)                                                        \
    {.name = "feature-columns",                                                          \
     .kind = CLI_STRING,                                                                 \
     .value = &(r).columns,                                                              \
     .argument = "COLUMN=KIND[,..]",                                                     \
     .help = "Set kinds of columns of side tables: category, number, list, text, id, "   \
             "skip; feature, weight (of a table of one feature a row). list:| cuts at "  \
             "'|'; list:comma, list:blank, list:; and list:/ at others. A column is "    \
             "given by name or number, or as TABLE.COLUMN",                              \
     .shown = "by header types, else by evident content"},                               \
        {.name = "feature-format",                                                       \
         .kind = CLI_CHOICE,                                                             \
         .value = &(r).format,                                                           \
         .choices = "auto|csv|tsv|ssv|semicolon|pipe|colons",                            \
         .argument = "FORMAT",                                                           \
         .help = "Set the format of side tables"},                                       \
        {.name = "feature-header",                                                       \
         .kind = CLI_CHOICE,                                                             \
         .value = &(r).header,                                                           \
         .choices = "auto|yes|no",                                                       \
         .argument = "WHEN",                                                             \
         .help = "Take the first line of side tables as column names"},                  \
    {                                                                                    \
        .name = "max-features", .kind = CLI_U32, .value = &(r).max_features, .min = 1,   \
        .max = UINT32_MAX - 1, .argument = "N",                                          \
        .help = "Give the N most frequent features of a table a column of their own, "   \
                "and hash the others into N / 16 columns",                               \
        .shown = "262144"                                                                \
    }
/* The names of these options. */
#define CLI_TABLE_READING_NAMES                                                          \
    "feature-columns|feature-format|feature-header|max-features"

/* Reads tables "[NAME=]FILE[,[NAME=]FILE..]" and vectors "NAME=FILE.npy" of a side into
 * new features; `like` (may be NULL) are those of the training. Prints one line for each
 * file unless `quiet`; appends to `report`, a JSON array, unless NULL. */
int cli_features_read(regatta_ctx *ctx, regatta_features **out, const cli_strings *tables,
                      const cli_strings *vectors, regatta_side side,
                      cli_table_reading *reading, const regatta_features *like,
                      json_t *report, int quiet);
/* Returns CLI_USAGE if an entry of --feature-columns named no column of the tables that
 * were read. */
int cli_features_check(const cli_table_reading *reading);

/* The side tables of a command, by regatta_side. */
typedef struct cli_side_tables {
    cli_strings table[2], vectors[2]; /* .value to be freed */
    cli_table_reading reading;
    regatta_features *features[2]; /* NULL: none */
    const char *groups;            /* the table of groups of items; NULL: none */
    regatta_features *item_groups; /* NULL: none */
    json_t *report;                /* an object; NULL: none */
} cli_side_tables;

/* The names of the options of tables and vectors. */
#define CLI_SIDE_TABLE_NAMES "item-features|user-features|item-vectors|user-vectors"
#define CLI_SIDE_TABLE_ROWS(t)                                                           \
    {.name = "item-features",                                                            \
     .kind = CLI_STRINGS,                                                                \
     .value = &(t).table[REGATTA_ITEMS],                                                 \
     .argument = "[NAME=]FILE[,..]",                                                     \
     .help = "Read features of items: rows `item feature [weight]`, or a table with a "  \
             "header and a row for each item (may be repeated)"},                        \
        {.name = "user-features",                                                        \
         .kind = CLI_STRINGS,                                                            \
         .value = &(t).table[REGATTA_USERS],                                             \
         .argument = "[NAME=]FILE[,..]",                                                 \
         .help = "Read features of users in the same way"},                              \
        {.name = "item-vectors",                                                         \
         .kind = CLI_STRINGS,                                                            \
         .value = &(t).vectors[REGATTA_ITEMS],                                           \
         .argument = "NAME=FILE.npy",                                                    \
         .help =                                                                         \
             "Read vectors of items (float16, float32 or float64, [items][numbers]), "   \
             "with the ids, one a line, in FILE.npy.ids.txt, as embed writes them, "     \
             "FILE.ids.txt, FILE.ids or FILE.txt (may be repeated)"},                    \
        {.name = "user-vectors",                                                         \
         .kind = CLI_STRINGS,                                                            \
         .value = &(t).vectors[REGATTA_USERS],                                           \
         .argument = "NAME=FILE.npy",                                                    \
         .help = "Read vectors of users in the same way"},                               \
        CLI_TABLE_READING_ROWS((t).reading)

#define CLI_ITEM_GROUPS_ROW(t)                                                           \
    {                                                                                    \
        .name = "item-groups", .kind = CLI_STRING, .value = &(t).groups,                 \
        .argument = "FILE",                                                              \
        .help = "Read groups of items for hierarchical attention: a table as for "       \
                "--item-features; the group is the feature with the largest weight"      \
    }

/* Returns 1 if some table or vectors are given. */
int cli_side_tables_given(const cli_side_tables *t);
/* Returns CLI_USAGE if an entry is wrong, `data` and a table are both standard input, or
 * an output would replace a table. */
int cli_side_tables_apart(const cli_side_tables *t, const char *data,
                          const char *const *outputs, int n_outputs);
/* Reads all tables and, unless `quiet`, prints how many nodes of the graph have
 * features. */
int cli_side_tables_read(regatta_ctx *ctx, cli_side_tables *t, const regatta_graph *graph,
                         int quiet);
void cli_side_tables_free(cli_side_tables *t);
#endif
