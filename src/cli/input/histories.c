/* See histories.h. */
#include "cli/input/histories.h"
#include "base/files/file.h"
#include "cli/input/history_line.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ITEMS = 1 << 22 }; /* of a block, where it has more than one history */

int cli_histories_check(uint32_t form, uint32_t skip_unknown, int has_history)
{
    if (has_history || (!form && !skip_unknown)) return CLI_DONE;
    return cli_error(CLI_USAGE, "%s needs a history",
                     form ? "--history-format" : "--skip-unknown");
}

regatta_side cli_histories_members(const cli_histories *h)
{
    return h->rules.side == REGATTA_USERS ? REGATTA_ITEMS : REGATTA_USERS;
}

int cli_histories_unknown(cli_histories *h, const char *id, const char *where)
{
    uint32_t node = 0;
    if (!h->rules.skip_unknown)
        return cli_find(h->model, cli_histories_members(h), id, where,
                        h->rules.strict ? "" : "; --skip-unknown leaves it out", &node);
    h->n_unknown++;
    return CLI_DONE;
}

/* Returns 1 if --at is given. */
static int is_asked_at(const cli_histories *h)
{
    return h->rules.at && h->rules.at->text;
}

int cli_histories_open(cli_histories *h, regatta_ctx *ctx, const regatta_model *model,
                       const cli_history_rules *rules, int64_t capacity)
{
    int code = CLI_DONE;
    *h = (cli_histories){
        .model = model, .rules = *rules, .capacity = capacity, .timed = -1};
    h->in = (cli_lines)CLI_LINES_INIT;
    h->offset = cli_new(capacity + 1, sizeof *h->offset);
    h->at = cli_new(capacity, sizeof *h->at);
    h->name = cli_new(capacity, sizeof *h->name);
    h->items.capacity = 64; /* never NULL: a history may be empty */
    h->items.node = cli_new(h->items.capacity, sizeof *h->items.node);
    if (!h->offset || !h->at || !h->name || !h->items.node) CLI_TRY(cli_no_memory());
    if (!rules->stream && rg_is_folder(rules->path))
        h->in.name = rules->path; /* of part files: a table */
    else
        CLI_TRY(cli_lines_open(&h->in, rules->path));
    if (rules->stream) goto done;
    CLI_TRY(cli_history_table_open(&h->table, ctx, model, rules->path, &h->in,
                                   rules->side, (cli_history_form)rules->form,
                                   (int)rules->quiet));
    if (h->table.graph && !rules->strict) h->rules.skip_unknown = 1;
    if (h->table.graph && !h->table.time && is_asked_at(h))
        code = cli_error(CLI_USAGE, "%s: --at needs times, and the table has none",
                         h->in.name);
done:
    return code;
}

int cli_histories_add(cli_histories *h, uint32_t node, const int64_t *time)
{
    const int code = cli_nodes_add(&h->items, node);
    if (code != CLI_DONE || !time) return code;
    if (h->time_capacity < h->items.capacity) {
        int64_t *grown = cli_resize(h->time, h->items.capacity, sizeof *grown);
        if (!grown) return cli_no_memory();
        h->time = grown;
        h->time_capacity = h->items.capacity;
    }
    h->time[h->items.n - 1] = *time;
    return CLI_DONE;
}

int cli_histories_timed(cli_histories *h, int timed, const char *where)
{
    if (h->timed >= 0 && h->timed != timed)
        return cli_error(CLI_INPUT, "%s%s", where,
                         timed ? "it has times, and the histories before have none"
                               : "it has no times, and the histories before have them");
    if (!timed && is_asked_at(h))
        return cli_error(h->rules.stream ? CLI_INPUT : CLI_USAGE,
                         "%s--at needs times, and the history has none", where);
    h->timed = timed;
    return CLI_DONE;
}

void cli_histories_ask_at(cli_histories *h, const int64_t *time)
{
    int64_t latest = INT64_MIN;
    for (int64_t k = h->offset[h->n]; h->timed == 1 && k < h->items.n; k++)
        if (h->time[k] > latest) latest = h->time[k];
    h->at[h->n] = time ? *time : is_asked_at(h) ? h->rules.at->time : latest;
    h->asks_at |= time || is_asked_at(h);
}

static void clear(cli_histories *h)
{
    for (int64_t i = 0; h->name && i < h->capacity; i++) {
        free(h->name[i]);
        h->name[i] = NULL;
    }
    h->n = h->items.n = 0;
    h->asks_at = 0;
    if (h->rules.stream) h->timed = -1; /* each line stands alone */
}

/* Counts a repeated name; each line is a separate history. */
static int check_repeat(cli_histories *h, const char *where)
{
    int before = 0;
    const char *name = h->name[h->n];
    if (h->rules.stream || !*name) return CLI_DONE;
    const int code = cli_name_set_add(&h->seen, name, &before);
    if (code != CLI_DONE || !before) return code;
    if (h->n_repeated++ == 0 && !h->rules.quiet)
        cli_say("%sthe name '%s' is repeated: each line is answered separately; "
                "--history-format table joins the rows of a name",
                where, name);
    return CLI_DONE;
}

/* Reads the next line that is not blank as a history; *more = 0 at the end. */
static int next_line(cli_histories *h, int *more)
{
    int code = CLI_DONE;
    char *line = NULL, where[512];
    do {
        CLI_TRY(cli_lines_next(&h->in, &line));
        *more = line != NULL;
        if (!line) return CLI_DONE;
    } while (!line[strspn(line, " \t")]);
    snprintf(where, sizeof where, "%s:%lld: ", h->in.name, (long long)h->in.number);
    if (strchr("{[", line[strspn(line, " \t")])) line += strspn(line, " \t");
    CLI_TRY(cli_history_line(h, line, where));
    CLI_TRY(check_repeat(h, where));
done:
    return code;
}

/* Reads the next row of the table as a history; *more = 0 at the end. */
static int next_row(cli_histories *h, int *more)
{
    int code = CLI_DONE;
    char where[512];
    cli_history_table *t = &h->table;
    const regatta_side side = h->rules.side, other = cli_histories_members(h);
    const int64_t n_before = h->items.n;
    *more = t->at < t->n;
    if (!*more) return CLI_DONE;
    const char *name = regatta_graph_name(t->graph, side, t->at);
    snprintf(where, sizeof where, "%s: %s '%.200s': ", h->in.name, cli_side_word(side),
             name);
    h->name[h->n] = strdup(name);
    if (!h->name[h->n]) return cli_no_memory();
    for (int64_t e = t->offset[t->at]; e < t->offset[t->at + 1]; e++) {
        const char *id = regatta_graph_name(t->graph, other, t->member[e]);
        const uint32_t node = regatta_model_find(h->model, other, id);
        CLI_TRY(node == REGATTA_NONE
                    ? cli_histories_unknown(h, id, where)
                    : cli_histories_add(h, node, t->time ? t->time + e : NULL));
    }
    h->timed = t->time != NULL;
    cli_histories_ask_at(h, NULL);
    if (h->items.n == n_before) cli_histories_none(h, where);
    t->at++;
done:
    return code;
}

int cli_histories_said(const cli_histories *h, int64_t *n)
{
    return ((*n)++ > 0 && !h->rules.stream) || h->rules.quiet;
}

void cli_histories_none(cli_histories *h, const char *where)
{
    if (cli_histories_said(h, &h->n_none)) return;
    cli_say("%sthe model knows none of its %ss: answered as an empty history", where,
            cli_side_word(cli_histories_members(h)));
}

void cli_histories_bare(cli_histories *h, const char *where)
{
    const char *name = h->name[h->n];
    const int known = regatta_model_find(h->model, h->rules.side, name) != REGATTA_NONE;
    if (cli_histories_said(h, &h->n_bare)) return;
    cli_say("%sno %s follows the name '%s'%s: answered as an empty history", where,
            cli_side_word(cli_histories_members(h)), name,
            known ? ", which is in the model" : "");
}

int cli_histories_next(cli_histories *h)
{
    int code = CLI_DONE, more = 1;
    clear(h);
    while (h->n < h->capacity && h->items.n < MAX_ITEMS) {
        CLI_TRY(h->table.graph ? next_row(h, &more) : next_line(h, &more));
        if (!more) break;
        h->offset[++h->n] = h->items.n;
    }
    if (h->n_all == 0 && h->n == 0 && !h->rules.stream)
        code = cli_error(CLI_INPUT, "%s: contains no history", h->in.name);
    h->n_all += h->n;
done:
    return code;
}

regatta_query cli_histories_query(const cli_histories *h)
{
    return (regatta_query){.struct_size = sizeof(regatta_query),
                           .n = h->n,
                           .offset = h->offset,
                           .item = h->items.node,
                           .time = h->timed == 1 ? h->time : NULL,
                           .at = h->timed == 1 && h->asks_at ? h->at : NULL,
                           .side = (uint32_t)h->rules.side};
}

void cli_histories_say(const cli_histories *h)
{
    const char *kind = cli_side_word(cli_histories_members(h));
    if (h->rules.quiet) return;
    if (h->n_unknown)
        cli_say("  left out %lld unknown %s%s", (long long)h->n_unknown, kind,
                CLI_S(h->n_unknown));
    if (h->n_none > 1)
        cli_say("  answered %lld histories without a known %s as empty histories",
                (long long)h->n_none, kind);
    if (h->n_bare > 1)
        cli_say("  answered %lld line%s with only a name as empty histories",
                (long long)h->n_bare, CLI_S(h->n_bare));
    if (h->n_repeated > 1) cli_say("  %lld names are repeated", (long long)h->n_repeated);
    if (h->n_is_member > 1)
        cli_say("  %lld names contain ids of the model's %ss", (long long)h->n_is_member,
                kind);
}

void cli_histories_free(cli_histories *h)
{
    clear(h);
    cli_lines_close(&h->in);
    cli_history_table_free(&h->table);
    cli_name_set_free(&h->seen);
    free(h->name);
    free(h->offset);
    free(h->at);
    free(h->items.node);
    free(h->time);
    free(h->scratch);
    *h = (cli_histories){.in = CLI_LINES_INIT};
}
