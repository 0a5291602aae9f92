/* regatta recommend: the best items for users of the model, or for histories. Works in
 * blocks: memory does not grow with the number of users asked for. */
#include "cli/ids.h"
#include "cli/option_table.h"
#include "cli/records.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CELLS = 1 << 22 };

typedef struct options {
    uint32_t k, keep_seen, format, explain, block, skip_unknown, threads, quiet;
    const char *users, *history, *only, *exclude, *output;
    cli_strings user;
} options;

typedef struct job {
    regatta_ctx *ctx;
    const regatta_model *model;
    const options *o;
    regatta_recommend_options ask;
    cli_output *out;
    cli_records records;
    cli_nodes only, exclude;
    int64_t block; /* queries answered together */
    uint32_t *items;
    float *scores;
    regatta_contribution *because;
} job;

static const char about[] =
    "Prints the best items, by default for all users of the model: `user item rank\n"
    "score`, tab-separated; items the user has are left out. A history needs no user of\n"
    "the model: FILE (- is standard input) has a line each, `name item item ...` (split\n"
    "at tabs where there is one) or {\"user\": name, \"items\": [item, ...]}. JSON "
    "lines\n"
    "are "
    "{\"user\":..,\"items\":[{\"item\":..,\"score\":..,\"because\":[[item,share],..]}]}."
    "\n";

/* Whom to answer, and which items may come. */
#define ASKING_ROWS(o)                                                                   \
    {.name = "user",                                                                     \
     .letter = 'u',                                                                      \
     .kind = CLI_STRINGS,                                                                \
     .value = &(o)->user,                                                                \
     .argument = "ID",                                                                   \
     .help = "for this user; may be repeated"},                                          \
        {.name = "users",                                                                \
         .kind = CLI_STRING,                                                             \
         .value = &(o)->users,                                                           \
         .argument = "FILE",                                                             \
         .help = "for the users of a list, one id a line",                               \
         .shown = "all users"},                                                          \
        {.name = "history",                                                              \
         .kind = CLI_STRING,                                                             \
         .value = &(o)->history,                                                         \
         .argument = "FILE",                                                             \
         .help = "for histories",                                                        \
         .shown = "none"},                                                               \
        {.name = "skip-unknown",                                                         \
         .kind = CLI_FLAG,                                                               \
         .value = &(o)->skip_unknown,                                                    \
         .help = "leave unknown items of a history out instead of refusing it"},         \
        {.name = "only-items",                                                           \
         .kind = CLI_STRING,                                                             \
         .value = &(o)->only,                                                            \
         .argument = "FILE",                                                             \
         .help = "nothing but these, one id a line",                                     \
         .shown = "all items"},                                                          \
        {.name = "exclude-items",                                                        \
         .kind = CLI_STRING,                                                             \
         .value = &(o)->exclude,                                                         \
         .argument = "FILE",                                                             \
         .help = "never these, one id a line",                                           \
         .shown = "none"},                                                               \
    {                                                                                    \
        .name = "keep-seen", .kind = CLI_FLAG, .value = &(o)->keep_seen,                 \
        .help = "items of the history may come back"                                     \
    }

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
         .help = "items for each"},
        ASKING_ROWS(o),
        {.name = "explain",
         .kind = CLI_U32,
         .value = &o->explain,
         .max = 1000,
         .argument = "N",
         .help = "with the N items of the history that add most to "
                 "each score: a last field `item:share item:share ..`"},
        CLI_RECORDS_FORMAT(o->format),
        CLI_RECORDS_OUTPUT(o->output),
        {.name = "block",
         .kind = CLI_U32,
         .value = &o->block,
         .min = 1,
         .max = 65536,
         .argument = "N",
         .help = "answered together; 1 answers each line of --history - at once"},
        CLI_THREADS(o->threads),
        CLI_QUIET(o->quiet),
    };
    const cli_usage usage = {"recommend", "MODEL", about, 1, 1, table, CLI_COUNT(table)};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    if (o->history && (o->users || o->user.n))
        return cli_error(CLI_USAGE, "--history and --user or --users exclude each other");
    return CLI_DONE;
}

/* The part of `query` that is its q-th alone; offset[2] holds a history's. */
static regatta_query single(const regatta_query *query, int64_t q, int64_t offset[2])
{
    regatta_query one = {.struct_size = sizeof one, .n = 1};
    if (query->user) {
        one.user = query->user + q;
        return one;
    }
    offset[0] = 0;
    offset[1] = query->offset[q + 1] - query->offset[q];
    one.offset = offset;
    one.item = query->item + query->offset[q];
    return one;
}

static int because_of(job *j, const regatta_query *query, int64_t q, uint32_t item,
                      int64_t *n)
{
    int64_t offset[2];
    const regatta_query one = single(query, q, offset);
    regatta_explanation terms = {.struct_size = sizeof terms};
    return cli_status(j->ctx, regatta_explain(j->ctx, j->model, &one, item, j->because,
                                              (int64_t)j->o->explain, n, &terms));
}

static const char *item_name(const job *j, uint32_t item)
{
    return regatta_model_name(j->model, REGATTA_ITEMS, item);
}

/* "item:share item:share ..." as one field. */
static int field_because(job *j, int64_t n)
{
    size_t room = 1, at = 0;
    for (int64_t c = 0; c < n; c++) room += strlen(item_name(j, j->because[c].item)) + 42;
    char *text = cli_new((int64_t)room, 1);
    if (!text) return cli_no_memory();
    for (int64_t c = 0; c < n; c++) {
        char number[40];
        cli_real_text(number, (double)(float)j->because[c].contribution, 1);
        at += (size_t)snprintf(text + at, room - at, "%s%s:%s", c ? " " : "",
                               item_name(j, j->because[c].item), number);
    }
    cli_field_text(&j->records, text);
    free(text);
    return CLI_DONE;
}

static int write_rows(job *j, const regatta_query *query, int64_t q, const char *name)
{
    int code = CLI_DONE;
    for (int64_t r = 0; r < j->ask.k; r++) {
        const int64_t cell = q * j->ask.k + r;
        int64_t n = 0;
        if (j->items[cell] == REGATTA_NONE) break;
        cli_field_text(&j->records, name);
        cli_field_text(&j->records, item_name(j, j->items[cell]));
        cli_field_whole(&j->records, r + 1);
        cli_field_float(&j->records, j->scores[cell]);
        if (!j->o->explain) continue;
        CLI_TRY(because_of(j, query, q, j->items[cell], &n));
        CLI_TRY(field_because(j, n));
    }
done:
    return code;
}

static int write_object(job *j, const regatta_query *query, int64_t q, const char *name)
{
    int code = CLI_DONE;
    cli_text(j->out, "{\"user\":");
    cli_json_text(j->out, name);
    cli_text(j->out, ",\"items\":[");
    for (int64_t r = 0; r < j->ask.k; r++) {
        const int64_t cell = q * j->ask.k + r;
        int64_t n = 0;
        if (j->items[cell] == REGATTA_NONE) break;
        cli_text(j->out, r ? ",{\"item\":" : "{\"item\":");
        cli_json_text(j->out, item_name(j, j->items[cell]));
        cli_text(j->out, ",\"score\":");
        cli_json_real(j->out, (double)j->scores[cell], 1);
        if (j->o->explain) {
            CLI_TRY(because_of(j, query, q, j->items[cell], &n));
            cli_text(j->out, ",\"because\":[");
        }
        for (int64_t c = 0; c < n; c++) {
            cli_text(j->out, c ? ",[" : "[");
            cli_json_text(j->out, item_name(j, j->because[c].item));
            cli_text(j->out, ",");
            cli_json_real(j->out, j->because[c].contribution, 0);
            cli_text(j->out, "]");
        }
        cli_text(j->out, j->o->explain ? "]}" : "}");
    }
    cli_text(j->out, "]}\n");
done:
    return code;
}

/* Answers one block; name[q] are those of histories. */
static int answer(job *j, const regatta_query *query, char *const *name)
{
    int code = CLI_DONE;
    regatta_ctx *ctx = j->ctx;
    CLI_CALL(regatta_recommend(ctx, j->model, query, &j->ask, j->items, j->scores));
    for (int64_t q = 0; q < query->n; q++) {
        const char *id = query->user
                             ? regatta_model_name(j->model, REGATTA_USERS, query->user[q])
                             : name[q];
        CLI_TRY(j->o->format == CLI_JSONL ? write_object(j, query, q, id)
                                          : write_rows(j, query, q, id));
    }
    CLI_TRY(cli_output_flush(j->out));
done:
    return code;
}

static int for_histories(job *j, cli_lines *in)
{
    int code = CLI_DONE;
    int64_t n = 0;
    cli_histories h = {0};
    CLI_TRY(cli_histories_create(&h, j->block, (int)j->o->skip_unknown));
    for (;;) {
        CLI_TRY(cli_histories_next(&h, in, j->model));
        if (h.n == 0) break;
        const regatta_query query = {.struct_size = sizeof query,
                                     .n = h.n,
                                     .offset = h.offset,
                                     .item = h.items.node};
        CLI_TRY(answer(j, &query, h.name));
        n += h.n;
    }
    if (n == 0) code = cli_error(CLI_INPUT, "%s: no history in it", in->name);
    if (h.n_unknown && !j->o->quiet)
        fprintf(stderr, "  left out %lld unknown items\n", (long long)h.n_unknown);
done:
    cli_histories_free(&h);
    return code;
}

/* The numbers of the users asked for. */
static int gather_users(const job *j, cli_nodes *users)
{
    int code = CLI_DONE;
    uint32_t node = 0;
    for (int64_t i = 0; i < j->o->user.n; i++) {
        CLI_TRY(cli_find(j->model, REGATTA_USERS, j->o->user.value[i], "", &node));
        CLI_TRY(cli_nodes_add(users, node));
    }
    if (j->o->users) {
        CLI_TRY(cli_nodes_read(users, j->model, REGATTA_USERS, j->o->users));
        if (users->n == 0) code = cli_error(CLI_INPUT, "%s: no user in it", j->o->users);
    } else if (users->n == 0) {
        regatta_model_info info = {.struct_size = sizeof info};
        regatta_model_get_info(j->model, &info);
        for (uint32_t u = 0; u < info.n_users; u++) CLI_TRY(cli_nodes_add(users, u));
    }
done:
    return code;
}

static int for_users(job *j, const cli_nodes *users)
{
    int code = CLI_DONE;
    for (int64_t at = 0; at < users->n; at += j->block) {
        const int64_t left = users->n - at;
        const regatta_query query = {.struct_size = sizeof query,
                                     .n = left < j->block ? left : j->block,
                                     .user = users->node + at};
        CLI_TRY(answer(j, &query, NULL));
    }
done:
    return code;
}

/* Buffers for a block of queries; k is cut to the number of items. */
static int size_block(job *j)
{
    regatta_model_info info = {.struct_size = sizeof info};
    regatta_model_get_info(j->model, &info);
    j->ask = (regatta_recommend_options)REGATTA_RECOMMEND_OPTIONS_INIT;
    j->ask.k = j->o->k < info.n_items ? j->o->k : info.n_items;
    j->ask.keep_seen = j->o->keep_seen;
    const int64_t most = MAX_CELLS / (int64_t)j->ask.k;
    j->block = most < j->o->block ? most : j->o->block;
    if (j->block < 1) j->block = 1;
    j->items = cli_new(j->block * j->ask.k, sizeof *j->items);
    j->scores = cli_new(j->block * j->ask.k, sizeof *j->scores);
    j->because = cli_new(j->o->explain, sizeof *j->because);
    return j->items && j->scores && j->because ? CLI_DONE : cli_no_memory();
}

static int read_filters(job *j)
{
    int code = CLI_DONE;
    if (j->o->only) {
        CLI_TRY(cli_nodes_read(&j->only, j->model, REGATTA_ITEMS, j->o->only));
        if (j->only.n == 0)
            CLI_TRY(cli_error(CLI_INPUT, "%s: no item in it", j->o->only));
    }
    if (j->o->exclude)
        CLI_TRY(cli_nodes_read(&j->exclude, j->model, REGATTA_ITEMS, j->o->exclude));
    j->ask.only = j->o->only ? j->only.node : NULL;
    j->ask.n_only = j->only.n;
    j->ask.exclude = j->exclude.n ? j->exclude.node : NULL;
    j->ask.n_exclude = j->exclude.n;
done:
    return code;
}

static int run(job *j)
{
    static const char *const names[] = {"user", "item", "rank", "score", "because"};
    int code = CLI_DONE;
    cli_nodes users = {NULL, 0, 0};
    cli_lines in = {.file = NULL};
    CLI_TRY(size_block(j));
    CLI_TRY(read_filters(j));
    if (j->o->history)
        CLI_TRY(cli_lines_open(&in, j->o->history));
    else
        CLI_TRY(gather_users(j, &users));
    CLI_TRY(cli_output_open(&j->out, j->o->output));
    if (j->o->format != CLI_JSONL)
        cli_records_begin(&j->records, j->out, j->o->format, names,
                          j->o->explain ? 5 : 4);
    CLI_TRY(j->o->history ? for_histories(j, &in) : for_users(j, &users));
    CLI_TRY(cli_output_commit(&j->out));
done:
    cli_output_abandon(&j->out);
    cli_lines_close(&in);
    free(users.node);
    free(j->only.node);
    free(j->exclude.node);
    free(j->items);
    free(j->scores);
    free(j->because);
    return code;
}

int cmd_recommend(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    options o = {.k = 20, .block = 1024};
    CLI_TRY(parse(&o, argc, argv, &first));
    if (first < 0) goto done;
    CLI_TRY(cli_not_same(argv[first], o.output));
    CLI_TRY(cli_context(&ctx, o.threads));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    job j = {.ctx = ctx, .model = model, .o = &o};
    CLI_TRY(run(&j));
done:
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    free(o.user.value);
    return code;
}
