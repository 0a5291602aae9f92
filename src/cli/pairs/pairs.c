#include "cli/pairs/pairs.h"
#include "cli/pairs/pair_line.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cli_pairs_open(cli_pairs *p, regatta_ctx *ctx, const regatta_model *model,
                   const char *path, const cli_pair_rules *rules)
{
    int code = CLI_DONE;
    regatta_history h = REGATTA_HISTORY_INIT;
    p->model = model;
    p->rules = *rules;
    p->n_answers = cli_model_info(model).n_own_items;
    CLI_CALL(regatta_model_history(ctx, &h, model, 0));
    p->model_has_times = (int)h.has_time;
    code = cli_lines_open(&p->in, path);
done:
    return code;
}

/* Doubles a capacity that n has reached. */
static int64_t grown(int64_t capacity)
{
    return capacity > 0 ? 2 * capacity : 256;
}

static int resize(void *array, int64_t n, size_t size)
{
    void *old = NULL;
    memcpy(&old, array, sizeof old);
    void *block = cli_resize(old, n, size);
    if (!block) return cli_no_memory();
    memcpy(array, &block, sizeof block);
    return CLI_DONE;
}

int cli_pairs_add_query(cli_pairs *p, const cli_pair_query *query)
{
    if (p->n_queries == p->query_capacity) {
        const int64_t n = grown(p->query_capacity);
        if (resize(&p->queries, n, sizeof *p->queries) != CLI_DONE) {
            free(query->name);
            return CLI_FAILED;
        }
        p->query_capacity = n;
    }
    cli_pair_query *q = &p->queries[p->n_queries++];
    *q = *query;
    q->group = q->user;
    if (q->user == REGATTA_NONE)
        q->group = cli_model_info(p->model).n_users + (uint32_t)p->n_histories++;
    if (q->has_at && q->user != REGATTA_NONE && !p->model_has_times) {
        q->has_at = 0;
        p->n_untimed++;
    }
    return CLI_DONE;
}

int cli_pairs_add(cli_pairs *p, uint32_t item, int label)
{
    int code = CLI_DONE;
    if (p->n == p->capacity) {
        const int64_t n = grown(p->capacity);
        CLI_TRY(resize(&p->item, n, sizeof *p->item));
        CLI_TRY(resize(&p->query, n, sizeof *p->query));
        CLI_TRY(resize(&p->label, n, sizeof *p->label));
        CLI_TRY(resize(&p->score, n, sizeof *p->score));
        CLI_TRY(resize(&p->probability, n, sizeof *p->probability));
        p->capacity = n;
    }
    p->item[p->n] = item;
    p->query[p->n] = p->n_queries - 1;
    p->label[p->n++] = (uint8_t)label;
done:
    return code;
}

int cli_pairs_add_history(cli_pairs *p, uint32_t item, const int64_t *time)
{
    int code = CLI_DONE;
    if (p->history.n == p->time_capacity) {
        const int64_t n = grown(p->time_capacity);
        CLI_TRY(resize(&p->time, n, sizeof *p->time));
        p->time_capacity = n;
    }
    p->time[p->history.n] = time ? *time : 0;
    code = cli_nodes_add(&p->history, item);
done:
    return code;
}

int cli_pairs_unknown(cli_pairs *p, regatta_side side, const char *id, const char *where,
                      int64_t *count)
{
    uint32_t node = 0;
    if (p->rules.strict)
        return side == REGATTA_ITEMS ? cli_find_answer(p->model, id, where, &node)
                                     : cli_find(p->model, side, id, where, "", &node);
    ++*count;
    if (count == &p->n_unknown && !p->first_unknown) {
        const size_t size = strlen(where) + strlen(id) + 16;
        if (!(p->first_unknown = cli_new((int64_t)size, 1))) return cli_no_memory();
        snprintf(p->first_unknown, size, "%s%s '%.200s'", where, cli_side_word(side), id);
    }
    return CLI_DONE;
}

int cli_pairs_label(const cli_pairs *p, double number, const char *text,
                    const char *where, int *label)
{
    if (p->rules.has_positive && isfinite(number)) {
        *label = number >= p->rules.positive;
        return CLI_DONE;
    }
    if (number == 0.0 || number == 1.0) {
        *label = number == 1.0;
        return CLI_DONE;
    }
    if (*text)
        return cli_error(CLI_INPUT,
                         "%slabel '%.200s' is neither 0 nor 1: set --positive X to count "
                         "labels from X on as 1",
                         where, text);
    return cli_error(CLI_INPUT,
                     "%slabel %g is neither 0 nor 1: set --positive X to count labels "
                     "from X on as 1",
                     where, number);
}

static void clear(cli_pairs *p)
{
    for (int64_t q = 0; q < p->n_queries; q++) free(p->queries[q].name);
    p->n = p->n_queries = p->history.n = 0;
}

int cli_pairs_next(cli_pairs *p, int64_t least)
{
    int code = CLI_DONE;
    char *line = NULL, *where = NULL;
    const size_t size = strlen(p->in.name) + 32;
    clear(p);
    where = cli_new((int64_t)size, 1);
    if (!where) return cli_no_memory();
    while (p->n < least) {
        CLI_TRY(cli_lines_next(&p->in, &line));
        if (!line) break;
        if (!line[strspn(line, " \t")]) continue;
        snprintf(where, size, "%s:%lld: ", p->in.name, (long long)p->in.number);
        CLI_TRY(cli_pair_line(p, line, where));
    }
done:
    free(where);
    return code;
}

const char *cli_pairs_user(const cli_pairs *p, int64_t k)
{
    const cli_pair_query *q = &p->queries[p->query[k]];
    if (q->user != REGATTA_NONE)
        return regatta_model_name(p->model, REGATTA_USERS, q->user);
    return q->name ? q->name : "";
}

void cli_pairs_say(const cli_pairs *p)
{
    if (p->rules.quiet) return;
    if (p->n_unknown)
        fprintf(stderr,
                "left %lld of %lld pair%s out: the model does not know the user or the "
                "item%s; the first is %s\n",
                (long long)p->n_unknown, (long long)p->n_all, CLI_S(p->n_all),
                p->n_answers < cli_model_info(p->model).n_items
                    ? ", or the item is of another domain"
                    : "",
                p->first_unknown);
    if (p->n_unknown_history)
        fprintf(stderr, "left %lld unknown item%s out of the histories\n",
                (long long)p->n_unknown_history, CLI_S(p->n_unknown_history));
    if (p->n_untimed)
        fprintf(
            stderr,
            "ignored the times of %lld pair%s: the model was trained on data without\n",
            (long long)p->n_untimed, CLI_S(p->n_untimed));
}

void cli_pairs_free(cli_pairs *p)
{
    clear(p);
    cli_lines_close(&p->in);
    free(p->scratch);
    free(p->first_unknown);
    free(p->item);
    free(p->query);
    free(p->label);
    free(p->score);
    free(p->probability);
    free(p->queries);
    free(p->history.node);
    free(p->time);
}

const char *cli_pairs_missing(const cli_pairs *p)
{
    return p->in.number == 0 ? "the file is empty" : "has no pair";
}
