/* The trials of tune: their options as text, and tables of them. */
#ifndef RG_CLI_TRIALS_H
#define RG_CLI_TRIALS_H
#include "cli/output/document.h"
#include "cli/output/records.h"
#include "cli/training/space_file.h"

typedef struct cli_trial {
    regatta_trial numbers; /* without options */
    char *options;         /* "--dim 64 --lr 0.05"; "" for the defaults */
} cli_trial;

typedef struct cli_trials {
    const cli_option *table; /* [n_options] those of training */
    int n_options;
    regatta_train_options *train; /* whose fields they set: the defaults */
    cli_trial *list;              /* [n] */
    int64_t n;
    int failed; /* 1: there was no memory */
} cli_trials;

/* Returns 1 if the option has another value in `options` than in the defaults. */
int cli_trials_differs(const cli_trials *t, const cli_option *o,
                       const regatta_train_options *options);
/* Returns the options that are not the defaults; NULL: no memory. To be freed. */
char *cli_trials_options(const cli_trials *t, const regatta_train_options *options);

/* A regatta_trial_fn that appends the trial. */
int cli_trials_add(void *state, const regatta_trial *trial);
void cli_trials_free(cli_trials *t);

/* Prints the table on standard output, the best difference first. */
void cli_trials_print(const cli_trials *t);
/* Returns 1 if that table has means over different folds or users. */
int cli_trials_mixed(const cli_trials *t);
/* Writes all trials in order; the records are open. */
int cli_trials_write(const cli_trials *t, regatta_ctx *ctx, cli_records *to,
                     const cli_destination *where);
json_t *cli_trials_json(const cli_trials *t);
#endif
