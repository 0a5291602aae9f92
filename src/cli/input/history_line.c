/* See history_line.h. The separator of a text is the one that gives the most known
 * ids. */
#include "cli/input/history_line.h"
#include "cli/input/fields.h"
#include "cli/input/ids.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Separators of fields, and of a list that is the only field after the name. */
static const char separators[] = "\t ,;|";

/* A text that is being read. */
typedef struct text {
    cli_histories *h;
    const char *where;
    regatta_side side; /* of the ids */
    int exact;         /* ids are taken literally: no quotes, no lists inside a field */
    int add;           /* 1: ids go into the block; 0: they are counted */
    int64_t n_known, n_unknown;
} text;

static int take_fields(text *t, const char *from, char separator, int inner, char *field);

/* Returns the separator inside the field that gives a known id; 0: none. */
static char inner_separator(const text *t, const char *field, char *scratch)
{
    for (const char *s = separators; *s; s++) {
        text count = *t;
        if (!strchr(field, *s)) continue;
        count.add = 0;
        count.n_known = 0;
        take_fields(&count, field, *s, 1, scratch);
        if (count.n_known) return *s;
    }
    return 0;
}

/* Returns the field as an id, without quotes, blanks and a comma at the end. */
static uint32_t find_id(const text *t, char *field, char separator)
{
    const regatta_model *model = t->h->model;
    if (t->exact) return regatta_model_find(model, t->side, field);
    const uint32_t node = cli_lookup(model, t->side, field);
    const size_t n = strlen(field);
    if (node != REGATTA_NONE || separator != ' ' || n < 2) return node;
    if (!strchr(",;|", field[n - 1])) return node;
    field[n - 1] = '\0';
    return cli_lookup(model, t->side, field);
}

/* `only`: no other field follows the name, so that this may be a list. */
static int take_field(text *t, char *field, char separator, int only)
{
    cli_histories *h = t->h;
    char *scratch = field + strlen(field) + 1;
    const uint32_t node = find_id(t, field, separator);
    if (node != REGATTA_NONE) {
        t->n_known++;
        return t->add ? cli_histories_add(h, node, NULL) : CLI_DONE;
    }
    if (!*field) return CLI_DONE;
    const char inner = only && !t->exact ? inner_separator(t, field, scratch) : 0;
    if (inner) return take_fields(t, field, inner, 1, scratch);
    t->n_unknown++;
    return t->add ? cli_histories_unknown(h, field, t->where) : CLI_DONE;
}

/* Takes the ids of a list; `field` has room for a copy of one and of what is inside it.
 */
static int take_fields(text *t, const char *from, char separator, int inner, char *field)
{
    int code = CLI_DONE, first = 1;
    while (code == CLI_DONE && cli_next_field(&from, separator, field)) {
        const int last = !from || !from[strspn(from, separators)];
        code = take_field(t, field, separator, first && last && !inner);
        first = 0;
    }
    return code;
}

/* Counts the ids of a line whose first field is the name. */
static text count(const text *like, const char *line, char separator)
{
    text t = *like;
    t.add = 0;
    t.n_known = t.n_unknown = 0;
    const char *rest = line;
    cli_next_field(&rest, separator, t.h->scratch);
    take_fields(&t, rest, separator, 0, t.h->scratch);
    return t;
}

/* Returns 1 if the name ends in `c` when blanks separate, as in `name, item, item`. */
static int name_ends_in(const char *line, char c)
{
    const size_t n = strcspn(line, " ");
    return n > 0 && line[n - 1] == c;
}

/* Returns 1 if the line is `name: list`: one colon, and no separator before it. */
static int has_one_colon(const char *line)
{
    const char *colon = line + strcspn(line, "\t ,;|:");
    return *colon == ':' && !strchr(colon + 1, ':');
}

/* For a line without a known id by its usual separator, returns the separator with the
 * most known and then the fewest unknown ids; if no id is known, the one with the most
 * ids. */
static char other_separator(const text *like, const char *line, char usual)
{
    char best = usual;
    text most = count(like, line, usual);
    for (const char *s = "\t ,;|:"; *s; s++) {
        if (*s == usual || !strchr(line, *s)) continue;
        if (*s == ':' && !has_one_colon(line)) continue;
        const text t = count(like, line, *s);
        const int more_known = t.n_known > most.n_known && t.n_known > t.n_unknown;
        const int more_unknown = !most.n_known && !t.n_known && strchr(",;|", *s) &&
                                 t.n_unknown > most.n_unknown;
        if (!more_known && !more_unknown) continue;
        best = *s;
        most = t;
    }
    return best;
}

/* Stores the separator of a line in *out; returns CLI_INPUT if two are possible. */
static int choose_separator(char *out, const text *like, const char *line)
{
    const char usual = strchr(line, '\t') ? '\t' : ' ';
    const text t = count(like, line, usual);
    *out = usual;
    if (t.n_known == 0) *out = other_separator(like, line, usual);
    if (t.n_known == 0 || usual == '\t') return CLI_DONE;
    for (const char *s = ",;|"; *s; s++) {
        if (!strchr(line, *s)) continue;
        const text other = count(like, line, *s);
        if (other.n_known == t.n_known && name_ends_in(line, *s)) *out = *s;
        if (other.n_known <= t.n_known) continue;
        return cli_error(CLI_INPUT,
                         "%sblanks and '%c' both separate known ids: separate them by "
                         "tabs, or write JSON",
                         like->where, *s);
    }
    return CLI_DONE;
}

static int set_name(cli_histories *h, const char *name, const char *where)
{
    const char *wrong = cli_id_wrong(name);
    if (wrong) return cli_error(CLI_INPUT, "%sthe name '%.200s' %s", where, name, wrong);
    h->name[h->n] = strdup(name);
    return h->name[h->n] ? CLI_DONE : cli_no_memory();
}

/* Returns the part of the name that is an id of the other side: the whole name, the
 * part after the last sign, or with `any` a part between two signs; NULL: none.
 * Changes the name. */
static const char *id_in_name(const text *t, char *name, int any)
{
    static const char signs[] = ",;|:=>/";
    const regatta_model *model = t->h->model;
    char *rest = NULL;
    if (regatta_model_find(model, t->side, name) != REGATTA_NONE) return name;
    const char *found = NULL;
    for (char *part = strtok_r(name, signs, &rest); part;
         part = strtok_r(NULL, signs, &rest))
        if (any || !rest || !*rest) {
            const int known = regatta_model_find(model, t->side, part) != REGATTA_NONE;
            if (known && part != name) found = part;
        }
    return found;
}

/* Checks for a name that contains an id of the other side: the name or its separator
 * is probably missing. */
static int check_name(cli_histories *h, char *name, const text *t)
{
    const char *whole = h->name[h->n], *kind = cli_side_word(t->side);
    if (regatta_model_find(h->model, h->rules.side, name) != REGATTA_NONE)
        return CLI_DONE;
    const char *id = id_in_name(t, name, t->n_known == 0);
    if (!id) return CLI_DONE;
    if (t->n_known == 0)
        return cli_error(CLI_INPUT,
                         "%s'%s' is %s of the model, not a name with a history: write "
                         "`name %s %s ...`",
                         t->where, id, t->side == REGATTA_USERS ? "a user" : "an item",
                         kind, kind);
    if (!cli_histories_said(h, &h->n_is_member))
        cli_say("%sthe name '%s' contains an id of the model's %ss: write a line without "
                "a name as [%s, ...]",
                t->where, whole, kind, kind);
    return CLI_DONE;
}

/* `name: item item` is read as the library reads such lines of data. */
static void drop_colon(char *name)
{
    const size_t n = strlen(name);
    if (n > 1 && name[n - 1] == ':') name[n - 1] = '\0';
}

/* Takes the first field as the name and the others as ids, for any separator. */
static int take_line(text *t, const char *line, char separator)
{
    int code = CLI_DONE;
    const char *rest = line;
    char *name = t->h->scratch;
    cli_next_field(&rest, separator, name);
    if (separator != '\t' && separator != ' ') cli_clean(name);
    if (separator == ' ' && !t->exact && rest) drop_colon(name);
    if (!*name) return cli_error(CLI_INPUT, "%sthe name is missing", t->where);
    CLI_TRY(set_name(t->h, name, t->where));
    t->add = 1;
    t->n_known = t->n_unknown = 0;
    CLI_TRY(take_fields(t, rest, separator, 0, name));
    cli_next_field(&line, separator, name);
    cli_clean(name);
    CLI_TRY(check_name(t->h, name, t));
done:
    return code;
}

static void say_separator(cli_histories *h, char separator, const char *where)
{
    if (separator == '\t' || separator == ' ' || h->separator_said || h->rules.quiet)
        return;
    h->separator_said = 1;
    cli_say("%sread as separated by '%c'", where, separator);
}

static int from_text(cli_histories *h, const char *line, const char *where, int exact,
                     int64_t *n_ids)
{
    int code = CLI_DONE;
    char separator = strchr(line, '\t') ? '\t' : ' ';
    text t = {.h = h, .where = where, .exact = exact};
    t.side = cli_histories_members(h);
    if (!exact) CLI_TRY(choose_separator(&separator, &t, line));
    CLI_TRY(take_line(&t, line, separator));
    say_separator(h, separator, where);
    *n_ids = t.n_known + t.n_unknown;
    if (*n_ids > 0) CLI_TRY(cli_histories_timed(h, 0, where));
    if (*n_ids == 0) cli_histories_bare(h, where);
done:
    return code;
}

/* The values of a line in JSON; NULL where it has none. */
typedef struct json_line {
    const json_t *name, *ids, *times, *at;
} json_line;

static const json_t *not_null(const json_t *value)
{
    return json_is_null(value) ? NULL : value;
}

/* Returns the parts of {"user": name, "items": [..], "times": [..], "at": time}, [name,
 * [..]] or [..]; ids is NULL for anything else, such as an object whose name has another
 * key. */
static json_line json_parts(const cli_histories *h, const json_t *root)
{
    const int users = h->rules.side == REGATTA_USERS;
    json_line j = {.ids = root};
    int other_key = 0;
    if (json_is_object(root)) {
        j.times = json_object_get(root, "times");
        j.at = json_object_get(root, "at");
        j.name = json_object_get(root, users ? "user" : "item");
        j.ids = json_object_get(root, users ? "items" : "users");
        const size_t n_known = 1 + (size_t)(j.times != NULL) + (size_t)(j.at != NULL);
        other_key = !j.name && json_object_size(root) > n_known;
    } else if (json_array_size(root) == 2 && json_is_array(json_array_get(root, 1))) {
        j.name = json_array_get(root, 0);
        j.ids = json_array_get(root, 1);
    }
    if (!json_is_array(j.ids) || other_key) j.ids = NULL;
    j.times = not_null(j.times);
    j.at = not_null(j.at);
    return j;
}

/* Stores the time of asking of a line that has one. */
static int check_at(const cli_histories *h, const json_line *j, const char *where,
                    int64_t *out)
{
    if (!j->at) return CLI_DONE;
    if (h->rules.side != REGATTA_USERS)
        return cli_error(CLI_INPUT, "%sat is for histories of users", where);
    if (!j->times && json_array_size(j->ids) > 0)
        return cli_error(CLI_INPUT, "%sat needs times", where);
    if (!cli_moment_json(out, j->at))
        return cli_error(CLI_INPUT, "%sat is neither a number of seconds nor a date",
                         where);
    return CLI_DONE;
}

/* Whether there are times, one for each id; CLI_INPUT where they are otherwise. */
static int check_times(const json_t *times, const json_t *ids, const char *where)
{
    if (!times) return CLI_DONE;
    if (!json_is_array(times) || json_array_size(times) != json_array_size(ids))
        return cli_error(CLI_INPUT,
                         "%stimes is not a list of %zu numbers, one for each id", where,
                         json_array_size(ids));
    int64_t ignored = 0;
    for (size_t i = 0; i < json_array_size(times); i++)
        if (!cli_moment_json(&ignored, json_array_get(times, i)))
            return cli_error(CLI_INPUT,
                             "%stime %zu is neither a number of seconds nor a date",
                             where, i + 1);
    return CLI_DONE;
}

static int take_json(cli_histories *h, const json_t *root, const char *where,
                     int64_t *n_ids)
{
    int code = CLI_DONE;
    char number[CLI_JSON_ID];
    int64_t at = 0;
    const regatta_side side = cli_histories_members(h);
    const char *one = cli_side_word(h->rules.side), *many = cli_side_word(side);
    const json_line j = json_parts(h, root);
    const json_t *const ids = j.ids, *const times = j.times;
    const char *name = j.name ? cli_json_id(j.name, number) : "";
    if (!name || !ids)
        return cli_error(
            CLI_INPUT, "%sis not {\"%s\": id, \"%ss\": [id, ...]} or [id, ...]%s", where,
            one, many,
            h->rules.stream ? "" : ": for lines of interactions, --history-format table");
    CLI_TRY(check_times(times, ids, where));
    CLI_TRY(check_at(h, &j, where, &at));
    CLI_TRY(set_name(h, name, where));
    *n_ids = (int64_t)json_array_size(ids);
    if (*n_ids > 0) CLI_TRY(cli_histories_timed(h, times != NULL, where));
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = cli_json_id(json_array_get(ids, i), number);
        if (!id)
            return cli_error(CLI_INPUT, "%s%s %zu is neither text nor a whole number",
                             where, many, i + 1);
        const uint32_t node = regatta_model_find(h->model, side, id);
        int64_t time = 0;
        if (times) cli_moment_json(&time, json_array_get(times, i));
        CLI_TRY(node == REGATTA_NONE ? cli_histories_unknown(h, id, where)
                                     : cli_histories_add(h, node, times ? &time : NULL));
    }
    cli_histories_ask_at(h, j.at ? &at : NULL);
done:
    return code;
}

static int is_out_of_memory(const json_error_t *error)
{
    return json_error_code(error) == json_error_out_of_memory;
}

static int from_json(cli_histories *h, const char *line, const char *where,
                     int64_t *n_ids)
{
    json_error_t error;
    json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    if (root) {
        const int code = take_json(h, root, where, n_ids);
        json_decref(root);
        return code;
    }
    if (is_out_of_memory(&error)) return cli_no_memory();
    /* A name may begin with '[': the line is text if all its ids are known literally. */
    text t = {.h = h, .where = where, .exact = 1, .side = cli_histories_members(h)};
    t = count(&t, line, strchr(line, '\t') ? '\t' : ' ');
    if (*line == '[' && t.n_known && !t.n_unknown)
        return from_text(h, line, where, 1, n_ids);
    return cli_error(CLI_INPUT, "%s%s", where, cli_json_reason(&error));
}

/* Room for a field and for what is inside it. */
static int reserve(cli_histories *h, const char *line)
{
    const int64_t needed = 2 * (int64_t)strlen(line) + 4;
    if (needed <= h->scratch_bytes) return CLI_DONE;
    char *grown = cli_resize(h->scratch, needed, 1);
    if (!grown) return cli_no_memory();
    h->scratch = grown;
    h->scratch_bytes = needed;
    return CLI_DONE;
}

int cli_history_line(cli_histories *h, char *line, const char *where)
{
    int code = CLI_DONE;
    int64_t n_ids = 0;
    const int64_t n_before = h->items.n;
    CLI_TRY(reserve(h, line));
    CLI_TRY(*line == '{' || *line == '[' ? from_json(h, line, where, &n_ids)
                                         : from_text(h, line, where, 0, &n_ids));
    if (n_ids > 0 && h->items.n == n_before) cli_histories_none(h, where);
done:
    return code;
}
