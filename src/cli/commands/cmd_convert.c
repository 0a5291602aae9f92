/* regatta convert: interactions from any format to any other. */
#include "cli/apart.h"
#include "cli/input/reading.h"
#include "cli/output/meter.h"
#include "cli/output/output.h"
#include "cli/signals.h"
#include "store/store.h"
#include <stdio.h>
#include <string.h>

typedef struct options {
    cli_reading reading;
    uint32_t format; /* a place in FORMATS */
    const char *table;
    uint32_t threads, quiet;
    uint64_t limit_bytes;
} options;

#define FORMATS "auto|tsv|csv|jsonl|recbole|adjacency|matrix-market|npz"
static const regatta_format formats[] = {
    REGATTA_FORMAT_AUTO,          REGATTA_FORMAT_TSV,     REGATTA_FORMAT_CSV,
    REGATTA_FORMAT_JSONL,         REGATTA_FORMAT_RECBOLE, REGATTA_FORMAT_ADJACENCY,
    REGATTA_FORMAT_MATRIX_MARKET, REGATTA_FORMAT_NPZ};

static const char about[] =
    "Reads interactions in any known format and writes every row in another one, in the\n"
    "order of the input, with repeats, weights and times (seconds). The extension of "
    "OUT\n"
    "chooses the format: .tsv, .csv, .jsonl, .inter (RecBole), .adj (a line of items "
    "for\n"
    "each user), .mtx (MatrixMarket) and .npz (scipy CSR), and .gz or .zst behind it\n"
    "compresses text. - is standard input or output. OUT may be a database, an SQLite\n"
    "file (.db, .sqlite) or postgresql://USER@HOST/DATABASE: the rows of --table are\n"
    "replaced in one transaction. A matrix has the ids of its rows and columns beside\n"
    "it, in OUT.users.txt and OUT.items.txt (.mtx) or inside it as users.npy and "
    "items.npy\n"
    "(.npz). Lists hold no weights, lists and matrices no\n"
    "times: --weight-column 0 and --time-column 0 leave them out.\n";

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "output-format",
         .kind = CLI_CHOICE,
         .value = &o->format,
         .choices = FORMATS,
         .argument = "FORMAT",
         .help = "Set the format of OUT",
         .shown = "by the extension of OUT; tsv for standard output"},
        {.name = "table",
         .kind = CLI_STRING,
         .value = &o->table,
         .argument = "NAME",
         .help = "Replace the rows of this table of the database OUT",
         .shown = "none"},
        CLI_READING_ROWS(o->reading),
        CLI_THREADS(o->threads),
        CLI_LIMIT_BYTES(o->limit_bytes),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    const cli_usage usage = {"convert", "IN OUT",         about, 2, 2,
                             table,     CLI_COUNT(table), NULL};
    return cli_parse(&usage, argc, argv, first);
}

static int check(const options *o, const char *from, const char *to)
{
    int code = cli_check_header(&o->reading);
    if (code == CLI_DONE) code = cli_check_query(&o->reading, &from, 1);
    if (code != CLI_DONE || rg_store_kind_of(to) != RG_STORE_NONE) return code;
    code = cli_apart(&from, 1, &to, 1);
    return code == CLI_DONE ? cli_output_probe(to) : code;
}

/* The library makes its own temporary file, so signals are held meanwhile, except for a
 * database, which rolls back, and for a pipe or a device, which may block for ever. */
static int convert(regatta_ctx *ctx, const options *o, const char *from, const char *to)
{
    cli_meter meter;
    const regatta_read_options read = cli_read_options(&o->reading, from);
    regatta_interactions_options write = REGATTA_INTERACTIONS_OPTIONS_INIT;
    regatta_read_report report = REGATTA_READ_REPORT_INIT;
    const int holds = rg_store_kind_of(to) == RG_STORE_NONE && !cli_is_straight(to);
    write.format = (uint32_t)formats[o->format];
    write.table = o->table;
    if (holds) cli_signals_hold();
    cli_meter_begin(&meter, "convert", NULL, 0, (int)o->quiet);
    const int code = cli_status(
        ctx, regatta_interactions_convert(ctx, from, &read, to, &write, &report));
    cli_meter_end(&meter, code == CLI_DONE);
    if (holds) cli_signals_release();
    if (code != CLI_DONE || o->quiet) return code;
    cli_describe_reading(from, &report, &o->reading);
    fprintf(stderr, "%s: %lld row%s\n",
            strcmp(to, "-") == 0 ? "<stdout>" : cli_shown_place(to),
            (long long)report.n_rows, CLI_S(report.n_rows));
    return code;
}

int cmd_convert(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    options o = {.reading = CLI_READING_INIT};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    CLI_TRY(check(&o, argv[first], argv[first + 1]));
    CLI_TRY(cli_context_limited(&ctx, o.threads, o.limit_bytes));
    CLI_TRY(convert(ctx, &o, argv[first], argv[first + 1]));
done:
    regatta_ctx_free(ctx);
    return code;
}
