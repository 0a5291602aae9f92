#include "graph/readers/reader_columns.h"
#include "base/text/number.h"
#include "graph/readers/column_content.h"
#include "graph/readers/column_names.h"
#include "graph/readers/reader_header.h"
#include "graph/times/reader_time.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MAX_EVIDENT = 3, EPOCH_FROM = 2, WORDS_BYTES = 400 };

const char *const rg_role_name[RG_N_ROLES] = {"user",  "item",     "weight",    "time",
                                              "event", "position", "propensity"};

const char *rg_role_name_of(rg_role role, const regatta_read_options *opts)
{
    return role == RG_ROLE_WEIGHT && opts->logged ? "reward" : rg_role_name[role];
}

void rg_columns_asked(uint32_t asked[RG_N_ROLES], const regatta_read_options *opts)
{
    asked[RG_ROLE_USER] = opts->user_column;
    asked[RG_ROLE_ITEM] = opts->item_column;
    asked[RG_ROLE_WEIGHT] = opts->weight_column;
    asked[RG_ROLE_TIME] = opts->time_column;
    asked[RG_ROLE_EVENT] =
        opts->event_weights != NULL ? opts->event_column : REGATTA_COLUMN_NONE;
    asked[RG_ROLE_POSITION] = opts->logged ? opts->position_column : REGATTA_COLUMN_NONE;
    asked[RG_ROLE_PROPENSITY] =
        opts->logged ? opts->propensity_column : REGATTA_COLUMN_NONE;
}

/* The column roles, and the properties of the columns. */
typedef struct column_roles {
    regatta_ctx *ctx;
    const rg_input *in;
    rg_sample *sample;
    regatta_format format;
    int has_header, n;
    int column[RG_N_ROLES];    /* -1: not assigned */
    int is_closed[RG_N_ROLES]; /* the caller disabled the role */
    int has_row_names;         /* in the first column, as R writes them */
    int is_own;                /* a file of regatta_graph_write */
    int ids_only;              /* the caller needs neither weights nor times */
    const regatta_read_options *opts;
    int is_taken[RG_MAX_FIELDS];
    rg_column_name name[RG_MAX_FIELDS];
    rg_content content[RG_MAX_FIELDS];
} column_roles;

/* Cuts the header. Row names have none in it. */
static const char *split_header(const column_roles *c, rg_fields *f)
{
    const char *reason = rg_sample_split(c->sample, 0, c->format, f);
    if (reason == NULL && c->has_row_names) rg_fields_shift(f);
    return reason;
}

static void assign(column_roles *c, rg_role r, int column)
{
    c->column[r] = column;
    c->is_taken[column] = 1;
}

static int is_open(const column_roles *c, rg_role r)
{
    return c->column[r] < 0 && !c->is_closed[r];
}

/* "1 = 196, 2 = 242, ...": the columns by the cells of row 1. */
static void show_first_row(column_roles *c, char words[WORDS_BYTES])
{
    enum { MOST = 8, CELL = 24 };
    rg_fields f;
    rg_id cell;
    int used = 0;
    words[0] = '\0';
    if (split_header(c, &f) != NULL) return;
    for (int column = 0; column < f.n && column < MOST; column++) {
        rg_id_take(&cell, f.text[column], f.length[column]);
        const int length = cell.length < CELL ? (int)cell.length : CELL;
        used += snprintf(words + used, (size_t)(WORDS_BYTES - used), "%s%d = %.*s",
                         column > 0 ? ", " : "", column + 1, length, cell.text);
    }
    if (f.n > MOST) snprintf(words + used, (size_t)(WORDS_BYTES - used), ", ...");
}

static regatta_status refuse(column_roles *c)
{
    static const char *const asked[] = {"--user-column and --item-column",
                                        "--item-column", "--user-column"};
    char words[WORDS_BYTES];
    const int which = (c->column[RG_ROLE_USER] >= 0) + 2 * (c->column[RG_ROLE_ITEM] >= 0);
    show_first_row(c, words);
    return rg_reader_fail_at(
        c->ctx, c->in, c->sample->number[0],
        "the roles of %d columns %s are ambiguous (%s): give %s, "
        "and for weights and times --weight-column and --time-column (0: none)",
        c->n, c->has_header ? "with these names" : "without a header", words,
        asked[which < 3 ? which : 0]);
}

static regatta_status assign_by_number(column_roles *c, const regatta_read_options *opts)
{
    uint32_t asked[RG_N_ROLES];
    rg_columns_asked(asked, opts);
    for (int r = 0; r < RG_N_ROLES; r++) {
        c->column[r] = -1;
        c->is_closed[r] = asked[r] == REGATTA_COLUMN_NONE;
        if (asked[r] == 0 || c->is_closed[r]) continue;
        if (asked[r] > (uint32_t)c->n)
            return rg_reader_fail_at(
                c->ctx, c->in, c->sample->number[0],
                "column %" PRIu32 " is requested, but the line has %d", asked[r], c->n);
        if (c->is_taken[asked[r] - 1])
            return rg_fail(c->ctx, REGATTA_EINVAL,
                           "column %" PRIu32 " is requested twice", asked[r]);
        assign(c, (rg_role)r, (int)asked[r] - 1);
    }
    return REGATTA_OK;
}

/* The free column of the best name for each role. */
static void assign_by_name(column_roles *c)
{
    for (int r = 0; r < RG_N_ROLES; r++) {
        int best = -1;
        for (int k = 0; k < c->n; k++)
            if (!c->is_taken[k] && c->name[k].role == (rg_role)r &&
                (best < 0 || c->name[k].rank < c->name[best].rank))
                best = k;
        if (best >= 0 && is_open(c, (rg_role)r)) assign(c, (rg_role)r, best);
    }
}

/* Refuses a role whose name in the header two columns have. */
static regatta_status check_twins(const column_roles *c, const rg_fields *f)
{
    for (int r = 0; r < RG_N_ROLES; r++) {
        const int at = c->column[r];
        if (at < 0 || c->name[at].role != (rg_role)r) continue;
        for (int k = at + 1; k < c->n; k++) {
            const char *const role = rg_role_name_of((rg_role)r, c->opts);
            if (c->is_taken[k] || f->length[k] != f->length[at] ||
                memcmp(f->text[k], f->text[at], (size_t)f->length[at]) != 0)
                continue;
            return rg_reader_fail_at(
                c->ctx, c->in, c->sample->number[0],
                "columns %d and %d are both named '%.*s': choose one with --%s-column",
                at + 1, k + 1, rg_shown(f->length[at]), f->text[at], role);
        }
    }
    return REGATTA_OK;
}

/* Free columns that hold something; returns their number, the first ones in list. */
static int list_free(const column_roles *c, int list[MAX_EVIDENT])
{
    int n = 0;
    for (int k = 0; k < c->n; k++) {
        if (c->is_taken[k] || c->content[k].kind == RG_CONTENT_EMPTY) continue;
        if (n < MAX_EVIDENT) list[n] = k;
        n++;
    }
    return n;
}

static int is_moments(rg_content_kind kind)
{
    return kind == RG_CONTENT_EPOCHS || kind == RG_CONTENT_PLACES;
}

/* Assigns the time to the only free column of dates, else to the last one of moments
 * or places. If the caller disabled times, the column gets no role. */
static void assign_time(column_roles *c)
{
    int dates = 0, column = -1;
    for (int k = 0; k < c->n; k++) {
        if (c->is_taken[k]) continue;
        if (c->content[k].kind == RG_CONTENT_DATES) {
            column = k;
            dates++;
        } else if (is_moments(c->content[k].kind) && k >= EPOCH_FROM && !dates)
            column = k;
    }
    if (column < 0 || dates > 1 || c->column[RG_ROLE_TIME] >= 0) return;
    if (c->is_closed[RG_ROLE_TIME])
        c->is_taken[column] = 1;
    else
        assign(c, RG_ROLE_TIME, column);
}

/* Assigns the missing ones of user and item to the free columns, in this order. If one
 * of them is known, a third column may have an ambiguous role. */
static int assign_ids(column_roles *c)
{
    int list[MAX_EVIDENT];
    const int missing = is_open(c, RG_ROLE_USER) + is_open(c, RG_ROLE_ITEM);
    const int n = list_free(c, list);
    if (missing == 0) return 1;
    if (missing == 1 && is_open(c, RG_ROLE_USER)) {
        int k = 0;
        while (k < c->n && (c->is_taken[k] || !rg_content_is_id(c->content[k]))) k++;
        if (k < c->n) assign(c, RG_ROLE_USER, k);
        return k < c->n;
    }
    if (missing == 1) {
        int ids = 0, id = -1;
        for (int k = c->n - 1; k >= 0; k--)
            if (!c->is_taken[k] && rg_content_is_id(c->content[k])) {
                ids++;
                id = k;
            }
        const int pair = n == 2 && c->content[list[1]].kind == RG_CONTENT_WEIGHTS;
        if (ids == 0 || (ids > 1 && (!pair || id != list[0]))) return 0;
        assign(c, RG_ROLE_ITEM, id);
        return 1;
    }
    const int has_third = n == 3 && c->content[list[2]].kind == RG_CONTENT_WEIGHTS &&
                          c->column[RG_ROLE_WEIGHT] < 0;
    const int may_ignore =
        n == 3 && (c->is_closed[RG_ROLE_WEIGHT] ||
                   (c->ids_only && c->content[list[1]].kind != RG_CONTENT_EPOCHS));
    if (n != 2 && !has_third && !may_ignore) return 0;
    if (!rg_content_is_id(c->content[list[0]]) || !rg_content_is_id(c->content[list[1]]))
        return 0;
    assign(c, RG_ROLE_USER, list[0]);
    assign(c, RG_ROLE_ITEM, list[1]);
    return 1;
}

/* Assigns roles by the content of the columns, if no name has a role. */
static regatta_status assign_by_content(column_roles *c)
{
    int list[MAX_EVIDENT];
    assign_time(c);
    if (!assign_ids(c)) return refuse(c);
    if (list_free(c, list) == 1 && is_open(c, RG_ROLE_WEIGHT) &&
        c->content[list[0]].kind == RG_CONTENT_WEIGHTS)
        assign(c, RG_ROLE_WEIGHT, list[0]);
    return REGATTA_OK;
}

/* Assigns the missing one of user and item to the only free column whose name is that
 * of an id, and of no other thing. */
static regatta_status assign_by_key(column_roles *c)
{
    int keys = 0, key = -1;
    for (int k = 0; k < c->n; k++)
        if (!c->is_taken[k] && c->name[k].is_key && c->name[k].role == RG_ROLE_UNKNOWN) {
            keys++;
            key = k;
        }
    const int missing = is_open(c, RG_ROLE_USER) + is_open(c, RG_ROLE_ITEM);
    if (missing == 0) return REGATTA_OK;
    if (missing == 2 || keys != 1) return refuse(c);
    assign(c, is_open(c, RG_ROLE_USER) ? RG_ROLE_USER : RG_ROLE_ITEM, key);
    return REGATTA_OK;
}

/* Refuses logged feedback without one of the columns that it needs. */
static regatta_status check_logged(column_roles *c)
{
    static const struct {
        rg_role role;
        const char *names;
    } needed[] = {{RG_ROLE_USER, "user_id"},
                  {RG_ROLE_ITEM, "item_id"},
                  {RG_ROLE_WEIGHT, "reward or click"},
                  {RG_ROLE_PROPENSITY, "propensity, propensity_score or pscore"}};
    char words[WORDS_BYTES];
    for (size_t k = 0; k < sizeof needed / sizeof *needed; k++) {
        if (c->column[needed[k].role] >= 0) continue;
        const char *role = rg_role_name_of(needed[k].role, c->opts);
        show_first_row(c, words);
        return rg_reader_fail_at(c->ctx, c->in, c->sample->number[0],
                                 "logged feedback has no column of the %s (%s): name it "
                                 "%s, or give --%s-column",
                                 role, words, needed[k].names, role);
    }
    return REGATTA_OK;
}

/* Refuses weights of events without a column of events. */
static regatta_status check_event(column_roles *c)
{
    char words[WORDS_BYTES];
    if (c->opts->event_weights == NULL || c->column[RG_ROLE_EVENT] >= 0 ||
        c->opts->like != NULL)
        return REGATTA_OK;
    show_first_row(c, words);
    return rg_reader_fail_at(c->ctx, c->in, c->sample->number[0],
                             "no column of events (%s), but their kinds have weights: "
                             "name it event_type, or give --event-column",
                             words);
}

/* Returns 1 if names in the header have a role, or mark a column as neither user nor
 * item. */
static int names_have_roles(const column_roles *c)
{
    for (int k = 0; k < c->n; k++)
        if (!c->is_taken[k] && c->name[k].role == RG_ROLE_OTHER) return 1;
    return c->column[RG_ROLE_USER] >= 0 || c->column[RG_ROLE_ITEM] >= 0;
}

static regatta_status assign_all(column_roles *c, const regatta_read_options *opts)
{
    rg_fields f;
    regatta_status status = assign_by_number(c, opts);
    if (status != REGATTA_OK) return status;
    rg_content_look(c->content, c->n, c->sample, c->has_header, c->format);
    if (!c->has_header) return opts->logged ? check_logged(c) : assign_by_content(c);
    split_header(c, &f);
    for (int k = 0; k < c->n; k++)
        c->name[k] = rg_column_name_in(opts, f.text[k], f.length[k]);
    if (rg_header_is_index(f.text[0], f.length[0])) c->is_taken[0] = 1;
    assign_by_name(c);
    status = check_twins(c, &f);
    if (status != REGATTA_OK) return status;
    if (opts->logged) return check_logged(c);
    if (c->is_taken[0] && !names_have_roles(c) && c->content[0].kind == RG_CONTENT_TEXT &&
        rg_header_is_index(f.text[0], f.length[0]))
        return refuse(c); /* names of rows: a matrix */
    return names_have_roles(c) ? assign_by_key(c) : assign_by_content(c);
}

/* A name of the header, or "column 3". */
static int put_column(char *words, size_t room, const rg_fields *f, int has_header, int k)
{
    rg_id name;
    rg_id_take(&name, f->text[k], f->length[k]);
    if (!has_header || name.length == 0) return snprintf(words, room, "column %d", k + 1);
    return snprintf(words, room, "%.*s", rg_shown(name.length), name.text);
}

static void describe(column_roles *c, char *words, size_t size)
{
    enum { ONE = 64 }; /* bytes that one column takes at most */
    rg_fields f;
    size_t n = 0;
    int n_unused = 0;
    words[0] = '\0';
    if (split_header(c, &f) != NULL) return;
    for (int r = 0; r < RG_N_ROLES; r++) {
        if (c->column[r] < 0) continue;
        n += (size_t)snprintf(words + n, size - n, "%s%s = ", r > 0 ? ", " : "",
                              rg_role_name_of((rg_role)r, c->opts));
        n += (size_t)put_column(words + n, size - n, &f, c->has_header, c->column[r]);
        c->content[c->column[r]].kind = RG_CONTENT_EMPTY; /* stays in the text */
    }
    for (int k = 0; k < c->n && k < f.n; k++) {
        if (c->content[k].kind == RG_CONTENT_EMPTY) continue;
        n += (size_t)snprintf(words + n, size - n, "%s",
                              n_unused++ ? ", " : "; not used: ");
        if (size - n < ONE) {
            snprintf(words + n, size - n, "...");
            return;
        }
        n += (size_t)put_column(words + n, size - n, &f, c->has_header, k);
    }
}

/* Refuses an item column whose cells hold several ids each. */
static regatta_status refuse_lists(column_roles *c)
{
    rg_fields f;
    int n = 0, n_lists = 0, shown = -1;
    for (int k = c->has_header; k < c->sample->n; k++) {
        if (rg_sample_split(c->sample, k, c->format, &f) != NULL ||
            f.n <= c->column[RG_ROLE_ITEM])
            continue;
        n++;
        if (!rg_field_is_list(f.text[c->column[RG_ROLE_ITEM]],
                              f.length[c->column[RG_ROLE_ITEM]]))
            continue;
        if (n_lists++ == 0) shown = k;
    }
    if (n_lists == 0 || n_lists * 2 < n) return REGATTA_OK;
    rg_sample_split(c->sample, shown, c->format, &f);
    return rg_reader_fail_at(
        c->ctx, c->in, c->sample->number[shown],
        "'%.*s' is a list in one column: write a row for each item, or `user item item "
        "...` separated by blanks (--format %s takes such cells as ids)",
        rg_shown(f.length[c->column[RG_ROLE_ITEM]]), f.text[c->column[RG_ROLE_ITEM]],
        rg_format_name(c->format));
}

/* Returns 1 for the header that regatta_graph_write writes: its ids are taken
 * literally. */
static int is_own(const column_roles *c)
{
    static const char *const own[] = {"user\titem", "user\titem\tweight",
                                      "user\titem\ttimestamp",
                                      "user\titem\tweight\ttimestamp"};
    const int64_t length = c->sample->length[0];
    for (size_t k = 0; k < sizeof own / sizeof own[0]; k++)
        if (length == (int64_t)strlen(own[k]) &&
            memcmp(c->sample->line[0], own[k], (size_t)length) == 0)
            return 1;
    return 0;
}

/* All rows have a column more than the header, and the first counts them from 0 or 1. */
static int find_row_names(const column_roles *c)
{
    rg_fields f;
    int64_t before = 0;
    for (int k = 1; k < c->sample->n; k++) {
        int64_t number = -1;
        if (rg_sample_split(c->sample, k, c->format, &f) != NULL || f.n != c->n + 1 ||
            !rg_parse_int(f.text[0], f.length[0], &number) ||
            (k == 1 ? number != 0 && number != 1 : number != before + 1))
            return 0;
        before = number;
    }
    return c->has_header && c->sample->n > 1 && c->n < RG_MAX_FIELDS;
}

static regatta_status find_header(column_roles *c, regatta_header asked)
{
    c->is_own = asked != REGATTA_HEADER_NO && is_own(c);
    c->has_header = asked == REGATTA_HEADER_YES || c->is_own;
    if (asked != REGATTA_HEADER_AUTO || c->is_own) return REGATTA_OK;
    const rg_header found = rg_header_detect(c->sample, c->format);
    c->has_header = found == RG_HEADER_YES;
    if (found == RG_HEADER_SHOWN)
        return rg_reader_fail_at(c->ctx, c->in, c->sample->number[0],
                                 "the word shown of this row names a column, or is an "
                                 "impression: choose --header or --no-header");
    if (found != RG_HEADER_OPEN) return REGATTA_OK;
    return rg_reader_fail_at(c->ctx, c->in, c->sample->number[0],
                             "this row has words that name columns, and rows below have "
                             "them in the same place: choose --header or --no-header");
}

regatta_status rg_columns_resolve(regatta_ctx *ctx, rg_columns *out, const rg_input *in,
                                  rg_sample *sample, regatta_format format,
                                  const regatta_read_options *opts,
                                  regatta_read_report *report)
{
    regatta_status status = REGATTA_OK;
    column_roles *c = NULL;
    rg_fields f;
    RG_NEW(ctx->mem, c, 1);
    c->ctx = ctx;
    c->in = in;
    c->sample = sample;
    c->format = format;
    c->ids_only = opts->ids_only != 0;
    c->opts = opts;
    const char *reason = rg_sample_split(sample, 0, c->format, &f);
    if (reason != NULL) {
        status = rg_reader_fail_at(ctx, in, sample->number[0], "%s", reason);
        goto done;
    }
    c->n = f.n;
    RG_TRY(find_header(c, (regatta_header)opts->header));
    c->has_row_names = find_row_names(c);
    c->n += c->has_row_names;
    if (c->n < 2) {
        status = rg_reader_fail_at(ctx, in, sample->number[0],
                                   "%d column of %s: a user and an item are needed", c->n,
                                   rg_format_name(c->format));
        goto done;
    }
    RG_TRY(assign_all(c, opts));
    RG_TRY(check_event(c));
    if (opts->format == REGATTA_FORMAT_AUTO && !c->is_own) RG_TRY(refuse_lists(c));
    *out = (rg_columns){.has_header = c->has_header,
                        .has_row_names = c->has_row_names,
                        .is_own = c->is_own,
                        .n = c->n};
    memcpy(out->at, c->column, sizeof out->at);
    describe(c, report->columns, sizeof report->columns);
    report->user_column = (uint32_t)(out->at[RG_ROLE_USER] + 1);
    report->item_column = (uint32_t)(out->at[RG_ROLE_ITEM] + 1);
    report->weight_column = (uint32_t)(out->at[RG_ROLE_WEIGHT] + 1);
    report->time_column = (uint32_t)(out->at[RG_ROLE_TIME] + 1);
    report->event_column = (uint32_t)(out->at[RG_ROLE_EVENT] + 1);
    report->position_column = (uint32_t)(out->at[RG_ROLE_POSITION] + 1);
    report->propensity_column = (uint32_t)(out->at[RG_ROLE_PROPENSITY] + 1);
done:
    rg_free(ctx->mem, c);
    return status;
}
