/* The report of prepare --denoise. */
#ifndef CLI_DENOISE_REPORT_H
#define CLI_DENOISE_REPORT_H
#include "cli/cli.h"

/* Replaces *graph by one whose weights say how well other interactions support each, and
 * prints what was found, with examples, to stderr unless `quiet`. */
int cli_denoise(regatta_ctx *ctx, regatta_graph **graph, int quiet);
#endif
