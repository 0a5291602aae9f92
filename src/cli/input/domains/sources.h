/* The data of other domains of a training: --source. */
#ifndef RG_CLI_SOURCES_H
#define RG_CLI_SOURCES_H
#include "cli/input/reading.h"
#include "cli/option_table.h"

typedef struct cli_sources {
    cli_strings given; /* .value to be freed */
    char **path;       /* [n] */
    regatta_graph **graph;
    uint32_t n;
} cli_sources;

#define CLI_SOURCE_ROW(s)                                                                \
    {                                                                                    \
        .name = "source", .kind = CLI_STRINGS, .value = &(s).given,                      \
        .argument = "DATA[,DATA..]",                                                     \
        .help = "Learn from other domains too, which share ids of users or items with "  \
                "DATA, or features of items; validation chooses the weight of each, 0 "  \
                "if it does not help. Only items of DATA are recommended. The options "  \
                "of reading are those of DATA (may be repeated)"                         \
    }

/* Splits the lists of the option into files and checks that none is an output. */
int cli_sources_open(cli_sources *sources, const char *const *outputs, int n_outputs);
/* Reads the files as DATA is read. Unless `quiet`, prints what was read. */
int cli_sources_read(regatta_ctx *ctx, cli_sources *sources, const cli_reading *reading,
                     int quiet);
void cli_sources_free(cli_sources *sources);
#endif
