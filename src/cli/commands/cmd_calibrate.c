/* regatta calibrate: fit a model's probabilities to labelled pairs. */
#include "cli/output/meter.h"
#include "cli/output/reliability_table.h"
#include "cli/pairs/labelled_pairs.h"
#include <stdlib.h>
#include <string.h>

typedef struct options {
    const char *output;
    cli_pair_rules rules;
    double weight; /* of a negative pair */
    cli_report report;
    cli_machine machine;
    uint32_t shards;
} options;

static const char about[] =
    "Writes the model with probabilities that fit the labelled pairs of PAIRS, such as\n"
    "impressions with and without a click, and prints how well: the form, the log\n"
    "loss, and a reliability table `predicted observed n`, tab-separated. Half of the\n"
    "users choose between a sigmoid and an isotonic regression and give the figures;\n"
    "the written calibration is fitted on all. Scores and rankings stay as they are.\n"
    "\n"
    "PAIRS (- for standard input) is a table `user item label [time]` or JSON lines, as\n"
    "`regatta evaluate MODEL --pairs` reads; labels are 1 (the user took the item) or\n"
    "0. A header gives the columns any order.\n"
    "If only one in N of the pairs with label 0 was kept, --negative-weight N undoes\n"
    "this. Pairs of unknown users or items are left out and counted.\n";

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        CLI_OUTPUT_FILE(o->output, "OUT", "Write this file"),
        CLI_SHARDS(o->shards),
        {.name = "negative-weight",
         .kind = CLI_F64,
         .value = &o->weight,
         .min = 1e-9,
         .max = 1e9,
         .argument = "N",
         .help = "Count each pair with label 0 N times"},
        CLI_LABELLED_ROWS(o->rules),
        CLI_REPORT_ROWS(o->report),
        CLI_MACHINE(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->rules.quiet),
    };
    const cli_usage usage = {"calibrate", "MODEL PAIRS -o OUT", about, 2, 2,
                             table,       CLI_COUNT(table),     NULL};
    const int code = cli_parse(&usage, argc, argv, first);
    return code == CLI_DONE ? cli_shards_check(o->shards, o->output) : code;
}

static void print_table(cli_output *out, const regatta_calibration *c)
{
    cli_print(out,
              "form\t%s\nlog_loss\t%.6g\nconstant_log_loss\t%.6g\nmeasured_on\t%s\n\n",
              cli_form_name[c->form], c->log_loss, c->constant,
              c->held_out ? "held-out users" : "the users of the fit");
    cli_reliability_rows(out, c->bin_pairs, c->bin_predicted, c->bin_observed);
}

/* With a model on standard output, no table is printed. */
static int save(regatta_ctx *ctx, const regatta_model *model, const options *o)
{
    int code = CLI_DONE, n = 1;
    cli_output *out[4] = {NULL};
    const regatta_calibration c = cli_calibration(model);
    CLI_TRY(cli_output_open(&out[0], o->output));
    CLI_TRY(cli_output_model(ctx, model, out[0], o->shards));
    CLI_TRY(cli_report_put(cli_calibration_report(&c), &o->report, out, &n));
    if (!o->report.json && strcmp(o->output, "-") != 0) {
        CLI_TRY(cli_output_open(&out[n++], NULL));
        print_table(out[n - 1], &c);
    }
    code = cli_output_commit_all(out, n);
done:
    for (int k = 0; k < 4; k++) cli_output_abandon(&out[k]);
    return code;
}

/* Fits the calibration of *out, a copy of the model. */
static int calibrate(regatta_ctx *ctx, regatta_model **out, const regatta_model *model,
                     const char *path, const options *o)
{
    int code = CLI_DONE;
    cli_labelled l = {.n = 0};
    double *weight = NULL;
    cli_meter meter;
    cli_pair_rules rules = o->rules;
    rules.labelled = 1;
    CLI_TRY(cli_labelled_read(&l, ctx, model, path, &rules));
    weight = cli_new(l.n, sizeof *weight);
    if (!weight) CLI_TRY(cli_no_memory());
    for (int64_t k = 0; k < l.n; k++) weight[k] = l.label[k] ? 1.0 : o->weight;
    regatta_pairs pairs = cli_labelled_pairs(&l);
    pairs.weight = weight;
    cli_meter_begin(&meter, "calibrate", NULL, 0, (int)rules.quiet);
    const regatta_status status = regatta_calibrate(ctx, out, model, &pairs);
    cli_meter_end(&meter, status == REGATTA_OK);
    code = cli_status_of(ctx, status, path);
done:
    free(weight);
    cli_labelled_free(&l);
    return code;
}

int cmd_calibrate(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL, *calibrated = NULL;
    options o = {.weight = 1.0};
    CLI_TRY(parse(&o, argc, argv, &first));
    if (first < 0) goto done;
    const char *const inputs[] = {argv[first], argv[first + 1]};
    const char *const outputs[] = {o.output, o.report.json ? "-" : NULL, o.report.file};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_output_probe(o.output));
    if (o.report.file) CLI_TRY(cli_output_probe(o.report.file));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(calibrate(ctx, &calibrated, model, argv[first + 1], &o));
    CLI_TRY(save(ctx, calibrated, &o));
done:
    regatta_model_free(calibrated);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
