/* Estimates from logged feedback what a model would have earned. */
#include "cli/logged/evaluate_logged.h"
#include "cli/apart.h"
#include "cli/input/id_lists.h"
#include "cli/input/new_nodes.h"
#include "cli/input/reading.h"
#include "cli/output/info.h"
#include "cli/output/meter.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct options {
    const char *log, *only;
    cli_reading reading;
    cli_report report;
    regatta_logged_options logged;
    cli_new_nodes fresh;
    cli_machine machine;
    uint32_t quiet;
} options;

enum { FEW = 100 /* effective records, of which the intervals are too narrow */ };

static const char about[] =
    "Estimates from LOG, the records of another policy, what the model's policy would\n"
    "have earned, and prints a table `estimator value low high standard_error gain\n"
    "gain_low gain_high`, then `measure value` of the weights, tab-separated. LOG is a\n"
    "table with a header or JSON lines with the columns user, item (shown), reward (or\n"
    "click), propensity (or propensity_score, pscore: the probability that the logging\n"
    "policy showed the item there), and optionally position and timestamp.\n"
    "\n"
    "The model's policy shows at position p the p-th item of the model's ranking of the\n"
    "items that LOG shows at least once (--only-items: others), without those of the\n"
    "user's history. With --temperature T it draws the item at random from those of\n"
    "rank p and below, with probabilities proportional to exp(score / T), scores in\n"
    "standard deviations of the user's scores. A ranking matches few records of a log;\n"
    "a policy that draws matches more, and is another policy. If LOG and the model have\n"
    "times, each record is asked at its time.\n"
    "\n"
    "Values are rewards of a record: `logged` of the logging policy, `ips` by inverse\n"
    "propensity scores, `snips` by self-normalised ones, `dr` doubly robust, with a\n"
    "reward model that is fitted on other users. The gain is the value less that of\n"
    "the logging policy. Intervals are of 95 % and treat users as independent. A\n"
    "mean_weight far from 1 tells of wrong propensities, or of items that the logging\n"
    "policy could not show. docs/metrics.md has the formulas.\n"
    "\n"
    "Records of unknown users are left out, those of unknown items have the weight 0;\n"
    "with --strict both are refused. `regatta evaluate --help` describes the form for\n"
    "held-out interactions.\n";

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "logged",
         .kind = CLI_STRING,
         .value = &o->log,
         .argument = "LOG",
         .help = "Estimate from the records of a file",
         .required = 1},
        {.name = "temperature",
         .kind = CLI_F64,
         .value = &o->logged.temperature,
         .max = 1e300,
         .argument = "T",
         .help =
             "Draw items with probabilities proportional to exp(score / T), scores in "
             "standard deviations of the user",
         .shown = "0: show the ranking"},
        {.name = "max-weight",
         .kind = CLI_F64,
         .value = &o->logged.max_weight,
         .max = 1e300,
         .argument = "W",
         .help = "Clip weights (probability / propensity) to W; 0: do not"},
        {.name = "keep-seen",
         .kind = CLI_FLAG,
         .value = &o->logged.keep_seen,
         .help = "Also show the items of the user's history"},
        {.name = "only-items",
         .kind = CLI_STRING,
         .value = &o->only,
         .argument = "FILE",
         .help = "Show only these, one id on each line",
         .shown = "the items of LOG"},
        {.name = "strict",
         .kind = CLI_FLAG,
         .value = &o->logged.strict,
         .help = "Refuse an unknown user or item"},
        CLI_TABLE_ROWS(o->reading),
        CLI_COLUMN("reward", o->reading.options.weight_column),
        CLI_COLUMN("propensity", o->reading.options.propensity_column),
        {.name = "position-column",
         .kind = CLI_U32,
         .value = &o->reading.options.position_column,
         .max = 1000,
         .argument = "N",
         .help = "Take column N as the position, from 1; 0: there is none",
         .shown = "by header name",
         .given = &o->reading.position_given},
        CLI_NEW_NODES_ROWS(o->fresh),
        CLI_REPORT_ROWS(o->report),
        CLI_MACHINE(o->machine),
        CLI_LIMIT_BYTES(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    const cli_usage usage = {"evaluate", "MODEL --logged LOG", about, 1, 1,
                             table,      CLI_COUNT(table),     NULL};
    return cli_parse(&usage, argc, argv, first);
}

static const char *const estimators[] = {"logged", "ips", "snips", "dr"};

/* A number of the evaluation that is none of an estimator. */
typedef struct measure {
    const char *name;
    double value;
    int whole;
} measure;

enum { N_MEASURES = 14 };

static void measures_of(measure out[N_MEASURES], const regatta_logged_evaluation *e)
{
    const measure all[N_MEASURES] = {
        {"records", (double)e->n, 1},
        {"users", (double)e->n_users, 1},
        {"actions", (double)e->n_actions, 1},
        {"matched_records", (double)e->n_matched, 1},
        {"matched_share", (double)e->n_matched / (double)e->n, 0},
        {"effective_records", e->effective_n, 0},
        {"mean_weight", e->mean_weight, 0},
        {"mean_weight_error", e->mean_weight_error, 0},
        {"largest_weight", e->largest_weight, 0},
        {"clipped_records", (double)e->n_clipped, 1},
        {"unknown_user_records", (double)e->n_unknown_users, 1},
        {"unknown_item_records", (double)e->n_unknown_items, 1},
        {"seen_item_records", (double)e->n_seen, 1},
        {"outside_item_records", (double)e->n_outside, 1},
    };
    for (int k = 0; k < N_MEASURES; k++) out[k] = all[k];
}

static void print_tables(cli_output *out, const regatta_logged_evaluation *e)
{
    measure m[N_MEASURES];
    cli_text(out, "estimator\tvalue\tlow\thigh\tstandard_error\tgain\tgain_low\tgain_"
                  "high\n");
    for (int k = 0; k < CLI_COUNT(estimators); k++) {
        const double number[] = {e->value[k],          e->low[k],  e->high[k],
                                 e->standard_error[k], e->gain[k], e->gain_low[k],
                                 e->gain_high[k]};
        cli_text(out, estimators[k]);
        for (int c = 0; c < CLI_COUNT(number); c++) {
            cli_text(out, "\t");
            if (isfinite(number[c]) && (c < 4 || k > 0))
                cli_print(out, "%.6g", number[c]);
        }
        cli_text(out, "\n");
    }
    cli_text(out, "\nmeasure\tvalue\n");
    measures_of(m, e);
    for (int k = 0; k < N_MEASURES; k++)
        if (isfinite(m[k].value))
            cli_print(out, m[k].whole ? "%s\t%.0f\n" : "%s\t%.6g\n", m[k].name,
                      m[k].value);
}

static json_t *estimate_json(const regatta_logged_evaluation *e, int k)
{
    return json_pack(
        "{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "value", cli_json_number(e->value[k]), "low",
        cli_json_number(e->low[k]), "high", cli_json_number(e->high[k]), "standard_error",
        cli_json_number(e->standard_error[k]), "gain", cli_json_number(e->gain[k]),
        "gain_low", cli_json_number(e->gain_low[k]), "gain_high",
        cli_json_number(e->gain_high[k]), "gain_error",
        cli_json_number(e->gain_error[k]));
}

static json_t *report(const regatta_model *model, const regatta_logged_evaluation *e,
                      const options *o, double seconds)
{
    measure m[N_MEASURES];
    json_t *estimates = json_object(), *measures = json_object();
    for (int k = 0; k < CLI_COUNT(estimators); k++)
        json_object_set_new(estimates, estimators[k], estimate_json(e, k));
    measures_of(m, e);
    for (int k = 0; k < N_MEASURES; k++)
        json_object_set_new(measures, m[k].name,
                            m[k].whole ? json_integer((json_int_t)m[k].value)
                                       : cli_json_number(m[k].value));
    return json_pack(
        "{s:s,s:o,s:o,s:{s:s,s:f,s:f,s:s,s:s,s:s,s:s},s:o,s:s,s:f}", "regatta",
        regatta_version(), "estimates", estimates, "measures", measures, "protocol",
        "policy", o->logged.temperature > 0.0 ? "softmax of scores" : "ranking",
        "temperature", o->logged.temperature, "max_weight", o->logged.max_weight,
        "actions", o->only ? "the items of a list" : "the items of the log", "history",
        o->logged.keep_seen ? "items of the history are shown too"
                            : "items of the history are left out",
        "asked_at",
        e->asked_at_times ? "the times of the records" : "the end of the history",
        "interval", "95 %, Student's distribution, users independent", "model",
        cli_info_json(model), "vector_unit", regatta_simd(), "seconds", seconds);
}

static void say_left_out(const regatta_logged_evaluation *e)
{
    if (e->n_unknown_users)
        fprintf(stderr, "  left out: %" PRId64 " record%s of unknown users\n",
                e->n_unknown_users, CLI_S(e->n_unknown_users));
    if (e->n_unknown_items)
        fprintf(stderr, "  weight 0: %" PRId64 " record%s of unknown items\n",
                e->n_unknown_items, CLI_S(e->n_unknown_items));
    if (e->n_seen)
        fprintf(stderr,
                "  weight 0: %" PRId64 " record%s of items in the user's history\n",
                e->n_seen, CLI_S(e->n_seen));
    if (e->n_outside)
        fprintf(stderr,
                "  weight 0: %" PRId64 " record%s of items that are not to show\n",
                e->n_outside, CLI_S(e->n_outside));
}

static void say(const regatta_logged_evaluation *e, const options *o)
{
    fprintf(stderr,
            "measured %" PRId64 " record%s of %" PRIu32 " user%s, %" PRId64
            " item%s to show%s\n",
            e->n, CLI_S(e->n), e->n_users, CLI_S(e->n_users), e->n_actions,
            CLI_S(e->n_actions), e->asked_at_times ? ", asked at their times" : "");
    say_left_out(e);
    fprintf(stderr,
            "  matched %" PRId64 " record%s (%.3g %%), as good as %.4g of weight 1; mean "
            "weight %.4g, largest %.4g\n",
            e->n_matched, CLI_S(e->n_matched),
            100.0 * (double)e->n_matched / (double)e->n, e->effective_n, e->mean_weight,
            e->largest_weight);
    if (e->n_clipped)
        fprintf(stderr,
                "  clipped %" PRId64 " weight%s to %g: ips and snips are biased\n",
                e->n_clipped, CLI_S(e->n_clipped), o->logged.max_weight);
    if (e->effective_n < (double)FEW)
        fprintf(stderr,
                "  few matches: the intervals of ips and snips may be too narrow; "
                "--temperature T evaluates a policy that matches more\n");
    if (fabs(e->mean_weight - 1.0) > 3.0 * e->mean_weight_error)
        fprintf(stderr,
                "  the mean weight is not 1 (standard error %.2g): the propensities do "
                "not fit, or the logging policy cannot show all items of the model's\n",
                e->mean_weight_error);
}

/* Reads the log and estimates. */
static int measure_log(regatta_ctx *ctx, const regatta_model *model,
                       regatta_logged_evaluation *e, options *o)
{
    int code = CLI_DONE;
    cli_nodes only = {.node = NULL};
    regatta_logged log = REGATTA_LOGGED_INIT;
    regatta_read_report read = REGATTA_READ_REPORT_INIT;
    regatta_read_options reading = cli_read_options(&o->reading, o->log);
    cli_meter meter;
    if (o->reading.position_given && reading.position_column == 0)
        reading.position_column = REGATTA_COLUMN_NONE;
    log.path = o->log;
    log.read = &reading;
    log.report = &read;
    if (o->only) {
        CLI_TRY(cli_nodes_read(&only, model, REGATTA_ITEMS, o->only, 1,
                               (cli_list_rules){o->logged.strict, o->quiet}));
        o->logged.only = only.node;
        o->logged.n_only = only.n;
    }
    cli_meter_begin(&meter, "evaluate", "records", 0, (int)o->quiet);
    const regatta_status status =
        regatta_evaluate_logged(ctx, model, &log, &o->logged, e);
    cli_meter_end(&meter, status == REGATTA_OK ? e->n : 0);
    CLI_CALL(status);
    if (!o->quiet) {
        cli_describe_reading(o->log, &read, &o->reading);
        say(e, o);
    }
done:
    free(only.node);
    return code;
}

static int run(regatta_ctx *ctx, const regatta_model *model, options *o)
{
    int code = CLI_DONE, n_out = 0;
    cli_output *out[3] = {NULL};
    regatta_logged_evaluation e = REGATTA_LOGGED_EVALUATION_INIT;
    const double begin = cli_clock();
    CLI_TRY(measure_log(ctx, model, &e, o));
    CLI_TRY(cli_report_put(report(model, &e, o, cli_clock() - begin), &o->report, out,
                           &n_out));
    if (!o->report.json) {
        CLI_TRY(cli_output_open(&out[n_out++], NULL));
        print_tables(out[n_out - 1], &e);
    }
    code = cli_output_commit_all(out, n_out);
done:
    for (int k = 0; k < 3; k++) cli_output_abandon(&out[k]);
    return code;
}

int cli_evaluate_logged(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    options o = {.reading = CLI_READING_INIT, .logged = REGATTA_LOGGED_OPTIONS_INIT};
    CLI_TRY(parse(&o, argc, argv, &first));
    if (first < 0) goto done;
    const char *const inputs[] = {argv[first], o.log, o.only};
    const char *const outputs[] = {o.report.json ? "-" : NULL, o.report.file};
    CLI_TRY(cli_check_header(&o.reading));
    CLI_TRY(cli_check_query(&o.reading, &o.log, 1));
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    if (o.report.file) CLI_TRY(cli_output_probe(o.report.file));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(cli_new_nodes_add(ctx, &model, &o.fresh, (int)o.quiet));
    CLI_TRY(run(ctx, model, &o));
done:
    cli_new_nodes_free(&o.fresh);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
