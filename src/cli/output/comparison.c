#include "cli/output/comparison.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double *values_of(const cli_measured *m, int64_t n_users, int metric, int c,
                         int n_k)
{
    return m->value + ((int64_t)metric * n_k + c) * n_users;
}

int cli_measured_open(cli_measured *m, int64_t n_users, int n_k)
{
    const int64_t n = n_users * n_k * CLI_N_METRICS;
    m->value = cli_new(n, sizeof *m->value);
    m->n = cli_new(n, sizeof *m->n);
    if (!m->value || !m->n) return cli_no_memory();
    for (int64_t k = 0; k < n; k++) m->value[k] = (double)NAN;
    return CLI_DONE;
}

void cli_measured_keep(cli_measured *m, int64_t n_users, uint32_t user,
                       const regatta_metrics *metrics, int n_k)
{
    for (int i = 0; i < CLI_N_METRICS; i++)
        for (int c = 0; c < n_k; c++) {
            const double x = cli_metric_value(&metrics[c], &cli_metrics[i]);
            double *mean = values_of(m, n_users, i, c, n_k) + user;
            uint32_t *n = m->n + (mean - m->value);
            if (isnan(x)) continue;
            *mean = (*n)++ ? *mean + (x - *mean) / (double)*n : x;
        }
}

void cli_measured_close(cli_measured *m)
{
    free(m->value);
    free(m->n);
    m->value = NULL;
    m->n = NULL;
}

int cli_compare(regatta_ctx *ctx, cli_comparison *out, const cli_measured *a,
                const cli_measured *b, int64_t n_users, int n_k)
{
    int code = CLI_DONE;
    *out = (cli_comparison){.a = a->metrics, .b = b->metrics, .n_k = n_k};
    out->paired = cli_new((int64_t)CLI_N_METRICS * n_k, sizeof *out->paired);
    if (!out->paired) return cli_no_memory();
    for (int i = 0; i < CLI_N_METRICS; i++)
        for (int c = 0; c < n_k; c++) {
            regatta_paired *paired = &out->paired[i * n_k + c];
            paired->struct_size = sizeof *paired;
            CLI_CALL(regatta_paired_test(ctx, paired, values_of(a, n_users, i, c, n_k),
                                         values_of(b, n_users, i, c, n_k), n_users));
        }
done:
    return code;
}

void cli_comparison_close(cli_comparison *c)
{
    free(c->paired);
    c->paired = NULL;
}

/* Of the users in the test, or of all lists where the metric is not of one user. */
static regatta_paired row_of(const cli_comparison *c, int metric, int k)
{
    regatta_paired row = c->paired[metric * c->n_k + k];
    if (cli_metrics[metric].of_user) return row;
    row.mean_a = cli_metric_value(&c->a[k], &cli_metrics[metric]);
    row.mean_b = cli_metric_value(&c->b[k], &cli_metrics[metric]);
    row.difference = row.mean_a - row.mean_b;
    return row;
}

static void number(cli_output *out, const char *format, double x)
{
    char text[32];
    snprintf(text, sizeof text, format, x);
    cli_print(out, "\t%s", isnan(x) ? "" : text);
}

void cli_comparison_table(cli_output *out, const cli_comparison *c)
{
    cli_text(out, "metric\tmodel\tother\tdifference\tstandard_error\tlow\thigh\tt\tp\t"
                  "users\n");
    for (int i = 0; i < CLI_N_METRICS; i++)
        for (int k = 0; k < c->n_k; k++) {
            const regatta_paired row = row_of(c, i, k);
            cli_print(out, "%s@%" PRIu32, cli_metrics[i].name, c->a[k].k);
            number(out, "%.4f", row.mean_a);
            number(out, "%.4f", row.mean_b);
            number(out, "%+.5f", row.difference);
            number(out, "%.5f", row.standard_error);
            number(out, "%+.5f", row.low);
            number(out, "%+.5f", row.high);
            number(out, "%.2f", row.t);
            number(out, "%.2g", row.p);
            if (cli_metrics[i].of_user)
                cli_print(out, "\t%" PRId64 "\n", row.n);
            else
                cli_text(out, "\t\n");
        }
}

json_t *cli_comparison_json(const cli_comparison *c)
{
    json_t *object = json_object();
    char name[48];
    for (int i = 0; object && i < CLI_N_METRICS; i++)
        for (int k = 0; k < c->n_k; k++) {
            const regatta_paired row = row_of(c, i, k);
            snprintf(name, sizeof name, "%s@%" PRIu32, cli_metrics[i].name, c->a[k].k);
            json_object_set_new(
                object, name,
                json_pack(
                    "{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:I}", "model",
                    cli_json_number(row.mean_a), "other", cli_json_number(row.mean_b),
                    "difference", cli_json_number(row.difference), "standard_error",
                    cli_json_number(row.standard_error), "low", cli_json_number(row.low),
                    "high", cli_json_number(row.high), "t", cli_json_number(row.t), "p",
                    cli_json_number(row.p), "users", (json_int_t)row.n));
        }
    return object;
}
