/* Detects the format of a file from its first 64 KiB. Header names decide first, then a
 * separator that cuts the rows into equally many columns, then blanks: rows of different
 * lengths are an adjacency list if all of their words look like ids, three or four
 * columns may be either. */
#include "base/text/number.h"
#include "graph/formats/reader_netflix.h"
#include "graph/readers/reader.h"
#include "graph/readers/reader_columns.h"
#include "graph/readers/reader_known.h"
#include "graph/times/reader_time.h"
#include <string.h>
#include <strings.h>

/* The share of rows that must agree; the reader reports the others as bad lines. */
enum { FEW_LINES = 5, SURE_PERCENT = 90 };

/* The columns of the sample's rows in a format. */
typedef struct cut {
    int columns; /* of row 1; 0 if it cannot be split */
    int same;    /* rows with as many columns */
    int most, least;
} cut;

static cut cut_with(rg_sample *s, regatta_format format)
{
    cut c = {0, 0, 0, RG_MAX_FIELDS};
    rg_fields f;
    rg_sample_find_quote(s, format);
    for (int k = 0; k < s->n; k++) {
        const int n = rg_sample_split(s, k, format, &f) == NULL ? f.n : 0;
        if (k == 0) c.columns = n;
        c.same += n == c.columns;
        if (n > c.most) c.most = n;
        if (n < c.least) c.least = n;
    }
    return c;
}

static regatta_format by_header(rg_sample *s)
{
    static const regatta_format all[] = {REGATTA_FORMAT_TSV,    REGATTA_FORMAT_CSV,
                                         REGATTA_FORMAT_COLONS, REGATTA_FORMAT_SEMICOLON,
                                         REGATTA_FORMAT_PIPE,   REGATTA_FORMAT_SSV};
    rg_fields f;
    for (int k = 0; k < 6; k++) {
        rg_sample_find_quote(s, all[k]);
        if (rg_sample_split(s, 0, all[k], &f) == NULL && rg_columns_named(&f))
            return all[k];
    }
    return REGATTA_FORMAT_AUTO;
}

/* The line `sep=;` of Excel. */
static regatta_format by_excel(const rg_sample *s)
{
    switch (s->separator) {
    case ',': return REGATTA_FORMAT_CSV;
    case ';': return REGATTA_FORMAT_SEMICOLON;
    case '|': return REGATTA_FORMAT_PIPE;
    case '\t': return REGATTA_FORMAT_TSV;
    default: return REGATTA_FORMAT_AUTO;
    }
}

/* More than half of the rows agree with the first. For tabs they must be few columns,
 * or all rows: an adjacency list may be separated by tabs, too. */
static int fits(rg_sample *s, regatta_format format)
{
    const cut c = cut_with(s, format);
    if (c.columns < 2 || c.same * 2 <= s->n) return 0;
    return format != REGATTA_FORMAT_TSV || c.same == s->n || c.columns <= 4;
}

/* Every comma of the rows is in a number between semicolons. */
static int has_decimal_commas(rg_sample *s)
{
    rg_fields f;
    rg_sample_find_quote(s, REGATTA_FORMAT_SEMICOLON);
    for (int k = 0; k < s->n; k++) {
        if (rg_sample_split(s, k, REGATTA_FORMAT_SEMICOLON, &f) != NULL) return 0;
        for (int column = 0; column < f.n; column++) {
            const char *text = f.text[column];
            int64_t length = f.length[column];
            double number = 0.0;
            rg_field_trim(&text, &length);
            if (memchr(text, ',', (size_t)length) != NULL &&
                !rg_field_number(text, length, &number))
                return 0;
        }
    }
    return 1;
}

static regatta_status by_separator(regatta_ctx *ctx, regatta_format *format,
                                   const rg_input *in, rg_sample *s, const char *option)
{
    static const regatta_format weak[] = {REGATTA_FORMAT_CSV, REGATTA_FORMAT_SEMICOLON,
                                          REGATTA_FORMAT_PIPE};
    *format = REGATTA_FORMAT_AUTO;
    if (fits(s, REGATTA_FORMAT_TSV)) {
        *format = REGATTA_FORMAT_TSV;
        return REGATTA_OK;
    }
    if (fits(s, REGATTA_FORMAT_COLONS)) {
        *format = REGATTA_FORMAT_COLONS;
        return REGATTA_OK;
    }
    for (int k = 0; k < 3; k++) {
        if (!fits(s, weak[k])) continue;
        if (*format == REGATTA_FORMAT_CSV && weak[k] == REGATTA_FORMAT_SEMICOLON &&
            has_decimal_commas(s))
            *format = REGATTA_FORMAT_AUTO;
        if (*format != REGATTA_FORMAT_AUTO)
            return rg_reader_fail_at(
                ctx, in, 0,
                "the columns can be separated in two ways: choose %s "
                "%s or %s %s",
                option, rg_format_name(*format), option, rg_format_name(weak[k]));
        *format = weak[k];
    }
    return REGATTA_OK;
}

/* The content of a column of blank-separated rows. */
typedef struct holds {
    int all_numbers, all_whole, some_point, some_date;
} holds;

static holds look(rg_sample *s, int columns, int column)
{
    holds h = {1, 1, 0, 0};
    rg_fields f;
    for (int k = 0; k < s->n; k++) {
        int64_t whole = 0;
        double number = 0.0;
        if (rg_sample_split(s, k, REGATTA_FORMAT_SSV, &f) != NULL || f.n != columns)
            continue;
        const char *text = f.text[column];
        const int64_t n = f.length[column];
        const int is_number = rg_parse_number(text, n, &number);
        h.all_numbers &= is_number;
        h.all_whole &= rg_parse_int(text, n, &whole);
        h.some_point |= is_number && memchr(text, '.', (size_t)n) != NULL;
        h.some_date |= rg_time_parse(text, n, &whole) == RG_TIME_DATE;
    }
    return h;
}

/* Three or four columns in (nearly) all rows. */
static regatta_status by_columns(regatta_ctx *ctx, regatta_format *format,
                                 const rg_input *in, rg_sample *s, const cut *c)
{
    const holds item = look(s, c->columns, 1), third = look(s, c->columns, 2);
    const holds last = look(s, c->columns, c->columns - 1);
    if (third.some_date || last.some_date || third.some_point || last.some_point ||
        (third.all_numbers && !item.all_whole))
        *format = REGATTA_FORMAT_SSV;
    else if (!third.all_numbers && c->same == s->n)
        *format = REGATTA_FORMAT_ADJACENCY;
    else
        return rg_reader_fail_at(
            ctx, in, 0,
            "%d blank-separated columns can be read in two ways: `user item item ...` "
            "(--format adjacency) or `user item weight%s` (--format ssv)",
            c->columns, c->columns == 4 ? " time" : "");
    return REGATTA_OK;
}

/* Returns the first row with a quoted field that no later row ends either; -1 if there is
 * none, or the sample has not all rows. */
static int find_open_quote(rg_sample *s, regatta_format format)
{
    int first = -1, n_quotes = 0;
    rg_fields f;
    if (s->n == RG_SAMPLE_LINES) return -1;
    rg_sample_find_quote(s, format);
    const char quote = s->quote ? s->quote : '"';
    for (int k = 0; k < s->n; k++) {
        if (first < 0 && rg_sample_split(s, k, format, &f) == rg_fields_open) first = k;
        for (int64_t at = 0; first >= 0 && at < s->length[k]; at++)
            n_quotes += s->line[k][at] == quote;
    }
    return n_quotes % 2 ? first : -1;
}

/* Fails for rows with separators and different numbers of columns. */
static regatta_status refuse_uneven(regatta_ctx *ctx, const rg_input *in, rg_sample *s)
{
    static const regatta_format all[] = {REGATTA_FORMAT_CSV, REGATTA_FORMAT_SEMICOLON,
                                         REGATTA_FORMAT_PIPE, REGATTA_FORMAT_COLONS};
    for (int k = 0; k < 4; k++) {
        const cut c = cut_with(s, all[k]);
        const int open = c.most > 1 ? find_open_quote(s, all[k]) : -1;
        if (open >= 0)
            return rg_reader_fail_at(ctx, in, s->number[open], "%s", rg_fields_open);
        if (c.most > 1)
            return rg_reader_fail_at(
                ctx, in, s->number[0],
                "the rows have %d to %d columns of %s: give --format %s if it is a "
                "table; "
                "lists of items are read as `user item item ...` separated by blanks",
                c.least, c.most, rg_format_name(all[k]), rg_format_name(all[k]));
    }
    return rg_reader_fail_at(ctx, in, s->number[0],
                             "one column: a user and an item are needed");
}

static regatta_status by_blanks(regatta_ctx *ctx, regatta_format *format,
                                const rg_input *in, rg_sample *s)
{
    const cut c = cut_with(s, REGATTA_FORMAT_SSV);
    if (c.most == 1 && s->is_cut)
        return rg_reader_fail_at(ctx, in, s->number[0],
                                 "the first id is longer than %d bytes", RG_MAX_ID);
    if (c.most <= 1) return refuse_uneven(ctx, in, s);
    const int sure =
        c.same == s->n || (s->n >= FEW_LINES && c.same * 100 >= s->n * SURE_PERCENT);
    if (s->quote) { /* a list has none */
        *format = REGATTA_FORMAT_SSV;
        return rg_refuse_line(ctx, in, s);
    }
    *format = REGATTA_FORMAT_ADJACENCY;
    if (rg_adjacency_has_colons(s)) return rg_refuse_words(ctx, in, s);
    if (c.most == 2) { /* both readings are the same, and SSV names a bad line */
        *format = REGATTA_FORMAT_SSV;
        return rg_refuse_line(ctx, in, s);
    }
    if (sure && (c.columns == 3 || c.columns == 4)) {
        const regatta_status status = by_columns(ctx, format, in, s, &c);
        if (status != REGATTA_OK || *format == REGATTA_FORMAT_SSV) return status;
    }
    return rg_refuse_words(ctx, in, s);
}

regatta_status rg_reader_separator(regatta_ctx *ctx, regatta_format *format,
                                   const rg_input *in, rg_sample *sample,
                                   const char *option)
{
    *format = by_excel(sample);
    if (*format != REGATTA_FORMAT_AUTO) return REGATTA_OK;
    return by_separator(ctx, format, in, sample, option);
}

/* Every name of the header has a type of RecBole. */
static int has_recbole_types(rg_sample *s)
{
    rg_fields f;
    if (rg_sample_split(s, 0, REGATTA_FORMAT_TSV, &f) != NULL) return 0;
    for (int k = 0; k < f.n; k++)
        if (rg_recbole_type(f.text[k], f.length[k]) == RG_RECBOLE_NONE) return 0;
    return 1;
}

static regatta_status by_rows(regatta_ctx *ctx, regatta_format *format,
                              const rg_input *in, rg_sample *s)
{
    regatta_status status = REGATTA_OK;
    if (*format == REGATTA_FORMAT_AUTO && rg_known_is_object(s))
        *format = REGATTA_FORMAT_JSONL;
    if (*format == REGATTA_FORMAT_AUTO && rg_netflix_is(s))
        *format = REGATTA_FORMAT_NETFLIX;
    if (*format > REGATTA_FORMAT_COLONS) return REGATTA_OK;
    RG_TRY(rg_refuse_text(ctx, in, s));
    if (*format == REGATTA_FORMAT_AUTO) *format = by_excel(s);
    if (*format == REGATTA_FORMAT_AUTO) *format = by_header(s);
    if (*format == REGATTA_FORMAT_AUTO)
        RG_TRY(by_separator(ctx, format, in, s, "--format"));
    if (*format == REGATTA_FORMAT_AUTO) RG_TRY(by_blanks(ctx, format, in, s));
    if (*format == REGATTA_FORMAT_TSV && has_recbole_types(s))
        *format = REGATTA_FORMAT_RECBOLE;
done:
    return status;
}

regatta_status rg_reader_detect(regatta_ctx *ctx, regatta_format *format, rg_input *in)
{
    static const char banner[] = "%%MatrixMarket";
    regatta_status status = REGATTA_OK;
    const char *bytes = NULL;
    int64_t n = 0;
    rg_sample s = {0};
    RG_TRY(rg_input_peek(in, 512, &bytes, &n));
    if (*format == REGATTA_FORMAT_AUTO && n >= (int64_t)sizeof banner &&
        strncasecmp(bytes, banner, sizeof banner - 1) == 0)
        *format = REGATTA_FORMAT_MATRIX_MARKET;
    if (*format == REGATTA_FORMAT_MATRIX_MARKET) return REGATTA_OK;
    RG_TRY(rg_refuse_binary(ctx, in, bytes, n));
    RG_TRY(rg_sample_take(ctx, &s, in));
    if (s.n == 0)
        status = rg_reader_fail_at(ctx, in, 0,
                                   !s.is_empty ? "contains no interaction"
                                   : rg_input_is_folder(in)
                                       ? "the files of the folder are empty"
                                       : "the file is empty");
    else
        status = by_rows(ctx, format, in, &s);
done:
    rg_free(ctx->mem, s.scratch);
    return status;
}
