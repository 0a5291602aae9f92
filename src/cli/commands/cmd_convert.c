/* regatta convert: interactions, side tables or vectors from any format to any other, and
 * models to shards and back. */
#include "cli/apart.h"
#include "cli/converting/convert_features.h"
#include "cli/converting/convert_model.h"
#include "cli/converting/convert_vectors.h"
#include "cli/input/reading.h"
#include "cli/output/meter.h"
#include "cli/output/output.h"
#include "cli/output/vectors_out.h"
#include "cli/signals.h"
#include "store/store.h"
#include <stdio.h>
#include <string.h>

typedef struct options {
    cli_reading reading;
    uint32_t format; /* a place in FORMATS */
    const char *table, *tensor;
    uint32_t vectors, features, model; /* 1: IN holds them */
    uint32_t shards;
    uint32_t layout; /* regatta_feature_layout */
    cli_table_reading tables;
    cli_machine machine;
    uint32_t quiet;
    uint8_t given[CLI_MAX_OPTIONS];
} options;

/* Formats of interactions, then those of vectors alone. */
#define FORMATS                                                                          \
    "auto|tsv|csv|jsonl|recbole|adjacency|matrix-market|npz|npy|w2v|fvecs|"              \
    "safetensors|faiss|pgvector"
static const struct {
    regatta_format rows; /* AUTO: no format of interactions, but the first */
    uint32_t vectors;    /* 0: none of vectors */
} formats[] = {{REGATTA_FORMAT_AUTO, 0},          {REGATTA_FORMAT_TSV, CLI_VECTORS_TSV},
               {REGATTA_FORMAT_CSV, 0},           {REGATTA_FORMAT_JSONL, 0},
               {REGATTA_FORMAT_RECBOLE, 0},       {REGATTA_FORMAT_ADJACENCY, 0},
               {REGATTA_FORMAT_MATRIX_MARKET, 0}, {REGATTA_FORMAT_NPZ, 0},
               {REGATTA_FORMAT_AUTO, CLI_NPY},    {REGATTA_FORMAT_AUTO, CLI_W2V},
               {REGATTA_FORMAT_AUTO, CLI_FVECS},  {REGATTA_FORMAT_AUTO, CLI_SAFETENSORS},
               {REGATTA_FORMAT_AUTO, CLI_FAISS},  {REGATTA_FORMAT_AUTO, CLI_PGVECTOR}};

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
    "times: --weight-column 0 and --time-column 0 leave them out.\n"
    "\n"
    "Where a name or --output-format is one of vectors (.npy .w2v .vec .fvecs\n"
    ".safetensors .faiss .pgvector), or with --vectors, IN and OUT hold vectors as\n"
    "`regatta embed` writes them. Formats without ids have them beside, in\n"
    "OUT.ids.txt; where IN.ids.txt is missing, the numbers of the rows, from 0, are\n"
    "the ids. OUT may be a database here too: columns id and vector.\n"
    "\n"
    "Where a name ends in .item or .user, or with --features, IN is a side table, as\n"
    "train reads it by --item-features, and OUT .tsv, .csv, or .item and .user\n"
    "(RecBole). --layout wide writes a row for each item or user, long a row for each\n"
    "feature, as training makes them of the columns.\n"
    "\n"
    "Where IN or OUT is named NAME.safetensors.index.json, they are models: the index\n"
    "is that of a model in --shards N files, which are joined to one file OUT, or made\n"
    "of the model IN.\n";

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
        {.name = "vectors",
         .kind = CLI_FLAG,
         .value = &o->vectors,
         .help = "Convert vectors, where neither the names nor --output-format say so"},
        {.name = "tensor",
         .kind = CLI_STRING,
         .value = &o->tensor,
         .argument = "NAME",
         .help = "Take this tensor of a safetensors file",
         .shown = "the only one"},
        {.name = "features",
         .kind = CLI_FLAG,
         .value = &o->features,
         .help = "Convert a side table, where the names do not say so"},
        {.name = "layout",
         .kind = CLI_CHOICE,
         .value = &o->layout,
         .choices = "auto|long|wide",
         .argument = "LAYOUT",
         .help =
             "Write a side table in this layout; auto: that of IN, and wide for RecBole"},
        CLI_SHARDS(o->shards),
        CLI_TABLE_READING_ROWS(o->tables),
        CLI_READING_ROWS(o->reading),
        CLI_MACHINE(o->machine),
        CLI_LIMIT_BYTES(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    const cli_usage usage = {"convert", "IN OUT",         about,   2, 2,
                             table,     CLI_COUNT(table), o->given};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    o->model = cli_is_shard_index(argv[*first]) || cli_is_shard_index(argv[*first + 1]);
    if (o->model && (o->features || o->vectors))
        return cli_error(CLI_USAGE, "--%s does not apply to models",
                         o->features ? "features" : "vectors");
    if (cli_shards_check(o->shards, argv[*first + 1]) != CLI_DONE) return CLI_USAGE;
    o->features |=
        cli_names_features(argv[*first]) || cli_names_features(argv[*first + 1]);
    if (o->features && o->vectors)
        return cli_error(CLI_USAGE, "--features and --vectors exclude each other");
    o->vectors |=
        !o->features && !o->model &&
        (cli_names_vectors(argv[*first]) || cli_names_vectors(argv[*first + 1]) ||
         (o->format && formats[o->format].rows == REGATTA_FORMAT_AUTO));
    const char *kind = o->model      ? "on models"
                       : o->features ? "on side tables"
                       : o->vectors  ? "on vectors"
                                     : "on interactions";
    const cli_idle rules[] = {
        {!o->vectors, "tensor", kind},
        {!o->features, "layout|" CLI_TABLE_READING_NAMES, kind},
        {(int)o->features,
         "format|query|header|no-header|user-column|item-column|weight-column|"
         "time-column|event-weights|event-column|dislike-below|dedup|min-rating|"
         "time-format|skip-bad|table",
         "on side tables"},
        {(int)o->vectors, "limit-bytes|" CLI_READING_NAMES, "on vectors"},
        {(int)o->model, "output-format|table|limit-bytes|" CLI_READING_NAMES,
         "on models"}};
    return cli_refuse_idle(&usage, rules, CLI_COUNT(rules));
}

static int check_vectors(const options *o, const char *from, const char *to)
{
    const int is_database = rg_store_kind_of(to) != RG_STORE_NONE;
    if (o->format && !formats[o->format].vectors)
        return cli_error(CLI_USAGE, "--output-format: is no format of vectors");
    if (rg_store_kind_of(from) != RG_STORE_NONE)
        return cli_error(CLI_USAGE,
                         "%s: vectors are not read from a database: COPY them "
                         "to a file .pgvector",
                         cli_shown_place(from));
    if (is_database && o->format)
        return cli_error(CLI_USAGE, "%s: a database has no other format",
                         cli_shown_place(to));
    if (is_database != (o->table && *o->table))
        return cli_error(CLI_USAGE,
                         is_database ? "%s: a database needs a table"
                                     : "%s: only a database has tables",
                         cli_shown_place(to));
    if (is_database) return CLI_DONE;
    const int code = cli_apart(&from, 1, &to, 1);
    return code == CLI_DONE ? cli_output_probe(to) : code;
}

static int check_features(const options *o, const char *from, const char *to)
{
    const regatta_format format = formats[o->format].rows;
    if (o->format && format != REGATTA_FORMAT_TSV && format != REGATTA_FORMAT_CSV &&
        format != REGATTA_FORMAT_RECBOLE)
        return cli_error(CLI_USAGE, "--output-format: is no format of side tables: tsv, "
                                    "csv or recbole");
    if (rg_store_kind_of(from) != RG_STORE_NONE || rg_store_kind_of(to) != RG_STORE_NONE)
        return cli_error(CLI_USAGE, "side tables are not in databases");
    const int code = cli_apart(&from, 1, &to, 1);
    return code == CLI_DONE ? cli_output_probe(to) : code;
}

static int check(const options *o, const char *from, const char *to)
{
    int code = cli_check_header(&o->reading);
    if (code == CLI_DONE) code = cli_check_query(&o->reading, &from, 1);
    if (code != CLI_DONE || rg_store_kind_of(to) != RG_STORE_NONE) return code;
    code = cli_apart(&from, 1, &to, 1);
    return code == CLI_DONE ? cli_output_probe(to) : code;
}

static int check_model(const char *from, const char *to)
{
    const int code = cli_apart(&from, 1, &to, 1);
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
    write.format = (uint32_t)formats[o->format].rows;
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
    const char *from = argv[first], *to = argv[first + 1];
    const cli_vector_job vectors = {from,    to,       formats[o.format].vectors,
                                    o.table, o.tensor, (int)o.quiet};
    cli_feature_job features = {from,
                                to,
                                REGATTA_FEATURES_OUTPUT_INIT,
                                &o.tables,
                                o.reading.options.keep_null_words,
                                (int)o.quiet};
    features.output.layout = o.layout;
    features.output.format = (uint32_t)formats[o.format].rows;
    CLI_TRY(o.model      ? check_model(from, to)
            : o.vectors  ? check_vectors(&o, from, to)
            : o.features ? check_features(&o, from, to)
                         : check(&o, from, to));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_TRY(o.model      ? cli_convert_model(ctx, from, to, o.shards, (int)o.quiet)
            : o.vectors  ? cli_convert_vectors(ctx, &vectors)
            : o.features ? cli_convert_features(ctx, &features)
                         : convert(ctx, &o, from, to));
done:
    regatta_ctx_free(ctx);
    return code;
}
