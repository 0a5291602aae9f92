/* Lists of ids, one a line, as numbers of a model. */
#ifndef RG_CLI_ID_LISTS_H
#define RG_CLI_ID_LISTS_H
#include "cli/input/ids.h"
#include "cli/option_table.h"

typedef struct cli_nodes {
    uint32_t *node; /* to be freed */
    int64_t n, capacity;
} cli_nodes;

int cli_nodes_add(cli_nodes *list, uint32_t node);

/* Treatment of ids of a list that the model does not know. They are left out, and
 * counted on stderr unless `quiet`. */
typedef struct cli_list_rules {
    uint32_t strict; /* 1: the first one is CLI_INPUT */
    uint32_t quiet;
} cli_list_rules;

#define CLI_STRICT(strict_)                                                              \
    {                                                                                    \
        .name = "strict", .kind = CLI_FLAG, .value = &(strict_),                         \
        .help = "Refuse an unknown id in a list, or in a table of histories, instead "   \
                "of leaving it out"                                                      \
    }
/* Returns CLI_USAGE if --strict is set and no list or history is read, or together
 * with --skip-unknown. */
int cli_strict_check(uint32_t strict, uint32_t skip_unknown, int has_list);

/* Adds the known ids of the file at `path`, one a line; blank lines are skipped.
 * CLI_INPUT when `needed` and the list names no known id. */
int cli_nodes_read(cli_nodes *list, const regatta_model *model, regatta_side side,
                   const char *path, int needed, cli_list_rules rules);

/* The nodes that an answer may contain. */
typedef struct cli_filters {
    cli_nodes only, exclude; /* .node NULL: no such list */
} cli_filters;

/* Reads the lists at two paths; NULL means no list. Returns CLI_INPUT if the model
 * knows no id of `only`. */
int cli_filters_read(cli_filters *f, const regatta_model *model, regatta_side side,
                     const char *only, const char *exclude, cli_list_rules rules);
void cli_filters_free(cli_filters *f);
#endif
