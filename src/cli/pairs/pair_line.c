#include "cli/pairs/pair_line.h"
#include "cli/input/moment.h"
#include "cli/pairs/pair_columns.h"
#include "cli/pairs/pair_json.h"
#include <string.h>
#include <strings.h>

/* Room for the fields of a line, each with its end. */
static int reserve(cli_pairs *p, const char *line)
{
    const int64_t needed = 2 * (int64_t)strlen(line) + 8;
    if (needed <= p->scratch_bytes) return CLI_DONE;
    char *grown = cli_resize(p->scratch, needed, 1);
    if (!grown) return cli_no_memory();
    p->scratch = grown;
    p->scratch_bytes = needed;
    return CLI_DONE;
}

static int take_time(const char *text, const char *where, cli_pair_query *query)
{
    if (!regatta_time_of_text(&query->at, text))
        return cli_error(CLI_INPUT, "%stime '%.200s' is neither seconds nor a date",
                         where, text);
    query->has_at = 1;
    return CLI_DONE;
}

static int take_label(const cli_pairs *p, const char *text, const char *where, int *label)
{
    double number = 0.0;
    const int is_true = strcasecmp(text, "true") == 0;
    if (is_true || strcasecmp(text, "false") == 0)
        number = is_true;
    else if (!cli_number(text, &number))
        return cli_error(CLI_INPUT, "%slabel '%.200s' is no number", where, text);
    return cli_pairs_label(p, number, text, where, label);
}

static int from_row(cli_pairs *p, const char *line, const char *where)
{
    int code = CLI_DONE, label = 0, is_row = 1;
    char *field[CLI_PAIR_FIELDS] = {NULL};
    cli_pair_query query = {.user = REGATTA_NONE};
    const int labelled = (int)p->rules.labelled;
    if (p->most == 0) CLI_TRY(cli_pair_columns(p, line, where, &is_row));
    if (!is_row) return CLI_DONE;
    const int n = cli_pair_split(p, line, field);
    const int timed = p->time_at >= 0 && p->time_at < n;
    if (n <= p->user_at || n <= p->item_at || n > p->most ||
        (labelled && n <= p->label_at))
        return cli_pair_wrong_fields(p, where, n);
    char *user = field[p->user_at], *item_id = field[p->item_at];
    query.user = cli_lookup(p->model, REGATTA_USERS, user);
    const uint32_t item = cli_lookup(p->model, REGATTA_ITEMS, item_id);
    if (!*user || !*item_id)
        return cli_error(CLI_INPUT, "%sthe %s is missing", where,
                         *user ? "item" : "user");
    if (labelled) cli_clean(field[p->label_at]);
    if (timed) cli_clean(field[p->time_at]);
    if (labelled) CLI_TRY(take_label(p, field[p->label_at], where, &label));
    if (timed && *field[p->time_at]) CLI_TRY(take_time(field[p->time_at], where, &query));
    p->n_all++;
    if (query.user == REGATTA_NONE)
        return cli_pairs_unknown(p, REGATTA_USERS, user, where, &p->n_unknown);
    if (item >= p->n_answers)
        return cli_pairs_unknown(p, REGATTA_ITEMS, item_id, where, &p->n_unknown);
    CLI_TRY(cli_pairs_add_query(p, &query));
    code = cli_pairs_add(p, item, label);
done:
    return code;
}

int cli_pair_line(cli_pairs *p, char *line, const char *where)
{
    int code = CLI_DONE;
    if (*line == '{') return cli_pair_json(p, line, where);
    CLI_TRY(reserve(p, line));
    code = from_row(p, line, where);
done:
    return code;
}
