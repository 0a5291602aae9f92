#include "graph/reader_fields.h"
#include <string.h>

static const char too_many[] = "more than 256 columns";

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

void rg_field_trim(const char **text, int64_t *length)
{
    while (*length > 0 && is_blank(**text)) {
        (*text)++;
        (*length)--;
    }
    while (*length > 0 && is_blank((*text)[*length - 1])) (*length)--;
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

/* A quoted field from its opening quote; *at moves behind the closing one. */
static const char *unquote(rg_fields *f, char **at, const char *end)
{
    char *from = *at + 1, *to = from;
    const char *begin = from;
    for (; from < end; from++) {
        if (*from == '"') {
            if (from + 1 == end || from[1] != '"') break;
            from++; /* two quotes are one */
        }
        *to++ = *from;
    }
    if (from >= end)
        return "a quoted field does not end on its line (line breaks inside quotes are "
               "not supported)";
    *at = from + 1;
    return push(f, begin, to - begin) ? NULL : too_many;
}

static const char *split_quoted(rg_fields *f, char *line, char *end, char stop)
{
    for (;;) {
        if (line < end && *line == '"') {
            const char *reason = unquote(f, &line, end);
            if (reason != NULL) return reason;
            if (line < end && *line != stop) return "text after a closing quote";
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

const char *rg_fields_split(rg_fields *f, char *line, int64_t length,
                            regatta_format format)
{
    char *end = line + length;
    f->n = 0;
    switch (format) {
    case REGATTA_FORMAT_TSV: return split_at(f, line, end, '\t');
    case REGATTA_FORMAT_PIPE: return split_at(f, line, end, '|');
    case REGATTA_FORMAT_COLONS: return split_colons(f, line);
    case REGATTA_FORMAT_CSV: return split_quoted(f, line, end, ',');
    case REGATTA_FORMAT_SEMICOLON: return split_quoted(f, line, end, ';');
    default: return split_blanks(f, line, end);
    }
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
    default: return "auto";
    }
}
