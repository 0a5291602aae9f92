/* regatta recommend: the best items for users of the model, or for histories. Works in
 * blocks: memory does not grow with the number of users asked for. */
#include "cli/asking.h"
#include "cli/output/records.h"
#include "cli/output/reordering.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    N_COLUMNS = 4,    /* of a row without --explain */
    EXPLAINED = 16384 /* contributions held at a time */
};

typedef struct options {
    cli_asking asking;
    cli_reordering order;
    uint32_t k, explain, threads;
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
    "unseen user with the interactions before, and may get the later items).\n";

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
        CLI_RECORDS_FORMAT(o->to.format),
        CLI_RECORDS_OUTPUT(o->to.path),
        CLI_THREADS(o->threads),
    };
    const cli_usage usage = {"recommend", "MODEL",          about, 1, 1,
                             table,       CLI_COUNT(table), NULL};
    int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    CLI_TRY(cli_records_format(&o->to.format, o->to.path));
    CLI_TRY(cli_reordering_check(&o->order, o->k));
    CLI_TRY(cli_asking_check(&o->asking));
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

/* A pair of fields for each of the --explain items, empty where there are fewer. */
static void fields_because(job *j, int64_t rank)
{
    cli_records *r = &j->to->records;
    const int64_t most = (int64_t)j->o->explain, place = rank % j->together;
    const regatta_contribution *because = j->because + place * most;
    for (int64_t c = 0; c < most; c++)
        if (c < j->terms[place].n_contributions) {
            cli_field_text(r, item_name(j, because[c].item));
            cli_field_float(r, (float)because[c].contribution);
        } else {
            cli_field_none(r);
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
    cli_text(j->to->out, ",\"because\":[");
    for (int64_t c = 0; c < j->terms[place].n_contributions; c++) {
        cli_text(j->to->out, c ? ",[" : "[");
        cli_json_text(j->to->out, item_name(j, because[c].item));
        cli_text(j->to->out, ",");
        cli_json_real(j->to->out, because[c].contribution, 0);
        cli_text(j->to->out, "]");
    }
    cli_text(j->to->out, "]");
}

static int write_object(job *j, const regatta_query *query, int64_t q, const char *name)
{
    int code = CLI_DONE;
    const int64_t n = count_items(j, q);
    cli_text(j->to->out, "{\"user\":");
    cli_json_text(j->to->out, name);
    cli_text(j->to->out, ",\"items\":[");
    for (int64_t r = 0; r < n; r++) {
        const int64_t cell = q * j->ask.k + r;
        CLI_TRY(explain_item(j, query, q, r, n));
        cli_text(j->to->out, r ? ",{\"item\":" : "{\"item\":");
        cli_json_text(j->to->out, item_name(j, j->items[cell]));
        cli_text(j->to->out, ",\"score\":");
        cli_json_real(j->to->out, (double)j->scores[cell], 1);
        if (j->o->explain) write_because(j, r);
        cli_text(j->to->out, "}");
    }
    cli_text(j->to->out, "]}\n");
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
        CLI_TRY(j->to->format == CLI_JSONL ? write_object(j, query, q, id)
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

/* The names of the columns: those of each row, then because1, contribution1, because2,
 * ..; *text holds the latter. */
static int name_columns(const char ***name, char (**text)[24], uint32_t n_pairs)
{
    static const char *const first[N_COLUMNS] = {"user", "item", "rank", "score"};
    *name = cli_new(N_COLUMNS + 2 * (int64_t)n_pairs, sizeof **name);
    *text = cli_new(2 * (int64_t)n_pairs, sizeof **text);
    if (!*name || !*text) return cli_no_memory();
    for (int i = 0; i < N_COLUMNS; i++) (*name)[i] = first[i];
    for (uint32_t i = 0; i < 2 * n_pairs; i++) {
        snprintf((*text)[i], sizeof **text, "%s%u", i % 2 ? "contribution" : "because",
                 i / 2 + 1);
        (*name)[N_COLUMNS + i] = (*text)[i];
    }
    return CLI_DONE;
}

static int run(job *j)
{
    const cli_answerer who = {answer, refuse, j};
    const uint32_t n_pairs = j->o->explain;
    const char **name = NULL;
    char(*text)[24] = NULL;
    int code = CLI_DONE;
    CLI_TRY(name_columns(&name, &text, n_pairs));
    CLI_TRY(size_block(j));
    CLI_TRY(read_filters(j));
    CLI_TRY(cli_asking_serve(&j->o->asking, j->ctx, j->model, j->block, &who, j->to, name,
                             N_COLUMNS + 2 * (int)n_pairs));
done:
    cli_filters_free(&j->filters);
    free(name);
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
    CLI_TRY(cli_asking_open(&o.asking, argv[first], o.to.path, o.threads, &ctx, &model));
    job j = {.ctx = ctx, .model = model, .o = &o, .to = &o.to};
    CLI_TRY(run(&j));
done:
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    cli_asking_free(&o.asking);
    return code;
}
