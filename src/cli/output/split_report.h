/* The parts of a split, and a report of users and items that it could not divide. */
#ifndef RG_CLI_SPLIT_REPORT_H
#define RG_CLI_SPLIT_REPORT_H
#include "cli/cli.h"

/* `valid` is NULL where no validation part was asked for. */
typedef struct cli_parts {
    regatta_graph *all, *train, *valid, *test;
} cli_parts;

/* CLI_INPUT and a line when a part that was asked for is empty. Otherwise prints on
 * stderr, unless `quiet`, which users and items are in one part only. `input` is the name
 * of the data. */
int cli_split_report(const cli_parts *parts, const regatta_split_options *split,
                     const char *input, int quiet);
#endif
