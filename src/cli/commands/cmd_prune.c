/* regatta prune: write a model with fewer attention weights and measure the loss. */
#include "cli/output/meter.h"
#include "cli/side_by_side.h"
#include <string.h>

typedef struct options {
    cli_side_by_side sides;
    const char *keep, *drop;
    double megabytes, recall, drop_loss;
    uint32_t as_fitted, sized, recalled, lossy;
    char dropped[CLI_CHANNEL_NAMES]; /* names of the channels that went */
} options;

static const char about[] =
    "Writes a model with fewer attention weights, the edges between items and between\n"
    "users: those with the least effect on the ridge that gave them go, and the ridge\n"
    "is solved again on the others; channels keep the shares with which the lists agree\n"
    "most with those of MODEL (docs/model.md, Pruning). Set one of --keep, --size\n"
    "and --recall, or --drop, or both. --drop leaves whole channels out of the file and\n"
    "fits the blend of the others to the scores of MODEL. With `auto` these are the "
    "ones\n"
    "with the least loss on the validation of the training for each byte; vectors and\n"
    "items go only by name, because other commands use them. Prints, tab-separated,\n"
    "before and after: bytes of the file; edges; weights, which says if the ridge was\n"
    "solved again; with --drop the channels dropped; kept@k, the share of the original\n"
    "top k that stays in the top k, over a sample of users; with --test recall@k and\n"
    "ndcg@k on held-out interactions; users_per_second, with the whole sample in one\n"
    "call; and request_ms, with one user per call. With -o - it prints only the model.\n";

/* Sets what to keep from --keep: a number of edges, or a share with a point or a %. */
static int read_keep(regatta_prune_options *out, const char *text)
{
    char digits[32];
    double x = 0.0;
    const size_t n = strlen(text);
    const int percent = n > 0 && text[n - 1] == '%';
    if (n < sizeof digits) {
        memcpy(digits, text, n + 1);
        if (percent) digits[n - 1] = '\0';
        const int is_number = cli_number(digits, &x);
        if (percent) x /= 100.0;
        if (is_number && (percent || strchr(digits, '.')) && x > 0.0 && x <= 1.0) {
            out->share = x;
            return CLI_DONE;
        }
        if (is_number && !percent && x >= 1.0 && x < 0x1p53 && x == (double)(uint64_t)x) {
            out->edges = (uint64_t)x;
            return CLI_DONE;
        }
    }
    return cli_error(
        CLI_USAGE,
        "--keep must be a number of edges from 1, or a share of them such as "
        "0.25 or 25%%, not '%s'",
        text);
}

static int parse(options *o, int argc, char **argv, int *first)
{
    cli_side_by_side *s = &o->sides;
    const cli_option table[] = {
        CLI_OUTPUT_FILE(s->output, "OUT", "Write this file"),
        CLI_SHARDS(s->shards),
        {.name = "keep",
         .kind = CLI_STRING,
         .value = &o->keep,
         .argument = "N",
         .help = "Keep N edges, or this share of them: 0.25 or 25%",
         .shown = "none"},
        {.name = "size",
         .kind = CLI_F64,
         .value = &o->megabytes,
         .min = 1e-6,
         .max = 1e9,
         .argument = "MB",
         .help = "Keep as many edges as a file of at most MB million bytes allows",
         .shown = "none",
         .given = &o->sized},
        {.name = "recall",
         .kind = CLI_F64,
         .value = &o->recall,
         .min = 1e-6,
         .max = 1,
         .argument = "X",
         .help = "Search the fewest edges with which this share of the top 20 of 1000 "
                 "users stays in the top 20",
         .shown = "none",
         .given = &o->recalled},
        {.name = "drop",
         .kind = CLI_STRING,
         .value = &o->drop,
         .argument = "NAMES",
         .help =
             "Leave out these channels (names with commas), or with `auto` those that "
             "cost little",
         .shown = "none"},
        {.name = "drop-loss",
         .kind = CLI_F64,
         .value = &o->drop_loss,
         .min = 0,
         .max = 1,
         .argument = "X",
         .help = "With --drop auto, give up at most this share of the validation "
                 "ndcg@20",
         .given = &o->lossy},
        {.name = "as-fitted",
         .kind = CLI_FLAG,
         .value = &o->as_fitted,
         .help =
             "Keep the values of the weights that stay; do not solve the ridge again"},
        CLI_SIDE_BY_SIDE_ROWS(s),
    };
    uint8_t given[CLI_MAX_OPTIONS] = {0};
    const cli_usage usage = {"prune", "MODEL -o OUT",   about, 1, 1,
                             table,   CLI_COUNT(table), given};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    const int n = (o->keep != NULL) + (o->sized > 0) + (o->recalled > 0);
    if (n > 1 || (n == 0 && o->drop == NULL))
        return cli_error(CLI_USAGE,
                         "set one of --keep, --size and --recall, or --drop; see regatta "
                         "prune --help");
    if (o->lossy && (o->drop == NULL || strcmp(o->drop, "auto") != 0))
        return cli_error(CLI_USAGE, "--drop-loss has no effect without --drop auto");
    if (o->as_fitted && n == 0)
        return cli_error(CLI_USAGE, "--as-fitted has no effect without --keep, --size or "
                                    "--recall");
    return cli_side_by_side_check(s, &usage);
}

static int prune(options *o, const regatta_prune_options *opts)
{
    int code = CLI_DONE;
    cli_side *before = &o->sides.side[0], *after = &o->sides.side[1];
    regatta_ctx *ctx = o->sides.ctx;
    regatta_prune_report report = REGATTA_PRUNE_REPORT_INIT;
    cli_meter meter = {.stage = NULL};
    cli_meter_begin(&meter, "prune", NULL, 0, (int)o->sides.quiet);
    CLI_CALL(regatta_model_prune(ctx, &after->model, before->model, opts, &report));
    cli_meter_end(&meter, 1);
    before->edges = report.edges_before;
    after->edges = report.edges_after;
    before->weights = "fitted";
    after->weights = report.solved ? "solved again" : "as before";
    cli_channel_names(o->dropped, report.dropped, ",");
    if (o->drop) after->dropped = report.dropped ? o->dropped : "none";
done:
    cli_meter_end(&meter, 0);
    return code;
}

int cmd_prune(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    options o = {.sides = CLI_SIDE_BY_SIDE_INIT, .drop_loss = 0.01};
    regatta_prune_options opts = REGATTA_PRUNE_OPTIONS_INIT;
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    if (o.keep) CLI_TRY(read_keep(&opts, o.keep));
    if (o.sized) opts.bytes = (uint64_t)(o.megabytes * 1e6);
    opts.agreement = o.recall;
    opts.drop = o.drop;
    opts.drop_loss = o.drop_loss;
    opts.solve = !o.as_fitted;
    CLI_TRY(cli_side_by_side_open(&o.sides, argv[first]));
    CLI_TRY(prune(&o, &opts));
    CLI_TRY(cli_side_by_side_measure(&o.sides));
    CLI_TRY(cli_side_by_side_save(&o.sides));
done:
    cli_side_by_side_close(&o.sides);
    return code;
}
