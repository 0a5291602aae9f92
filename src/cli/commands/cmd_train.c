/* regatta train: train a model on interactions. */
#include "cli/input/domains/sources.h"
#include "cli/input/reading.h"
#include "cli/input/side_tables.h"
#include "cli/output/document.h"
#include "cli/output/info.h"
#include "cli/output/output.h"
#include "cli/output/progress.h"
#include "cli/output/work_table.h"
#include "cli/rank_group.h"
#include "cli/ranks/traffic.h"
#include "cli/signals.h"
#include "cli/training/training.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

typedef struct options {
    cli_reading reading;
    cli_side_tables tables;
    cli_sources sources;
    const char *init; /* the model to start from; NULL: none */
    regatta_train_options train;
    cli_settings config;
    const char *output;
    cli_report report;
    cli_machine machine;
    uint32_t quiet, weights_given, shards;
} options;

typedef struct times {
    double begin, read, trained, saved;
    json_t *work;    /* the costs of training; NULL: no memory */
    json_t *traffic; /* of the ranks; NULL: there is one */
    int signal;      /* the signal that ended training early; 0 = none */
} times;

static const char about[] =
    "Trains a model on DATA (any format that prepare reads, or a folder of such files;\n"
    "- for standard input) and writes it to one file that is complete for\n"
    "recommending, or with --shards to several. The same data, options and seed give\n"
    "the same bytes at any number of threads. Ctrl-C ends training\n"
    "early and saves the best state so far; a second Ctrl-C cancels. SIGTERM and\n"
    "SIGHUP do the same and exit with 143 or 129; with --checkpoint or --resume they\n"
    "write the checkpoint and no model. The report of --json and --report\n"
    "has seconds, memory, the vector unit, validation, settings, and the seconds and\n"
    "FLOPs of each kind of work, which are also printed as a table. FLOPs are counted\n"
    "by formulas of sizes and do not depend on the number of threads.\n";

#define INIT_ROW(path)                                                                   \
    {                                                                                    \
        .name = "init", .kind = CLI_STRING, .value = &(path), .argument = "MODEL",       \
        .help = "Start the vectors of users and items that MODEL has with those of "     \
                "MODEL, of the same dimension; the others start as usual"                \
    }

static int parse(options *o, int argc, char **argv, int *first)
{
    char names[CLI_CHANNEL_NAMES];
    cli_channel_names(names, UINT32_MAX, "|");
    const cli_option table[] = {
        CLI_OUTPUT_FILE(o->output, "MODEL", "Write this model file"),
        CLI_SHARDS(o->shards),
        CLI_REPORT_ROWS(o->report),
        CLI_CHANNEL_ROWS(o->train, names),
        CLI_MODEL_ROWS(o->train, o->weights_given),
        CLI_LEARNING_ROWS(o->train),
        CLI_SEQUENCE_ROWS(o->train),
        CLI_CONFIG(o->config),
        CLI_CHECKPOINT_ROWS(o->train),
        CLI_SIDE_TABLE_ROWS(o->tables),
        CLI_ITEM_GROUPS_ROW(o->tables),
        CLI_SOURCE_ROW(o->sources),
        INIT_ROW(o->init),
        CLI_READING_ROWS(o->reading),
        CLI_MACHINE(o->machine),
        CLI_ITEM_TABLES(o->machine),
        CLI_LIMIT_BYTES(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    uint8_t given[CLI_MAX_OPTIONS] = {0};
    const cli_idle alone = {!cli_ranks(), "item-tables", CLI_NO_RANKS};
    const cli_usage usage = {"train", "DATA -o MODEL",  about, 1, 1,
                             table,   CLI_COUNT(table), given};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    if (cli_shards_check(o->shards, o->output) != CLI_DONE) return CLI_USAGE;
    cli_training_default(&o->train, &o->reading, &o->tables, o->weights_given);
    if (cli_refuse_idle(&usage, &alone, 1) != CLI_DONE) return CLI_USAGE;
    return cli_training_check(&o->train, &o->tables, &usage);
}

static json_t *report_json(const regatta_model *model, const options *o, const char *data,
                           const times *t)
{
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    return json_pack(
        "{s:s,s:s,s:o,s:o,s:{s:f,s:f,s:f,s:f},s:I,s:I,s:b,s:O,s:o}", "regatta",
        regatta_version(), "vector_unit", regatta_simd(), "data",
        cli_json_string(cli_shown_place(data)), "output", cli_json_string(o->output),
        "seconds", "read", t->read - t->begin, "train", t->trained - t->read, "save",
        t->saved - t->trained, "total", t->saved - t->begin, "peak_memory_bytes",
        (json_int_t)usage.ru_maxrss * 1024, "threads", (json_int_t)o->machine.threads,
        "interrupted", t->signal != 0, "work", t->work, "model", cli_info_json(model));
}

static json_t *source_names(const options *o)
{
    json_t *const names = json_array();
    for (uint32_t k = 0; names && k < o->sources.n; k++)
        json_array_append_new(names,
                              cli_json_string(cli_shown_place(o->sources.path[k])));
    return names;
}

/* With the side tables and the files of sources, if there are some. */
static json_t *report(const regatta_model *model, const options *o, const char *data,
                      const times *t)
{
    json_t *const root = report_json(model, o, data, t);
    if (root && o->tables.report) json_object_set(root, "features", o->tables.report);
    if (root && t->traffic) json_object_set(root, "ranks", t->traffic);
    if (root && o->sources.n) json_object_set_new(root, "sources", source_names(o));
    return root;
}

static const char *ended_by(int signal)
{
    switch (signal) {
    case 0: return "";
    case SIGTERM: return ", ended by SIGTERM";
    case SIGHUP: return ", ended by SIGHUP";
    default: return ", ended by Ctrl-C";
    }
}

static void say_done(regatta_ctx *ctx, const regatta_model *model, const options *o,
                     const times *t)
{
    struct rusage usage = {0};
    if (o->quiet) return;
    json_t *info = cli_info_json(model);
    getrusage(RUSAGE_SELF, &usage);
    const double n_users = json_number_value(json_object_get(info, "users"));
    const double n_items = json_number_value(json_object_get(info, "items"));
    const double n = json_number_value(json_object_get(info, "interactions"));
    fprintf(stderr,
            "%s: %.0f user%s, %.0f item%s, %.0f interaction%s; %.1f s, %.0f MB%s\n",
            strcmp(o->output, "-") == 0 ? "<stdout>" : o->output, n_users, CLI_S(n_users),
            n_items, CLI_S(n_items), n, CLI_S(n), t->saved - t->begin,
            (double)usage.ru_maxrss / 1024, ended_by(t->signal));
    cli_info_decisions(stderr, info);
    cli_work_table(stderr, t->work);
    cli_traffic_print(stderr, ctx);
    json_decref(info);
}

/* Prints which weights and times of the data training does not use, and options
 * without effect on the data. */
static void say_used(const regatta_graph *graph, const options *o)
{
    const int counts = o->train.weighting != REGATTA_WEIGHTING_BINARY;
    const regatta_read_options *read = &o->reading.options;
    const regatta_csr rows = cli_graph_rows(graph);
    if (o->quiet) return;
    if (rows.weight && !counts)
        fprintf(stderr, "  weights: not used%s (--weights binary)\n",
                read->use_min_weight ? " except for --min-rating" : "");
    if (rows.weight && counts)
        fprintf(stderr, "  weights: used (--weights %s)\n",
                o->train.weighting == REGATTA_WEIGHTING_LOG ? "log" : "raw");
    if (!rows.weight && counts)
        fputs(read->event_weights ? "  weights: all are 1\n"
                                  : "  --weights has no effect: all weights are 1\n",
              stderr);
    if (rows.time)
        fprintf(stderr, "  times: used for the order of interactions%s\n",
                read->dedup == REGATTA_DEDUP_LAST ? " and --dedup last" : "");
}

static int train(regatta_ctx *ctx, regatta_model **out, const regatta_graph *graph,
                 const char *data, options *o, times *t)
{
    cli_progress progress;
    o->train.progress = cli_progress_step;
    o->train.progress_state = &progress;
    o->train.work = cli_work_add;
    o->train.work_state = &t->work;
    o->train.item_features = o->tables.features[REGATTA_ITEMS];
    o->train.user_features = o->tables.features[REGATTA_USERS];
    o->train.item_groups = o->tables.item_groups;
    o->train.sources = (const regatta_graph *const *)o->sources.graph;
    o->train.n_sources = o->sources.n;
    cli_progress_begin(&progress, (int)o->quiet);
    progress.resumable = o->train.checkpoint || o->train.resume;
    const regatta_status status = regatta_model_train(ctx, out, graph, &o->train);
    t->signal = cli_progress_end(&progress);
    t->trained = cli_clock();
    if (status != REGATTA_ESTOPPED)
        return cli_training_status(ctx, status, data, &o->sources, &o->train);
    if (!o->quiet && !progress.resumable)
        fputs("cancelled; nothing was written\n", stderr);
    if (!o->quiet && progress.resumable)
        fprintf(stderr, "cancelled; no model was written; --resume %s continues\n",
                o->train.resume ? o->train.resume : o->train.checkpoint);
    return 128 + t->signal;
}

/* Writes the model and its report. Signals are held meanwhile, except for a pipe or a
 * device, which may block for ever. */
static int save(regatta_ctx *ctx, const regatta_model *model, const options *o,
                const char *data, times *t)
{
    int code = CLI_DONE, n = 1;
    cli_output *out[3] = {NULL};
    const int holds = !cli_is_straight(o->output);
    if (holds) cli_signals_hold();
    CLI_TRY(cli_output_open(&out[0], o->output));
    CLI_TRY(cli_output_model(ctx, model, out[0], o->shards));
    CLI_TRY(cli_output_sync(out[0]));
    t->saved = cli_clock();
    t->traffic = cli_traffic_json(ctx);
    CLI_TRY(cli_report_put(report(model, o, data, t), &o->report, out, &n));
    code = cli_output_commit_all(out, n);
done:
    for (int k = 0; k < 3; k++) cli_output_abandon(&out[k]);
    if (holds) cli_signals_release();
    return code;
}

int cmd_train(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    times t = {.begin = cli_clock()};
    regatta_ctx *ctx = NULL;
    regatta_graph *graph = NULL;
    regatta_model *model = NULL, *init = NULL;
    options o = {.reading = CLI_READING_INIT, .train = REGATTA_TRAIN_OPTIONS_INIT};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) goto done;
    t.work = json_array();
    const char *const inputs[] = {argv[first], o.config.path, o.init};
    const char *const outputs[] = {o.output, o.report.json ? "-" : NULL, o.report.file};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_side_tables_apart(&o.tables, argv[first], outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_sources_open(&o.sources, outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_check_query(&o.reading, inputs, CLI_COUNT(inputs)));
    CLI_TRY(cli_output_probe(o.output));
    if (o.report.file) CLI_TRY(cli_output_probe(o.report.file));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_TRY(cli_read_graph(ctx, &graph, argv[first], &o.reading, (int)o.quiet));
    say_used(graph, &o);
    CLI_TRY(cli_sources_read(ctx, &o.sources, &o.reading, (int)o.quiet));
    CLI_TRY(cli_side_tables_read(ctx, &o.tables, graph, (int)o.quiet));
    if (o.init) {
        CLI_CALL(regatta_model_load(ctx, &init, o.init));
        CLI_TRY(cli_need_vectors(init, o.init));
    }
    o.train.init = init;
    t.read = cli_clock();
    CLI_TRY(train(ctx, &model, graph, argv[first], &o, &t));
    CLI_TRY(save(ctx, model, &o, argv[first], &t));
    say_done(ctx, model, &o, &t);
    if (t.signal == SIGTERM || t.signal == SIGHUP) code = 128 + t.signal;
done:
    json_decref(t.work);
    json_decref(t.traffic);
    cli_side_tables_free(&o.tables);
    cli_sources_free(&o.sources);
    cli_settings_free(&o.config);
    regatta_model_free(model);
    regatta_model_free(init);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    return code;
}
