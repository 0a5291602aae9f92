/* regatta prepare: read any known format, filter, split, write TSV. */
#include "cli/input/folder.h"
#include "cli/input/known_part.h"
#include "cli/input/reading.h"
#include "cli/input/split_spec.h"
#include "cli/noise/denoise_report.h"
#include "cli/output/format_name.h"
#include "cli/output/meter.h"
#include "cli/output/output.h"
#include "cli/output/split_report.h"
#include "cli/signals.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
    cli_reading reading;
    regatta_filter_options filter;
    regatta_split_options split;
    const char *split_text, *test, *output;
    cli_machine machine;
    uint32_t core, denoise, gzip, quiet;
    int has_valid;
} options;

static const char about[] =
    "Reads interactions in any known format, filters and splits them, and writes\n"
    "tab-separated `user item [weight] [timestamp]` with a header. INPUT is one file,\n"
    "plain or compressed (gzip, zstd), a database with --query, or - for standard "
    "input.\n"
    "Without --split and --test OUT is one file (compressed if it ends in .gz or .zst, "
    "-\n"
    "for standard output). With --split or --test\n"
    "OUT is a new folder with train.tsv, test.tsv and, if requested, valid.tsv. The\n"
    "roles of columns are assigned by the names in a header, else by unambiguous\n"
    "content; the command prints them. SPLIT is one of:\n"
    "  ratio:0.8,0.1,0.1      train, valid and test shares of each user's items (two\n"
    "                         numbers: no valid part)\n"
    "  leave-last:N[,VALID]   the last N items of each user by time are test, the VALID\n"
    "                         before them valid; leave-last:2 is leave-last:1,1: the\n"
    "                         last item test, the one before it valid\n"
    "  time:DATE              rows before the moment are train, the others test;\n"
    "                         2024-01-31[T12:00:00] in UTC, or seconds\n"
    "ratio and leave-last leave at least one item of each user in train. All parts keep\n"
    "order and times. leave-last and time split rows: the repeats of a user and item\n"
    "may lie in several parts. A requested part without a row is an error.\n"
    "--denoise multiplies the weights (1 if there are none) by what each interaction\n"
    "counts: train with --weights raw.\n";

#define FILTER_ROWS(o)                                                                   \
    {.name = "k-core",                                                                   \
     .kind = CLI_U32,                                                                    \
     .value = &(o)->core,                                                                \
     .max = 1e6,                                                                         \
     .argument = "N",                                                                    \
     .help = "Set both --min-user and --min-item"},                                      \
        {.name = "min-user",                                                             \
         .kind = CLI_U32,                                                                \
         .value = &(o)->filter.min_user,                                                 \
         .max = 1e6,                                                                     \
         .argument = "N",                                                                \
         .help = "Drop users with fewer than N items, repeatedly until none is left"},   \
    {                                                                                    \
        .name = "min-item", .kind = CLI_U32, .value = &(o)->filter.min_item, .max = 1e6, \
        .argument = "N",                                                                 \
        .help = "Drop items with fewer than N users, repeatedly until none is left"      \
    }

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        CLI_OUTPUT_FILE(o->output, "OUT", "Write this file or folder"),
        {.name = "test",
         .kind = CLI_STRING,
         .value = &o->test,
         .argument = "FILE",
         .help = "Use FILE as the test part and INPUT as the training part; only the "
                 "training part is filtered, and test rows of users or items that it "
                 "lacks are dropped"},
        {.name = "split",
         .kind = CLI_STRING,
         .value = &o->split_text,
         .argument = "SPLIT",
         .help = "Split into two or three parts (see above)",
         .shown = "no split"},
        FILTER_ROWS(o),
        {.name = "denoise",
         .kind = CLI_FLAG,
         .value = &o->denoise,
         .help = "Report interactions that those of other users do not support, copies "
                 "of accounts, sprees and bots, and write weights that count them less, "
                 "in the training part alone"},
        CLI_READING_ROWS(o->reading),
        {.name = "seed",
         .kind = CLI_U64,
         .value = &o->split.seed,
         .argument = "N",
         .help = "Set the random seed of --split ratio"},
        {.name = "gzip",
         .letter = 'z',
         .kind = CLI_FLAG,
         .value = &o->gzip,
         .help = "Compress the files of the folder (train.tsv.gz)"},
        CLI_MACHINE(o->machine),
        CLI_LIMIT_BYTES(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    uint8_t given[CLI_MAX_OPTIONS] = {0};
    const cli_usage usage = {"prepare", "INPUT -o OUT",   about, 1, 1,
                             table,     CLI_COUNT(table), given};
    int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    if (o->split_text && o->test)
        return cli_error(CLI_USAGE, "--split and --test exclude each other");
    const int at_random = o->split_text && strncmp(o->split_text, "ratio:", 6) == 0;
    const cli_idle rules[] = {
        {!o->split_text && !o->test, "gzip",
         "on one file: end its name in .gz to compress it"},
        {!at_random, "seed", "without --split ratio:.., the only random split"},
        {o->filter.min_user < o->core, "min-user", "below --k-core"},
        {o->filter.min_item < o->core, "min-item", "below --k-core"}};
    code = cli_refuse_idle(&usage, rules, CLI_COUNT(rules));
    if (code != CLI_DONE) return code;
    if (o->core > o->filter.min_user) o->filter.min_user = o->core;
    if (o->core > o->filter.min_item) o->filter.min_item = o->core;
    if (!o->split_text) return CLI_DONE;
    return cli_split_parse(o->split_text, &o->split, &o->has_valid);
}

static int64_t n_edges(const regatta_csr *rows)
{
    return rows->offset[rows->n_users];
}

/* Stores the number of rows that the file of a graph has: repeats are rows unless they
 * are merged. */
static int count_rows(regatta_ctx *ctx, const regatta_graph *graph, const options *o,
                      int64_t *out)
{
    int code = CLI_DONE;
    regatta_history h = REGATTA_HISTORY_INIT;
    const regatta_csr rows = cli_graph_rows(graph);
    *out = n_edges(&rows);
    if (o->reading.options.dedup != REGATTA_DEDUP_SUM) return CLI_DONE;
    *out = 0;
    for (uint32_t u = 0; u < rows.n_users; u++, *out += h.n)
        CLI_CALL(regatta_graph_history(ctx, &h, graph, u));
done:
    return code;
}

static int filter(regatta_ctx *ctx, regatta_graph **graph, const options *o)
{
    regatta_graph *kept = NULL;
    if (o->filter.min_user <= 1 && o->filter.min_item <= 1) return CLI_DONE;
    const int code =
        cli_status(ctx, regatta_graph_filter(ctx, &kept, *graph, &o->filter));
    if (code != CLI_DONE) return code;
    const regatta_csr before = cli_graph_rows(*graph), after = cli_graph_rows(kept);
    if (!o->quiet)
        fprintf(stderr,
                "  dropped %" PRIu32 " user%s with fewer than %" PRIu32
                " item%s, %" PRIu32 " item%s with fewer than %" PRIu32
                " user%s, and their %" PRId64 " interaction%s\n",
                before.n_users - after.n_users, CLI_S(before.n_users - after.n_users),
                o->filter.min_user, CLI_S(o->filter.min_user),
                before.n_items - after.n_items, CLI_S(before.n_items - after.n_items),
                o->filter.min_item, CLI_S(o->filter.min_item),
                n_edges(&before) - n_edges(&after),
                CLI_S(n_edges(&before) - n_edges(&after)));
    regatta_graph_free(*graph);
    *graph = kept;
    return CLI_DONE;
}

static void part_name(char file[32], const char *name, const options *o)
{
    snprintf(file, 32, "%s.tsv%s", name, o->gzip ? ".gz" : "");
}

static int write_part(regatta_ctx *ctx, cli_folder *folder, const regatta_graph *graph,
                      const char *name, const options *o)
{
    char file[32];
    if (!graph) return CLI_DONE;
    part_name(file, name, o);
    const char *path = cli_folder_file(folder, file);
    if (!path) return CLI_FAILED;
    return cli_status(ctx, regatta_graph_write(ctx, graph, path));
}

static int say_part(regatta_ctx *ctx, const cli_folder *folder,
                    const regatta_graph *graph, const char *name, const options *o)
{
    char file[32];
    int64_t n = 0;
    if (!graph || o->quiet) return CLI_DONE;
    part_name(file, name, o);
    const int code = count_rows(ctx, graph, o, &n);
    if (code != CLI_DONE) return code;
    cli_say("%s/%s: %lld interaction%s", folder->path, file, (long long)n, CLI_S(n));
    return CLI_DONE;
}

static int write_folder(regatta_ctx *ctx, const cli_parts *p, const options *o)
{
    int code = CLI_DONE;
    cli_folder folder;
    const regatta_graph *train = p->train ? p->train : p->all;
    CLI_TRY(cli_folder_open(&folder, o->output));
    CLI_TRY(write_part(ctx, &folder, train, "train", o));
    CLI_TRY(write_part(ctx, &folder, p->valid, "valid", o));
    CLI_TRY(write_part(ctx, &folder, p->test, "test", o));
    CLI_TRY(cli_folder_commit(&folder));
    CLI_TRY(say_part(ctx, &folder, train, "train", o));
    CLI_TRY(say_part(ctx, &folder, p->valid, "valid", o));
    CLI_TRY(say_part(ctx, &folder, p->test, "test", o));
done:
    cli_folder_abandon(&folder);
    return code;
}

static int write_file(regatta_ctx *ctx, const regatta_graph *graph, const options *o)
{
    int code = CLI_DONE;
    int64_t n = 0;
    const regatta_csr rows = cli_graph_rows(graph);
    CLI_CALL(regatta_graph_write(ctx, graph, o->output));
    if (o->quiet) return CLI_DONE;
    CLI_TRY(count_rows(ctx, graph, o, &n));
    cli_say_kind(o->output, "tab-separated text");
    fprintf(stderr,
            "%s: %" PRIu32 " user%s, %" PRIu32 " item%s, %" PRId64 " interaction%s\n",
            strcmp(o->output, "-") == 0 ? "<stdout>" : o->output, rows.n_users,
            CLI_S(rows.n_users), rows.n_items, CLI_S(rows.n_items), n, CLI_S(n));
done:
    return code;
}

static int check_output(const options *o, const char *input)
{
    cli_folder folder;
    if (!o->split_text && !o->test) {
        const int code = cli_apart(&input, 1, &o->output, 1);
        return code != CLI_DONE ? code : cli_output_probe(o->output);
    }
    const int code = cli_folder_open(&folder, o->output);
    cli_folder_abandon(&folder);
    return code;
}

/* The library makes its own temporary file, so signals are held meanwhile, except for
 * a pipe or a device, which may block for ever. */
static int write_parts(regatta_ctx *ctx, const cli_parts *p, const options *o)
{
    const int holds = !cli_is_straight(o->output);
    if (holds) cli_signals_hold();
    const int code = p->test ? write_folder(ctx, p, o) : write_file(ctx, p->all, o);
    if (holds) cli_signals_release();
    return code;
}

/* Splits the graph of the file if that is asked for. */
static int split(regatta_ctx *ctx, cli_parts *p, const options *o, const char *path)
{
    int code = CLI_DONE;
    regatta_csr rows = REGATTA_CSR_INIT;
    if (!o->split_text) return CLI_DONE;
    CLI_CALL(regatta_graph_rows(ctx, &rows, p->all));
    if (o->split.kind != REGATTA_SPLIT_RATIO && !rows.time)
        return cli_error(CLI_INPUT,
                         "%s: a split by time needs times, and the interactions have "
                         "none: --time-column names their column",
                         strcmp(path, "-") == 0 ? "<stdin>" : cli_shown_place(path));
    CLI_CALL(regatta_graph_split(ctx, &p->train, o->has_valid ? &p->valid : NULL,
                                 &p->test, p->all, &o->split));
done:
    return code;
}

/* The events are gone from the output: train would not use their weights by itself. */
static void say_weights(const options *o)
{
    if (o->reading.options.event_weights && !o->quiet)
        fputs("  the kinds of events are weights now: train with --weights raw or log "
              "uses them\n",
              stderr);
}

int cmd_prepare(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    cli_parts p = {NULL, NULL, NULL, NULL};
    cli_meter meter = {.stage = NULL};
    options o = {.reading = CLI_READING_INIT,
                 .filter = REGATTA_FILTER_OPTIONS_INIT,
                 .split = REGATTA_SPLIT_OPTIONS_INIT};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    const char *const paths[] = {argv[first], o.test};
    CLI_TRY(cli_check_query(&o.reading, paths, CLI_COUNT(paths)));
    CLI_TRY(check_output(&o, argv[first]));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_TRY(cli_read_graph(ctx, &p.all, argv[first], &o.reading, (int)o.quiet));
    cli_meter_begin(&meter, o.split_text ? "split" : "filter", NULL, 0, (int)o.quiet);
    CLI_TRY(filter(ctx, &p.all, &o));
    CLI_TRY(split(ctx, &p, &o, argv[first]));
    cli_meter_end(&meter, 1);
    if (o.split_text)
        CLI_TRY(cli_split_report(ctx, &p, &o.split,
                                 (regatta_dedup)o.reading.options.dedup,
                                 cli_shown_place(argv[first]), (int)o.quiet));
    if (o.denoise) CLI_TRY(cli_denoise(ctx, p.train ? &p.train : &p.all, (int)o.quiet));
    if (o.test) {
        CLI_TRY(cli_read_graph(ctx, &p.test, o.test, &o.reading, (int)o.quiet));
        CLI_TRY(cli_known_part(ctx, &p.test, p.all, cli_shown_place(o.test),
                               (regatta_dedup)o.reading.options.dedup, (int)o.quiet));
    }
    code = write_parts(ctx, &p, &o);
    if (code == CLI_DONE) say_weights(&o);
done:
    cli_meter_end(&meter, 0);
    regatta_graph_free(p.all);
    regatta_graph_free(p.train);
    regatta_graph_free(p.valid);
    regatta_graph_free(p.test);
    regatta_ctx_free(ctx);
    return code;
}
