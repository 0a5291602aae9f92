/* All pairs of a labelled file with their scores: for calibrate and evaluate --pairs. */
#ifndef RG_CLI_LABELLED_PAIRS_H
#define RG_CLI_LABELLED_PAIRS_H
#include "cli/option_table.h"
#include "cli/pairs/pairs.h"

/* The rows of an option table that read into the cli_pair_rules `r`. */
#define CLI_LABELLED_ROWS(r)                                                             \
    {.name = "positive",                                                                 \
     .kind = CLI_F64,                                                                    \
     .value = &(r).positive,                                                             \
     .min = -1e300,                                                                      \
     .max = 1e300,                                                                       \
     .argument = "X",                                                                    \
     .help = "Count labels from X on as 1 and lower ones as 0",                          \
     .shown = "labels are 0 or 1",                                                       \
     .given = &(r).has_positive},                                                        \
    {                                                                                    \
        .name = "strict", .kind = CLI_FLAG, .value = &(r).strict,                        \
        .help = "Refuse an unknown user or item instead of leaving it out"               \
    }

typedef struct cli_labelled {
    int64_t n, capacity;
    uint32_t *user;
    uint8_t *label;
    float *score;
    double *probability;
    int has_probability;
    int64_t n_unknown; /* pairs left out */
} cli_labelled;

/* Reads and scores the pairs at `path`. CLI_INPUT if none is left. */
int cli_labelled_read(cli_labelled *l, regatta_ctx *ctx, const regatta_model *model,
                      const char *path, const cli_pair_rules *rules);
/* Returns them for the library; the arrays belong to `l`. */
regatta_pairs cli_labelled_pairs(const cli_labelled *l);
void cli_labelled_free(cli_labelled *l);
#endif
