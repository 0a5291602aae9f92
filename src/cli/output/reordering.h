/* The options that change the order of a list: recommend and evaluate have them. */
#ifndef RG_CLI_REORDERING_H
#define RG_CLI_REORDERING_H
#include "cli/option_table.h"

typedef struct cli_reordering {
    float mmr, popularity_penalty;
    uint32_t pool;
} cli_reordering;

#define CLI_REORDERING_INIT                                                              \
    {                                                                                    \
        1.0f, 0.0f, 0                                                                    \
    }

/* The rows of the table that read into the cli_reordering `r`. */
#define CLI_REORDERING_ROWS(r)                                                           \
    {.name = "mmr",                                                                      \
     .kind = CLI_F32,                                                                    \
     .value = &(r).mmr,                                                                  \
     .max = 1,                                                                           \
     .argument = "LAMBDA",                                                               \
     .help = "Diversify lists: 1 keeps the order of the scores, 0 ranks only by "        \
             "dissimilarity"},                                                           \
        {.name = "popularity-penalty",                                                   \
         .kind = CLI_F32,                                                                \
         .value = &(r).popularity_penalty,                                               \
         .min = -100,                                                                    \
         .max = 100,                                                                     \
         .argument = "X",                                                                \
         .help = "Lower popular items: subtract X standard deviations of the score for " \
                 "each standard deviation of log popularity"},                           \
    {                                                                                    \
        .name = "pool", .kind = CLI_U32, .value = &(r).pool, .max = INT32_MAX,           \
        .argument = "N", .help = "Let --mmr choose from the N best items",               \
        .shown = "5 k, at least 100"                                                     \
    }

/* Returns CLI_USAGE for options without effect on lists of k items: --pool without
 * --mmr below 1, --pool below k, and --mmr on lists of one item. */
int cli_reordering_check(const cli_reordering *r, uint32_t k);
#endif
