/* regatta recommend: the best items for users of the model, or for histories. Works in
 * blocks: memory does not grow with the number of users asked for. */
#include "cli/asking.h"
#include "cli/output/records.h"
#include "cli/output/reordering.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_COLUMNS = 5,    /* of a row without --explain */
    N_PAIR = 3,       /* of an explanation */
    EXPLAINED = 16384 /* contributions held at a time */
};

typedef struct options {
    cli_asking asking;
    cli_reordering order;
    uint32_t k, explain;
    cli_answers to;
} options;

typedef struct job {
    regatta_ctx *ctx;
    const regatta_model *model;
    const options *o;
    cli_answers *to;
    regatta_recommend_options ask;
    cli_filters filters;
    int64_t block; /* queries answered together */
    uint32_t *items;
    float *scores;
    int64_t together; /* items of an answer that are explained by one call */
    /* [together][explain] and [together] of the items being written. */
    regatta_contribution *because;
    regatta_explanation *terms;
} job;

static const char about[] =
    "Prints the best items, by default for all users of the model. Rows are `user\n"
    "item rank score`, tab-separated; the items of the user's history are left out.\n"
    "--history FILE (- for standard input) recommends to unseen users. Each line is a\n"
    "history: `name item item ...` (separated by tabs if the line has one, else by\n"
    "blanks, commas, semicolons or |), {\"user\": name, \"items\": [item, ...]}, or\n"
    "[item, ...] without a name. Items are in order, the latest last; \"times\":\n"
    "[seconds, ...] may stand beside \"items\", and then \"at\": the moment at which\n"
    "the line asks, as --at for all lines. FILE may also be a table with one\n"
    "interaction on each row, in any format that train reads. JSON lines are\n"
    "{\"user\":..,\"items\":[{\"item\":..,\"score\":..,\"because\":[[item,contribution],."
    ".]}]}.\n"
    "\n"
    "With --stream each line is answered before the next is read, and in TSV and CSV\n"
    "an empty line ends each answer. Unknown items of a history are left out. An\n"
    "invalid line (an unknown user, broken JSON) has a message on stderr and an\n"
    "answer without items, in JSON lines {\"line\":..,\"error\":..}; the exit code is\n"
    "then 3.\n"
    "\n"
    "--at TIME answers as of that moment, for data with times: recent interactions\n"
    "count more, and what a user did later is left out (they are then answered as an\n"
    "unseen user with the interactions before, and may get the later items).\n"
    "\n"
    "With a slash at its end the output is a new folder with a part for each rank of\n"
    "regatta-mpi, part-00000-of-00001.tsv; in order they have the bytes of one file.\n";

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "k",
         .letter = 'k',
         .kind = CLI_U32,
         .value = &o->k,
         .min = 1,
         .max = INT32_MAX,
         .argument = "N",
         .help = "Return N items for each query"},
        CLI_ASKING_ROWS(&o->asking),
        CLI_REORDERING_ROWS(o->order),
        {.name = "explain",
         .kind = CLI_U32,
         .value = &o->explain,
         .max = 1000,
         .argument = "N",
         .help = "Add the N items of the history that change each score most, and their "
                 "contributions: two more fields for each of them"},
        CLI_RECORDS_ROWS(o->to.where),
        CLI_MACHINE(o->asking.machine),
    };
    const cli_usage usage = {"recommend", "MODEL",          about, 1, 1,
                             table,       CLI_COUNT(table), NULL};
    int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    CLI_TRY(cli_reordering_check(&o->order, o->k));
    CLI_TRY(cli_asking_check(&o->asking, &o->to.where));
done:
    return code;
}

/* Returns the q-th query of `query`; offset[2] receives the offsets of a history. */
static regatta_query single(const regatta_query *query, int64_t q, int64_t offset[2])
{
    regatta_query one = {.struct_size = sizeof one, .n = 1};
    if (query->at) one.at = query->at + q;
    if (query->user) {
        one.user = query->user + q;
        return one;
    }
    offset[0] = 0;
    offset[1] = query->offset[q + 1] - query->offset[q];
    one.offset = offset;
    one.item = query->item + query->offset[q];
    if (query->time) one.time = query->time + query->offset[q];
    return one;
}

/* The items of query q's answer, which end in the first that is none. */
static int64_t count_items(const job *j, int64_t q)
{
    int64_t n = 0;
    while (n < j->ask.k && j->items[q * j->ask.k + n] != REGATTA_NONE) n++;
    return n;
}

/* Explains item `rank` of the n of query q's answer, together with those that follow:
 * the catalogue is scored once for all of them. Nothing without --explain. */
static int explain_item(job *j, const regatta_query *query, int64_t q, int64_t rank,
                        int64_t n)
{
    int64_t offset[2];
    if (!j->o->explain || rank % j->together != 0) return CLI_DONE;
    const regatta_query one = single(query, q, offset);
    const int64_t left = n - rank;
    j->because->struct_size = sizeof *j->because;
    j->terms->struct_size = sizeof *j->terms;
    return cli_status(
        j->ctx, regatta_explain(j->ctx, j->model, &one, j->items + q * j->ask.k + rank,
                                left < j->together ? left : j->together, j->because,
                                (int64_t)j->o->explain, j->terms));
}

static const char *item_name(const job *j, uint32_t item)
{
    return regatta_model_name(j->model, REGATTA_ITEMS, item);
}

/* An item, its title and its contribution for each of the --explain items, empty where
 * there are fewer. */
static void fields_because(job *j, int64_t rank)
{
    cli_records *r = &j->to->records;
    const int64_t most = (int64_t)j->o->explain, place = rank % j->together;
    const regatta_contribution *because = j->because + place * most;
    for (int64_t c = 0; c < most; c++)
        if (c < j->terms[place].n_contributions) {
            cli_field_text(r, item_name(j, because[c].item));
            cli_field_title(r, &j->to->titles, because[c].item);
            cli_field_float(r, (float)because[c].contribution);
        } else {
            cli_field_none(r);
            if (cli_has_titles(&j->to->titles)) cli_field_none(r);
            cli_field_none(r);
        }
}

static int write_rows(job *j, const regatta_query *query, int64_t q, const char *name)
{
    int code = CLI_DONE;
    const int64_t n = count_items(j, q);
    for (int64_t r = 0; r < n; r++) {
        const int64_t cell = q * j->ask.k + r;
        CLI_TRY(explain_item(j, query, q, r, n));
        cli_field_text(&j->to->records, name);
        cli_field_text(&j->to->records, item_name(j, j->items[cell]));
        cli_field_title(&j->to->records, &j->to->titles, j->items[cell]);
        cli_field_whole(&j->to->records, r + 1);
        cli_field_float(&j->to->records, j->scores[cell]);
        if (j->o->explain) fields_because(j, r);
    }
done:
    return code;
}

static void write_because(job *j, int64_t rank)
{
    const int64_t place = rank % j->together;
    const regatta_contribution *because = j->because + place * (int64_t)j->o->explain;
    cli_text(j->to->records.out, ",\"because\":[");
    for (int64_t c = 0; c < j->terms[place].n_contributions; c++) {
        cli_text(j->to->records.out, c ? ",[" : "[");
        cli_json_text(j->to->records.out, item_name(j, because[c].item));
        cli_text(j->to->records.out, ",");
        cli_json_real(j->to->records.out, because[c].contribution, 0);
        cli_json_title_element(j->to->records.out, &j->to->titles, because[c].item);
        cli_text(j->to->records.out, "]");
    }
    cli_text(j->to->records.out, "]");
}

static int write_object(job *j, const regatta_query *query, int64_t q, const char *name)
{
    int code = CLI_DONE;
    const int64_t n = count_items(j, q);
    cli_text(j->to->records.out, "{\"user\":");
    cli_json_text(j->to->records.out, name);
    cli_text(j->to->records.out, ",\"items\":[");
    for (int64_t r = 0; r < n; r++) {
        const int64_t cell = q * j->ask.k + r;
        CLI_TRY(explain_item(j, query, q, r, n));
        cli_text(j->to->records.out, r ? ",{\"item\":" : "{\"item\":");
        cli_json_text(j->to->records.out, item_name(j, j->items[cell]));
        cli_json_title(j->to->records.out, &j->to->titles, j->items[cell]);
        cli_text(j->to->records.out, ",\"score\":");
        cli_json_real(j->to->records.out, (double)j->scores[cell], 1);
        if (j->o->explain) write_because(j, r);
        cli_text(j->to->records.out, "}");
    }
    cli_text(j->to->records.out, "]}\n");
done:
    return code;
}

static int answer(void *state, const regatta_query *query, char *const *name)
{
    int code = CLI_DONE;
    job *j = state;
    regatta_ctx *ctx = j->ctx;
    CLI_CALL(regatta_recommend(ctx, j->model, query, &j->ask, j->items, j->scores));
    for (int64_t q = 0; q < query->n; q++) {
        const char *id = cli_asker(j->model, query, name, q);
        j->to->n_empty += j->items[q * j->ask.k] == REGATTA_NONE;
        CLI_TRY(j->to->where.format == CLI_JSONL ? write_object(j, query, q, id)
                                                 : write_rows(j, query, q, id));
    }
    code = cli_answer_end(&j->o->asking, j->to);
done:
    return code;
}

static int refuse(void *state, int64_t line, const char *words)
{
    job *j = state;
    return cli_answer_refused(&j->o->asking, j->to, line, words);
}

/* Buffers for a block of queries; k is cut to the number of items. */
static int size_block(job *j)
{
    const regatta_model_info info = cli_model_info(j->model);
    j->ask = (regatta_recommend_options)REGATTA_RECOMMEND_OPTIONS_INIT;
    j->ask.k = j->o->k < info.n_items ? j->o->k : info.n_items;
    j->ask.keep_seen = j->o->asking.keep_seen;
    j->ask.mmr = j->o->order.mmr;
    j->ask.popularity_penalty = j->o->order.popularity_penalty;
    j->ask.pool = j->o->order.pool;
    j->block = cli_asking_block(&j->o->asking, j->ask.k);
    j->items = cli_new(j->block * j->ask.k, sizeof *j->items);
    j->scores = cli_new(j->block * j->ask.k, sizeof *j->scores);
    j->together = EXPLAINED / (j->o->explain ? j->o->explain : 1);
    if (j->together > j->ask.k) j->together = j->ask.k;
    j->because = cli_new(j->together * j->o->explain, sizeof *j->because);
    j->terms = cli_new(j->together, sizeof *j->terms);
    return j->items && j->scores && j->because && j->terms ? CLI_DONE : cli_no_memory();
}

static int read_filters(job *j)
{
    const cli_filters *f = &j->filters;
    const cli_asking *a = &j->o->asking;
    const int code = cli_filters_read(&j->filters, j->model, REGATTA_ITEMS, a->only,
                                      a->exclude, cli_asking_list_rules(a));
    j->ask.only = f->only.node;
    j->ask.n_only = f->only.n;
    j->ask.exclude = f->exclude.node;
    j->ask.n_exclude = f->exclude.n;
    return code;
}

/* The columns: those of each row, then because1, contribution1, because2, ..; a title
 * follows each item. *text holds the names of the latter. Returns how many. */
static int make_columns(const job *j, cli_column **columns, char (**text)[24])
{
    static const cli_column first[N_COLUMNS] = {{"user", CLI_COLUMN_TEXT},
                                                {"item", CLI_COLUMN_TEXT},
                                                {"title", CLI_COLUMN_TEXT},
                                                {"rank", CLI_COLUMN_WHOLE},
                                                {"score", CLI_COLUMN_FLOAT}};
    static const cli_column pair[N_PAIR] = {{"because", CLI_COLUMN_TEXT},
                                            {"title", CLI_COLUMN_TEXT},
                                            {"contribution", CLI_COLUMN_FLOAT}};
    cli_column each[N_PAIR];
    const uint32_t n_pairs = j->o->explain;
    const int n_each = cli_title_columns(each, pair, N_PAIR, &j->to->titles);
    *columns = cli_new(N_COLUMNS + N_PAIR * (int64_t)n_pairs, sizeof **columns);
    *text = cli_new(N_PAIR * (int64_t)n_pairs, sizeof **text);
    if (!*columns || !*text) return 0;
    int n = cli_title_columns(*columns, first, N_COLUMNS, &j->to->titles);
    char(*name)[24] = *text;
    for (uint32_t p = 1; p <= n_pairs; p++)
        for (int c = 0; c < n_each; c++, name++) {
            if (strcmp(each[c].name, "title") == 0)
                snprintf(*name, sizeof *name, "because%u_title", p);
            else
                snprintf(*name, sizeof *name, "%s%u", each[c].name, p);
            (*columns)[n++] = (cli_column){*name, each[c].kind};
        }
    return n;
}

static int run(job *j)
{
    const cli_answerer who = {answer, refuse, j};
    cli_column *columns = NULL;
    char(*text)[24] = NULL;
    int code = CLI_DONE;
    const int n = make_columns(j, &columns, &text);
    if (n == 0) CLI_TRY(cli_no_memory());
    CLI_TRY(size_block(j));
    CLI_TRY(read_filters(j));
    CLI_TRY(cli_asking_serve(&j->o->asking, j->ctx, j->model, j->block, &who, j->to,
                             columns, n));
done:
    cli_filters_free(&j->filters);
    free(columns);
    free(text);
    free(j->items);
    free(j->scores);
    free(j->because);
    free(j->terms);
    return code;
}

int cmd_recommend(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    options o = {.asking = CLI_ASKING_INIT, .order = CLI_REORDERING_INIT, .k = 20};
    CLI_TRY(parse(&o, argc, argv, &first));
    if (first < 0) goto done;
    CLI_TRY(cli_asking_open(&o.asking, argv[first], &o.to, &ctx, &model));
    job j = {.ctx = ctx, .model = model, .o = &o, .to = &o.to};
    CLI_TRY(run(&j));
done:
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    cli_titles_free(&o.to.titles);
    cli_asking_free(&o.asking);
    return code;
}
