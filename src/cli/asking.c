#include "cli/asking.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CELLS = 1 << 22 }; /* of the answers of a block */

int cli_asking_check(cli_asking *a, cli_destination *where)
{
    int code = cli_destination_check(where);
    if (code != CLI_DONE) return code;
    if (cli_rank_parts_asked(where->path) && (a->history || a->stream))
        return cli_error(CLI_USAGE,
                         "-o %s: parts are of users of the model: --history and --stream "
                         "write one file",
                         where->path);
    if (a->stream && where->to)
        return cli_error(CLI_USAGE, "--stream answers line by line; --to writes all rows "
                                    "at once: choose one");
    if (a->history && (a->users || a->user.n))
        return cli_error(CLI_USAGE, "--history and --user or --users exclude each other");
    if (a->stream && !a->history && !a->users)
        return cli_error(CLI_USAGE, "--stream needs --history or --users");
    const int shows = cli_progress_choice == CLI_PROGRESS_BAR ||
                      cli_progress_choice == CLI_PROGRESS_JSON;
    if (a->stream && (shows || a->block_given))
        return cli_error(CLI_USAGE,
                         "%s has no effect with --stream, which answers line by line",
                         shows ? "--progress" : "--block");
    if (a->stream && a->user.n)
        return cli_error(CLI_USAGE, "--stream and --user exclude each other");
    if (a->history_form == CLI_HISTORY_TABLE && a->stream)
        return cli_error(CLI_USAGE, "--stream reads lines, not a table");
    code = cli_at_check(&a->at);
    if (code == CLI_DONE)
        code = cli_strict_check(a->strict, a->skip_unknown,
                                a->users || a->history || a->only || a->exclude ||
                                    a->exclude_pairs);
    if (code != CLI_DONE) return code;
    return cli_histories_check(a->history_form, a->skip_unknown, a->history != NULL);
}

cli_list_rules cli_asking_list_rules(const cli_asking *a)
{
    return (cli_list_rules){a->strict, a->quiet};
}

int64_t cli_asking_block(const cli_asking *a, uint32_t k)
{
    const int64_t most = MAX_CELLS / (int64_t)k;
    if (a->stream || most < 1) return 1;
    return most < a->block ? most : a->block;
}

const char *cli_asker(const regatta_model *model, const regatta_query *query,
                      char *const *name, int64_t q)
{
    if (!query->user) return name[q];
    return regatta_model_name(model, REGATTA_USERS, query->user[q]);
}

int cli_answer_end(const cli_asking *a, cli_answers *to)
{
    if (a->stream && to->where.format != CLI_JSONL) cli_text(to->records.out, "\n");
    return cli_records_flush(&to->records);
}

int cli_answer_refused(const cli_asking *a, cli_answers *to, int64_t line,
                       const char *words)
{
    if (to->where.format == CLI_JSONL) {
        cli_output *out = to->records.out;
        cli_print(out, "{\"line\":%lld,\"error\":", (long long)line);
        cli_json_text(out, words);
        cli_text(out, "}\n");
    }
    return cli_answer_end(a, to);
}

void cli_asking_free(cli_asking *a)
{
    free(a->user.value);
    cli_new_nodes_free(&a->fresh);
}

int cli_asking_open(cli_asking *a, const char *path, cli_answers *to, regatta_ctx **out,
                    regatta_model **model)
{
    int code = CLI_DONE;
    regatta_ctx *ctx = NULL;
    const char *const inputs[] = {path,       a->users,         a->history, a->only,
                                  a->exclude, a->exclude_pairs, a->names};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), &to->where.path, 1));
    CLI_TRY(cli_rank_parts_asked(to->where.path) ? cli_context_alone(&ctx, &a->machine)
                                                 : cli_context(&ctx, &a->machine));
    *out = ctx;
    CLI_CALL(regatta_model_load(ctx, model, path));
    CLI_TRY(cli_new_nodes_add(ctx, model, &a->fresh, (int)a->quiet));
    CLI_TRY(cli_titles_read(ctx, &to->titles, *model, a->names, a->quiet));
    if (!a->history) code = cli_at_check_model(&a->at, ctx, *model);
done:
    return code;
}

static int open_histories(cli_histories *h, const cli_asking *a, regatta_ctx *ctx,
                          const regatta_model *model, int64_t block)
{
    const cli_history_rules rules = {.path = a->history,
                                     .side = REGATTA_USERS,
                                     .form = a->history_form,
                                     .skip_unknown =
                                         a->skip_unknown || (a->stream && !a->strict),
                                     .strict = a->strict,
                                     .stream = a->stream,
                                     .quiet = a->quiet,
                                     .at = &a->at};
    return cli_histories_open(h, ctx, model, &rules, block);
}

static int for_histories(const cli_asking *a, cli_histories *h, const cli_answerer *who)
{
    int code = CLI_DONE;
    cli_meter meter;
    cli_meter_begin(&meter, "answer", "histories", 0, (int)a->quiet);
    for (;;) {
        CLI_TRY(cli_histories_next(h));
        if (h->n == 0) break;
        const regatta_query query = cli_histories_query(h);
        CLI_TRY(who->answer(who->state, &query, h->name));
        cli_meter_step(&meter, h->n_all);
    }
done:
    cli_meter_end(&meter, h->n_all);
    return code;
}

/* Handles an invalid line, whose message is already printed. Returns `code` if the
 * stream has to end. */
static int refuse(const cli_answerer *who, const cli_lines *in, int code,
                  int64_t *n_wrong)
{
    if (code != CLI_INPUT) return code;
    ++*n_wrong;
    return who->refuse(who->state, in->number, cli_last_words());
}

static int stream_histories(cli_histories *h, const cli_answerer *who, int64_t *n_wrong)
{
    int code = CLI_DONE;
    for (;;) {
        const int read = cli_histories_next(h);
        if (read != CLI_DONE) {
            CLI_TRY(refuse(who, &h->in, read, n_wrong));
            continue;
        }
        if (h->n == 0) break;
        const regatta_query query = cli_histories_query(h);
        CLI_TRY(who->answer(who->state, &query, h->name));
    }
done:
    return code;
}

/* Stores the user of the next line in *user; REGATTA_NONE at the end of the input.
 * Does not search for a similar id, which would delay the stream. */
static int stream_user(cli_lines *in, const regatta_model *model, uint32_t *user)
{
    int code = CLI_DONE;
    char *line = NULL;
    *user = REGATTA_NONE;
    do {
        CLI_TRY(cli_lines_next(in, &line));
        if (!line) return CLI_DONE;
    } while (!line[strspn(line, " \t")]);
    *user = cli_lookup(model, REGATTA_USERS, line);
    if (*user == REGATTA_NONE)
        code = cli_error(CLI_INPUT, "%s:%lld: unknown user '%.200s'", in->name,
                         (long long)in->number, line);
done:
    return code;
}

static int stream_users(const cli_asking *a, const regatta_model *model, cli_lines *in,
                        const cli_answerer *who, int64_t *n_wrong)
{
    int code = CLI_DONE;
    for (;;) {
        uint32_t user = REGATTA_NONE;
        const int read = stream_user(in, model, &user);
        const regatta_query query = {.struct_size = sizeof query,
                                     .n = 1,
                                     .user = &user,
                                     .at = a->at.text ? &a->at.time : NULL};
        if (read == CLI_DONE && user == REGATTA_NONE) break;
        CLI_TRY(read == CLI_DONE ? who->answer(who->state, &query, NULL)
                                 : refuse(who, in, read, n_wrong));
    }
done:
    return code;
}

/* Stores the numbers of the requested users; n = 0 if all users are requested. */
static int gather_users(const cli_asking *a, const regatta_model *model, cli_nodes *users)
{
    int code = CLI_DONE;
    uint32_t node = 0;
    for (int64_t i = 0; i < a->user.n; i++) {
        CLI_TRY(cli_find(model, REGATTA_USERS, a->user.value[i], "", "", &node));
        CLI_TRY(cli_nodes_add(users, node));
    }
    if (a->users)
        code = cli_nodes_read(users, model, REGATTA_USERS, a->users, 1,
                              cli_asking_list_rules(a));
done:
    return code;
}

static int for_users(const cli_asking *a, const regatta_model *model, int64_t block,
                     const cli_answerer *who, int is_part)
{
    int code = CLI_DONE;
    int64_t at = 0, first = 0;
    cli_nodes users = {NULL, 0, 0};
    uint32_t *number = cli_new(block, sizeof *number);
    int64_t *asked_at = a->at.text ? cli_new(block, sizeof *asked_at) : NULL;
    cli_meter meter = {0};
    const regatta_model_info info = cli_model_info(model);
    if (!number || (a->at.text && !asked_at)) CLI_TRY(cli_no_memory());
    for (int64_t i = 0; asked_at && i < block; i++) asked_at[i] = a->at.time;
    CLI_TRY(gather_users(a, model, &users));
    int64_t total = users.n ? users.n : info.n_users;
    if (is_part) cli_rank_parts_share(total, &first, &total);
    total -= first;
    cli_meter_begin(&meter, "answer", "users", total, (int)a->quiet);
    while (at < total) {
        const int64_t n = total - at < block ? total - at : block;
        for (int64_t i = 0; i < n; i++)
            number[i] = users.n ? users.node[first + at + i] : (uint32_t)(first + at + i);
        const regatta_query query = {
            .struct_size = sizeof query, .n = n, .user = number, .at = asked_at};
        CLI_TRY(who->answer(who->state, &query, NULL));
        at += n;
        cli_meter_step(&meter, at);
    }
done:
    cli_meter_end(&meter, at);
    free(users.node);
    free(number);
    free(asked_at);
    return code;
}

static int ask_histories(const cli_asking *a, regatta_ctx *ctx,
                         const regatta_model *model, int64_t block,
                         const cli_answerer *who, int64_t *n_wrong)
{
    int code = CLI_DONE;
    cli_histories h = CLI_HISTORIES_INIT;
    CLI_TRY(open_histories(&h, a, ctx, model, block));
    CLI_TRY(a->stream ? stream_histories(&h, who, n_wrong) : for_histories(a, &h, who));
    cli_histories_say(&h);
done:
    cli_histories_free(&h);
    return code;
}

static int ask_stream_users(const cli_asking *a, const regatta_model *model,
                            const cli_answerer *who, int64_t *n_wrong)
{
    cli_lines in = CLI_LINES_INIT;
    int code = cli_lines_open(&in, a->users);
    if (code == CLI_DONE) code = stream_users(a, model, &in, who, n_wrong);
    cli_lines_close(&in);
    return code;
}

/* An answerer whose queries get the exclusions of --exclude-pairs. */
typedef struct excluding {
    const cli_answerer *who;
    cli_exclusions exclusions;
    const regatta_model *model;
} excluding;

static int answer_excluding(void *state, const regatta_query *query, char *const *name)
{
    int code = CLI_DONE;
    excluding *x = state;
    regatta_query own = *query;
    CLI_TRY(cli_exclusions_add(&x->exclusions, x->model, &own, name));
    code = x->who->answer(x->who->state, &own, name);
done:
    return code;
}

static int refuse_excluding(void *state, int64_t line, const char *words)
{
    const excluding *x = state;
    return x->who->refuse(x->who->state, line, words);
}

/* Makes the file of this rank the destination. */
static int open_part(cli_answers *to)
{
    static const char *const extension[] = {
        [CLI_TSV] = ".tsv", [CLI_CSV] = ".csv", [CLI_JSONL] = ".jsonl"};
    cli_destination *where = &to->where;
    const int code =
        cli_rank_parts_open(&to->parts, where->path, extension[where->format]);
    where->path = to->parts.path;
    where->is_part = 1;
    where->is_later = !to->parts.is_first;
    return code;
}

int cli_asking_serve(const cli_asking *a, regatta_ctx *ctx, const regatta_model *model,
                     int64_t block, const cli_answerer *who, cli_answers *to,
                     const cli_column *columns, int n_columns)
{
    int code = CLI_DONE;
    int64_t n_wrong = 0;
    excluding x = {.who = who, .model = model};
    const cli_answerer asked = {answer_excluding, refuse_excluding, &x};
    CLI_TRY(cli_exclusions_read(&x.exclusions, ctx, model, a->exclude_pairs,
                                a->history != NULL, cli_asking_list_rules(a)));
    if (cli_rank_parts_asked(to->where.path)) CLI_TRY(open_part(to));
    CLI_TRY(cli_records_open(&to->records, ctx, &to->where, columns, n_columns, 0));
    if (a->history)
        CLI_TRY(ask_histories(a, ctx, model, block, &asked, &n_wrong));
    else if (a->stream)
        CLI_TRY(ask_stream_users(a, model, &asked, &n_wrong));
    else
        CLI_TRY(for_users(a, model, block, &asked, to->where.is_part));
    CLI_TRY(cli_records_commit(&to->records));
    if (to->where.is_part) CLI_TRY(cli_rank_parts_commit(&to->parts, &to->n_empty));
    if (to->n_empty && !a->quiet)
        fprintf(stderr, "no item for %lld quer%s: %s\n", (long long)to->n_empty,
                to->n_empty == 1 ? "y" : "ies",
                a->only || a->exclude || a->exclude_pairs
                    ? "the history and the filters leave none"
                    : "the history has every item");
    if (n_wrong) code = CLI_INPUT;
done:
    cli_exclusions_free(&x.exclusions);
    cli_records_abandon(&to->records);
    cli_rank_parts_abandon(&to->parts);
    return code;
}
