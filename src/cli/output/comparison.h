/* Two models compared on the same test users: `evaluate --compare`. */
#ifndef RG_CLI_COMPARISON_H
#define RG_CLI_COMPARISON_H
#include "cli/output/metric_table.h"

/* The metrics of one model. */
typedef struct cli_measured {
    regatta_metrics metrics[CLI_MAX_U32S], other[CLI_MAX_U32S]; /* [n_k] */
    regatta_evaluation counts;
    /* [metrics of a user][n_k][n_users of the test graph]: the mean of what was kept, NaN
     * if nothing was, and how many values it has. NULL if they are not kept. */
    double *value;
    uint32_t *n;
} cli_measured;

typedef struct cli_comparison {
    const regatta_metrics *a, *b; /* [n_k] means of MODEL and OTHER */
    int n_k;
    regatta_paired *paired; /* [CLI_N_METRICS][n_k]; n 0 of metrics of no user */
} cli_comparison;

/* Room for the values of n_users users at n_k cut-offs, all NaN. */
int cli_measured_open(cli_measured *m, int64_t n_users, int n_k);
/* Keeps metrics[n_k] of the test graph's user, who may come several times. */
void cli_measured_keep(cli_measured *m, int64_t n_users, uint32_t user,
                       const regatta_metrics *metrics, int n_k);
void cli_measured_close(cli_measured *m);

/* Tests every metric of a user. To be closed whatever the code. */
int cli_compare(regatta_ctx *ctx, cli_comparison *out, const cli_measured *a,
                const cli_measured *b, int64_t n_users, int n_k);
void cli_comparison_close(cli_comparison *c);
/* A row for each metric and cut-off. */
void cli_comparison_table(cli_output *out, const cli_comparison *c);
/* {"recall@20": {"model": .., "other": .., ..}, ..} */
json_t *cli_comparison_json(const cli_comparison *c);
#endif
