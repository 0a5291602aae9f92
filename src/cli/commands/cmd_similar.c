/* regatta similar: list users or items similar to one, to each of a list, or to unseen
 * ones. Works in blocks, so memory does not grow with the length of a list. */
#include "cli/input/histories.h"
#include "cli/input/new_nodes.h"
#include "cli/option_table.h"
#include "cli/output/meter.h"
#include "cli/output/records.h"
#include "cli/titles.h"
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK = 256, MAX_CELLS = 1 << 22 };

typedef struct options {
    const char *item, *user, *items, *users, *history, *item_history, *only, *exclude;
    const char *names;
    cli_destination where;
    cli_machine machine;
    uint32_t k, by, skip_unknown, strict, history_form, quiet;
    cli_new_nodes fresh;
} options;

typedef struct job {
    regatta_ctx *ctx;
    const regatta_model *model;
    const options *o;
    regatta_side side;
    regatta_similar_options ask;
    cli_filters filters;
    cli_records records;
    cli_titles titles;
    int one; /* 1: a single node, whose name is not repeated in each row */
    int64_t block;
    cli_meter meter;
    int64_t n_done;
    uint32_t *node;
    float *cosine;
} job;

static const char about[] =
    "Prints the most similar items or users. Rows are `item rank score` (or `user\n"
    "rank score`) for one id, `query item rank score` for a list, tab-separated,\n"
    "without the id itself. Lists have one id on each line. --history finds users\n"
    "similar to an unseen user; each line is a history as in `regatta recommend\n"
    "--history`. --item-history finds items similar to a new item, given by its users:\n"
    "`name user user ...` or {\"item\": name, \"users\": [user, ...]}. FILE may be -\n"
    "for standard input. The score is a cosine of vectors, of the items' rows of\n"
    "attention, or of histories; auto takes the first of them that the model has. By\n"
    "attention and history, users and items with nothing in common are not listed.\n";

#define SIMILAR_LIST(key, short_letter, field, name_of, words)                           \
    {                                                                                    \
        .name = (key), .letter = (short_letter), .kind = CLI_STRING, .value = &(field),  \
        .argument = (name_of), .help = (words), .shown = "none"                          \
    }

/* Checks the options together. */
static int check(options *o)
{
    int code = cli_destination_check(&o->where);
    if (code != CLI_DONE) return code;
    const int n = !!o->item + !!o->user + !!o->items + !!o->users + !!o->history +
                  !!o->item_history;
    if (n != 1)
        return cli_error(CLI_USAGE,
                         "exactly one of --item, --user, --items, --users, --history "
                         "and --item-history is needed");
    if (o->names && (o->user || o->users || o->history))
        return cli_error(CLI_USAGE, "--names has no effect on users: it names items");
    const int has_history = o->history || o->item_history;
    code = cli_strict_check(o->strict, o->skip_unknown,
                            has_history || o->items || o->users || o->only || o->exclude);
    if (code != CLI_DONE) return code;
    return cli_histories_check(o->history_form, o->skip_unknown, has_history);
}

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        SIMILAR_LIST("item", 'i', o->item, "ID", "List items similar to this item"),
        SIMILAR_LIST("user", 'u', o->user, "ID", "List users similar to this user"),
        SIMILAR_LIST("items", 0, o->items, "FILE",
                     "List items similar to each item of a list"),
        SIMILAR_LIST("users", 0, o->users, "FILE",
                     "List users similar to each user of a list"),
        SIMILAR_LIST("history", 0, o->history, "FILE", "List users similar to histories"),
        SIMILAR_LIST("item-history", 0, o->item_history, "FILE",
                     "List items similar to new items, given by their users"),
        {.name = "k",
         .letter = 'k',
         .kind = CLI_U32,
         .value = &o->k,
         .min = 1,
         .max = INT32_MAX,
         .argument = "N",
         .help = "List N for each query"},
        {.name = "by",
         .kind = CLI_CHOICE,
         .value = &o->by,
         .choices = "auto|vectors|attention|history",
         .argument = "WHAT",
         .help = "Compare by the cosine of these"},
        SIMILAR_LIST("only", 0, o->only, "FILE",
                     "Return only these, one id on each line"),
        SIMILAR_LIST("exclude", 0, o->exclude, "FILE",
                     "Exclude these, one id on each line"),
        CLI_HISTORY_ROWS(o->history_form, o->skip_unknown, "ids"),
        CLI_STRICT(o->strict),
        CLI_NAMES(o->names),
        CLI_RECORDS_ROWS(o->where),
        CLI_NEW_NODES_ROWS(o->fresh),
        CLI_MACHINE(o->machine),
        CLI_LIMIT_BYTES(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    const cli_usage usage = {"similar",
                             "MODEL --item ID | --user ID | LISTS",
                             about,
                             1,
                             1,
                             table,
                             CLI_COUNT(table),
                             NULL};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    return check(o);
}

/* Answers one block; name[q] are those of lists that are folded in, NULL: of nodes. */
static int answer(job *j, const regatta_query *query, char *const *name)
{
    int code = CLI_DONE;
    regatta_ctx *ctx = j->ctx;
    const int64_t k = j->ask.k;
    CLI_CALL(regatta_similar(ctx, j->model, query, &j->ask, j->node, j->cosine));
    for (int64_t q = 0; q < query->n; q++) {
        const char *id =
            name ? name[q] : regatta_model_name(j->model, j->side, query->user[q]);
        for (int64_t r = 0; r < k && j->node[q * k + r] != REGATTA_NONE; r++) {
            if (!j->one) cli_field_text(&j->records, id);
            cli_field_text(&j->records,
                           regatta_model_name(j->model, j->side, j->node[q * k + r]));
            cli_field_title(&j->records, &j->titles, j->node[q * k + r]);
            cli_field_whole(&j->records, r + 1);
            cli_field_float(&j->records, j->cosine[q * k + r]);
        }
    }
    CLI_TRY(cli_records_flush(&j->records));
    cli_meter_step(&j->meter, j->n_done += query->n);
done:
    return code;
}

static int for_nodes(job *j, const cli_nodes *list)
{
    int code = CLI_DONE;
    for (int64_t at = 0; at < list->n; at += j->block) {
        const int64_t left = list->n - at;
        const regatta_query query = {.struct_size = sizeof query,
                                     .n = left < j->block ? left : j->block,
                                     .user = list->node + at,
                                     .side = (uint32_t)j->side};
        CLI_TRY(answer(j, &query, NULL));
    }
done:
    return code;
}

static int for_histories(job *j)
{
    int code = CLI_DONE;
    const options *o = j->o;
    const cli_history_rules rules = {.path = o->history ? o->history : o->item_history,
                                     .side = j->side,
                                     .form = o->history_form,
                                     .skip_unknown = o->skip_unknown,
                                     .strict = o->strict,
                                     .quiet = o->quiet};
    cli_histories h = CLI_HISTORIES_INIT;
    CLI_TRY(cli_histories_open(&h, j->ctx, j->model, &rules, j->block));
    for (;;) {
        CLI_TRY(cli_histories_next(&h));
        if (h.n == 0) break;
        const regatta_query query = cli_histories_query(&h);
        CLI_TRY(answer(j, &query, h.name));
    }
    cli_histories_say(&h);
done:
    cli_histories_free(&h);
    return code;
}

/* Returns the rules for lists of ids. */
static cli_list_rules list_rules(const options *o)
{
    return (cli_list_rules){o->strict, o->quiet};
}

/* Allocates the buffers of a block of queries, cuts k to the number of nodes, and
 * reads the filters. */
static int prepare(job *j)
{
    int code = CLI_DONE;
    const regatta_model_info info = cli_model_info(j->model);
    const uint32_t n = j->side == REGATTA_USERS ? info.n_users : info.n_items;
    j->ask = (regatta_similar_options)REGATTA_SIMILAR_OPTIONS_INIT;
    j->ask.k = j->o->k < n ? j->o->k : n;
    j->ask.by = j->o->by;
    j->block = MAX_CELLS / (int64_t)j->ask.k;
    if (j->block > BLOCK) j->block = BLOCK;
    if (j->block < 1) j->block = 1;
    j->node = cli_new(j->block * j->ask.k, sizeof *j->node);
    j->cosine = cli_new(j->block * j->ask.k, sizeof *j->cosine);
    if (!j->node || !j->cosine) CLI_TRY(cli_no_memory());
    const cli_filters *f = &j->filters;
    CLI_TRY(cli_filters_read(&j->filters, j->model, j->side, j->o->only, j->o->exclude,
                             list_rules(j->o)));
    j->ask.only = f->only.node;
    j->ask.n_only = f->only.n;
    j->ask.exclude = f->exclude.node;
    j->ask.n_exclude = f->exclude.n;
done:
    return code;
}

/* Adds the nodes that the options name to `list`. */
static int gather(const job *j, cli_nodes *list)
{
    int code = CLI_DONE;
    uint32_t node = 0;
    const options *o = j->o;
    const char *id = o->user ? o->user : o->item, *path = o->users ? o->users : o->items;
    if (id) {
        CLI_TRY(cli_find(j->model, j->side, id, "", "", &node));
        CLI_TRY(cli_nodes_add(list, node));
    }
    if (path) code = cli_nodes_read(list, j->model, j->side, path, 1, list_rules(o));
done:
    return code;
}

static int run(job *j)
{
    int code = CLI_DONE;
    const options *o = j->o;
    const char *kind = j->side == REGATTA_USERS ? "user" : "item";
    const cli_column columns[] = {{"query", CLI_COLUMN_TEXT},
                                  {kind, CLI_COLUMN_TEXT},
                                  {"title", CLI_COLUMN_TEXT},
                                  {"rank", CLI_COLUMN_WHOLE},
                                  {"score", CLI_COLUMN_FLOAT}};
    cli_column own[CLI_COUNT(columns)];
    cli_nodes list = {NULL, 0, 0};
    CLI_TRY(prepare(j));
    CLI_TRY(gather(j, &list));
    CLI_TRY(cli_titles_read(j->ctx, &j->titles, j->model, o->names, o->quiet));
    const int n = cli_title_columns(own, columns, CLI_COUNT(columns), &j->titles);
    CLI_TRY(
        cli_records_open(&j->records, j->ctx, &o->where, own + j->one, n - j->one, 0));
    cli_meter_begin(&j->meter, "answer",
                    list.n ? (j->side == REGATTA_USERS ? "users" : "items") : "histories",
                    list.n, (int)o->quiet);
    code = list.n ? for_nodes(j, &list) : for_histories(j);
    cli_meter_end(&j->meter, j->n_done);
    if (code != CLI_DONE) goto done;
    CLI_TRY(cli_records_commit(&j->records));
done:
    cli_records_abandon(&j->records);
    cli_titles_free(&j->titles);
    free(list.node);
    cli_filters_free(&j->filters);
    free(j->node);
    free(j->cosine);
    return code;
}

int cmd_similar(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    options o = {.k = 20};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) goto done;
    const char *const inputs[] = {argv[first],    o.items, o.users,   o.history,
                                  o.item_history, o.only,  o.exclude, o.names};
    const char *const outputs[] = {o.where.path};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(cli_new_nodes_add(ctx, &model, &o.fresh, (int)o.quiet));
    if (o.by == REGATTA_SIMILARITY_VECTORS) CLI_TRY(cli_need_vectors(model, argv[first]));
    job j = {.ctx = ctx, .model = model, .o = &o, .one = o.item || o.user};
    j.side = o.item || o.items || o.item_history ? REGATTA_ITEMS : REGATTA_USERS;
    CLI_TRY(run(&j));
done:
    cli_new_nodes_free(&o.fresh);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
