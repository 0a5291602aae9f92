/* regatta score: scores and calibrated probabilities of given pairs. Works in blocks of
 * pairs, so memory does not grow with their number. */
#include "cli/input/new_nodes.h"
#include "cli/output/meter.h"
#include "cli/output/records.h"
#include "cli/output/reliability_table.h"
#include "cli/pairs/pairs.h"
#include "cli/titles.h"

enum { BLOCK = 1 << 16 /* pairs scored together */ };

typedef struct options {
    const char *names;
    cli_destination where;
    cli_new_nodes fresh;
    cli_machine machine;
    uint32_t strict, quiet;
} options;

static const char about[] =
    "Prints the score and the probability of each pair of PAIRS (- for standard\n"
    "input), in their order: rows `user item score probability`, tab-separated.\n"
    "PAIRS is a table `user item [time]`, separated by tabs, semicolons, commas or\n"
    "blanks, or JSON lines: {\"user\": id, \"item\": id}, or {\"history\": [id, ...],\n"
    "\"items\": [id, ...]} for any history, with \"times\": [seconds, ...] and\n"
    "\"user\": name if known. With a time, or \"at\": time, the pair is asked as of\n"
    "that moment (for models of data with times). A header gives the columns any\n"
    "order, by the names that the data of train may have (userId, Kunde, date); other\n"
    "columns are not used.\n"
    "\n"
    "A score is the one by which recommend ranks. The probability belongs to the score\n"
    "by the calibration of the model, which training fits to held-out interactions:\n"
    "the probability that a user has the item among their held-out ones, of all items\n"
    "that they do not have yet. `regatta calibrate` fits it to labelled pairs, such as\n"
    "impressions and clicks. The column is empty if the model has no calibration.\n"
    "\n"
    "Pairs of a user or an item that the model does not know are left out and counted\n"
    "on stderr, as are unknown items of a history; with --strict they are refused.\n";

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "strict",
         .kind = CLI_FLAG,
         .value = &o->strict,
         .help = "Refuse an unknown user or item instead of leaving it out"},
        CLI_NAMES(o->names),
        CLI_NEW_NODES_ROWS(o->fresh),
        CLI_RECORDS_ROWS(o->where),
        CLI_MACHINE(o->machine),
        CLI_LIMIT_BYTES(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    const cli_usage usage = {"score", "MODEL PAIRS",    about, 2, 2,
                             table,   CLI_COUNT(table), NULL};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    return cli_destination_check(&o->where);
}

static void write_rows(cli_records *r, const cli_pairs *p, const cli_titles *titles,
                       int has_calibration)
{
    for (int64_t k = 0; k < p->n; k++) {
        cli_field_text(r, cli_pairs_user(p, k));
        cli_field_text(r, regatta_model_name(p->model, REGATTA_ITEMS, p->item[k]));
        cli_field_title(r, titles, p->item[k]);
        cli_field_float(r, p->score[k]);
        if (has_calibration)
            cli_field_double(r, p->probability[k]);
        else
            cli_field_none(r);
    }
}

static int run(regatta_ctx *ctx, cli_pairs *p, const options *o)
{
    static const cli_column columns[] = {{"user", CLI_COLUMN_TEXT},
                                         {"item", CLI_COLUMN_TEXT},
                                         {"title", CLI_COLUMN_TEXT},
                                         {"score", CLI_COLUMN_FLOAT},
                                         {"probability", CLI_COLUMN_DOUBLE}};
    cli_column own[CLI_COUNT(columns)];
    int code = CLI_DONE;
    cli_records records = {.out = NULL};
    cli_titles titles = {.model = NULL};
    cli_meter meter = {.stage = NULL};
    int64_t n = 0;
    const int has = cli_calibration(p->model).form != REGATTA_FORM_NONE;
    if (!has && !o->quiet)
        cli_say("the model has no calibration, so there are no probabilities: train it "
                "again, or see regatta calibrate --help");
    CLI_TRY(cli_titles_read(ctx, &titles, p->model, o->names, o->quiet));
    const int n_columns = cli_title_columns(own, columns, CLI_COUNT(columns), &titles);
    CLI_TRY(cli_records_open(&records, ctx, &o->where, own, n_columns, 0));
    cli_meter_begin(&meter, "score", "pairs", 0, (int)o->quiet);
    for (;;) {
        CLI_TRY(cli_pairs_next(p, BLOCK));
        if (p->n == 0) break;
        CLI_TRY(cli_pairs_score(p, ctx, has));
        write_rows(&records, p, &titles, has);
        CLI_TRY(cli_records_flush(&records));
        cli_meter_step(&meter, n += p->n);
    }
    cli_meter_end(&meter, n);
    if (p->n_all == 0) {
        code = cli_error(CLI_INPUT, "%s: %s", p->in.name, cli_pairs_missing(p));
        goto done;
    }
    cli_pairs_say(p);
    code = cli_records_commit(&records);
done:
    cli_meter_end(&meter, n);
    cli_records_abandon(&records);
    cli_titles_free(&titles);
    return code;
}

int cmd_score(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    cli_pairs pairs = CLI_PAIRS_INIT;
    options o = {.names = NULL};
    CLI_TRY(parse(&o, argc, argv, &first));
    if (first < 0) goto done;
    const char *const inputs[] = {argv[first], argv[first + 1], o.names};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), &o.where.path, 1));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(cli_new_nodes_add(ctx, &model, &o.fresh, (int)o.quiet));
    const cli_pair_rules rules = {.strict = o.strict, .quiet = o.quiet};
    CLI_TRY(cli_pairs_open(&pairs, ctx, model, argv[first + 1], &rules));
    CLI_TRY(run(ctx, &pairs, &o));
done:
    cli_pairs_free(&pairs);
    cli_new_nodes_free(&o.fresh);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
