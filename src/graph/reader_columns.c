#include "graph/reader_columns.h"
#include "base/number.h"
#include "graph/reader_time.h"
#include <inttypes.h>
#include <string.h>

enum { NAME_BYTES = 32 };

typedef enum role { USER, ITEM, WEIGHT, TIME, N_ROLES } role;

/* Sorted by kind; compared after normalising. */
static const char *const known[N_ROLES][32] = {
    [USER] = {"user", "userid", "uid", "username", "customer", "customerid", "member",
              "memberid", "reviewer", "reviewerid", "visitor", "visitorid", "account",
              "accountid", "person", "personid", "reader", "readerid"},
    [ITEM] = {"item",     "itemid",  "iid",       "movie",      "movieid",
              "track",    "trackid", "song",      "songid",     "artist",
              "artistid", "product", "productid", "asin",       "parentasin",
              "book",     "bookid",  "isbn",      "business",   "businessid",
              "venue",    "venueid", "location",  "locationid", "poi",
              "game",     "gameid",  "article",   "articleid",  "stockcode"},
    [WEIGHT] = {"rating", "weight", "count", "score", "value", "stars", "plays",
                "playcount", "quantity", "strength", "bookrating", "overall",
                "preference", "confidence"},
    [TIME] = {"timestamp", "time", "date", "datetime", "ts", "unixtime", "unixreviewtime",
              "createdat", "created", "invoicedate", "checkintime"},
};

/* Lower case, without '_', '-', blanks, a leading '#' and ":type". */
static void normalise(char name[NAME_BYTES], const char *text, int64_t length)
{
    int n = 0;
    for (int64_t k = 0; k < length && text[k] != ':' && n < NAME_BYTES - 1; k++) {
        const char c = text[k];
        if (strchr("_- \t", c) != NULL || (c == '#' && n == 0)) continue;
        name[n++] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    name[n] = '\0';
}

static int plays(role r, const char *text, int64_t length)
{
    char name[NAME_BYTES];
    normalise(name, text, length);
    for (int k = 0; k < 32 && known[r][k] != NULL; k++)
        if (strcmp(name, known[r][k]) == 0) return 1;
    return 0;
}

/* The first column of that role, -1 when none has its name. */
static int find_named(const rg_fields *f, role r)
{
    for (int k = 0; k < f->n; k++)
        if (plays(r, f->text[k], f->length[k])) return k;
    return -1;
}

int rg_columns_named(const rg_fields *fields)
{
    return find_named(fields, USER) >= 0 && find_named(fields, ITEM) >= 0;
}

static int is_number(const char *text, int64_t length)
{
    double ignored = 0.0;
    rg_field_trim(&text, &length);
    return rg_parse_number(text, length, &ignored);
}

static int is_time(const char *text, int64_t length)
{
    int64_t ignored = 0;
    rg_field_trim(&text, &length);
    return rg_time_parse(text, length, &ignored) != RG_TIME_NONE;
}

/* What the rows below hold in one column. */
typedef struct column_look {
    int n, n_numbers, n_times;
} column_look;

static column_look look_at(rg_sample *s, int first, regatta_format format, int column)
{
    column_look look = {0, 0, 0};
    rg_fields f;
    for (int k = first; k < s->n; k++) {
        if (rg_sample_split(s, k, format, &f) != NULL || f.n <= column) continue;
        look.n++;
        look.n_numbers += is_number(f.text[column], f.length[column]);
        look.n_times += is_time(f.text[column], f.length[column]);
    }
    return look;
}

static int detect_header(rg_sample *s, regatta_format format)
{
    rg_fields f;
    rg_sample_split(s, 0, format, &f);
    if (rg_columns_named(&f)) return 1;
    const int n = f.n;
    for (int k = 0; k < n; k++)
        if (is_number(f.text[k], f.length[k]) || is_time(f.text[k], f.length[k]))
            return 0;
    if (find_named(&f, USER) >= 0 || find_named(&f, ITEM) >= 0) return 1;
    for (int k = 0; k < n; k++) {
        const column_look look = look_at(s, 1, format, k);
        if (look.n > 0 && look.n_numbers == look.n) return 1;
    }
    return 0;
}

static int is_index_name(const char *text, int64_t length)
{
    return length == 0 || (length >= 7 && memcmp(text, "Unnamed", 7) == 0);
}

/* The roles as an array, and which columns are spoken for. */
typedef struct casting {
    int column[N_ROLES];
    int taken[RG_MAX_FIELDS];
} casting;

static void give(casting *c, role r, int column)
{
    if (column < 0 || c->column[r] >= 0 || c->taken[column]) return;
    c->column[r] = column;
    c->taken[column] = 1;
}

static int next_free(const casting *c, int n)
{
    for (int k = 0; k < n; k++)
        if (!c->taken[k]) return k;
    return -1;
}

static regatta_status cast_by_number(regatta_ctx *ctx, casting *c, const rg_input *in,
                                     const rg_sample *s, int n,
                                     const regatta_read_options *opts)
{
    const uint32_t asked[N_ROLES] = {opts->user_column, opts->item_column,
                                     opts->weight_column, opts->time_column};
    for (int r = 0; r < N_ROLES; r++) {
        c->column[r] = -1;
        if (asked[r] == 0) continue;
        if (asked[r] > (uint32_t)n)
            return rg_reader_fail_at(ctx, in, s->number[0],
                                     "column %" PRIu32 " is asked for, the line has %d",
                                     asked[r], n);
        if (c->taken[asked[r] - 1])
            return rg_fail(ctx, REGATTA_EINVAL, "column %" PRIu32 " is asked for twice",
                           asked[r]);
        give(c, (role)r, (int)asked[r] - 1);
    }
    return REGATTA_OK;
}

/* Weight and time by position: the next free columns, if that is what they hold. */
static void cast_extras(casting *c, rg_sample *s, int first, int n, regatta_format format)
{
    for (int tries = 0; tries < 2; tries++) {
        const int column = next_free(c, n);
        if (column < 0) return;
        const column_look look = look_at(s, first, format, column);
        if (look.n_numbers > 0 && c->column[WEIGHT] < 0)
            give(c, WEIGHT, column);
        else if (look.n_times > 0 && c->column[TIME] < 0)
            give(c, TIME, column);
        else
            return;
    }
}

regatta_status rg_columns_resolve(regatta_ctx *ctx, rg_columns *out, const rg_input *in,
                                  rg_sample *sample, const regatta_read_options *opts)
{
    const regatta_format format = (regatta_format)opts->format;
    rg_fields f;
    casting c = {.taken = {0}};
    const char *reason = rg_sample_split(sample, 0, format, &f);
    if (reason != NULL)
        return rg_reader_fail_at(ctx, in, sample->number[0], "%s", reason);
    const int header =
        opts->header == REGATTA_HEADER_YES ||
        (opts->header == REGATTA_HEADER_AUTO && detect_header(sample, format));
    rg_sample_split(sample, 0, format, &f);
    const int n = f.n;
    const regatta_status status = cast_by_number(ctx, &c, in, sample, n, opts);
    if (status != REGATTA_OK) return status;
    int by_name = 0;
    if (header) {
        by_name = find_named(&f, USER) >= 0 || find_named(&f, ITEM) >= 0;
        for (int r = 0; r < N_ROLES; r++) give(&c, (role)r, find_named(&f, (role)r));
        if (is_index_name(f.text[0], f.length[0])) c.taken[0] = 1;
    }
    give(&c, USER, next_free(&c, n));
    give(&c, ITEM, next_free(&c, n));
    if (c.column[USER] < 0 || c.column[ITEM] < 0)
        return rg_reader_fail_at(ctx, in, sample->number[0],
                                 "%d column%s of %s: a user and an item are needed", n,
                                 n == 1 ? "" : "s", rg_format_name(format));
    if (!by_name) cast_extras(&c, sample, header, n, format);
    *out = (rg_columns){
        header, n, c.column[USER], c.column[ITEM], c.column[WEIGHT], c.column[TIME]};
    return REGATTA_OK;
}
