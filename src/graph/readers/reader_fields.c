#include "graph/readers/reader_fields.h"
#include "base/text/number.h"
#include <string.h>

const char rg_fields_open[] = "a quoted field does not end";
static const char too_many[] = "more than 256 columns";
static const char after_quote[] = "text after a closing quote";

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static int is_wide_blank(const char *text)
{
    return text[0] == '\xc2' && text[1] == '\xa0';
}

void rg_field_trim(const char **text, int64_t *length)
{
    const char *begin = *text, *end = begin + *length;
    /* Nearly always there is none. */
    if (*length > 0 && (unsigned char)*begin - 0x21U < 0x5eU &&
        (unsigned char)end[-1] - 0x21U < 0x5eU)
        return;
    for (;;) {
        if (begin < end && is_blank(*begin))
            begin++;
        else if (begin + 1 < end && is_wide_blank(begin))
            begin += 2;
        else if (begin < end && is_blank(end[-1]))
            end--;
        else if (begin + 1 < end && is_wide_blank(end - 2))
            end -= 2;
        else
            break;
    }
    *text = begin;
    *length = end - begin;
}

int rg_field_number(const char *text, int64_t length, double *out)
{
    char copy[RG_NUMBER_BYTES];
    if (rg_parse_number(text, length, out)) return 1;
    const char *comma = memchr(text, ',', (size_t)length);
    if (comma == NULL || length >= RG_NUMBER_BYTES) return 0;
    const int64_t at = comma - text;
    if (length - at - 1 == 3 && text[0] != '0') return 0; /* 1,234 */
    if (memchr(text, '.', (size_t)length) != NULL) return 0;
    memcpy(copy, text, (size_t)length);
    copy[at] = '.';
    return rg_parse_number(copy, length, out);
}

/* Parts between `stop`s, each without blanks inside; 0 for a part that is not. */
static int count_parts(const char *text, int64_t length, char stop, int digits)
{
    int n = 0;
    for (int64_t at = 0; at <= length; n++) {
        const char *next = memchr(text + at, stop, (size_t)(length - at));
        const char *part = text + at;
        int64_t size = (next != NULL ? next : text + length) - part;
        at += size + 1;
        const int needs_digit = digits || (size > 0 && is_blank(*part));
        rg_field_trim(&part, &size);
        int has_digit = 0;
        for (int64_t k = 0; k < size; k++) {
            if (is_blank(part[k])) return 0;
            has_digit |= part[k] >= '0' && part[k] <= '9';
        }
        if (size == 0 || (needs_digit && !has_digit)) return 0;
    }
    return n;
}

int rg_field_is_list(const char *text, int64_t length)
{
    rg_field_trim(&text, &length);
    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') return 1;
    return count_parts(text, length, ',', 0) > 1 ||
           count_parts(text, length, ';', 0) > 1 ||
           count_parts(text, length, '|', 1) > 1 || count_parts(text, length, ' ', 1) > 1;
}

static int push(rg_fields *f, const char *text, int64_t length)
{
    if (f->n == RG_MAX_FIELDS) return 0;
    f->text[f->n] = text;
    f->length[f->n++] = length;
    return 1;
}

static const char *split_at(rg_fields *f, const char *line, const char *end, char stop)
{
    for (;;) {
        const char *next = memchr(line, stop, (size_t)(end - line));
        if (!push(f, line, (next != NULL ? next : end) - line)) return too_many;
        if (next == NULL) return NULL;
        line = next + 1;
    }
}

static const char *split_colons(rg_fields *f, const char *line)
{
    for (;;) {
        const char *next = strstr(line, "::");
        const int64_t length =
            next != NULL ? (int64_t)(next - line) : (int64_t)strlen(line);
        if (!push(f, line, length)) return too_many;
        if (next == NULL) return NULL;
        line = next + 2;
    }
}

static const char *split_blanks(rg_fields *f, const char *line, const char *end)
{
    while (line < end) {
        const char *begin = line;
        while (line < end && !is_blank(*line)) line++;
        if (line > begin && !push(f, begin, line - begin)) return too_many;
        while (line < end && is_blank(*line)) line++;
    }
    return NULL;
}

/* Blanks beside a quote, up to the separator, which may be a tab. */
static char *skip_blanks(char *at, const char *end, char stop)
{
    while (at < end && is_blank(*at) && *at != stop) at++;
    return at;
}

/* Behind the quoted field that begins at `at`; NULL when it does not end. */
static char *behind_quotes(char *at, char *end, char quote)
{
    do {
        at = memchr(at + 1, quote, (size_t)(end - at - 1));
        if (at == NULL) return NULL;
        at++; /* two quotes are one */
    } while (at < end && *at == quote);
    return at;
}

/* True if a quoted field, the first of which begins at `at`, does not end. */
static int ends_quoted(char *at, char *end, char stop, char quote)
{
    while (at < end) {
        at = skip_blanks(at, end, stop);
        if (at < end && *at == quote) {
            at = behind_quotes(at, end, quote);
            if (at == NULL) return 1;
        }
        at = memchr(at, stop, (size_t)(end - at));
        if (at == NULL) return 0;
        at++;
    }
    return 0;
}

/* A quoted field, which ends, from its opening quote; *at moves behind the closing
 * one. */
static int unquote(rg_fields *f, char **at, const char *end, char quote)
{
    char *from = *at + 1, *to = from;
    const char *begin = from;
    for (; from < end; from++) {
        if (*from == quote) {
            if (from + 1 == end || from[1] != quote) break;
            from++; /* two quotes are one */
        }
        *to++ = *from;
    }
    *at = from + 1;
    return push(f, begin, to - begin);
}

static const char *split_quoted(rg_fields *f, char *line, char *end, char stop,
                                char quote)
{
    int is_checked = 0;
    for (;;) {
        char *const first = skip_blanks(line, end, stop);
        if (first < end && *first == quote) {
            line = first;
            if (!is_checked && ends_quoted(line, end, stop, quote)) return rg_fields_open;
            is_checked = 1;
            if (!unquote(f, &line, end, quote)) return too_many;
            line = skip_blanks(line, end, stop);
            if (line < end && *line != stop) return after_quote;
        } else {
            char *next = memchr(line, stop, (size_t)(end - line));
            if (next == NULL) next = end;
            if (!push(f, line, next - line)) return too_many;
            line = next;
        }
        if (line == end) return NULL;
        line++;
    }
}

/* As split_blanks, with quoted fields that may hold blanks. */
static const char *split_quoted_blanks(rg_fields *f, char *line, char *end, char quote)
{
    for (char *at = line; at < end;) { /* all of them end: the line may be changed */
        const int opens = *at == quote && (at == line || is_blank(at[-1]));
        at = opens ? behind_quotes(at, end, quote) : at + 1;
        if (at == NULL) return rg_fields_open;
    }
    while (line < end) {
        const char *begin = line;
        if (is_blank(*line)) {
            line++;
        } else if (*line == quote) {
            if (!unquote(f, &line, end, quote)) return too_many;
            if (line < end && !is_blank(*line)) return after_quote;
        } else {
            while (line < end && !is_blank(*line)) line++;
            if (!push(f, begin, line - begin)) return too_many;
        }
    }
    return NULL;
}

static char separator_of(regatta_format format)
{
    switch (format) {
    case REGATTA_FORMAT_TSV: return '\t';
    case REGATTA_FORMAT_PIPE: return '|';
    case REGATTA_FORMAT_SEMICOLON: return ';';
    default: return ',';
    }
}

const char *rg_fields_split(rg_fields *f, char *line, int64_t length,
                            regatta_format format)
{
    char *end = line + length;
    const char stop = separator_of(format);
    f->n = 0;
    switch (format) {
    case REGATTA_FORMAT_TSV:
    case REGATTA_FORMAT_PIPE:
        if (f->quote) return split_quoted(f, line, end, stop, f->quote);
        return split_at(f, line, end, stop);
    case REGATTA_FORMAT_CSV:
    case REGATTA_FORMAT_SEMICOLON:
        return split_quoted(f, line, end, stop, f->quote ? f->quote : '"');
    case REGATTA_FORMAT_COLONS: return split_colons(f, line);
    default:
        if (f->quote) return split_quoted_blanks(f, line, end, f->quote);
        return split_blanks(f, line, end);
    }
}

int rg_fields_empty_from(const rg_fields *f, int n)
{
    for (int k = n; k < f->n; k++)
        if (f->length[k] > 0) return 0;
    return 1;
}

void rg_fields_shift(rg_fields *f)
{
    if (f->n == RG_MAX_FIELDS) f->n--;
    memmove(f->text + 1, f->text, (size_t)f->n * sizeof f->text[0]);
    memmove(f->length + 1, f->length, (size_t)f->n * sizeof f->length[0]);
    f->text[0] = "";
    f->length[0] = 0;
    f->n++;
}

rg_recbole rg_recbole_type(const char *name, int64_t length)
{
    static const struct {
        const char *text;
        rg_recbole type;
    } types[] = {{":token", RG_RECBOLE_TOKEN},
                 {":float", RG_RECBOLE_FLOAT},
                 {":token_seq", RG_RECBOLE_LIST},
                 {":float_seq", RG_RECBOLE_LIST}};
    rg_field_trim(&name, &length);
    for (size_t k = 0; k < sizeof types / sizeof types[0]; k++) {
        const int64_t n = (int64_t)strlen(types[k].text);
        if (length > n && memcmp(name + length - n, types[k].text, (size_t)n) == 0)
            return types[k].type;
    }
    return RG_RECBOLE_NONE;
}

const char *rg_format_name(regatta_format format)
{
    switch (format) {
    case REGATTA_FORMAT_ADJACENCY: return "adjacency";
    case REGATTA_FORMAT_CSV: return "csv";
    case REGATTA_FORMAT_TSV: return "tsv";
    case REGATTA_FORMAT_SSV: return "ssv";
    case REGATTA_FORMAT_SEMICOLON: return "semicolon";
    case REGATTA_FORMAT_PIPE: return "pipe";
    case REGATTA_FORMAT_COLONS: return "colons";
    case REGATTA_FORMAT_RECBOLE: return "recbole";
    case REGATTA_FORMAT_JSONL: return "jsonl";
    case REGATTA_FORMAT_MATRIX_MARKET: return "matrix-market";
    case REGATTA_FORMAT_NPZ: return "npz";
    case REGATTA_FORMAT_NETFLIX: return "netflix";
    case REGATTA_FORMAT_SQLITE: return "sqlite";
    case REGATTA_FORMAT_POSTGRES: return "postgres";
    default: return "auto";
    }
}
