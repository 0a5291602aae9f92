/* A test part restricted to the nodes of its training part. */
#ifndef RG_CLI_KNOWN_PART_H
#define RG_CLI_KNOWN_PART_H
#include "cli/cli.h"

/* Restricts *graph, read from `path` with `dedup`, to the interactions between nodes of
 * `train`, with the node numbers of `train`. Order, times and repeats are kept. Prints
 * the number of dropped rows unless `quiet`; CLI_INPUT if no row is left. */
int cli_known_part(regatta_ctx *ctx, regatta_graph **graph, const regatta_graph *train,
                   const char *path, regatta_dedup dedup, int quiet);
#endif
