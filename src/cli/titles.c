/* See titles.h. */
#include "cli/titles.h"
#include "base/text/utf8.h"
#include "cli/input/fields.h"
#include "cli/input/ids.h"
#include "cli/input/lines.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct reading {
    cli_titles *titles;
    cli_lines in;
    char separator;
    int id_column, title_column, is_first;
    char *field[2]; /* the id and the title of a line, each with room for the line */
    int64_t room;
    int64_t n_rows, n_unknown, n_repeated, n_latin;
    char unknown[128]; /* the first */
} reading;

/* Returns the separator of a first line; 0 if it has none. */
static char separator_of(const char *line)
{
    const char *other = strpbrk(line, ",;|");
    return strchr(line, '\t') ? '\t' : other ? *other : '\0';
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

static int is_one_of(const char *text, const char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (strcasecmp(text, words[i]) == 0) return 1;
    return 0;
}

/* A first line with a column of titles by name is a header. */
static int read_header(reading *r, const char *line)
{
    static const char *const titles[] = {"title",      "name",          "item_title",
                                         "item_name",  "product_title", "movie_title",
                                         "book_title", "track_name"};
    static const char *const ids[] = {
        "id",      "item", "item_id", "itemid",   "asin",       "movieid", "movie_id",
        "book_id", "isbn", "sku",     "track_id", "product_id", "iid"};
    int id = 0, title = -1, column = 0;
    for (const char *at = line; cli_next_field(&at, r->separator, r->field[0]);
         column++) {
        cli_clean(r->field[0]);
        if (title < 0 && is_one_of(r->field[0], titles, CLI_COUNT(titles)))
            title = column;
        if (is_one_of(r->field[0], ids, CLI_COUNT(ids)) && id == 0) id = column;
    }
    if (title < 0 || title == id) return 0;
    r->id_column = id;
    r->title_column = title;
    return 1;
}

/* Reads both fields of a line; 0 if one of them is missing. */
static int split(reading *r, const char *line)
{
    int had = 0, column = 0;
    const int last = r->id_column > r->title_column ? r->id_column : r->title_column;
    for (const char *at = line; column <= last; column++) {
        const int k = column == r->title_column;
        if (!cli_next_field(&at, r->separator, r->field[k])) return 0;
        if (column != r->id_column && !k) continue;
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

static int read_row(reading *r, const char *line)
{
    cli_titles *t = r->titles;
    const long long number = (long long)r->in.number;
    if (!split(r, line))
        return cli_error(CLI_INPUT,
                         "%s:%lld: no title: a line is an id, a %s and a title",
                         r->in.name, number,
                         r->separator == '\t'  ? "tab"
                         : r->separator == ',' ? "comma"
                                               : "separator");
    if (r->separator != '\t' && r->field[1][0] == '"')
        return cli_error(CLI_INPUT, "%s:%lld: the quote of the title is not closed",
                         r->in.name, number);
    r->n_rows++;
    const uint32_t item = cli_lookup(t->model, REGATTA_ITEMS, r->field[0]);
    if (item == REGATTA_NONE) {
        if (r->n_unknown++ == 0)
            snprintf(r->unknown, sizeof r->unknown, "%s", r->field[0]);
        return CLI_DONE;
    }
    if (t->at[item]) {
        r->n_repeated++;
        return CLI_DONE;
    }
    t->at[item] = t->n;
    return append(r, r->field[1]);
}

static int read_line(reading *r, const char *line)
{
    int code = CLI_DONE;
    CLI_TRY(reserve(r, line));
    if (r->is_first) {
        r->is_first = 0;
        r->separator = separator_of(line);
        if (!r->separator)
            return cli_error(CLI_INPUT,
                             "%s:%lld: no title: a line is an id, a tab and a title",
                             r->in.name, (long long)r->in.number);
        if (read_header(r, line)) return CLI_DONE;
    }
    code = read_row(r, line);
done:
    return code;
}

static int report(const reading *r, int64_t n_items, uint32_t quiet)
{
    const int64_t n = r->n_rows - r->n_unknown - r->n_repeated;
    if (r->n_rows == 0) return cli_error(CLI_INPUT, "%s: no title in it", r->in.name);
    if (n == 0)
        return cli_error(CLI_INPUT,
                         "%s: the model has none of its %lld item%s; the first is '%s'",
                         r->in.name, (long long)r->n_rows, CLI_S(r->n_rows), r->unknown);
    if (quiet) return CLI_DONE;
    cli_say("%s: titles of %lld of %lld item%s; %lld other id%s, %lld repeated",
            r->in.name, (long long)n, (long long)n_items, CLI_S(n_items),
            (long long)r->n_unknown, CLI_S(r->n_unknown), (long long)r->n_repeated);
    if (r->n_latin)
        cli_say("%s: %lld title%s read as Latin-1, being no UTF-8", r->in.name,
                (long long)r->n_latin, CLI_S(r->n_latin));
    return CLI_DONE;
}

int cli_titles_read(cli_titles *t, const regatta_model *model, const char *path,
                    uint32_t quiet)
{
    int code = CLI_DONE;
    char *line = NULL;
    reading r = {.titles = t, .in = CLI_LINES_INIT, .title_column = 1, .is_first = 1};
    const regatta_model_info info = cli_model_info(model);
    if (!path) return CLI_DONE;
    t->model = model;
    t->n = 1; /* 0 means no title */
    t->at = cli_new(info.n_items, sizeof *t->at);
    if (!t->at) return cli_no_memory();
    CLI_TRY(cli_lines_open(&r.in, path));
    for (;;) {
        CLI_TRY(cli_lines_next(&r.in, &line));
        if (!line) break;
        if (*line) CLI_TRY(read_line(&r, line));
    }
    code = report(&r, (int64_t)info.n_items, quiet);
done:
    cli_lines_close(&r.in);
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
