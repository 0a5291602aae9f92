#include "graph/formats/reader_json.h"
#include "base/text/json_read.h"
#include "graph/formats/made_sample.h"
#include "graph/readers/column_names.h"
#include "graph/readers/reader_known.h"
#include "graph/readers/reader_rows.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KEY_BYTES = 256, KEY_NAMES = 240 };

/* A value of the current object. */
typedef struct value {
    const char *text;
    int64_t length;
    char nested; /* '{' or '[' where it is one; 0 = a text or a number */
    int times;   /* how often the key is there */
} value;

typedef struct objects {
    regatta_ctx *ctx;
    rg_input *in;
    rg_rows *rows;
    rg_idmap *keys;                /* the columns */
    uint8_t wanted[RG_MAX_FIELDS]; /* by key: its values are decoded */
    value cell[RG_MAX_FIELDS];
    char *texts; /* decoded texts of the current object */
    int64_t capacity;
    rg_text lines; /* the first lines, each with its NUL */
    int n_lines;
    int64_t begin[RG_SAMPLE_LINES + 1], number[RG_SAMPLE_LINES];
    rg_made_sample made;
} objects;

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Makes room for the texts of a line, which decoding does not lengthen. */
static regatta_status reserve(objects *o, int64_t length)
{
    if (length + 1 <= o->capacity) return REGATTA_OK;
    rg_free(o->ctx->mem, o->texts);
    o->capacity = 0;
    o->texts = rg_alloc(o->ctx->mem, 2 * length + 1, 1);
    if (o->texts == NULL) return REGATTA_ENOMEM;
    o->capacity = 2 * length + 1;
    return REGATTA_OK;
}

/* Reads the value of a member; its text may be decoded to texts[*used]. */
static int read_value(objects *o, rg_json *j, value *v, int64_t *used)
{
    while (j->at < j->end && is_blank(*j->at)) j->at++;
    const char *const from = j->at;
    const char first = j->at < j->end ? *from : '\0';
    *v = (value){from, 0, first == '{' || first == '[' ? first : '\0', v->times + 1};
    if (first == '"') {
        v->text = o->texts + *used;
        v->length = rg_json_string(j, o->texts + *used, o->capacity - *used);
        if (v->length < 0) return 0;
        *used += v->length;
        return 1;
    }
    if (!rg_json_skip(j)) return 0;
    v->length = first == 'n' ? 0 : j->at - from; /* null */
    return 1;
}

/* Reads the wanted values of a line; 0 if it is not one JSON object. With `add` set, new
 * keys become columns as long as there is room. */
static int read_object(objects *o, const char *line, int64_t length, int add,
                       regatta_status *status)
{
    char key[KEY_BYTES];
    int n = 0;
    int64_t used = 0;
    rg_json j = rg_json_begin(line, length);
    *status = reserve(o, length);
    if (*status != REGATTA_OK || !rg_json_enter(&j, '{')) return 0;
    for (uint32_t k = 0; k < o->keys->n; k++) o->cell[k] = (value){"", 0, '\0', 0};
    while (rg_json_next(&j, '{', &n)) {
        const int64_t bytes = rg_json_name(&j, key, KEY_BYTES);
        uint32_t k = REGATTA_NONE;
        if (bytes < 0) return 0;
        if (bytes < KEY_BYTES) k = rg_idmap_find(o->keys, key, bytes);
        if (k == REGATTA_NONE && add && bytes < KEY_BYTES && o->keys->n < RG_MAX_FIELDS) {
            *status = rg_idmap_add(o->ctx, o->keys, key, bytes, &k);
            if (*status != REGATTA_OK) return 0;
            o->wanted[k] = 1;
        }
        const int is_wanted = k != REGATTA_NONE && o->wanted[k];
        if (is_wanted ? !read_value(o, &j, &o->cell[k], &used) : !rg_json_skip(&j))
            return 0;
    }
    while (!j.wrong && j.at < j.end && is_blank(*j.at)) j.at++;
    return !j.wrong && j.at == j.end;
}

static regatta_status refuse_line(objects *o, const char *line)
{
    while (is_blank(*line)) line++;
    const char *next = line + (*line == '{');
    while (is_blank(*next)) next++;
    o->rows->bad = REGATTA_BAD_COLUMNS;
    if (*line == '{' && *next == '\'')
        return rg_reader_fail(o->ctx, o->in, "%s", rg_json_is_python);
    return rg_reader_fail(o->ctx, o->in,
                          *line == '{' ? "is not JSON (--skip-bad drops such rows)"
                                       : "is not a JSON object: one is needed a line "
                                         "(--skip-bad drops such rows)");
}

/* Keeps the first lines, and takes their keys as columns. */
static regatta_status keep_lines(objects *o)
{
    enum { ENOUGH_BYTES = 1 << 20 };
    regatta_status status = REGATTA_OK;
    while (o->n_lines < RG_SAMPLE_LINES - 1 && o->lines.n < ENOUGH_BYTES) {
        char *line = NULL;
        int64_t length = 0;
        RG_TRY(rg_input_line(o->in, &line, &length));
        if (line == NULL) break;
        if (rg_reader_is_blank(line, length, REGATTA_FORMAT_AUTO)) continue;
        read_object(o, line, length, 1, &status);
        if (status != REGATTA_OK) goto done;
        o->number[o->n_lines++] = rg_input_line_number(o->in);
        rg_text_append_bytes(&o->lines, line, length + 1);
        o->begin[o->n_lines] = o->lines.n;
        RG_TRY(o->lines.status);
    }
done:
    return status;
}

static const char *kept_line(const objects *o, int k, int64_t *length)
{
    *length = o->begin[k + 1] - o->begin[k] - 1;
    return o->lines.bytes + o->begin[k];
}

static regatta_status make_sample(objects *o)
{
    regatta_status status = REGATTA_OK;
    const uint32_t n = o->keys->n;
    for (uint32_t c = 0; c < n; c++) {
        const char *name = rg_idmap_name(o->keys, c);
        rg_made_cell(&o->made, name, (int64_t)strlen(name));
    }
    rg_made_row(&o->made, n > 0 ? o->number[0] : 0);
    for (int k = 0; k < o->n_lines && !rg_made_is_full(&o->made); k++) {
        int64_t length = 0;
        const char *line = kept_line(o, k, &length);
        const int is_good = read_object(o, line, length, 0, &status);
        if (status != REGATTA_OK) goto done;
        if (!is_good) continue;
        for (uint32_t c = 0; c < n; c++)
            rg_made_cell(&o->made, o->cell[c].text, o->cell[c].length);
        rg_made_row(&o->made, o->number[k]);
    }
    status = rg_made_end(&o->made);
done:
    return status;
}

/* "a, b, c" */
static void list_keys(const objects *o, char names[KEY_NAMES])
{
    int n = 0;
    names[0] = '\0';
    for (uint32_t k = 0; k < o->keys->n && n < KEY_NAMES; k++)
        n += snprintf(names + n, (size_t)(KEY_NAMES - n), "%s%.*s", k > 0 ? ", " : "",
                      RG_SHOWN, rg_idmap_name(o->keys, k));
}

static rg_column_name name_of(const objects *o, int column)
{
    const char *name = rg_idmap_name(o->keys, (uint32_t)column);
    return rg_column_name_in(o->rows->opts, name, (int64_t)strlen(name));
}

/* Refuses a role that another key of the same rank would suit. */
static regatta_status check_role(const objects *o, rg_role role, int column)
{
    const char *const name = rg_role_name_of(role, o->rows->opts);
    const rg_column_name chosen = column < 0 ? (rg_column_name){0} : name_of(o, column);
    if (column < 0 || chosen.role != role) return REGATTA_OK;
    for (int k = 0; k < (int)o->keys->n; k++) {
        const rg_column_name other = name_of(o, k);
        if (k == column || other.role != role || other.rank != chosen.rank) continue;
        return rg_reader_fail_at(
            o->ctx, o->in, o->number[0],
            "the keys '%.40s' and '%.40s' may both be the %s: choose one with "
            "--%s-column %d or %d",
            rg_idmap_name(o->keys, (uint32_t)column), rg_idmap_name(o->keys, (uint32_t)k),
            name, name, column + 1, k + 1);
    }
    return REGATTA_OK;
}

/* The order of keys means nothing, so that roles come from names or options alone. */
static regatta_status check_roles(const objects *o, const regatta_read_options *opts)
{
    char names[KEY_NAMES];
    regatta_status status = REGATTA_OK;
    const int *const column = o->rows->columns.at;
    uint32_t asked[RG_N_ROLES];
    rg_columns_asked(asked, opts);
    if (!opts->user_column && !opts->item_column &&
        name_of(o, column[RG_ROLE_USER]).role != RG_ROLE_USER &&
        name_of(o, column[RG_ROLE_ITEM]).role != RG_ROLE_ITEM) {
        list_keys(o, names);
        return rg_reader_fail_at(
            o->ctx, o->in, o->number[0],
            "no key names the user or the item: give --user-column and --item-column, "
            "the places among the keys %s",
            names);
    }
    for (int r = 0; r < RG_N_ROLES && status == REGATTA_OK; r++)
        if (asked[r] == 0) status = check_role(o, (rg_role)r, column[r]);
    return status;
}

static regatta_status resolve(objects *o, const regatta_read_options *opts)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(make_sample(o));
    if (o->keys->n == 0) {
        int64_t length = 0;
        const char *line = o->n_lines > 0 ? kept_line(o, 0, &length) : NULL;
        if (line == NULL)
            status = rg_reader_fail_at(o->ctx, o->in, 0, "contains no interaction");
        else if (read_object(o, line, length, 0, &status))
            status = rg_reader_fail_at(o->ctx, o->in, o->number[0],
                                       "the objects have no keys");
        else if (status == REGATTA_OK)
            status = refuse_line(o, line);
        goto done;
    }
    if (o->keys->n == 1) {
        status = rg_reader_fail_at(o->ctx, o->in, o->number[0],
                                   "one key, '%.40s': a user and an item are needed",
                                   rg_idmap_name(o->keys, 0));
        goto done;
    }
    RG_TRY(rg_rows_resolve(o->rows, &o->made.sample, REGATTA_FORMAT_CSV));
    RG_TRY(check_roles(o, opts));
    rg_sample_split(&o->made.sample, 0, REGATTA_FORMAT_CSV, &o->rows->fields);
    rg_rows_name(o->rows);
    const int *const column = o->rows->columns.at;
    memset(o->wanted, 0, sizeof o->wanted);
    for (int r = 0; r < RG_N_ROLES; r++)
        if (column[r] >= 0) o->wanted[column[r]] = 1;
done:
    return status;
}

/* Refuses the value of key k, which is not one text or number. */
static regatta_status refuse_value(objects *o, uint32_t k)
{
    const char *key = rg_idmap_name(o->keys, k);
    const char nested = o->cell[k].nested;
    o->rows->bad = REGATTA_BAD_COLUMNS;
    if (o->cell[k].times > 1)
        return rg_reader_fail(o->ctx, o->in,
                              "the key '%.40s' is there more than once (--skip-bad drops "
                              "such rows)",
                              key);
    return rg_reader_fail(
        o->ctx, o->in,
        "the key '%.40s' holds %s: write an object for each interaction "
        "(--skip-bad drops such rows)",
        key, nested == '[' ? "a list, not one value" : "an object, not a value");
}

static regatta_status add_object(objects *o, const char *line, int64_t length)
{
    regatta_status status = REGATTA_OK;
    rg_rows *const rows = o->rows;
    if (!read_object(o, line, length, 0, &status))
        return status == REGATTA_OK ? refuse_line(o, line) : status;
    rows->fields.n = (int)o->keys->n;
    for (int k = 0; k < rows->fields.n; k++) {
        rows->fields.text[k] = o->cell[k].text;
        rows->fields.length[k] = o->cell[k].length;
        if (o->cell[k].nested || o->cell[k].times > 1)
            return refuse_value(o, (uint32_t)k);
    }
    return rg_rows_add(rows);
}

/* The kept lines, then the others. */
static regatta_status add_objects(objects *o)
{
    regatta_status status = REGATTA_OK;
    const int64_t last = rg_input_line_number(o->in);
    int64_t length = 0;
    for (int k = 0; k < o->n_lines; k++) {
        const char *line = kept_line(o, k, &length);
        rg_input_at_row(o->in, o->number[k]);
        RG_TRY(rg_rows_drop(o->rows, add_object(o, line, length)));
    }
    rg_input_at_row(o->in, last);
    for (;;) {
        char *line = NULL;
        RG_TRY(rg_input_line(o->in, &line, &length));
        if (line == NULL) break;
        if (rg_reader_is_blank(line, length, REGATTA_FORMAT_AUTO)) continue;
        RG_TRY(rg_rows_drop(o->rows, add_object(o, line, length)));
    }
done:
    return status;
}

regatta_status rg_read_json(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                            const regatta_read_options *opts, regatta_read_report *report)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    regatta_read_options o = *opts;
    objects *all = NULL;
    o.header = REGATTA_HEADER_YES;
    o.format = REGATTA_FORMAT_CSV; /* a text with commas is one id */
    RG_NEW(ctx->mem, all, 1);
    all->ctx = ctx;
    all->in = in;
    rg_text_begin(&all->lines, ctx->mem);
    rg_made_begin(&all->made, ctx->mem);
    RG_TRY(rg_idmap_create(ctx, &all->keys));
    RG_TRY(rg_rows_create(ctx, &all->rows, in, &o, report));
    RG_TRY(keep_lines(all));
    RG_TRY(resolve(all, opts));
    RG_TRY(add_objects(all));
    RG_TRY(rg_rows_end(all->rows, out));
    report->has_header = 0;
done:
    if (all != NULL) {
        rg_rows_free(all->rows);
        rg_idmap_free(all->keys);
        rg_made_free(&all->made);
        rg_free(ctx->mem, all->lines.bytes);
        rg_free(ctx->mem, all->texts);
    }
    rg_free(ctx->mem, all);
    return status;
}
