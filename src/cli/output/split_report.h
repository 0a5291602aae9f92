/* The parts of a split, and a report of users and items that are in only one part. */
#ifndef RG_CLI_SPLIT_REPORT_H
#define RG_CLI_SPLIT_REPORT_H
#include "cli/cli.h"

/* `valid` is NULL if no validation part is requested. */
typedef struct cli_parts {
    regatta_graph *all, *train, *valid, *test;
} cli_parts;

/* Returns CLI_INPUT with a message if a requested part is empty. Otherwise prints,
 * unless `quiet`, which users and items are in only one part. `input` is the name of
 * the data, which was read with `dedup`. */
int cli_split_report(regatta_ctx *ctx, const cli_parts *parts,
                     const regatta_split_options *split, regatta_dedup dedup,
                     const char *input, int quiet);
#endif
