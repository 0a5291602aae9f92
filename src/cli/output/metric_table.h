/* The metrics of `evaluate`, as text and as JSON. */
#ifndef RG_CLI_METRIC_TABLE_H
#define RG_CLI_METRIC_TABLE_H
#include "cli/output/document.h"

/* A metric of regatta_metrics. */
typedef struct cli_metric {
    const char *name;
    size_t offset;
    int of_user; /* defined for one user */
} cli_metric;

enum { CLI_N_METRICS = 12 };
extern const cli_metric cli_metrics[CLI_N_METRICS]; /* in their printed order */
/* "miss", "skip", by regatta_unknown */
extern const char *const cli_unknown_name[2];

double cli_metric_value(const regatta_metrics *m, const cli_metric *metric);
/* Prints a row for each metric with the values of m[n], and after them, if `other` is
 * not NULL, those of other[n] in columns "NAME@K". */
void cli_metric_table(cli_output *out, const regatta_metrics *m,
                      const regatta_metrics *other, int n, const char *name);
/* {"recall@20": .., ..} of m[n]. */
json_t *cli_metric_json(const regatta_metrics *m, int n);
#endif
