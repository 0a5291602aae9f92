/* regatta explain: what makes the score of an item for a user or a history. */
#include "cli/histories.h"
#include "cli/option_table.h"
#include "cli/records.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct options {
    const char *user, *history, *item, *output;
    uint32_t n, skip_unknown, history_form, format, threads, quiet;
} options;

typedef struct answer {
    regatta_contribution *because;
    int64_t n;
    regatta_explanation terms;
} answer;

static const char about[] =
    "Prints `item attention contribution running-sum`, tab-separated: what each item of\n"
    "the history adds to the score, largest first. Rows in brackets close the sum: the\n"
    "history items not listed, (bias) what the item learned for itself, (users) what "
    "users\n"
    "alike lend, (popularity) and (centre) the blend's own terms, (residual) what is "
    "left\n"
    "over (rounding, or a user's free vector), and (score), the number recommend "
    "prints.\n"
    "A history is one line as `regatta recommend --history` reads it. JSON lines have\n"
    "\"term\" instead of \"item\" for the rows in brackets.\n";

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "item",
         .letter = 'i',
         .kind = CLI_STRING,
         .value = &o->item,
         .argument = "ID",
         .help = "the item whose score it is",
         .required = 1},
        {.name = "user",
         .letter = 'u',
         .kind = CLI_STRING,
         .value = &o->user,
         .argument = "ID",
         .help = "for a user of the model"},
        {.name = "history",
         .kind = CLI_STRING,
         .value = &o->history,
         .argument = "FILE",
         .help = "for the first history of a file"},
        CLI_HISTORY_ROWS(o->history_form, o->skip_unknown, "items"),
        {.name = "n",
         .letter = 'n',
         .kind = CLI_U32,
         .value = &o->n,
         .min = 1,
         .max = INT32_MAX,
         .argument = "N",
         .help = "history items to list",
         .shown = "all"},
        CLI_RECORDS_FORMAT(o->format),
        CLI_RECORDS_OUTPUT(o->output),
        CLI_THREADS(o->threads),
        CLI_QUIET(o->quiet),
    };
    const cli_usage usage = {
        "explain", "MODEL --user ID --item ID", about, 1, 1, table, CLI_COUNT(table)};
    int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    code = cli_records_format(&o->format, o->output);
    if (code != CLI_DONE) return code;
    if (!o->user == !o->history)
        return cli_error(CLI_USAGE, "exactly one of --user and --history is needed");
    return cli_histories_check(o->history_form, o->skip_unknown, o->history != NULL);
}

/* A row that is no history item: its name in brackets, or as "term" in JSON. */
static void write_term(cli_records *r, const char *term, double x, double *sum)
{
    char name[32];
    *sum += x;
    if (r->format == CLI_JSONL) {
        cli_text(r->out, "{\"term\":");
        cli_json_text(r->out, term);
        cli_text(r->out, ",\"contribution\":");
        cli_json_real(r->out, x, 0);
        cli_text(r->out, ",\"running-sum\":");
        cli_json_real(r->out, *sum, 0);
        cli_text(r->out, "}\n");
        return;
    }
    snprintf(name, sizeof name, "(%s)", term);
    cli_field_text(r, name);
    cli_field_none(r);
    cli_field_double(r, x);
    cli_field_double(r, *sum);
}

static int write_answer(const regatta_model *model, const options *o, const answer *a)
{
    static const char *const names[] = {"item", "attention", "contribution",
                                        "running-sum"};
    int code = CLI_DONE;
    double sum = 0;
    cli_output *out = NULL;
    cli_records r;
    CLI_TRY(cli_output_open(&out, o->output));
    cli_records_begin(&r, out, o->format, names, 4);
    const int64_t shown = a->n < (int64_t)o->n ? a->n : (int64_t)o->n;
    for (int64_t i = 0; i < shown; i++) {
        const regatta_contribution *c = &a->because[i];
        sum += c->contribution;
        cli_field_text(&r, regatta_model_name(model, REGATTA_ITEMS, c->item));
        cli_field_float(&r, c->attention);
        cli_field_double(&r, c->contribution);
        cli_field_double(&r, sum);
    }
    if (shown < a->n) write_term(&r, "other items", a->terms.history - sum, &sum);
    write_term(&r, "bias", a->terms.bias, &sum);
    write_term(&r, "users", a->terms.users, &sum);
    write_term(&r, "popularity", a->terms.popularity, &sum);
    write_term(&r, "centre", a->terms.centre, &sum);
    write_term(&r, "residual", a->terms.residual, &sum);
    sum = 0;
    write_term(&r, "score", a->terms.score, &sum);
    CLI_TRY(cli_output_commit(&out));
done:
    cli_output_abandon(&out);
    return code;
}

static int find_history(cli_histories *h, regatta_ctx *ctx, const regatta_model *model,
                        const options *o)
{
    const cli_history_rules rules = {.path = o->history,
                                     .side = REGATTA_USERS,
                                     .form = o->history_form,
                                     .skip_unknown = o->skip_unknown,
                                     .quiet = o->quiet};
    int code = cli_histories_open(h, ctx, model, &rules, 1);
    if (code == CLI_DONE) code = cli_histories_next(h);
    if (code == CLI_DONE) cli_histories_say(h);
    return code;
}

static int explain(regatta_ctx *ctx, const regatta_model *model, const options *o)
{
    int code = CLI_DONE;
    uint32_t user = 0, item = 0;
    answer a = {.terms = {.struct_size = sizeof a.terms}};
    cli_histories h = CLI_HISTORIES_INIT;
    regatta_query query = {.struct_size = sizeof query, .n = 1};
    regatta_model_info info = {.struct_size = sizeof info};
    regatta_model_get_info(model, &info);
    CLI_TRY(cli_find(model, REGATTA_ITEMS, o->item, "", "", &item));
    if (o->user) {
        CLI_TRY(cli_find(model, REGATTA_USERS, o->user, "", "", &user));
        query.user = &user;
    } else {
        CLI_TRY(find_history(&h, ctx, model, o));
        query.offset = h.offset;
        query.item = h.items.node;
    }
    /* A history is never longer than the items there are. */
    a.because = cli_new(info.n_items, sizeof *a.because);
    if (!a.because) CLI_TRY(cli_no_memory());
    CLI_CALL(regatta_explain(ctx, model, &query, item, a.because, info.n_items, &a.n,
                             &a.terms));
    CLI_TRY(write_answer(model, o, &a));
done:
    free(a.because);
    cli_histories_free(&h);
    return code;
}

int cmd_explain(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    options o = {.n = INT32_MAX};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    const char *const inputs[] = {argv[first], o.history};
    const char *const outputs[] = {o.output};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_context(&ctx, o.threads));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(explain(ctx, model, &o));
done:
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
