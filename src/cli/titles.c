/* See titles.h. */
#include "cli/titles.h"
#include "base/files/file.h"
#include "base/text/utf8.h"
#include "cli/input/fields.h"
#include "cli/input/ids.h"
#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct reading {
    cli_titles *titles;
    regatta_ctx *ctx;
    rg_input *in;
    char separator;
    int is_json;   /* 1: a line is an object */
    int is_colons; /* 1: `::` separates; each is replaced by a tab */
    int id_column, title_column, is_first;
    char *field[2]; /* the id and the title of a line, each with room for the line */
    int64_t room;
    int64_t n_rows, n_unknown, n_repeated, n_latin;
    char unknown[128]; /* the first */
    char column[64];   /* of the titles, by the header; "" without one */
} reading;

enum { MAX_JOINED = 1000 }; /* lines of a row with line breaks in quotes */

/* Columns and keys of titles, and of ids: the first of the list that is there. */
static const char *const title_names[] = {
    "title",       "name",        "item_title",          "item_name",    "product_title",
    "movie_title", "book_title",  "track_name",          "product_name", "titel",
    "bezeichnung", "artikelname", "artikelbezeichnung",  "produktname",  "titre",
    "nom",         "titulo",      "t\xc3\xadtulo",       "nombre",       "titolo",
    "nome",        "description", "product_description", "beschreibung"};
static const char *const id_names[] = {
    "id",   "item",     "item_id",    "itemid",      "parent_asin",
    "asin", "movieid",  "movie_id",   "book_id",     "isbn",
    "sku",  "track_id", "product_id", "business_id", "iid"};

/* CLI_INPUT, "NAME:LINE: reason". */
static int wrong_line(const reading *r, const char *reason)
{
    return cli_error(CLI_INPUT, "%s:%" PRId64 ": %s", rg_input_name(r->in),
                     rg_input_line_number(r->in), reason);
}

/* Makes room for fields of the line. */
static int reserve(reading *r, const char *line)
{
    const int64_t n = (int64_t)strlen(line) + 1;
    if (n <= r->room) return CLI_DONE;
    for (int k = 0; k < 2; k++) {
        char *grown = cli_resize(r->field[k], 2 * n, 1);
        if (!grown) return cli_no_memory();
        r->field[k] = grown;
    }
    r->room = 2 * n;
    return CLI_DONE;
}

/* Finds the separator of a first line; 0 if it has none. `::` is one if it comes before
 * the others, unless it is in an id of the model. */
static int find_separator(reading *r, const char *line)
{
    const char *other = strpbrk(line, ",;|");
    const char *colons = strstr(line, "::");
    r->separator = strchr(line, '\t') ? '\t' : other ? *other : '\0';
    if (!colons || r->separator == '\t' || (other && other < colons)) return CLI_DONE;
    const int code = reserve(r, line);
    if (code != CLI_DONE) return code;
    if (other) {
        memcpy(r->field[0], line, (size_t)(other - line));
        r->field[0][other - line] = '\0';
        if (cli_lookup(r->titles->model, REGATTA_ITEMS, r->field[0]) != REGATTA_NONE)
            return CLI_DONE;
    }
    r->is_colons = 1;
    r->separator = '\t';
    return CLI_DONE;
}

/* Replaces each `::` by a tab. */
static void replace_colons(char *line)
{
    char *out = line;
    for (const char *at = line; *at; at++) {
        const int is_pair = at[0] == ':' && at[1] == ':';
        *out++ = is_pair ? '\t' : *at;
        at += is_pair;
    }
    *out = '\0';
}

/* Compares names of columns: letters of any case, without blanks, _ and -. */
static int is_same_name(const char *a, const char *b)
{
    static const char between[] = " _-";
    for (;; a++, b++) {
        a += strspn(a, between);
        b += strspn(b, between);
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) return 0;
        if (!*a) return 1;
    }
}

/* Returns the place of a text in a list of words; -1: it is none of them. */
static int place_of(const char *text, const char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (is_same_name(text, words[i])) return i;
    return -1;
}

/* Cuts the type off a name of RecBole's: title:token_seq. */
static void cut_type(char *name)
{
    static const char *const types[] = {"token", "token_seq", "float", "float_seq"};
    char *colon = strrchr(name, ':');
    if (colon && place_of(colon + 1, types, CLI_COUNT(types)) >= 0) *colon = '\0';
}

/* The columns that the names of a first line mean; -1: none. */
typedef struct header {
    int n_columns;
    int id;    /* by id_names */
    int item;  /* as the reader of interactions takes it */
    int title; /* by title_names */
    uint32_t item_rank;
    int title_place;        /* in title_names */
    int n_roles;            /* columns of users, weights, times */
    regatta_column kind[2]; /* of the first two columns */
} header;

static void take_name(header *h, const char *name, int column)
{
    uint32_t rank = 0;
    const int place = place_of(name, title_names, CLI_COUNT(title_names));
    h->n_columns = column + 1;
    if (place >= 0) {
        if (h->title >= 0 && place >= h->title_place) return;
        h->title = column;
        h->title_place = place;
        return;
    }
    if (place_of(name, id_names, CLI_COUNT(id_names)) >= 0 && h->id < 0) h->id = column;
    const regatta_column kind = regatta_column_of_name(name, 0, &rank);
    if (column < 2) h->kind[column] = kind;
    h->n_roles += kind == REGATTA_COLUMN_USER || kind == REGATTA_COLUMN_WEIGHT ||
                  kind == REGATTA_COLUMN_TIME;
    if (kind != REGATTA_COLUMN_ITEM) return;
    if (h->item >= 0 && rank >= h->item_rank) return;
    h->item = column;
    h->item_rank = rank;
}

/* Keeps the name of the column of titles. */
static void keep_name(reading *r, const char *line)
{
    for (int column = 0; cli_next_field(&line, r->separator, r->field[0]); column++) {
        if (column != r->title_column) continue;
        cli_clean(r->field[0]);
        cut_type(r->field[0]);
        snprintf(r->column, sizeof r->column, "%s", r->field[0]);
        return;
    }
}

/* Chooses the columns of a header without a name of titles: of two columns the one beside
 * the ids, if its name says nothing else. */
static int choose_columns(const reading *r, header *h, int *id)
{
    if (h->id == 0 || h->item == 0) *id = 0;
    const regatta_column beside = h->kind[*id == 0];
    if (h->n_columns != 2 ||
        (beside != REGATTA_COLUMN_UNKNOWN && beside != REGATTA_COLUMN_ITEM))
        return wrong_line(r, "the header names ids of items and no titles: name the "
                             "column of the titles `title`");
    h->title = *id == 0;
    return CLI_DONE;
}

/* A first line that does not begin with an item of the model is a header if it names a
 * column of titles, or if its first column names the ids, or another one does beside
 * users, weights or times. */
static int read_header(reading *r, const char *line, int *is_header)
{
    header h = {.id = -1, .item = -1, .title = -1};
    int column = 0, is_item = 0;
    *is_header = 0;
    for (const char *at = line; cli_next_field(&at, r->separator, r->field[0]);
         column++) {
        cli_clean(r->field[0]);
        if (column == 0)
            is_item =
                cli_lookup(r->titles->model, REGATTA_ITEMS, r->field[0]) != REGATTA_NONE;
        cut_type(r->field[0]);
        take_name(&h, r->field[0], column);
    }
    int id = h.id >= 0 ? h.id : h.item;
    if (is_item) return CLI_DONE;
    if (h.title < 0) {
        if (column < 2 || (h.id != 0 && h.item != 0 && (id < 0 || h.n_roles == 0)))
            return CLI_DONE;
        const int code = choose_columns(r, &h, &id);
        if (code != CLI_DONE) return code;
    }
    if (id < 0) id = 0;
    if (h.title == id) return CLI_DONE;
    r->id_column = id;
    r->title_column = h.title;
    keep_name(r, line);
    *is_header = 1;
    return CLI_DONE;
}

/* Reads both fields of a line; 0 if one of them is missing. */
static int split(reading *r, const char *line)
{
    int had = 0, column = 0;
    const int last = r->id_column > r->title_column ? r->id_column : r->title_column;
    for (const char *at = line; column <= last; column++) {
        /* a column that is neither goes where the next of the two will be */
        const int k = column == r->title_column ||
                      (column > r->id_column && column < r->title_column);
        if (!cli_next_field(&at, r->separator, r->field[k])) return 0;
        if (column != r->id_column && column != r->title_column) continue;
        cli_clean(r->field[k]);
        had++;
    }
    return had == 2;
}

/* Appends a title as UTF-8 without control characters; other bytes are read as
 * Latin-1. */
static int append(reading *r, const char *title)
{
    cli_titles *t = r->titles;
    const int64_t length = (int64_t)strlen(title), most = t->n + 2 * length + 1;
    const int is_utf8 = rg_utf8_is_valid(title, length);
    if (most > t->capacity) {
        char *grown = cli_resize(t->text, 2 * most, 1);
        if (!grown) return cli_no_memory();
        t->text = grown;
        t->capacity = 2 * most;
    }
    for (const char *c = title; *c; c++) {
        const unsigned char byte = (unsigned char)*c;
        if (byte < 0x20 || byte == 0x7f)
            t->text[t->n++] = ' ';
        else if (is_utf8)
            t->text[t->n++] = *c;
        else
            t->n += rg_utf8_put(t->text + t->n, byte);
    }
    t->text[t->n++] = '\0';
    r->n_latin += !is_utf8;
    return CLI_DONE;
}

/* Stores the title of an item; of repeated ones the first. */
static int keep(reading *r, char *id, const char *title)
{
    cli_titles *t = r->titles;
    r->n_rows++;
    const uint32_t item = cli_lookup(t->model, REGATTA_ITEMS, id);
    if (item == REGATTA_NONE) {
        if (r->n_unknown++ == 0) snprintf(r->unknown, sizeof r->unknown, "%s", id);
        return CLI_DONE;
    }
    if (t->at[item]) {
        r->n_repeated++;
        return CLI_DONE;
    }
    t->at[item] = t->n;
    return append(r, title);
}

static int read_row(reading *r, const char *line)
{
    char reason[80];
    if (!split(r, line)) {
        snprintf(reason, sizeof reason, "no title: a line is an id, %s and a title",
                 r->is_colons           ? "::"
                 : r->separator == '\t' ? "a tab"
                 : r->separator == ','  ? "a comma"
                                        : "a separator");
        return wrong_line(r, reason);
    }
    return keep(r, r->field[0], r->field[1]);
}

/* Returns the value of the first of the keys that the object has, a text or a whole
 * number, as text; NULL: it has none. `own` has room for a number. */
static const char *value_of(const json_t *object, const char *const *keys, int n,
                            char own[CLI_JSON_ID])
{
    for (int k = 0; k < n; k++) {
        const char *key = NULL;
        json_t *value = NULL;
        json_object_foreach((json_t *)object, key, value)
        {
            if (strcasecmp(key, keys[k]) != 0) continue;
            const char *text = cli_json_id(value, own);
            if (text) return text;
        }
    }
    return NULL;
}

/* Reads an object; one without a title gives none. */
static int read_object(reading *r, const char *line)
{
    char id_text[CLI_JSON_ID], title_text[CLI_JSON_ID], reason[200];
    json_error_t error;
    json_t *object = json_loads(line, 0, &error);
    if (!json_is_object(object)) {
        json_decref(object);
        snprintf(reason, sizeof reason, "is no JSON object: %.150s",
                 object ? "another value" : cli_json_reason(&error));
        return wrong_line(r, reason);
    }
    const char *id = value_of(object, id_names, CLI_COUNT(id_names), id_text);
    const char *title = value_of(object, title_names, CLI_COUNT(title_names), title_text);
    int code = reserve(r, line);
    if (code == CLI_DONE && !id)
        code = wrong_line(r, "no id: an object has a key id, item_id, asin, ..");
    if (code == CLI_DONE && title) {
        memcpy(r->field[0], id, strlen(id) + 1); /* no longer than the line */
        code = keep(r, r->field[0], title);
    }
    json_decref(object);
    return code;
}

/* Joins the lines of a row with line breaks in quotes. */
static int join(reading *r, char **line)
{
    for (int k = 0; k < MAX_JOINED; k++) {
        char *joined = NULL;
        int64_t length = 0;
        int is_open = 0;
        for (const char *at = *line; !is_open && at;) {
            const int code = reserve(r, *line);
            if (code != CLI_DONE) return code;
            if (!cli_next_field(&at, r->separator, r->field[0])) break;
            const char *quote = r->field[0] + strspn(r->field[0], " ");
            is_open = *quote == '"' && cli_field_is_open(quote);
        }
        if (!is_open) return CLI_DONE;
        const int code = cli_status(r->ctx, rg_input_join(r->in, &joined, &length));
        if (code != CLI_DONE) return code;
        if (!joined) break;
        *line = joined;
    }
    return wrong_line(r, "the quote of the title is not closed");
}

static int read_line(reading *r, char *line)
{
    int code = CLI_DONE;
    if (r->is_first) r->is_json = *line == '{';
    if (r->is_json) {
        r->is_first = 0;
        return read_object(r, line);
    }
    if (r->is_first) {
        if (*line == '[' && strchr("{[", line[1 + strspn(line + 1, " \t")]))
            return wrong_line(r, "is one JSON array: write its objects one a line "
                                 "(jq -c '.[]')");
        CLI_TRY(find_separator(r, line));
        if (!r->separator)
            return wrong_line(r, "no title: a line is an id, a tab and a title");
    }
    if (r->is_colons) replace_colons(line);
    if (r->separator != '\t') CLI_TRY(join(r, &line));
    CLI_TRY(reserve(r, line));
    int is_header = 0;
    if (r->is_first) CLI_TRY(read_header(r, line, &is_header));
    r->is_first = 0;
    if (!is_header) code = read_row(r, line);
done:
    return code;
}

static int report(const reading *r, int64_t n_items, uint32_t quiet)
{
    const int64_t n = r->n_rows - r->n_unknown - r->n_repeated;
    if (r->n_rows == 0)
        return cli_error(CLI_INPUT, "%s: no title in it", rg_input_name(r->in));
    if (n == 0)
        return cli_error(
            CLI_INPUT, "%s: the model has none of its %lld item%s; the first is '%s'",
            rg_input_name(r->in), (long long)r->n_rows, CLI_S(r->n_rows), r->unknown);
    if (quiet) return CLI_DONE;
    cli_say("%s: titles of %lld of %lld item%s%s%s%s; %lld other id%s, %lld repeated",
            rg_input_name(r->in), (long long)n, (long long)n_items, CLI_S(n_items),
            *r->column ? ", column '" : "", r->column, *r->column ? "'" : "",
            (long long)r->n_unknown, CLI_S(r->n_unknown), (long long)r->n_repeated);
    if (r->n_latin)
        cli_say("%s: %lld title%s read as Latin-1, being no UTF-8", rg_input_name(r->in),
                (long long)r->n_latin, CLI_S(r->n_latin));
    return CLI_DONE;
}

int cli_titles_read(regatta_ctx *ctx, cli_titles *t, const regatta_model *model,
                    const char *path, uint32_t quiet)
{
    int code = CLI_DONE;
    int64_t length = 0;
    char *line = NULL;
    reading r = {.titles = t, .ctx = ctx, .title_column = 1, .is_first = 1};
    const regatta_model_info info = cli_model_info(model);
    if (!path) return CLI_DONE;
    t->model = model;
    t->n = 1; /* 0 means no title */
    t->at = cli_new(info.n_items, sizeof *t->at);
    if (!t->at) return cli_no_memory();
    CLI_CALL(rg_input_open(ctx, &r.in, path));
    for (;;) {
        CLI_CALL(rg_input_line(r.in, &line, &length));
        if (!line) break;
        if (*line) CLI_TRY(read_line(&r, line));
    }
    code = report(&r, (int64_t)info.n_items, quiet);
done:
    rg_input_close(r.in);
    free(r.field[0]);
    free(r.field[1]);
    return code;
}

void cli_titles_free(cli_titles *t)
{
    free(t->at);
    free(t->text);
    *t = (cli_titles){.model = NULL};
}

const char *cli_title(const cli_titles *t, uint32_t item)
{
    return t->at && t->at[item] ? t->text + t->at[item] : NULL;
}

int cli_has_titles(const cli_titles *t)
{
    return t->at != NULL;
}

int cli_title_columns(cli_column *out, const cli_column *columns, int n,
                      const cli_titles *t)
{
    int n_out = 0;
    for (int i = 0; i < n; i++)
        if (t->at || strcmp(columns[i].name, "title") != 0) out[n_out++] = columns[i];
    return n_out;
}

void cli_field_title(cli_records *r, const cli_titles *t, uint32_t item)
{
    if (!t->at) return;
    if (t->at[item])
        cli_field_text(r, t->text + t->at[item]);
    else
        cli_field_none(r);
}

void cli_json_title(cli_output *out, const cli_titles *t, uint32_t item)
{
    if (!t->at || !t->at[item]) return;
    cli_text(out, ",\"title\":");
    cli_json_text(out, t->text + t->at[item]);
}

void cli_json_title_element(cli_output *out, const cli_titles *t, uint32_t item)
{
    if (!t->at) return;
    cli_text(out, ",");
    if (t->at[item])
        cli_json_text(out, t->text + t->at[item]);
    else
        cli_text(out, "null");
}
