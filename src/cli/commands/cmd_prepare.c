/* regatta prepare: read any known format, filter, split, write TSV. */
#include "cli/input/folder.h"
#include "cli/input/reading.h"
#include "cli/input/split_spec.h"
#include "cli/output/format_name.h"
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
    uint32_t core, gzip, threads, quiet;
    int has_valid;
} options;

static const char about[] =
    "Reads interactions in any known format, filters and splits them, and writes\n"
    "tab-separated `user item [weight] [timestamp]` with a header. INPUT is one file,\n"
    "plain or gzipped, or - for standard input. Without --split and --test OUT is one\n"
    "file (gzipped if it ends in .gz, - for standard output). With --split or --test\n"
    "OUT is a new folder with train.tsv, test.tsv and, if requested, valid.tsv. The\n"
    "roles of columns are assigned by the names in a header, else by unambiguous\n"
    "content; the command prints them. SPLIT is one of:\n"
    "  ratio:0.8,0.1,0.1      train, valid and test shares of each user's items (two\n"
    "                         numbers: no valid part)\n"
    "  leave-last:N[,VALID]   the last N items of each user by time\n"
    "  time:DATE              rows before the moment are train, the others test;\n"
    "                         2024-01-31[T12:00:00] in UTC, or seconds\n"
    "ratio and leave-last leave at least one item of each user in train. A requested\n"
    "part without a row is an error.\n";

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
        CLI_THREADS(o->threads),
        CLI_QUIET(o->quiet),
    };
    uint64_t given = 0;
    const cli_usage usage = {"prepare", "INPUT -o OUT",   about, 1, 1,
                             table,     CLI_COUNT(table), &given};
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
                "  dropped %" PRIu32 " users with fewer than %" PRIu32 " items, %" PRIu32
                " items with fewer than %" PRIu32 " users, and their %" PRId64
                " interactions\n",
                before.n_users - after.n_users, o->filter.min_user,
                before.n_items - after.n_items, o->filter.min_item,
                n_edges(&before) - n_edges(&after));
    regatta_graph_free(*graph);
    *graph = kept;
    return CLI_DONE;
}

/* Returns the numbers in `train` of the nodes of `graph`; NULL if there is no memory. */
static uint32_t *translate(const regatta_graph *train, const regatta_graph *graph,
                           regatta_side side, uint32_t n)
{
    uint32_t *to = cli_new(n, sizeof *to);
    for (uint32_t i = 0; to && i < n; i++)
        to[i] = regatta_graph_find(train, side, regatta_graph_name(graph, side, i));
    return to;
}

static const char **names(const regatta_graph *graph, regatta_side side, uint32_t n)
{
    const char **name = cli_new(n, sizeof *name);
    for (uint32_t i = 0; name && i < n; i++) name[i] = regatta_graph_name(graph, side, i);
    return name;
}

/* Fills `edges` with the edges of `rows` between nodes that are in train; its arrays
 * have room for all edges. */
static void known_edges(regatta_edges *edges, const regatta_csr *rows,
                        const uint32_t *user, const uint32_t *item)
{
    uint32_t *const to_user = (uint32_t *)edges->user;
    uint32_t *const to_item = (uint32_t *)edges->item;
    for (uint32_t u = 0; u < rows->n_users; u++)
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
            const uint32_t i = item[rows->item[e]];
            if (user[u] == REGATTA_NONE || i == REGATTA_NONE) continue;
            const int64_t n = edges->n_edges++;
            to_user[n] = user[u];
            to_item[n] = i;
            if (rows->weight) ((float *)edges->weight)[n] = rows->weight[e];
            if (rows->time) ((int64_t *)edges->time)[n] = rows->time[e];
        }
}

/* Restricts *graph, read from `path`, to the edges between nodes of `train`, with the
 * node numbers of `train`. */
static int restrict_to(regatta_ctx *ctx, regatta_graph **graph,
                       const regatta_graph *train, const char *path, int quiet)
{
    int code = CLI_DONE;
    regatta_graph *known = NULL;
    const regatta_csr nodes = cli_graph_rows(train), rows = cli_graph_rows(*graph);
    const int64_t n = n_edges(&rows);
    uint32_t *user = translate(train, *graph, REGATTA_USERS, rows.n_users);
    uint32_t *item = translate(train, *graph, REGATTA_ITEMS, rows.n_items);
    const char **user_names = names(train, REGATTA_USERS, nodes.n_users);
    const char **item_names = names(train, REGATTA_ITEMS, nodes.n_items);
    regatta_edges edges = {.struct_size = sizeof edges,
                           .n_users = nodes.n_users,
                           .n_items = nodes.n_items,
                           .user_names = user_names,
                           .item_names = item_names};
    edges.user = cli_new(n, sizeof *edges.user);
    edges.item = cli_new(n, sizeof *edges.item);
    edges.weight = rows.weight ? cli_new(n, sizeof *edges.weight) : NULL;
    edges.time = rows.time ? cli_new(n, sizeof *edges.time) : NULL;
    if (!user || !item || !user_names || !item_names || !edges.user || !edges.item ||
        (rows.weight && !edges.weight) || (rows.time && !edges.time)) {
        code = cli_no_memory();
        goto done;
    }
    known_edges(&edges, &rows, user, item);
    if (edges.n_edges == 0) {
        code = cli_error(CLI_INPUT,
                         "%s: the test part is empty: no row has a user and an item of "
                         "the training part",
                         path);
        goto done;
    }
    CLI_CALL(regatta_graph_from_edges(ctx, &known, &edges));
    if (!quiet && edges.n_edges < n)
        fprintf(stderr, "  dropped %lld of %lld test rows: user or item not in train\n",
                (long long)(n - edges.n_edges), (long long)n);
    regatta_graph_free(*graph);
    *graph = known;
done:
    free(user);
    free(item);
    free(user_names);
    free(item_names);
    free((void *)edges.user);
    free((void *)edges.item);
    free((void *)edges.weight);
    free((void *)edges.time);
    return code;
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

static void say_part(const cli_folder *folder, const regatta_graph *graph,
                     const char *name, const options *o)
{
    char file[32];
    if (!graph || o->quiet) return;
    part_name(file, name, o);
    const regatta_csr rows = cli_graph_rows(graph);
    cli_say("%s/%s: %lld interactions", folder->path, file, (long long)n_edges(&rows));
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
    say_part(&folder, train, "train", o);
    say_part(&folder, p->valid, "valid", o);
    say_part(&folder, p->test, "test", o);
done:
    cli_folder_abandon(&folder);
    return code;
}

static int write_file(regatta_ctx *ctx, const regatta_graph *graph, const options *o)
{
    const int code = cli_status(ctx, regatta_graph_write(ctx, graph, o->output));
    const regatta_csr rows = cli_graph_rows(graph);
    if (code == CLI_DONE && !o->quiet) cli_say_tsv(o->output);
    if (code == CLI_DONE && !o->quiet)
        fprintf(stderr,
                "%s: %" PRIu32 " users, %" PRIu32 " items, %" PRId64 " interactions\n",
                strcmp(o->output, "-") == 0 ? "<stdout>" : o->output, rows.n_users,
                rows.n_items, n_edges(&rows));
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

int cmd_prepare(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    cli_parts p = {NULL, NULL, NULL, NULL};
    options o = {.reading = CLI_READING_INIT,
                 .filter = REGATTA_FILTER_OPTIONS_INIT,
                 .split = REGATTA_SPLIT_OPTIONS_INIT};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    CLI_TRY(check_output(&o, argv[first]));
    CLI_TRY(cli_context(&ctx, o.threads));
    CLI_TRY(cli_read_graph(ctx, &p.all, argv[first], &o.reading, (int)o.quiet));
    CLI_TRY(filter(ctx, &p.all, &o));
    if (o.split_text) {
        CLI_CALL(regatta_graph_split(ctx, &p.train, o.has_valid ? &p.valid : NULL,
                                     &p.test, p.all, &o.split));
        CLI_TRY(cli_split_report(&p, &o.split, argv[first], (int)o.quiet));
    }
    if (o.test) {
        CLI_TRY(cli_read_graph(ctx, &p.test, o.test, &o.reading, (int)o.quiet));
        CLI_TRY(restrict_to(ctx, &p.test, p.all, o.test, (int)o.quiet));
    }
    code = write_parts(ctx, &p, &o);
done:
    regatta_graph_free(p.all);
    regatta_graph_free(p.train);
    regatta_graph_free(p.valid);
    regatta_graph_free(p.test);
    regatta_ctx_free(ctx);
    return code;
}
