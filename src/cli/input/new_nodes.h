/* Options for items and users that the model does not have, given by their features. */
#ifndef RG_CLI_NEW_NODES_H
#define RG_CLI_NEW_NODES_H
#include "cli/input/side_tables.h"

typedef struct cli_new_nodes {
    cli_strings table[2], vectors; /* .value to be freed */
    cli_table_reading reading;
} cli_new_nodes;

#define CLI_NEW_NODES_ROWS(t)                                                            \
    {.name = "new-items",                                                                \
     .kind = CLI_STRINGS,                                                                \
     .value = &(t).table[REGATTA_ITEMS],                                                 \
     .argument = "[NAME=]FILE[,..]",                                                     \
     .help = "Add items that the model does not have, with their features, for this "    \
             "run: a table as for train --item-features, of the same name (may be "      \
             "repeated)"},                                                               \
        {.name = "new-item-vectors",                                                     \
         .kind = CLI_STRINGS,                                                            \
         .value = &(t).vectors,                                                          \
         .argument = "NAME=FILE.npy",                                                    \
         .help = "Add items with vectors, as for train --item-vectors (may be "          \
                 "repeated)"},                                                           \
        {.name = "new-users",                                                            \
         .kind = CLI_STRINGS,                                                            \
         .value = &(t).table[REGATTA_USERS],                                             \
         .argument = "[NAME=]FILE[,..]",                                                 \
         .help = "Add users with their features, as for train --user-features"},         \
        CLI_TABLE_READING_ROWS((t).reading)

/* Reads the tables of both sides; side[] stays NULL without any. The caller frees them.
 */
int cli_new_nodes_read(regatta_ctx *ctx, regatta_features **side,
                       const regatta_model *model, cli_new_nodes *t, int quiet);
/* Replaces *model by one with the new nodes, if some are given, and says what was added
 * unless `quiet`. */
int cli_new_nodes_add(regatta_ctx *ctx, regatta_model **model, cli_new_nodes *t,
                      int quiet);
void cli_new_nodes_free(cli_new_nodes *t);
#endif
