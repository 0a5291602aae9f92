#include "cli/output/metric_table.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const cli_metric cli_metrics[CLI_N_METRICS] = {
    {"recall", offsetof(regatta_metrics, recall), 1},
    {"precision", offsetof(regatta_metrics, precision), 1},
    {"f1", offsetof(regatta_metrics, f1), 1},
    {"accuracy", offsetof(regatta_metrics, accuracy), 1},
    {"ndcg", offsetof(regatta_metrics, ndcg), 1},
    {"map", offsetof(regatta_metrics, map), 1},
    {"mrr", offsetof(regatta_metrics, mrr), 1},
    {"hit", offsetof(regatta_metrics, hit), 1},
    {"auc", offsetof(regatta_metrics, auc), 1},
    {"coverage", offsetof(regatta_metrics, coverage), 0},
    {"gini", offsetof(regatta_metrics, gini), 0},
    {"novelty", offsetof(regatta_metrics, novelty), 1},
};

const char *const cli_unknown_name[2] = {"miss", "skip"};

double cli_metric_value(const regatta_metrics *m, const cli_metric *metric)
{
    double x = 0;
    memcpy(&x, (const char *)m + metric->offset, sizeof x);
    return x;
}

void cli_metric_table(cli_output *out, const regatta_metrics *m,
                      const regatta_metrics *other, int n, const char *name)
{
    cli_text(out, "metric");
    for (int j = 0; j < n; j++) cli_print(out, "\t@%" PRIu32, m[j].k);
    for (int j = 0; other && j < n; j++) cli_print(out, "\t%s@%" PRIu32, name, m[j].k);
    cli_text(out, "\n");
    for (int i = 0; i < CLI_N_METRICS; i++) {
        const cli_metric *metric = &cli_metrics[i];
        cli_text(out, metric->name);
        for (int j = 0; j < n; j++)
            cli_print(out, "\t%.4f", cli_metric_value(&m[j], metric));
        for (int j = 0; other && j < n; j++)
            cli_print(out, "\t%.4f", cli_metric_value(&other[j], metric));
        cli_text(out, "\n");
    }
}

json_t *cli_metric_json(const regatta_metrics *m, int n)
{
    json_t *object = json_object();
    char name[48];
    for (int j = 0; object && j < n; j++)
        for (int i = 0; i < CLI_N_METRICS; i++) {
            snprintf(name, sizeof name, "%s@%" PRIu32, cli_metrics[i].name, m[j].k);
            json_object_set_new(
                object, name, cli_json_number(cli_metric_value(&m[j], &cli_metrics[i])));
        }
    return object;
}
