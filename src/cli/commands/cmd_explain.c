/* regatta explain: explain the score of an item for a user or a history. */
#include "cli/input/histories.h"
#include "cli/input/new_nodes.h"
#include "cli/option_table.h"
#include "cli/output/explain_summary.h"
#include "cli/output/meter.h"
#include "cli/output/records.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
    const char *user, *history, *item, *names;
    cli_destination where;
    cli_at at;
    cli_machine machine;
    uint32_t n, exact, features, skip_unknown, history_form, quiet;
    cli_new_nodes fresh;
} options;

enum {
    SHOWN = 10,   /* items of the history in the summary */
    N_COLUMNS = 6 /* of the exact table, before the channels */
};

static const char about[] =
    "Explains the score of an item. Rows are `part name share points`, tab-separated.\n"
    "The rows `because of item` and `in spite of item` are items of the history, in\n"
    "descending order; `.. items` are the other items; `.. users` are similar users;\n"
    "`.. user` is the user's own vector; `.. order` is the learned encoder of the\n"
    "history in order; `.. features` are features of the user; `.. trend` is recent\n"
    "popularity; `in spite of exposure` is what an item loses that the user was shown\n"
    "and did not take. Their shares add up to 100 % of the part that is specific to\n"
    "the user. The rows `everybody gets` are the item's popularity, its bias and the\n"
    "blend's centre, which do not depend on the history. The last row is the score,\n"
    "the sum of all points.\n"
    "\n"
    "--exact prints `kind name attention contribution running-sum` and one column for\n"
    "each of the ten channels (vectors items users spectral order sequence target\n"
    "content profile trend; 0 for those that the model lacks), with all digits. Rows\n"
    "of kind `item` are the items of the history: the contribution, and its part\n"
    "through each channel. Rows of kind `term` are other items, the term of each\n"
    "channel that does not depend on single items (users: similar users), bias,\n"
    "popularity, centre, exposure, residual (rounding, or the user's own vector) and\n"
    "score. JSON lines have the same fields, with \"item\" or \"term\".\n"
    "--features N prints `modality feature contribution` for a model with features of\n"
    "items: how the part of the score that comes through the channel content splits\n"
    "over the features of the item; a modality of vectors has one row.\n"
    "--history takes the first history of a file, as `regatta recommend --history`\n"
    "does.\n";

/* Checks the options together. */
static int check(options *o)
{
    int code = cli_destination_check(&o->where);
    if (code != CLI_DONE) return code;
    if (o->names && o->features)
        return cli_error(CLI_USAGE, "--names has no effect with --features");
    if (!o->user == !o->history)
        return cli_error(CLI_USAGE, "exactly one of --user and --history is needed");
    code = cli_at_check(&o->at);
    if (code != CLI_DONE) return code;
    return cli_histories_check(o->history_form, o->skip_unknown, o->history != NULL);
}

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "item",
         .letter = 'i',
         .kind = CLI_STRING,
         .value = &o->item,
         .argument = "ID",
         .help = "Explain the score of this item",
         .required = 1},
        {.name = "user",
         .letter = 'u',
         .kind = CLI_STRING,
         .value = &o->user,
         .argument = "ID",
         .help = "Explain it for this user of the model"},
        {.name = "history",
         .kind = CLI_STRING,
         .value = &o->history,
         .argument = "FILE",
         .help = "Explain it for the first history of a file"},
        CLI_HISTORY_ROWS(o->history_form, o->skip_unknown, "items"),
        CLI_AT(o->at),
        {.name = "n",
         .letter = 'n',
         .kind = CLI_U32,
         .value = &o->n,
         .min = 1,
         .max = INT32_MAX,
         .argument = "N",
         .help = "List N items of the history",
         .shown = "10; all with --exact and in JSON"},
        {.name = "exact",
         .kind = CLI_FLAG,
         .value = &o->exact,
         .help =
             "Print the exact table: contributions, running sum, residual, all digits"},
        {.name = "features",
         .kind = CLI_U32,
         .value = &o->features,
         .max = INT32_MAX,
         .argument = "N",
         .help = "Print instead the N features of the item that count most"},
        CLI_NAMES(o->names),
        CLI_RECORDS_ROWS(o->where),
        CLI_NEW_NODES_ROWS(o->fresh),
        CLI_MACHINE(o->machine),
        CLI_LIMIT_BYTES(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    const cli_usage usage = {
        "explain", "MODEL --user ID --item ID", about, 1, 1, table, CLI_COUNT(table),
        NULL};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    return check(o);
}

/* Writes a row that is not an item of the history. In JSON "score" has a contribution;
 * in a table the contributions add up to it. */
static void write_term(cli_records *r, const cli_titles *titles, const char *term,
                       double x, double sum)
{
    if (r->format == CLI_JSONL) {
        cli_text(r->out, "{\"term\":");
        cli_json_text(r->out, term);
        cli_text(r->out, ",\"contribution\":");
        cli_json_real(r->out, x, 0);
        cli_text(r->out, ",\"running-sum\":");
        cli_json_real(r->out, sum, 0);
        cli_text(r->out, "}\n");
        return;
    }
    cli_field_text(r, "term");
    cli_field_text(r, term);
    if (cli_has_titles(titles)) cli_field_none(r);
    cli_field_none(r);
    if (strcmp(term, "score") == 0)
        cli_field_none(r);
    else
        cli_field_double(r, x);
    cli_field_double(r, sum);
    for (uint32_t k = 0; regatta_channel_name(k); k++) cli_field_none(r);
}

static void write_item(cli_records *r, const cli_titles *titles,
                       const regatta_model *model, const regatta_contribution *c,
                       double sum)
{
    if (r->format != CLI_JSONL) cli_field_text(r, "item");
    cli_field_text(r, regatta_model_name(model, REGATTA_ITEMS, c->item));
    cli_field_title(r, titles, c->item);
    cli_field_float(r, c->attention);
    cli_field_double(r, c->contribution);
    cli_field_double(r, sum);
    for (uint32_t k = 0; regatta_channel_name(k); k++) cli_field_double(r, c->channel[k]);
}

static void write_exact(cli_records *r, const cli_titles *titles,
                        const regatta_model *model, const cli_explained *x, int64_t shown)
{
    const regatta_explanation *t = x->terms;
    const double history = cli_channel_sum(t->history);
    const struct {
        const char *name;
        double x;
    } term[] = {{"bias", cli_channel_sum(t->bias)},
                {"popularity", t->popularity},
                {"centre", t->centre},
                {"exposure", t->exposure}};
    enum { EXPOSURE = 3 }; /* only of models with impressions */
    double sum = 0;
    for (int64_t i = 0; i < x->n && i < shown; i++) {
        sum += x->because[i].contribution;
        write_item(r, titles, model, &x->because[i], sum);
    }
    if (shown < x->n) {
        write_term(r, titles, "other items", history - sum, history);
        sum = history;
    }
    for (uint32_t k = 0; regatta_channel_name(k); k++) {
        if (t->direct[k] == 0) continue;
        sum += t->direct[k];
        write_term(r, titles, regatta_channel_name(k), t->direct[k], sum);
    }
    for (int i = 0; i < CLI_COUNT(term); i++) {
        if (i == EXPOSURE && term[i].x == 0) continue;
        sum += term[i].x;
        write_term(r, titles, term[i].name, term[i].x, sum);
    }
    /* What is missing in the digits of this sum; t->residual is that of another order. */
    write_term(r, titles, "residual", t->score - sum, t->score);
    write_term(r, titles, "score", t->score, t->score);
}

/* The columns of the exact table: those of items, then the channels. JSON lines name the
 * kind by the key "item" or "term". Returns how many. */
static int exact_columns(cli_column *columns, const cli_titles *titles, int json)
{
    static const cli_column first[N_COLUMNS] = {
        {"kind", CLI_COLUMN_TEXT},           {"name", CLI_COLUMN_TEXT},
        {"title", CLI_COLUMN_TEXT},          {"attention", CLI_COLUMN_FLOAT},
        {"contribution", CLI_COLUMN_DOUBLE}, {"running-sum", CLI_COLUMN_DOUBLE}};
    int n = cli_title_columns(columns, first + json, N_COLUMNS - json, titles);
    if (json) columns[0].name = "item";
    for (uint32_t k = 0; regatta_channel_name(k); k++)
        columns[n++] = (cli_column){regatta_channel_name(k), CLI_COLUMN_DOUBLE};
    return n;
}

static int write_answer(regatta_ctx *ctx, const regatta_model *model, const options *o,
                        const cli_explained *x)
{
    cli_column columns[N_COLUMNS + REGATTA_MAX_CHANNELS];
    int code = CLI_DONE;
    const int json = o->where.format == CLI_JSONL, exact = o->exact || json;
    const int64_t shown = o->n ? (int64_t)o->n : exact ? x->n : SHOWN;
    cli_records r = {.out = NULL};
    cli_titles titles = {.model = NULL};
    CLI_TRY(cli_titles_read(ctx, &titles, model, o->names, o->quiet));
    const int n = exact ? exact_columns(columns, &titles, json)
                        : cli_title_columns(columns, cli_summary_columns,
                                            CLI_SUMMARY_COLUMNS, &titles);
    CLI_TRY(cli_records_open(&r, ctx, &o->where, columns, n, 0));
    if (exact)
        write_exact(&r, &titles, model, x, shown);
    else
        CLI_TRY(cli_explain_summary(&r, &titles, model, x, shown));
    CLI_TRY(cli_records_commit(&r));
done:
    cli_records_abandon(&r);
    cli_titles_free(&titles);
    return code;
}

static int find_history(cli_histories *h, regatta_ctx *ctx, const regatta_model *model,
                        const options *o)
{
    const cli_history_rules rules = {.path = o->history,
                                     .side = REGATTA_USERS,
                                     .form = o->history_form,
                                     .skip_unknown = o->skip_unknown,
                                     .quiet = o->quiet,
                                     .at = &o->at};
    int code = cli_histories_open(h, ctx, model, &rules, 1);
    if (code == CLI_DONE) code = cli_histories_next(h);
    if (code == CLI_DONE) cli_histories_say(h);
    return code;
}

static int write_features(regatta_ctx *ctx, const regatta_model *model,
                          const regatta_query *query, uint32_t item, const options *o)
{
    static const cli_column columns[] = {{"modality", CLI_COLUMN_TEXT},
                                         {"feature", CLI_COLUMN_TEXT},
                                         {"contribution", CLI_COLUMN_DOUBLE}};
    int code = CLI_DONE;
    int64_t n = 0;
    cli_records r = {.out = NULL};
    regatta_feature_part *part = cli_new(o->features, sizeof *part);
    if (!part) return cli_no_memory();
    part->struct_size = sizeof *part;
    CLI_CALL(regatta_explain_features(ctx, model, query, item, part, (int64_t)o->features,
                                      &n));
    if (n == 0 && !o->quiet)
        fprintf(stderr,
                "no feature of '%s' counts: the model does not score by features "
                "of items, or knows none of this item\n",
                o->item);
    CLI_TRY(cli_records_open(&r, ctx, &o->where, columns, CLI_COUNT(columns), 0));
    for (int64_t k = 0; k < n && k < (int64_t)o->features; k++) {
        cli_field_text(&r, part[k].modality);
        if (part[k].feature)
            cli_field_text(&r, part[k].feature);
        else
            cli_field_none(&r);
        cli_field_double(&r, part[k].contribution);
    }
    CLI_TRY(cli_records_commit(&r));
done:
    cli_records_abandon(&r);
    free(part);
    return code;
}

static int explain(regatta_ctx *ctx, const regatta_model *model, const options *o)
{
    int code = CLI_DONE;
    uint32_t user = 0, item = 0;
    regatta_contribution *because = NULL;
    regatta_explanation terms = REGATTA_EXPLANATION_INIT;
    cli_explained x = {.terms = &terms};
    cli_histories h = CLI_HISTORIES_INIT;
    regatta_query query = {.struct_size = sizeof query, .n = 1};
    const regatta_model_info info = cli_model_info(model);
    CLI_TRY(cli_find_answer(model, o->item, "", &item));
    if (o->user) {
        CLI_TRY(cli_find(model, REGATTA_USERS, o->user, "", "", &user));
        CLI_TRY(cli_at_check_model(&o->at, ctx, model));
        query.user = &user;
        if (o->at.text) query.at = &o->at.time;
    } else {
        CLI_TRY(find_history(&h, ctx, model, o));
        query = cli_histories_query(&h);
    }
    if (o->features) {
        CLI_TRY(write_features(ctx, model, &query, item, o));
        goto done;
    }
    /* A history has at most as many items as the model. */
    because = cli_new(info.n_items, sizeof *because);
    if (!because) {
        code = cli_no_memory();
        goto done;
    }
    because->struct_size = sizeof *because;
    CLI_CALL(
        regatta_explain(ctx, model, &query, &item, 1, because, info.n_items, &terms));
    x.n = terms.n_contributions;
    x.because = because;
    CLI_TRY(write_answer(ctx, model, o, &x));
done:
    free(because);
    cli_histories_free(&h);
    return code;
}

int cmd_explain(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    cli_meter meter;
    options o = {0};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) goto done;
    const char *const inputs[] = {argv[first], o.history, o.names};
    const char *const outputs[] = {o.where.path};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(cli_new_nodes_add(ctx, &model, &o.fresh, (int)o.quiet));
    cli_meter_begin(&meter, "explain", NULL, 0, (int)o.quiet);
    code = explain(ctx, model, &o);
    cli_meter_end(&meter, code == CLI_DONE);
done:
    cli_new_nodes_free(&o.fresh);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
