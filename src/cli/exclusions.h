/* Items that single users do not get (--exclude-pairs). */
#ifndef RG_CLI_EXCLUSIONS_H
#define RG_CLI_EXCLUSIONS_H
#include "cli/input/id_lists.h"
#include "cli/option_table.h"

/* Start from zeros, which cli_exclusions_free may take. */
typedef struct cli_exclusions {
    regatta_graph *graph; /* of the file; NULL: there is none */
    uint32_t *item;       /* [items of the graph] the model's; REGATTA_NONE: unknown */
    int64_t *offset;      /* of the queries of a block */
    int64_t n_offset;
    cli_nodes excluded;
} cli_exclusions;

#define CLI_EXCLUDE_PAIRS(path_)                                                         \
    {                                                                                    \
        .name = "exclude-pairs", .kind = CLI_STRING, .value = &(path_),                  \
        .argument = "FILE",                                                              \
        .help = "Exclude items of single users: a table `user item` in any format that " \
                "train reads; the user may be the name of a history",                    \
        .shown = "none"                                                                  \
    }

/* Reads the pairs; `path` NULL: there are none. Unknown items are left out and counted,
 * as are unknown users unless `of_histories`, whose names they may be. */
int cli_exclusions_read(cli_exclusions *x, regatta_ctx *ctx, const regatta_model *model,
                        const char *path, int of_histories, cli_list_rules rules);
/* Adds the exclusions of its users, or of the histories name[n], to a query, which then
 * has arrays of *x. */
int cli_exclusions_add(cli_exclusions *x, const regatta_model *model,
                       regatta_query *query, char *const *name);
void cli_exclusions_free(cli_exclusions *x);
#endif
