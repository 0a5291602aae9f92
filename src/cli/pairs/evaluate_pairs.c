/* Measures a model on pairs with labels of both kinds. */
#include "cli/pairs/evaluate_pairs.h"
#include "cli/output/meter.h"
#include "cli/output/reliability_table.h"
#include "cli/pairs/labelled_pairs.h"
#include <math.h>
#include <stdio.h>

typedef struct options {
    const char *pairs;
    cli_pair_rules rules;
    cli_report report;
    cli_machine machine;
} options;

static const char about[] =
    "Scores the labelled pairs of FILE (- for standard input) and prints how well\n"
    "scores and probabilities fit the labels: `metric value standard_error`, then a\n"
    "reliability table `predicted observed n`, tab-separated. FILE is a table `user\n"
    "item label [time]`, separated by tabs, semicolons, commas or blanks, or JSON lines\n"
    "as `regatta score` reads, with \"label\" or \"labels\". A header gives the columns\n"
    "any order, by the names that the data of train may have; the label is called\n"
    "label, click, rating or the like. Labels are 1 or true (the user took the item),\n"
    "0 or false; with --positive X any numbers.\n"
    "\n"
    "auc is over all pairs; gauc is the mean of the users' auc, each weighted by its\n"
    "pairs, and leaves out users with labels of one kind; each line of a history is a\n"
    "user of its own. log_loss is that of the calibrated probabilities (natural\n"
    "logarithm), constant_log_loss that of the share of positives for every pair.\n"
    "calibration_error is the mean of |predicted - observed| over the bins of the\n"
    "reliability table, of which each has a tenth of the positives. Standard errors\n"
    "treat users as independent. Without a calibration in the model the figures of\n"
    "probabilities are left out. docs/metrics.md has the definitions.\n"
    "\n"
    "Pairs of unknown users or items are left out and counted; with --strict they are\n"
    "refused. `regatta evaluate --help` describes the other form, on held-out\n"
    "interactions without negatives.\n";

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "pairs",
         .kind = CLI_STRING,
         .value = &o->pairs,
         .argument = "FILE",
         .help = "Measure on the labelled pairs of a file",
         .required = 1},
        CLI_LABELLED_ROWS(o->rules),
        CLI_REPORT_ROWS(o->report),
        CLI_MACHINE(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->rules.quiet),
    };
    const cli_usage usage = {"evaluate", "MODEL --pairs FILE", about, 1, 1,
                             table,      CLI_COUNT(table),     NULL};
    return cli_parse(&usage, argc, argv, first);
}

static json_t *report(const regatta_model *model, const regatta_pair_metrics *m,
                      const cli_labelled *l, double seconds)
{
    return json_pack(
        "{s:s,s:{s:o,s:o,s:o,s:o,s:o},s:{s:o,s:o,s:o},s:o,s:I,s:I,s:I,s:I,s:I,s:o,s:s,"
        "s:f}",
        "regatta", regatta_version(), "metrics", "auc", cli_json_number(m->auc), "gauc",
        cli_json_number(m->gauc), "log_loss", cli_json_number(m->log_loss),
        "constant_log_loss", cli_json_number(m->constant), "calibration_error",
        cli_json_number(m->calibration_error), "standard_errors", "auc",
        cli_json_number(m->auc_error), "gauc", cli_json_number(m->gauc_error), "log_loss",
        cli_json_number(m->log_loss_error), "reliability",
        cli_reliability_json(m->bin_pairs, m->bin_predicted, m->bin_observed), "n_pairs",
        (json_int_t)m->n, "n_positives", (json_int_t)m->n_positives, "n_users",
        (json_int_t)m->n_users, "n_users_of_gauc", (json_int_t)m->n_both, "unknown_pairs",
        (json_int_t)l->n_unknown, "calibration", cli_calibration_json(model),
        "vector_unit", regatta_simd(), "seconds", seconds);
}

/* `error` NaN: the metric has none. */
static void print_row(cli_output *out, const char *name, double value, double error)
{
    if (!isfinite(value)) return;
    cli_print(out, "%s\t%.6g\t", name, value);
    if (isfinite(error)) cli_print(out, "%.2g", error);
    cli_text(out, "\n");
}

static void print_table(cli_output *out, const regatta_pair_metrics *m)
{
    cli_text(out, "metric\tvalue\tstandard_error\n");
    print_row(out, "auc", m->auc, m->auc_error);
    print_row(out, "gauc", m->gauc, m->gauc_error);
    print_row(out, "log_loss", m->log_loss, m->log_loss_error);
    print_row(out, "constant_log_loss", m->constant, (double)NAN);
    print_row(out, "calibration_error", m->calibration_error, (double)NAN);
    if (!isfinite(m->log_loss)) return;
    cli_text(out, "\n");
    cli_reliability_rows(out, m->bin_pairs, m->bin_predicted, m->bin_observed);
}

static void say_counts(const regatta_pair_metrics *m)
{
    fprintf(stderr, "measured %lld pair%s of %lld user%s, %lld of them positive\n",
            (long long)m->n, CLI_S(m->n), (long long)m->n_users, CLI_S(m->n_users),
            (long long)m->n_positives);
    if (m->n_both < m->n_users)
        fprintf(stderr, "  left %lld user%s with labels of one kind out of gauc\n",
                (long long)(m->n_users - m->n_both), CLI_S((m->n_users - m->n_both)));
    if (!isfinite(m->log_loss))
        fputs("  no calibration in the model: no log_loss (train it again, or see "
              "regatta calibrate --help)\n",
              stderr);
}

static int run(regatta_ctx *ctx, const regatta_model *model, const options *o)
{
    int code = CLI_DONE, n_out = 0;
    cli_output *out[3] = {NULL};
    cli_labelled l = {.n = 0};
    regatta_pair_metrics m = REGATTA_PAIR_METRICS_INIT;
    cli_pair_rules rules = o->rules;
    const double begin = cli_clock();
    rules.labelled = 1;
    CLI_TRY(cli_labelled_read(&l, ctx, model, o->pairs, &rules));
    const regatta_pairs pairs = cli_labelled_pairs(&l);
    CLI_CALL(regatta_measure_pairs(ctx, &m, &pairs));
    if (!rules.quiet) say_counts(&m);
    CLI_TRY(cli_report_put(report(model, &m, &l, cli_clock() - begin), &o->report, out,
                           &n_out));
    if (!o->report.json) {
        CLI_TRY(cli_output_open(&out[n_out++], NULL));
        print_table(out[n_out - 1], &m);
    }
    code = cli_output_commit_all(out, n_out);
done:
    for (int k = 0; k < 3; k++) cli_output_abandon(&out[k]);
    cli_labelled_free(&l);
    return code;
}

int cli_evaluate_pairs(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    options o = {.pairs = NULL};
    CLI_TRY(parse(&o, argc, argv, &first));
    if (first < 0) goto done;
    const char *const inputs[] = {argv[first], o.pairs};
    const char *const outputs[] = {o.report.json ? "-" : NULL, o.report.file};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    if (o.report.file) CLI_TRY(cli_output_probe(o.report.file));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(run(ctx, model, &o));
done:
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
