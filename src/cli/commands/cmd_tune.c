/* regatta tune: choose options of training by cross-validation. */
#include "cli/input/domains/sources.h"
#include "cli/input/reading.h"
#include "cli/input/side_tables.h"
#include "cli/output/document.h"
#include "cli/output/progress.h"
#include "cli/signals.h"
#include "cli/training/config_file.h"
#include "cli/training/training.h"
#include "cli/training/trials.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
    cli_reading reading;
    cli_side_tables tables;
    cli_sources sources;
    regatta_train_options train; /* the defaults */
    regatta_tune_options tune;
    cli_settings config, space_file;
    cli_space space;
    const char *output;
    cli_destination results;
    cli_report report;
    cli_machine machine;
    uint32_t quiet, weights_given;
    char channels[CLI_CHANNEL_NAMES];
    cli_option table[CLI_MAX_OPTIONS];
    int first; /* option of training in the table */
    uint8_t given[CLI_MAX_OPTIONS];
    cli_trials trials;
    int signal; /* that ended the tuning early; 0: none */
} options;

/* What the callbacks of the library use. */
typedef struct watch {
    options *o;
    cli_progress progress;
    cli_shown shown; /* of the measurements */
    int64_t n_fits;
} watch;

static const char about[] =
    "Chooses options of training by cross-validation on DATA, and writes them to "
    "CONFIG,\n"
    "which train --config reads. Options of training on the command line are the\n"
    "defaults: trial 0. The other trials change some of the options of the space. Rungs\n"
    "of more and more folds keep the best third each (successive halving). A trial\n"
    "replaces the defaults if its mean difference of ndcg@20 is above two standard\n"
    "errors; else CONFIG has the defaults and says so. Standard output has the table of\n"
    "trials. Without --budget the same data, options and seed give the same CONFIG at "
    "any\n"
    "number of threads. Ctrl-C ends the tuning with what is measured; a second Ctrl-C\n"
    "cancels. docs/tune.md describes the method and the file of a space.\n";

#define TUNE_ROWS(o)                                                                     \
    {.name = "space",                                                                    \
     .kind = CLI_STRING,                                                                 \
     .value = &(o).space_file.path,                                                      \
     .argument = "FILE",                                                                 \
     .help = "Draw trials from the options of this file: `dim = 64 | 128`, `lr = log "   \
             "0.01..0.1`, `edge-dropout = linear 0..0.4`, `steps = integer 50..300`, "   \
             "or a name alone for its default range",                                    \
     .shown = "options of the vectors and of validation"},                               \
        {.name = "budget",                                                               \
         .kind = CLI_F64,                                                                \
         .value = &(o).tune.budget,                                                      \
         .max = 1e9,                                                                     \
         .argument = "SECONDS",                                                          \
         .help = "End the tuning after this time, with that of fits that a checkpoint "  \
                 "has; 0: when all trials are done"},                                    \
        {.name = "trials",                                                               \
         .kind = CLI_U32,                                                                \
         .value = &(o).tune.trials,                                                      \
         .min = 1,                                                                       \
         .max = 10000,                                                                   \
         .argument = "N",                                                                \
         .help = "Draw N trials from the space"},                                        \
        {.name = "cross",                                                                \
         .kind = CLI_CHOICE,                                                             \
         .value = &(o).tune.crossing,                                                    \
         .choices = "auto|items|time",                                                   \
         .argument = "HOW",                                                              \
         .help = "Cross-validate on parts of each user's items (k-fold), or on windows " \
                 "of time with the past before each (rolling); auto: time if the data "  \
                 "has times"},                                                           \
        {.name = "folds",                                                                \
         .kind = CLI_U32,                                                                \
         .value = &(o).tune.folds,                                                       \
         .min = 2,                                                                       \
         .max = 20,                                                                      \
         .argument = "N",                                                                \
         .help = "Use N parts or windows"},                                              \
        {.name = "seeds",                                                                \
         .kind = CLI_U32,                                                                \
         .value = &(o).tune.seeds,                                                       \
         .min = 1,                                                                       \
         .max = 10,                                                                      \
         .argument = "N",                                                                \
         .help = "Repeat the last trials with N seeds of training"},                     \
        {.name = "results",                                                              \
         .kind = CLI_STRING,                                                             \
         .value = &(o).results.path,                                                     \
         .argument = "FILE",                                                             \
         .help = "Write the table of trials to FILE: .tsv, .csv or .jsonl",              \
         .shown = "none"},                                                               \
        {.name = "checkpoint",                                                           \
         .kind = CLI_STRING,                                                             \
         .value = &(o).train.checkpoint,                                                 \
         .argument = "DIR",                                                              \
         .help = "Write each measurement to this folder, so that --resume can continue " \
                 "a tuning that was killed"},                                            \
    {                                                                                    \
        .name = "resume", .kind = CLI_STRING, .value = &(o).train.resume,                \
        .argument = "DIR",                                                               \
        .help = "Continue the checkpoint in this folder, of the same data, space and "   \
                "options; --trials and --budget may be others. With --checkpoint DIR "   \
                "too: begin one if there is none"                                        \
    }

/* Fills o->table and returns its size: the options of tune, those of training, which
 * CONFIG may have, and those of many commands. */
static int fill_table(options *o)
{
    const cli_option own[] = {
        CLI_OUTPUT_FILE(o->output, "CONFIG", "Write this file of options"),
        TUNE_ROWS(*o),
        CLI_CONFIG(o->config),
        CLI_REPORT_ROWS(o->report),
    };
    const cli_option training[] = {
        CLI_CHANNEL_ROWS(o->train, o->channels),
        CLI_MODEL_ROWS(o->train, o->weights_given),
        CLI_LEARNING_ROWS(o->train),
        CLI_SEQUENCE_ROWS(o->train),
        CLI_SIDE_TABLE_ROWS(o->tables),
        CLI_ITEM_GROUPS_ROW(o->tables),
        CLI_SOURCE_ROW(o->sources),
        CLI_READING_ROWS(o->reading),
    };
    const cli_option common[] = {
        CLI_MACHINE(o->machine),
        CLI_LIMIT_BYTES(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    o->first = CLI_COUNT(own);
    memcpy(o->table, own, sizeof own);
    memcpy(o->table + o->first, training, sizeof training);
    memcpy(o->table + o->first + CLI_COUNT(training), common, sizeof common);
    o->trials.table = o->table + o->first;
    o->trials.n_options = CLI_COUNT(training);
    o->trials.train = &o->train;
    return CLI_COUNT(own) + CLI_COUNT(training) + CLI_COUNT(common);
}

static int parse(options *o, int argc, char **argv, int *first)
{
    cli_channel_names(o->channels, UINT32_MAX, "|");
    const int n = fill_table(o);
    const cli_usage usage = {"tune", "DATA -o CONFIG", about, 1,
                             1,      o->table,         n,     o->given};
    int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    cli_training_default(&o->train, &o->reading, &o->tables, o->weights_given);
    CLI_TRY(cli_training_check(&o->train, &o->tables, &usage));
    o->results.strict = "name it .tsv, .csv or .jsonl";
    if (o->results.path) CLI_TRY(cli_destination_check(&o->results));
    if (o->space_file.path) {
        CLI_TRY(cli_space_read(&o->space, &usage, &o->space_file, &o->train));
        CLI_TRY(
            cli_space_check(&o->space, &usage, &o->space_file, &o->train, &o->tables));
    }
    o->tune.axes = o->space.axis;
    o->tune.n_axes = o->space.n;
done:
    return code;
}

static int watch_training(void *state, const regatta_progress *now)
{
    watch *w = state;
    return cli_progress_step(&w->progress, now);
}

static void print_fit(const watch *w, const regatta_trial *t, const char *text)
{
    char json[CLI_PROGRESS_JSON_BYTES];
    const int64_t most = (int64_t)w->o->tune.trials;
    if (w->shown == CLI_SHOWN_JSON) {
        cli_progress_json(json, "fit", w->n_fits, 0, t->spent);
        fprintf(stderr, "%s,\"trial\":%u,\"ndcg@20\":%.6g,\"difference\":%.6g}\n", json,
                t->number, t->ndcg, t->difference);
        return;
    }
    fprintf(stderr, "%.0f s", t->spent);
    if (w->o->tune.budget > 0) fprintf(stderr, " of %.0f s", w->o->tune.budget);
    fprintf(stderr, "  trial %u of %lld, %sfold %u", t->number, (long long)most,
            t->is_sampled ? "sample, " : "", t->fold + 1);
    if (t->seed) fprintf(stderr, ", seed +%u", t->seed);
    fprintf(stderr, ": ndcg@20 %.4f", t->ndcg);
    if (t->number)
        fprintf(stderr, ", %+.4f (error %.4f)", t->difference, t->difference_error);
    fprintf(stderr, "  %s\n", *text ? text : "(the defaults)");
}

/* A regatta_trial_fn: after each fit. */
static int watch_fit(void *state, const regatta_trial *trial)
{
    watch *w = state;
    w->n_fits++;
    if (w->shown == CLI_SHOWN_NOT) return REGATTA_GO_ON;
    char *text = cli_trials_options(&w->o->trials, trial->options);
    print_fit(w, trial, text ? text : "");
    free(text);
    return REGATTA_GO_ON;
}

static int tune(regatta_ctx *ctx, regatta_train_options *winner, regatta_tuning *report,
                const regatta_graph *graph, const char *data, options *o)
{
    watch w = {.o = o, .shown = cli_progress_shown((int)o->quiet, 1)};
    regatta_train_options train = o->train;
    train.progress = watch_training;
    train.progress_state = &w;
    train.item_features = o->tables.features[REGATTA_ITEMS];
    train.user_features = o->tables.features[REGATTA_USERS];
    train.item_groups = o->tables.item_groups;
    train.sources = (const regatta_graph *const *)o->sources.graph;
    train.n_sources = o->sources.n;
    o->tune.train = &train;
    o->tune.seed = o->train.seed;
    o->tune.measured = watch_fit;
    o->tune.measured_state = &w;
    o->tune.result = cli_trials_add;
    o->tune.result_state = &o->trials;
    cli_progress_begin(&w.progress, (int)o->quiet);
    w.progress.shown = CLI_SHOWN_NOT; /* the fits are shown, not their trainings */
    w.progress.resumable = o->train.checkpoint || o->train.resume;
    const regatta_status status = regatta_tune(ctx, winner, graph, &o->tune, report);
    o->signal = cli_progress_end(&w.progress);
    if (o->trials.failed) return cli_no_memory();
    if (status == REGATTA_EINVAL &&
        cli_space_refused(&o->space_file, regatta_last_error(ctx)) != CLI_DONE)
        return CLI_INPUT;
    if (status != REGATTA_ESTOPPED)
        return cli_training_status(ctx, status, data, &o->sources, &o->train);
    if (!o->quiet && !w.progress.resumable) cli_say("cancelled; nothing was written");
    if (!o->quiet && w.progress.resumable)
        cli_say("cancelled; no options were written; --resume %s continues",
                o->train.resume ? o->train.resume : o->train.checkpoint);
    return 128 + o->signal;
}

/* The first lines of CONFIG: why these are the options. */
static void put_reason(cli_output *to, const options *o, const regatta_tuning *report)
{
    const cli_trial *list = o->trials.list;
    const regatta_trial *r = &list[report->winner].numbers;
    cli_text(to, "# Options of training, chosen by regatta tune: train --config reads "
                 "them.\n");
    if (report->winner)
        cli_print(to,
                  "# Trial %u of %u: ndcg@20 %.4f, standard error %.4f, on %u fit%s of "
                  "cross-validation;\n# %+.4f more than the defaults, standard error "
                  "%.4f, on %lld user%s.\n",
                  r->number, report->n_trials - 1, r->ndcg, r->standard_error, r->n_fits,
                  CLI_S(r->n_fits), r->difference, r->difference_error,
                  (long long)r->n_users, CLI_S(r->n_users));
    else
        cli_print(to,
                  "# These are the defaults: no trial of %u is better by two standard "
                  "errors\n# on two fits and 100 users.\n",
                  report->n_trials - 1);
    if (report->is_cut)
        cli_text(to, "# The tuning ended before all trials and folds were measured.\n");
}

/* Options without effect are left out: train refuses them. */
static void put_options(cli_output *to, options *o, const regatta_train_options *winner)
{
    cli_idle rules[CLI_TRAINING_RULES];
    const regatta_train_options defaults = o->train;
    const cli_trials *t = &o->trials;
    uint8_t written[CLI_MAX_OPTIONS];
    cli_training_rules(rules, winner, &o->tables);
    for (int i = 0; i < t->n_options; i++)
        written[i] =
            o->given[o->first + i] || cli_trials_differs(t, &t->table[i], winner);
    o->train = *winner;
    for (int i = 0; i < t->n_options; i++)
        if (written[i] && !cli_is_idle(&t->table[i], rules, CLI_TRAINING_RULES))
            cli_config_line(to, &t->table[i]);
    o->train = defaults;
}

static json_t *report_json(const options *o, const char *data,
                           const regatta_tuning *report)
{
    return json_pack(
        "{s:s,s:s,s:o,s:o,s:s,s:I,s:s,s:I,s:I,s:b,s:f,s:o}", "regatta", regatta_version(),
        "vector_unit", regatta_simd(), "data", cli_json_string(cli_shown_place(data)),
        "output", cli_json_string(o->output), "cross",
        report->crossing == REGATTA_CROSSING_TIME ? "time" : "items", "winner",
        (json_int_t)report->winner, "options", o->trials.list[report->winner].options,
        "n_trials", (json_int_t)report->n_trials - 1, "n_fits",
        (json_int_t)report->n_fits, "cut", (int)report->is_cut, "seconds",
        report->seconds, "trials", cli_trials_json(&o->trials));
}

static int save(regatta_ctx *ctx, options *o, const regatta_train_options *winner,
                const regatta_tuning *report, const char *data)
{
    int code = CLI_DONE, n = 1;
    cli_output *out[3] = {NULL};
    cli_records records = {0};
    cli_signals_hold();
    CLI_TRY(cli_output_open(&out[0], o->output));
    put_reason(out[0], o, report);
    put_options(out[0], o, winner);
    CLI_TRY(cli_output_sync(out[0]));
    if (o->results.path)
        CLI_TRY(cli_trials_write(&o->trials, ctx, &records, &o->results));
    CLI_TRY(cli_report_put(report_json(o, data, report), &o->report, out, &n));
    if (o->results.path) CLI_TRY(cli_records_commit(&records));
    code = cli_output_commit_all(out, n);
done:
    cli_records_abandon(&records);
    for (int k = 0; k < 3; k++) cli_output_abandon(&out[k]);
    cli_signals_release();
    return code;
}

static void say_done(const options *o, const regatta_tuning *report)
{
    const regatta_trial *r = &o->trials.list[report->winner].numbers;
    if (o->quiet) return;
    if (report->winner)
        fprintf(stderr, "%s: trial %u, %+.4f ndcg@20 (error %.4f): %s\n", o->output,
                r->number, r->difference, r->difference_error,
                o->trials.list[report->winner].options);
    else
        fprintf(stderr, "%s: the defaults: no trial beats them by two standard errors\n",
                o->output);
    fprintf(stderr, "  %u trial%s, %lld fit%s, %.0f s, cross-validated by %s%s\n",
            report->n_trials - 1, CLI_S(report->n_trials - 1), (long long)report->n_fits,
            CLI_S(report->n_fits), report->seconds,
            report->crossing == REGATTA_CROSSING_TIME ? "windows of time"
                                                      : "parts of items",
            report->is_cut ? "; ended early" : "");
    if (cli_trials_mixed(&o->trials))
        fputs(
            "  ndcg@20 is a mean over the fits of a trial, difference is to the defaults "
            "on the same fits\n",
            stderr);
}

/* Returns 1 if standard output has something else than the table of trials. */
static int uses_stdout(const options *o)
{
    return o->report.json || strcmp(o->output, "-") == 0 ||
           (o->results.path && strcmp(o->results.path, "-") == 0);
}

static int open_files(options *o, const char *data)
{
    int code = CLI_DONE;
    const char *const inputs[] = {data, o->config.path, o->space_file.path};
    const char *const outputs[] = {o->output, o->report.json ? "-" : NULL, o->report.file,
                                   o->results.path};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_side_tables_apart(&o->tables, data, outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_sources_open(&o->sources, outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_check_query(&o->reading, inputs, 1));
    for (int k = 0; k < CLI_COUNT(outputs); k++)
        if (outputs[k]) CLI_TRY(cli_output_probe(outputs[k]));
done:
    return code;
}

int cmd_tune(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_graph *graph = NULL;
    regatta_train_options winner = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_tuning report = REGATTA_TUNING_INIT;
    options o = {.reading = CLI_READING_INIT,
                 .train = REGATTA_TRAIN_OPTIONS_INIT,
                 .tune = REGATTA_TUNE_OPTIONS_INIT};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) goto done;
    CLI_TRY(open_files(&o, argv[first]));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_TRY(cli_read_graph(ctx, &graph, argv[first], &o.reading, (int)o.quiet));
    CLI_TRY(cli_sources_read(ctx, &o.sources, &o.reading, (int)o.quiet));
    CLI_TRY(cli_side_tables_read(ctx, &o.tables, graph, (int)o.quiet));
    CLI_TRY(tune(ctx, &winner, &report, graph, argv[first], &o));
    CLI_TRY(save(ctx, &o, &winner, &report, argv[first]));
    if (!uses_stdout(&o)) cli_trials_print(&o.trials);
    say_done(&o, &report);
    if (o.signal == SIGTERM || o.signal == SIGHUP) code = 128 + o.signal;
done:
    cli_trials_free(&o.trials);
    cli_side_tables_free(&o.tables);
    cli_sources_free(&o.sources);
    cli_settings_free(&o.config);
    cli_settings_free(&o.space_file);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    return code;
}
