#include "cli/pairs/pair_line.h"
#include "cli/input/fields.h"
#include "cli/input/moment.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_FIELDS = 32 /* columns of a header */, LONGEST_NAME = 80 };

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

static void choose_separator(cli_pairs *p, const char *line)
{
    if (p->separator) return;
    p->separator = strchr(line, '\t') ? '\t' : strchr(line, ',') ? ',' : ' ';
}

/* The fields of a row, cleaned; the number of all fields. */
static int split(cli_pairs *p, const char *line, char *field[MOST_FIELDS])
{
    const char *rest = line;
    char *at = p->scratch;
    int n = 0;
    while (cli_next_field(&rest, p->separator, at)) {
        const size_t size = strlen(at) + 1;
        if (n < MOST_FIELDS) field[n] = at;
        n++;
        at += size;
    }
    return n;
}

static void begin_columns(cli_pairs *p)
{
    const int labelled = (int)p->rules.labelled;
    p->user_at = 0;
    p->item_at = 1;
    p->label_at = labelled ? 2 : -1;
    p->time_at = 2 + labelled;
    p->most = p->time_at + 1;
}

static int wrong_fields(const cli_pairs *p, const char *where, int n)
{
    return cli_error(CLI_INPUT, "%s%d fields, not `user item%s [time]`", where, n,
                     p->rules.labelled ? " label" : "");
}

/* A weight, a reward of logged feedback, or a name that only labels have. */
static int is_label(const char *name)
{
    static const char *const list[] = {"target", "y", "bought", "taken", "liked", NULL};
    for (const char *const *word = list; *word; word++)
        if (strcasecmp(name, *word) == 0) return 1;
    return regatta_column_of_name(name, 1, NULL) == REGATTA_COLUMN_WEIGHT ||
           regatta_column_of_name(name, 0, NULL) == REGATTA_COLUMN_WEIGHT;
}

static regatta_column column_of(const char *field, uint32_t *rank)
{
    char name[LONGEST_NAME + 1] = "";
    if (strlen(field) > LONGEST_NAME) return REGATTA_COLUMN_UNKNOWN;
    strcpy(name, field);
    cli_clean(name);
    if (is_label(name)) return REGATTA_COLUMN_WEIGHT;
    if (strcasecmp(name, "at") == 0) return REGATTA_COLUMN_TIME;
    return regatta_column_of_name(name, 0, rank);
}

/* The columns of a header; -1: it has none of the kind. */
typedef struct header {
    int user, item, label, time;
    regatta_column column[MOST_FIELDS];
} header;

/* Of several columns of a kind the name of the lowest rank, as in interactions. */
static header header_of(char *const *field, int n)
{
    header h = {-1, -1, -1, -1, {REGATTA_COLUMN_UNKNOWN}};
    uint32_t lowest[REGATTA_COLUMN_OTHER + 1] = {0};
    for (int k = 0; k < n; k++) {
        uint32_t rank = 0;
        const regatta_column column = h.column[k] = column_of(field[k], &rank);
        int *at = column == REGATTA_COLUMN_USER     ? &h.user
                  : column == REGATTA_COLUMN_ITEM   ? &h.item
                  : column == REGATTA_COLUMN_WEIGHT ? &h.label
                  : column == REGATTA_COLUMN_TIME   ? &h.time
                                                    : NULL;
        if (!at || (*at >= 0 && lowest[column] <= rank)) continue;
        *at = k;
        lowest[column] = rank;
    }
    return h;
}

/* The first line names users and items that the model does not know. */
static int is_header(const cli_pairs *p, const header *h, char *const *field)
{
    return p->in.number == 1 && h->user >= 0 && h->item >= 0 &&
           regatta_model_find(p->model, REGATTA_USERS, field[h->user]) == REGATTA_NONE &&
           regatta_model_find(p->model, REGATTA_ITEMS, field[h->item]) == REGATTA_NONE;
}

/* A column at its usual place, whose name says nothing; -1: there is none. */
static int unnamed(const header *h, int n, int place)
{
    return place < n && h->column[place] == REGATTA_COLUMN_UNKNOWN ? place : -1;
}

/* Columns have the places that the header gives them. */
static int take_header(cli_pairs *p, const header *h, char **field, int n,
                       const char *where)
{
    p->user_at = h->user;
    p->item_at = h->item;
    for (int k = 0; k < n; k++) cli_clean(field[k]);
    if (p->rules.labelled)
        p->label_at = h->label >= 0 ? h->label : unnamed(h, n, p->label_at);
    if (p->rules.labelled && p->label_at < 0 && n > 2)
        return cli_error(CLI_INPUT, "%scolumn 3 is '%.200s', not a label", where,
                         field[2]);
    p->time_at = h->time >= 0 ? h->time : unnamed(h, n, p->time_at);
    if (p->rules.labelled && p->label_at < 0) return wrong_fields(p, where, n);
    p->most = n;
    for (int k = 0; k < n && !p->rules.quiet; k++)
        if (k != p->user_at && k != p->item_at && k != p->label_at && k != p->time_at)
            fprintf(stderr, "%scolumn %d, '%.200s', is not used\n", where, k + 1,
                    field[k]);
    return CLI_DONE;
}

static int take_time(const char *text, const char *where, cli_pair_query *query)
{
    if (!cli_moment_parse(text, &query->at))
        return cli_error(CLI_INPUT, "%stime '%.200s' is neither seconds nor a date",
                         where, text);
    query->has_at = 1;
    return CLI_DONE;
}

static int take_label(const cli_pairs *p, const char *text, const char *where, int *label)
{
    double number = 0.0;
    if (!cli_number(text, &number))
        return cli_error(CLI_INPUT, "%slabel '%.200s' is no number", where, text);
    return cli_pairs_label(p, number, text, where, label);
}

/* user item [label] [time], or the columns of a header. */
static int from_row(cli_pairs *p, const char *line, const char *where)
{
    int code = CLI_DONE, label = 0;
    char *field[MOST_FIELDS] = {NULL};
    cli_pair_query query = {.user = REGATTA_NONE};
    const int labelled = (int)p->rules.labelled, is_first = p->most == 0;
    if (is_first) begin_columns(p);
    choose_separator(p, line);
    const int n = split(p, line, field);
    if (is_first && n <= MOST_FIELDS) {
        const header h = header_of(field, n);
        if (is_header(p, &h, field)) return take_header(p, &h, field, n, where);
    }
    const int timed = p->time_at >= 0 && p->time_at < n;
    if (n <= p->user_at || n <= p->item_at || n > p->most ||
        (labelled && n <= p->label_at))
        return wrong_fields(p, where, n);
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

/* The text of an id; NULL for a value that is none. */
static const char *id_of(const json_t *value, char room[32])
{
    if (json_is_string(value)) return json_string_value(value);
    if (!json_is_integer(value)) return NULL;
    snprintf(room, 32, "%lld", (long long)json_integer_value(value));
    return room;
}

/* The values of a line; NULL where it has none. */
typedef struct json_pairs {
    const json_t *user, *history, *times, *at, *items, *labels;
    size_t n; /* items */
} json_pairs;

static const json_t *member(const json_t *root, const char *key, size_t *n)
{
    const json_t *value = json_object_get(root, key);
    *n += value != NULL;
    return json_is_null(value) ? NULL : value;
}

/* `one` or `many`: a value alone, or a list. */
static const json_t *one_or_many(const json_t *root, const char *one, const char *many,
                                 size_t *n)
{
    const json_t *single = member(root, one, n), *list = member(root, many, n);
    return single && list ? NULL : single ? single : list;
}

static size_t length_of(const json_t *value)
{
    return json_is_array(value) ? json_array_size(value) : value != NULL;
}

static const json_t *element(const json_t *value, size_t k)
{
    return json_is_array(value) ? json_array_get(value, k) : value;
}

/* Reads the members and checks their shapes. */
static int read_members(json_pairs *j, const cli_pairs *p, const json_t *root,
                        const char *where)
{
    size_t n = 0;
    j->user = member(root, "user", &n);
    j->history = member(root, "history", &n);
    j->times = member(root, "times", &n);
    j->at = member(root, "at", &n);
    j->items = one_or_many(root, "item", "items", &n);
    j->labels = one_or_many(root, "label", "labels", &n);
    j->n = length_of(j->items);
    const int whole = json_is_object(root) && n == json_object_size(root) &&
                      (j->user || j->history) && j->items &&
                      (!j->history || json_is_array(j->history)) &&
                      (!j->times || j->history);
    if (!whole)
        return cli_error(CLI_INPUT,
                         "%sis not {\"user\": id, \"item\": id} or {\"history\": [id, "
                         "...], \"items\": [id, ...]}%s",
                         where, p->rules.labelled ? " with \"label\" or \"labels\"" : "");
    if (p->rules.labelled && (!j->labels || length_of(j->labels) != j->n))
        return cli_error(CLI_INPUT, "%slabels is not a list of %zu numbers", where, j->n);
    if (j->times && (!json_is_array(j->times) ||
                     json_array_size(j->times) != json_array_size(j->history)))
        return cli_error(CLI_INPUT,
                         "%stimes is not a list of %zu numbers, one for each id", where,
                         json_array_size(j->history));
    return CLI_DONE;
}

static int read_at(const json_pairs *j, const char *where, cli_pair_query *query)
{
    if (!j->at) return CLI_DONE;
    query->has_at = 1;
    query->at = (int64_t)json_integer_value(j->at);
    if (json_is_integer(j->at)) return CLI_DONE;
    if (json_is_string(j->at) && cli_moment_parse(json_string_value(j->at), &query->at))
        return CLI_DONE;
    return cli_error(CLI_INPUT, "%sat is neither a whole number of seconds nor a date",
                     where);
}

static int add_history(cli_pairs *p, const json_pairs *j, const char *where)
{
    int code = CLI_DONE;
    char room[32];
    for (size_t k = 0; k < json_array_size(j->history); k++) {
        const char *id = id_of(json_array_get(j->history, k), room);
        const json_t *time = json_array_get(j->times, k);
        const int64_t seconds = (int64_t)json_integer_value(time);
        if (!id)
            return cli_error(CLI_INPUT,
                             "%sitem %zu of the history is neither text nor a whole "
                             "number",
                             where, k + 1);
        if (j->times && !json_is_integer(time))
            return cli_error(CLI_INPUT, "%stime %zu is not a whole number of seconds",
                             where, k + 1);
        const uint32_t item = regatta_model_find(p->model, REGATTA_ITEMS, id);
        CLI_TRY(
            item == REGATTA_NONE
                ? cli_pairs_unknown(p, REGATTA_ITEMS, id, where, &p->n_unknown_history)
                : cli_pairs_add_history(p, item, j->times ? &seconds : NULL));
    }
done:
    return code;
}

/* Adds the pairs of the query; of an unknown `user` they are only counted. */
static int add_items(cli_pairs *p, const json_pairs *j, const char *user,
                     const char *where)
{
    int code = CLI_DONE, label = 0;
    char room[32];
    for (size_t k = 0; k < j->n; k++) {
        const char *id = id_of(element(j->items, k), room);
        const json_t *value = element(j->labels, k);
        if (!id)
            return cli_error(CLI_INPUT, "%sitem %zu is neither text nor a whole number",
                             where, k + 1);
        if (p->rules.labelled && !json_is_number(value))
            return cli_error(CLI_INPUT, "%slabel %zu is no number", where, k + 1);
        if (p->rules.labelled)
            CLI_TRY(cli_pairs_label(p, json_number_value(value), "", where, &label));
        p->n_all++;
        const uint32_t item = regatta_model_find(p->model, REGATTA_ITEMS, id);
        if (user)
            CLI_TRY(cli_pairs_unknown(p, REGATTA_USERS, user, where, &p->n_unknown));
        else if (item >= p->n_answers)
            CLI_TRY(cli_pairs_unknown(p, REGATTA_ITEMS, id, where, &p->n_unknown));
        else
            CLI_TRY(cli_pairs_add(p, item, label));
    }
done:
    return code;
}

static int take_json(cli_pairs *p, const json_t *root, const char *where)
{
    int code = CLI_DONE;
    char room[32];
    json_pairs j = {.n = 0};
    cli_pair_query query = {.user = REGATTA_NONE, .first = p->history.n};
    CLI_TRY(read_members(&j, p, root, where));
    CLI_TRY(read_at(&j, where, &query));
    const char *name = j.user ? id_of(j.user, room) : NULL;
    if (j.user && !name)
        return cli_error(CLI_INPUT, "%suser is neither text nor a whole number", where);
    if (!j.history) {
        query.user = regatta_model_find(p->model, REGATTA_USERS, name);
        if (query.user == REGATTA_NONE) return add_items(p, &j, name, where);
    } else {
        CLI_TRY(add_history(p, &j, where));
        query.n = p->history.n - query.first;
        query.timed = j.times != NULL || query.n == 0;
        if (query.has_at && !query.timed)
            return cli_error(CLI_INPUT, "%sat needs times", where);
        if (name && !(query.name = strdup(name))) return cli_no_memory();
    }
    CLI_TRY(cli_pairs_add_query(p, &query));
    code = add_items(p, &j, NULL, where);
done:
    return code;
}

static int from_json(cli_pairs *p, const char *line, const char *where)
{
    json_error_t error;
    json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    if (root) {
        const int code = take_json(p, root, where);
        json_decref(root);
        return code;
    }
    if (json_error_code(&error) == json_error_out_of_memory) return cli_no_memory();
    return cli_error(CLI_INPUT, "%s%s", where, error.text);
}

int cli_pair_line(cli_pairs *p, char *line, const char *where)
{
    int code = CLI_DONE;
    if (*line == '{') return from_json(p, line, where);
    CLI_TRY(reserve(p, line));
    code = from_row(p, line, where);
done:
    return code;
}
