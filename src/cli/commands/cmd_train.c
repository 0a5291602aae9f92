/* regatta train: train a model on interactions. */
#include "cli/input/domains/sources.h"
#include "cli/input/reading.h"
#include "cli/input/side_tables.h"
#include "cli/output/document.h"
#include "cli/output/info.h"
#include "cli/output/output.h"
#include "cli/output/progress.h"
#include "cli/output/work_table.h"
#include "cli/signals.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

typedef struct options {
    cli_reading reading;
    cli_side_tables tables;
    cli_sources sources;
    regatta_train_options train;
    const char *output;
    cli_report report;
    uint32_t threads, quiet, weights_given;
    uint64_t limit_bytes;
} options;

enum { DEFAULT_DIM = 128, CHANNEL_NAMES = 512 /* bytes */ };

typedef struct times {
    double begin, read, trained, saved;
    json_t *work; /* the costs of training; NULL: no memory */
    int signal;   /* the signal that ended training early; 0 = none */
} times;

static const char about[] =
    "Trains a model on DATA (any format that prepare reads; - for standard input) and\n"
    "writes it to one file that is complete for recommending. The same data, options\n"
    "and seed give the same bytes at any number of threads. Ctrl-C ends training\n"
    "early and saves the best state so far; a second Ctrl-C cancels. SIGTERM and\n"
    "SIGHUP do the same and exit with 143 or 129; with --checkpoint or --resume they\n"
    "write the checkpoint and no model. The report of --json and --report\n"
    "has seconds, memory, the vector unit, validation, settings, and the seconds and\n"
    "FLOPs of each kind of work, which are also printed as a table. FLOPs are counted\n"
    "by formulas of sizes and do not depend on the number of threads.\n";

#define CHANNEL_ROWS(t, names)                                                           \
    {.name = "preset",                                                                   \
     .kind = CLI_CHOICE,                                                                 \
     .value = &(t).preset,                                                               \
     .choices = "default|fast|best",                                                     \
     .argument = "NAME",                                                                 \
     .help = "Trade time for quality. fast: only item attention, and order for data "    \
             "with times, in closed form; best: fit the blend on eight slices, for "     \
             "data of any size, and make choices on "                                    \
             "more users"},                                                              \
        {.name = "expect",                                                               \
         .kind = CLI_CHOICE,                                                             \
         .value = &(t).expect,                                                           \
         .choices = "both|past|popular",                                                 \
         .argument = "SCENARIO",                                                         \
         .help = "Select the scenario that validation optimises. past: uniform, data "   \
                 "as in the past; popular: popularity-tilted, for popular items that "   \
                 "keep growing; both: the mean of the two, or past if the data has "     \
                 "times, because the latest interactions are then held out"},            \
    {                                                                                    \
        .name = "channels", .kind = CLI_WORDS, .value = &(t).channels,                   \
        .choices = (names), .argument = "NAME[,NAME..]",                                 \
        .help = "Use only these channels in the score; validation leaves out channels "  \
                "that do not help",                                                      \
        .shown = "all, order and target only for data with times; items,order with "     \
                 "--preset fast"                                                         \
    }

#define MODEL_ROWS(t, weights_given)                                                     \
    {.name = "attention",                                                                \
     .kind = CLI_CHOICE,                                                                 \
     .value = &(t).attention,                                                            \
     .choices = "none|cosine|dot|scaled-dot|gat|gatv2",                                  \
     .argument = "KIND",                                                                 \
     .help = "Select the attention kind of the layers"},                                 \
        {.name = "heads",                                                                \
         .kind = CLI_U32,                                                                \
         .value = &(t).heads,                                                            \
         .min = 1,                                                                       \
         .max = 16,                                                                      \
         .argument = "N",                                                                \
         .help = "Use N attention heads, 1 to 16; N divides the dimension"},             \
        {.name = "layers",                                                               \
         .kind = CLI_U32,                                                                \
         .value = &(t).layers,                                                           \
         .min = 1,                                                                       \
         .max = 4,                                                                       \
         .argument = "N",                                                                \
         .help = "Use N layers, 1 to 4"},                                                \
        {.name = "dim",                                                                  \
         .letter = 'd',                                                                  \
         .kind = CLI_U32,                                                                \
         .value = &(t).dim,                                                              \
         .max = 1024,                                                                    \
         .argument = "N",                                                                \
         .help = "Set the dimension of the vectors, 4 to 1024, a multiple of the heads", \
         .shown = "0, which means 128, or 64 above 400000 nodes"},                       \
        {.name = "combine",                                                              \
         .kind = CLI_CHOICE,                                                             \
         .value = &(t).combine,                                                          \
         .choices = "mean|all|last",                                                     \
         .argument = "HOW",                                                              \
         .help = "Combine the layers to a vector in this way; all: mean including the "  \
                 "input"},                                                               \
        {.name = "start",                                                                \
         .kind = CLI_CHOICE,                                                             \
         .value = &(t).start,                                                            \
         .choices = "svd|random",                                                        \
         .argument = "HOW",                                                              \
         .help = "Initialise the vectors in this way"},                                  \
        {.name = "target",                                                               \
         .kind = CLI_CHOICE,                                                             \
         .value = &(t).target,                                                           \
         .choices = "auto|none|gate|softmax",                                            \
         .argument = "KIND",                                                             \
         .help = "Learn this kind of factors of target attention; auto: the better one " \
                 "by validation, for data with times"},                                  \
    {                                                                                    \
        .name = "weights", .kind = CLI_CHOICE, .value = &(t).weighting,                  \
        .choices = "binary|log|raw", .argument = "HOW",                                  \
        .help = "Transform the weights of interactions in this way",                     \
        .shown = "binary; raw with --event-weights", .given = &(weights_given)           \
    }

#define LEARNING_ROWS(t)                                                                 \
    {.name = "loss",                                                                     \
     .kind = CLI_CHOICE,                                                                 \
     .value = &(t).loss,                                                                 \
     .choices = "softmax|bpr",                                                           \
     .argument = "KIND",                                                                 \
     .help = "Minimise this loss"},                                                      \
        {.name = "steps",                                                                \
         .kind = CLI_U32,                                                                \
         .value = &(t).max_steps,                                                        \
         .max = 1000000,                                                                 \
         .argument = "N",                                                                \
         .help = "Take at most N optimizer steps",                                       \
         .shown = "0, which means 200"},                                                 \
        {.name = "patience",                                                             \
         .kind = CLI_U32,                                                                \
         .value = &(t).patience,                                                         \
         .min = 1,                                                                       \
         .max = 1000,                                                                    \
         .argument = "N",                                                                \
         .help = "Stop after N validations without a gain of 0.5 % in ndcg"},            \
        {.name = "eval-every",                                                           \
         .kind = CLI_U32,                                                                \
         .value = &(t).eval_every,                                                       \
         .min = 1,                                                                       \
         .max = 100000,                                                                  \
         .argument = "N",                                                                \
         .help = "Validate every N steps"},                                              \
        {.name = "batch",                                                                \
         .kind = CLI_U32,                                                                \
         .value = &(t).batch_users,                                                      \
         .max = 65536,                                                                   \
         .argument = "N",                                                                \
         .help = "Train on N users per step",                                            \
         .shown = "0, which means users / 64, 1024 to 4096"},                            \
        {.name = "softmax-items",                                                        \
         .kind = CLI_U32,                                                                \
         .value = &(t).softmax_items,                                                    \
         .max = UINT32_MAX - 1,                                                          \
         .argument = "N",                                                                \
         .help = "Use N items in a softmax",                                             \
         .shown = "0, which means all up to 250000 items, else a sample of 65536"},      \
        {.name = "valid",                                                                \
         .kind = CLI_F32,                                                                \
         .value = &(t).valid_share,                                                      \
         .max = 0.5,                                                                     \
         .argument = "SHARE",                                                            \
         .help = "Hold out this share of each user's items for validation; 0: none, "    \
                 "and all steps are taken"},                                             \
        {.name = "no-refit",                                                             \
         .kind = CLI_UNFLAG,                                                             \
         .value = &(t).refit,                                                            \
         .help = "Keep the model of the validation run; do not train again on all "      \
                 "interactions"},                                                        \
        {.name = "lr",                                                                   \
         .kind = CLI_F32,                                                                \
         .value = &(t).learning_rate,                                                    \
         .max = 100,                                                                     \
         .argument = "X",                                                                \
         .help = "Set the learning rate of Adam",                                        \
         .shown = "0, which means 0.06, or 0.03 below 10000 nodes"},                     \
        {.name = "temperature",                                                          \
         .kind = CLI_F32,                                                                \
         .value = &(t).temperature,                                                      \
         .max = 100,                                                                     \
         .argument = "X",                                                                \
         .help = "Set the temperature of the softmax",                                   \
         .shown = "0, which means chosen by validation"},                                \
        {.name = "l2",                                                                   \
         .kind = CLI_F32,                                                                \
         .value = &(t).l2,                                                               \
         .max = 1000,                                                                    \
         .argument = "X",                                                                \
         .help = "Set the L2 regularisation of the parameters"},                         \
        {.name = "edge-dropout",                                                         \
         .kind = CLI_F32,                                                                \
         .value = &(t).edge_dropout,                                                     \
         .max = 0.9,                                                                     \
         .argument = "SHARE",                                                            \
         .help = "Drop this share of the edges in each step, 0 to 0.9"},                 \
    {                                                                                    \
        .name = "seed", .kind = CLI_U64, .value = &(t).seed, .argument = "N",            \
        .help = "Set the random seed"                                                    \
    }

#define SEQUENCE_ROWS(t)                                                                 \
    {.name = "sequence",                                                                 \
     .kind = CLI_CHOICE,                                                                 \
     .value = &(t).sequence,                                                             \
     .choices = "none|transformer|gru|auto",                                             \
     .argument = "KIND",                                                                 \
     .help = "Train an encoder of histories in order. auto: a transformer if the data "  \
             "has times and the estimated time is at most --sequence-seconds. "          \
             "Validation leaves it out if it does not help"},                            \
        {.name = "sequence-seconds",                                                     \
         .kind = CLI_F32,                                                                \
         .value = &(t).sequence_seconds,                                                 \
         .max = 1e9,                                                                     \
         .argument = "S",                                                                \
         .help = "With --sequence auto, train at most for this estimated time on two "   \
                 "cores"},                                                               \
        {.name = "sequence-dim",                                                         \
         .kind = CLI_U32,                                                                \
         .value = &(t).sequence_dim,                                                     \
         .max = 512,                                                                     \
         .argument = "N",                                                                \
         .help = "Set the dimension of the encoder, 4 to 512, a multiple of its heads",  \
         .shown = "0, which means 64"},                                                  \
        {.name = "sequence-blocks",                                                      \
         .kind = CLI_U32,                                                                \
         .value = &(t).sequence_blocks,                                                  \
         .max = 4,                                                                       \
         .argument = "N",                                                                \
         .help = "Use N blocks, 1 to 4",                                                 \
         .shown = "0, which means 1, or 2 for a transformer with more than 30 "          \
                  "interactions a user"},                                                \
        {.name = "sequence-heads",                                                       \
         .kind = CLI_U32,                                                                \
         .value = &(t).sequence_heads,                                                   \
         .min = 1,                                                                       \
         .max = 16,                                                                      \
         .argument = "N",                                                                \
         .help = "Use N attention heads in the encoder, 1 to 16"},                       \
        {.name = "sequence-window",                                                      \
         .kind = CLI_U32,                                                                \
         .value = &(t).sequence_window,                                                  \
         .max = 1024,                                                                    \
         .argument = "N",                                                                \
         .help = "Read the latest N interactions of a history, 1 to 1024",               \
         .shown = "0, which means 50, or 200 with more than 30 interactions a user"},    \
    {                                                                                    \
        .name = "sequence-dropout", .kind = CLI_F32, .value = &(t).sequence_dropout,     \
        .max = 0.9, .argument = "SHARE",                                                 \
        .help = "Drop this share of the units of the encoder in each step, 0 to 0.9",    \
        .shown = "0.5, or 0.2 with more than 30 interactions a user"                     \
    }

#define MEMORY_ROW(t)                                                                    \
    {                                                                                    \
        .name = "memory-limit", .kind = CLI_BYTES, .value = &(t).memory_limit,           \
        .argument = "SIZE",                                                              \
        .help = "Refuse, before it starts, a training whose estimated memory exceeds "   \
                "SIZE bytes besides the data; K, M, G, T are powers of 1024",            \
        .shown = "what the machine and the control groups of the process have left"      \
    }

#define CHECKPOINT_ROWS(t)                                                               \
    {.name = "checkpoint",                                                               \
     .kind = CLI_STRING,                                                                 \
     .value = &(t).checkpoint,                                                           \
     .argument = "DIR",                                                                  \
     .help = "Write a checkpoint to this folder, so that --resume can continue a "       \
             "training that was killed"},                                                \
        {.name = "every",                                                                \
         .kind = CLI_F32,                                                                \
         .value = &(t).checkpoint_seconds,                                               \
         .max = 1e9,                                                                     \
         .argument = "SECONDS",                                                          \
         .help = "Write the checkpoint at most once in this time"},                      \
    {                                                                                    \
        .name = "resume", .kind = CLI_STRING, .value = &(t).resume, .argument = "DIR",   \
        .help = "Continue the checkpoint in this folder; it must be of the same data "   \
                "and options. With --checkpoint DIR too: begin one if there is none"     \
    }

/* Returns 1 if the comma-separated list `names` has `name`. */
static int has_name(const char *names, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = names; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, n) == 0 && (at[n] == ',' || !at[n])) return 1;
    }
    return 0;
}

/* Refuses options of training that have no effect together with the others. */
static int check_idle(const options *o, const cli_usage *usage)
{
    const regatta_train_options *const t = &o->train;
    const int fast = t->preset == REGATTA_PRESET_FAST;
    const int vectors = t->channels ? has_name(t->channels, "vectors") : !fast;
    const int items = !t->channels || has_name(t->channels, "items");
    const int single = t->channels ? !strchr(t->channels, ',') : fast;
    const int validates = t->valid_share > 0;
    const char *no_vectors = fast && !t->channels
                                 ? "with --preset fast, which has no vectors: --channels "
                                   "vectors,items adds them"
                                 : "without the vectors channel";
    const cli_idle rules[] = {
        {!vectors,
         "attention|heads|layers|dim|combine|start|loss|steps|patience|eval-every|batch|"
         "softmax-items|no-refit|lr|temperature|l2|edge-dropout",
         no_vectors},
        {!validates, "patience|eval-every|no-refit|expect|target",
         "with --valid 0: nothing is validated"},
        {!validates, "source",
         "with --valid 0: validation chooses the weights of sources"},
        {!validates && (t->channels || !fast), "preset",
         "with --valid 0: there are no choices to make"},
        {single && !items, "expect|preset", "with this channel alone: nothing is chosen"},
        {t->attention == REGATTA_ATTENTION_NONE && !(items && validates), "heads",
         "without --attention or the items channel: there is no attention"},
        {t->loss == REGATTA_LOSS_BPR, "softmax-items", "with --loss bpr"},
        {t->channels ? !has_name(t->channels, "target") : fast, "target",
         "without the target channel"},
        {t->sequence == REGATTA_SEQUENCE_NONE,
         "sequence-dim|sequence-blocks|sequence-heads|sequence-window|sequence-dropout",
         "without --sequence: there is no encoder"},
        {t->sequence != REGATTA_SEQUENCE_AUTO, "sequence-seconds",
         "without --sequence auto"},
        {!t->checkpoint && !t->resume, "every", "without --checkpoint or --resume"},
        {!cli_side_tables_given(&o->tables), CLI_TABLE_READING_NAMES,
         "without a side table"}};
    return cli_refuse_idle(usage, rules, CLI_COUNT(rules));
}

/* The names of the library's channels: "vectors|items|.." */
static void name_channels(char *text, size_t size)
{
    size_t n = 0;
    for (uint32_t k = 0; regatta_channel_name(k) && n < size; k++)
        n += (size_t)snprintf(text + n, size - n, k ? "|%s" : "%s",
                              regatta_channel_name(k));
}

static int parse(options *o, int argc, char **argv, int *first)
{
    char names[CHANNEL_NAMES] = "";
    name_channels(names, sizeof names);
    const cli_option table[] = {
        CLI_OUTPUT_FILE(o->output, "MODEL", "Write this model file"),
        CLI_REPORT_ROWS(o->report),
        CHANNEL_ROWS(o->train, names),
        MODEL_ROWS(o->train, o->weights_given),
        LEARNING_ROWS(o->train),
        SEQUENCE_ROWS(o->train),
        CHECKPOINT_ROWS(o->train),
        MEMORY_ROW(o->train),
        CLI_SIDE_TABLE_ROWS(o->tables),
        CLI_SOURCE_ROW(o->sources),
        CLI_READING_ROWS(o->reading),
        CLI_THREADS(o->threads),
        CLI_LIMIT_BYTES(o->limit_bytes),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    uint8_t given[CLI_MAX_OPTIONS] = {0};
    const cli_usage usage = {"train", "DATA -o MODEL",  about, 1, 1,
                             table,   CLI_COUNT(table), given};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    if (o->reading.options.event_weights && !o->weights_given)
        o->train.weighting = REGATTA_WEIGHTING_RAW;
    if (o->train.dim > 0 && o->train.dim < 4)
        return cli_error(CLI_USAGE,
                         "--dim: must be a whole number from 4 to 1024, or 0, not '%u'",
                         o->train.dim);
    const uint32_t dim = o->train.dim ? o->train.dim : DEFAULT_DIM;
    if (dim % o->train.heads)
        return cli_error(
            CLI_USAGE,
            "--heads %u: does not divide the %sdimension %u: choose --dim, a "
            "multiple of the heads",
            o->train.heads, o->train.dim ? "" : "default ", dim);
    return check_idle(o, &usage);
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
        (json_int_t)usage.ru_maxrss * 1024, "threads", (json_int_t)o->threads,
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

static void say_done(const regatta_model *model, const options *o, const times *t)
{
    struct rusage usage = {0};
    if (o->quiet) return;
    json_t *info = cli_info_json(model);
    getrusage(RUSAGE_SELF, &usage);
    fprintf(stderr, "%s: %.0f users, %.0f items, %.0f interactions; %.1f s, %.0f MB%s\n",
            strcmp(o->output, "-") == 0 ? "<stdout>" : o->output,
            json_number_value(json_object_get(info, "users")),
            json_number_value(json_object_get(info, "items")),
            json_number_value(json_object_get(info, "interactions")), t->saved - t->begin,
            (double)usage.ru_maxrss / 1024, ended_by(t->signal));
    cli_info_decisions(stderr, info);
    cli_work_table(stderr, t->work);
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
        fputs("  --weights has no effect: all weights are 1\n", stderr);
    if (rows.time)
        fprintf(stderr, "  times: used for the order of interactions%s\n",
                read->dedup == REGATTA_DEDUP_LAST ? " and --dedup last" : "");
}

static int train(regatta_ctx *ctx, regatta_model **out, const regatta_graph *graph,
                 options *o, times *t)
{
    cli_progress progress;
    o->train.progress = cli_progress_step;
    o->train.progress_state = &progress;
    o->train.work = cli_work_add;
    o->train.work_state = &t->work;
    o->train.item_features = o->tables.features[REGATTA_ITEMS];
    o->train.user_features = o->tables.features[REGATTA_USERS];
    o->train.sources = (const regatta_graph *const *)o->sources.graph;
    o->train.n_sources = o->sources.n;
    cli_progress_begin(&progress, (int)o->quiet);
    progress.resumable = o->train.checkpoint || o->train.resume;
    const regatta_status status = regatta_model_train(ctx, out, graph, &o->train);
    t->signal = cli_progress_end(&progress);
    t->trained = cli_clock();
    if (status != REGATTA_ESTOPPED) return cli_status(ctx, status);
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
    CLI_TRY(cli_output_model(ctx, model, out[0]));
    CLI_TRY(cli_output_sync(out[0]));
    t->saved = cli_clock();
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
    regatta_model *model = NULL;
    options o = {.reading = CLI_READING_INIT, .train = REGATTA_TRAIN_OPTIONS_INIT};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) goto done;
    t.work = json_array();
    const char *const inputs[] = {argv[first]};
    const char *const outputs[] = {o.output, o.report.json ? "-" : NULL, o.report.file};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_side_tables_apart(&o.tables, argv[first], outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_sources_open(&o.sources, outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_check_query(&o.reading, inputs, CLI_COUNT(inputs)));
    CLI_TRY(cli_output_probe(o.output));
    if (o.report.file) CLI_TRY(cli_output_probe(o.report.file));
    CLI_TRY(cli_context_limited(&ctx, o.threads, o.limit_bytes));
    CLI_TRY(cli_read_graph(ctx, &graph, argv[first], &o.reading, (int)o.quiet));
    say_used(graph, &o);
    CLI_TRY(cli_sources_read(ctx, &o.sources, &o.reading, (int)o.quiet));
    CLI_TRY(cli_side_tables_read(ctx, &o.tables, graph, (int)o.quiet));
    t.read = cli_clock();
    CLI_TRY(train(ctx, &model, graph, &o, &t));
    CLI_TRY(save(ctx, model, &o, argv[first], &t));
    say_done(model, &o, &t);
    if (t.signal == SIGTERM || t.signal == SIGHUP) code = 128 + t.signal;
done:
    json_decref(t.work);
    cli_side_tables_free(&o.tables);
    cli_sources_free(&o.sources);
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    return code;
}
