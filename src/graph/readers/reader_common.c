#include "graph/readers/reader_common.h"
#include "base/files/file_text.h"
#include "base/text/utf8.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { REASON_BYTES = 400, PEEK_BYTES = 1 << 16 };
enum { MAX_JOINED = 1000 }; /* lines of a row with line breaks in quotes */

static regatta_status fail_with(regatta_ctx *ctx, const rg_input *in, int64_t line,
                                const char *reason)
{
    if (line <= 0)
        return rg_fail(ctx, REGATTA_EFORMAT, "%s: %s", rg_input_name(in), reason);
    const char *name = rg_input_place(in, &line);
    return rg_fail(ctx, REGATTA_EFORMAT, "%s:%s%" PRId64 ": %s", name,
                   rg_input_counts_rows(in) ? " row " : "", line, reason);
}

regatta_status rg_reader_fail(regatta_ctx *ctx, const rg_input *in, const char *format,
                              ...)
{
    char reason[REASON_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return fail_with(ctx, in, rg_input_line_number(in), reason);
}

regatta_status rg_reader_fail_at(regatta_ctx *ctx, const rg_input *in, int64_t line,
                                 const char *format, ...)
{
    char reason[REASON_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return fail_with(ctx, in, line, reason);
}

int rg_reader_is_null_word(const char *text, int64_t length)
{
    static const char *const words[] = {
        "NA",   "N/A", "n/a", "#N/A",  "#NA",     "<NA>",   "NULL",    "Null",  "null",
        "\\N",  "NaN", "nan", "NAN",   "-nan",    "-NaN",   "NaT",     "None",  "none",
        "NONE", "nil", "NIL", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"};
    const char c = *text;
    if (length > 7 || length < 2 ||
        (c != 'N' && c != 'n' && c != '#' && c != '<' && c != '\\' && c != '-'))
        return 0;
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (strlen(words[k]) == (size_t)length &&
            memcmp(text, words[k], (size_t)length) == 0)
            return 1;
    return 0;
}

static int has_high(const char *text, int64_t length)
{
    int high = 0;
    for (int64_t k = 0; k < length; k++) high |= text[k] & 0x80;
    return high;
}

void rg_id_take(rg_id *id, const char *text, int64_t length)
{
    rg_field_trim(&text, &length);
    id->text = text;
    id->length = length;
    id->is_recoded = 0;
    if (!has_high(text, length) || rg_utf8_is_valid(text, length)) return;
    const int64_t n =
        length <= RG_MAX_RECODED ? rg_windows1252_decode(id->utf8, text, length) : -1;
    id->is_recoded = n < 0 ? -1 : 1;
    if (n < 0) return;
    id->text = id->utf8;
    id->length = n;
    rg_field_trim(&id->text, &id->length);
}

const char *rg_reader_id_wrong(const rg_id *id)
{
    if (id->length > RG_MAX_ID) return "is longer than 65535 bytes";
    if (id->is_recoded < 0)
        return "is not UTF-8: convert the file first (iconv -f ENCODING -t UTF-8)";
    return rg_id_wrong(id->text, id->length);
}

regatta_status rg_reader_add_id(regatta_ctx *ctx, rg_idmap *map, const rg_id *id,
                                uint32_t *out, int64_t *n_recoded)
{
    const uint32_t before = map->n;
    const regatta_status status = rg_idmap_add(ctx, map, id->text, id->length, out);
    *n_recoded += id->is_recoded && map->n > before;
    return status;
}

int rg_reader_is_id(const rg_id *id, int keep_null_words)
{
    return id->length > 0 &&
           (keep_null_words || !rg_reader_is_null_word(id->text, id->length)) &&
           rg_reader_id_wrong(id) == NULL;
}

regatta_status rg_reader_check_id(regatta_ctx *ctx, const rg_input *in, regatta_side side,
                                  const rg_id *id, const char *column,
                                  int keep_null_words, regatta_bad_row *bad)
{
    if (rg_reader_is_id(id, keep_null_words)) return REGATTA_OK;
    const int is_user = side == REGATTA_USERS;
    const char *const what = is_user ? "user" : "item";
    char other[48] = ""; /* a list has no columns */
    if (column[0] != '\0')
        snprintf(other, sizeof other, ", --%s-column takes another column", what);
    if (id->length == 0) {
        *bad = is_user ? REGATTA_BAD_USER_EMPTY : REGATTA_BAD_ITEM_EMPTY;
        return rg_reader_fail(ctx, in, "the %s%s is empty (--skip-bad drops such rows%s)",
                              what, column, other);
    }
    if (!keep_null_words && rg_reader_is_null_word(id->text, id->length)) {
        *bad = is_user ? REGATTA_BAD_USER_NULL : REGATTA_BAD_ITEM_NULL;
        return rg_reader_fail(ctx, in,
                              "the %s%s is '%.*s', a missing value (--skip-bad drops "
                              "such rows%s, --keep-null-words takes it for an id)",
                              what, column, (int)id->length, id->text, other);
    }
    *bad = REGATTA_BAD_ID;
    return rg_reader_fail(ctx, in, "the %s%s %s (--skip-bad drops such rows)", what,
                          column, rg_reader_id_wrong(id));
}

void rg_reader_count_bad(regatta_read_report *report, regatta_bad_row bad,
                         const rg_input *in, int64_t line)
{
    enum { EACH = REGATTA_BAD_FILE_BYTES / REGATTA_N_BAD_ROWS };
    if (report->n_bad[bad]++ > 0) return;
    const char *place = rg_input_place(in, &line), *slash = strrchr(place, '/');
    report->first_bad_line[bad] = line;
    if (rg_input_is_folder(in))
        snprintf(report->first_bad_file + EACH * (size_t)bad, EACH, "%s",
                 slash != NULL ? slash + 1 : place);
}

regatta_status rg_reader_split(regatta_ctx *ctx, rg_input *in, rg_fields *fields,
                               char *line, int64_t length, regatta_format format,
                               const char **reason)
{
    const int64_t first = rg_input_line_number(in);
    *reason = rg_fields_split(fields, line, length, format);
    for (int k = 0; k < MAX_JOINED && *reason == rg_fields_open; k++) {
        const regatta_status status = rg_input_join(in, &line, &length);
        if (status != REGATTA_OK) return status;
        if (line == NULL) break;
        *reason = rg_fields_split(fields, line, length, format);
    }
    if (*reason != rg_fields_open) return REGATTA_OK;
    return rg_reader_fail_at(ctx, in, first, "%s", rg_fields_open);
}

int rg_reader_is_blank(const char *line, int64_t length, regatta_format format)
{
    for (int64_t k = 0; k < length; k++) {
        if (line[k] != ' ' && line[k] != '\t') return 0;
        if (line[k] == '\t' && format == REGATTA_FORMAT_TSV) return 0;
    }
    return 1;
}

int rg_reader_is_comment(const char *line, int64_t length)
{
    if (length == 0 || (line[0] != '#' && line[0] != '%')) return 0;
    return length == 1 || line[1] == ' ' || line[1] == line[0];
}

int rg_reader_skips_comments(regatta_format format)
{
    return format == REGATTA_FORMAT_SSV || format == REGATTA_FORMAT_ADJACENCY;
}

int rg_shown(int64_t length)
{
    return (int)(length < RG_SHOWN ? length : RG_SHOWN);
}

/* The separator of a line `sep=;`, quoted or not; 0 for another line. */
static char separator_line(const char *line, int64_t length)
{
    const int quoted = length == 7 && line[0] == '"' && line[6] == '"';
    if (!quoted && length != 5) return '\0';
    return memcmp(line + quoted, "sep=", 4) == 0 ? line[4 + quoted] : '\0';
}

/* Consumes the lines before the first row. */
static regatta_status skip_to_rows(rg_sample *s, rg_input *in)
{
    for (;;) {
        char *line = NULL;
        int64_t length = 0;
        const regatta_status status = rg_input_line(in, &line, &length);
        if (status != REGATTA_OK || line == NULL) return status;
        const char separator = separator_line(line, length);
        if (separator != '\0') s->separator = separator;
        if (separator == '\0' && !rg_reader_is_comment(line, length) &&
            !rg_reader_is_blank(line, length, REGATTA_FORMAT_AUTO))
            break;
    }
    rg_input_unread(in);
    return REGATTA_OK;
}

/* Returns the length of the line at bytes[at]; -1 if it does not end within the n
 * bytes. */
static int64_t line_length(const char *bytes, int64_t at, int64_t n, int whole)
{
    const char *stop = memchr(bytes + at, '\n', (size_t)(n - at));
    if (stop != NULL) return stop - (bytes + at);
    return whole ? n - at : -1;
}

static void keep_line(rg_sample *s, const char *line, int64_t length, int64_t number)
{
    if (length > 0 && line[length - 1] == '\r') length--;
    if (rg_reader_is_blank(line, length, REGATTA_FORMAT_AUTO)) return;
    if (rg_reader_is_comment(line, length)) return;
    s->line[s->n] = line;
    s->length[s->n] = length;
    s->number[s->n++] = number;
}

regatta_status rg_sample_take(regatta_ctx *ctx, rg_sample *sample, rg_input *in)
{
    *sample = (rg_sample){0};
    regatta_status status = REGATTA_OK;
    const char *bytes = NULL;
    int64_t n = 0, at = 0;
    RG_TRY(skip_to_rows(sample, in));
    RG_TRY(rg_input_peek(in, PEEK_BYTES, &bytes, &n));
    RG_NEW(ctx->mem, sample->scratch, PEEK_BYTES + 1);
    sample->is_empty = n == 0 && rg_input_line_number(in) == 0;
    const int whole = n < PEEK_BYTES;
    const int64_t first = rg_input_line_number(in) + 1;
    for (int64_t number = first; at < n && sample->n < RG_SAMPLE_LINES; number++) {
        int64_t length = line_length(bytes, at, n, whole);
        if (length < 0 && sample->n > 0) break; /* truncated: the other lines suffice */
        sample->is_cut = length < 0;
        if (length < 0) length = n - at;
        keep_line(sample, bytes + at, length, number);
        at += length + 1;
    }
done:
    return status;
}

const char *rg_sample_split(rg_sample *sample, int k, regatta_format format,
                            rg_fields *fields)
{
    memcpy(sample->scratch, sample->line[k], (size_t)sample->length[k]);
    sample->scratch[sample->length[k]] = '\0';
    fields->quote = sample->quote;
    return rg_fields_split(fields, sample->scratch, sample->length[k], format);
}

/* Cells of row k that are quoted so, -1 when it cannot be cut, and all of its cells that
 * are not empty. */
static int count_quoted(rg_sample *s, int k, regatta_format format, char quote, int *n)
{
    rg_fields f;
    int quoted = 0;
    *n = 0;
    if (rg_sample_split(s, k, format, &f) != NULL) return -1;
    for (int column = 0; column < f.n; column++) {
        const char *text = f.text[column];
        const int64_t length = f.length[column];
        *n += length > 0;
        quoted += s->quote ? text > s->scratch && text[-1] == quote
                           : length >= 2 && text[0] == quote && text[length - 1] == quote;
    }
    return quoted;
}

/* True if row 1 is quoted so that the others decide. */
static int may_be_quoted(rg_sample *sample, regatta_format format, char quote)
{
    int n = 0;
    const int first = count_quoted(sample, 0, format, quote, &n);
    switch (format) {
    case REGATTA_FORMAT_CSV:
    case REGATTA_FORMAT_SEMICOLON: return sample->n > 1 || first > 0;
    case REGATTA_FORMAT_SSV: return first != 0;
    default: return first > 0 && first == n;
    }
}

void rg_sample_find_quote(rg_sample *sample, regatta_format format)
{
    const int has_quotes =
        format == REGATTA_FORMAT_CSV || format == REGATTA_FORMAT_SEMICOLON;
    const int is_ssv = format == REGATTA_FORMAT_SSV;
    const char quotes[] = "'\"";
    char found = '\0';
    sample->quote = '\0';
    if (format == REGATTA_FORMAT_COLONS) return;
    for (int q = 0; q < 2 - has_quotes; q++) {
        int n = 0, n_quoted = 0, all = 1;
        /* In blank-separated rows the quotes decide where a cell ends, and a row that
         * cannot be cut is a bad one. */
        if (is_ssv) sample->quote = quotes[q];
        if (!may_be_quoted(sample, format, quotes[q])) continue;
        for (int k = 0; k < sample->n && all; k++) {
            const int quoted = count_quoted(sample, k, format, quotes[q], &n);
            all = quoted > 0 || k == 0 || (is_ssv && quoted < 0);
            n_quoted += quoted > 0;
        }
        if (all && (n_quoted > 0 || !is_ssv)) found = quotes[q];
    }
    sample->quote = found;
}
