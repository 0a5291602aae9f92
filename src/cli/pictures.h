/* Small pictures in the terminal: histograms in block characters, in # where the locale
 * is not UTF-8. They have no colours. */
#ifndef RG_CLI_PICTURES_H
#define RG_CLI_PICTURES_H
#include "cli/cli.h"

/* What is pictured: a graph, or a model (the other one is NULL). */
typedef struct cli_pictured {
    const regatta_graph *graph;
    const regatta_model *model;
    uint32_t n_users, n_items;
    uint32_t has_time;
    int64_t time_first, time_last;
} cli_pictured;

/* Prints users and items by their interactions, repeats included, and the interactions
 * over time, if standard output is a terminal. */
int cli_pictures_print(regatta_ctx *ctx, const cli_pictured *of);
#endif
