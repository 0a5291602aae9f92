#include "cli/pairs/pair_json.h"
#include "cli/input/ids.h"
#include "cli/input/moment.h"
#include "cli/pairs/pair_columns.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

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

/* Gives a key with a known name ("userId") the name of the format, unless that is there
 * too. */
static int rename_keys(json_t *root)
{
    static const char *const name[] = {[REGATTA_COLUMN_USER] = "user",
                                       [REGATTA_COLUMN_ITEM] = "item",
                                       [REGATTA_COLUMN_WEIGHT] = "label",
                                       [REGATTA_COLUMN_TIME] = "at"};
    static const char *const own[] = {"user",  "history", "times",  "at", "item",
                                      "items", "label",   "labels", NULL};
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(root, next, key, value)
    {
        int is_own = 0;
        for (const char *const *word = own; *word; word++)
            is_own |= strcmp(key, *word) == 0;
        if (is_own) continue;
        const regatta_column column = cli_pair_column(key, NULL);
        if (column < REGATTA_COLUMN_USER || column > REGATTA_COLUMN_TIME ||
            json_object_get(root, name[column]))
            continue;
        if (json_object_set(root, name[column], value) < 0) return cli_no_memory();
        json_object_del(root, key);
    }
    return CLI_DONE;
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
    if (cli_moment_json(&query->at, j->at)) return CLI_DONE;
    return cli_error(CLI_INPUT, "%sat is neither a number of seconds nor a date", where);
}

static int add_history(cli_pairs *p, const json_pairs *j, const char *where)
{
    int code = CLI_DONE;
    char room[CLI_JSON_ID];
    for (size_t k = 0; k < json_array_size(j->history); k++) {
        const char *id = cli_json_id(json_array_get(j->history, k), room);
        int64_t seconds = 0;
        if (!id)
            return cli_error(CLI_INPUT,
                             "%sitem %zu of the history is neither text nor a whole "
                             "number",
                             where, k + 1);
        if (j->times && !cli_moment_json(&seconds, json_array_get(j->times, k)))
            return cli_error(CLI_INPUT,
                             "%stime %zu is neither a number of seconds nor a date",
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
    char room[CLI_JSON_ID];
    for (size_t k = 0; k < j->n; k++) {
        const char *id = cli_json_id(element(j->items, k), room);
        const json_t *value = element(j->labels, k);
        if (!id)
            return cli_error(CLI_INPUT, "%sitem %zu is neither text nor a whole number",
                             where, k + 1);
        if (p->rules.labelled && !json_is_number(value) && !json_is_boolean(value))
            return cli_error(CLI_INPUT, "%sthe label of item %zu is no number", where,
                             k + 1);
        if (p->rules.labelled)
            CLI_TRY(cli_pairs_label(p,
                                    json_is_boolean(value) ? (double)json_is_true(value)
                                                           : json_number_value(value),
                                    "", where, &label));
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
    char room[CLI_JSON_ID];
    json_pairs j = {.n = 0};
    cli_pair_query query = {.user = REGATTA_NONE, .first = p->history.n};
    CLI_TRY(read_members(&j, p, root, where));
    CLI_TRY(read_at(&j, where, &query));
    const char *name = j.user ? cli_json_id(j.user, room) : NULL;
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

int cli_pair_json(cli_pairs *p, const char *line, const char *where)
{
    json_error_t error;
    json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    if (root) {
        int code = rename_keys(root);
        if (code == CLI_DONE) code = take_json(p, root, where);
        json_decref(root);
        return code;
    }
    if (json_error_code(&error) == json_error_out_of_memory) return cli_no_memory();
    return cli_error(CLI_INPUT, "%s%s", where, cli_json_reason(&error));
}
