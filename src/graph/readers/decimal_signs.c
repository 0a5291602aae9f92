#include "graph/readers/decimal_signs.h"
#include "graph/readers/reader_common.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { GROUP = 3 /* digits between separators of thousands */ };

static void mark(rg_sign_seen *seen, const char *text, int64_t length, int64_t line)
{
    if (seen->line > 0) return;
    rg_field_trim(&text, &length);
    seen->line = line;
    snprintf(seen->text, sizeof seen->text, "%.*s", (int)length, text);
}

void rg_signs_take(rg_decimal_signs *signs, const char *text, int64_t length,
                   int64_t line)
{
    if (signs->comma.line > 0 && signs->point.line > 0) return;
    for (int64_t k = 0; k < length; k++) {
        if (text[k] == ',') mark(&signs->comma, text, length, line);
        if (text[k] == '.') mark(&signs->point, text, length, line);
    }
}

static void merge(rg_sign_seen *to, const rg_sign_seen *from, int64_t line)
{
    if (to->line > 0 || from->line == 0) return;
    *to = *from;
    to->line += line;
}

void rg_signs_merge(rg_decimal_signs *to, const rg_decimal_signs *from, int64_t line)
{
    merge(&to->comma, &from->comma, line);
    merge(&to->point, &from->point, line);
}

/* Writes which decimal sign a number has, or both readings if its point may separate
 * thousands. */
static void describe(char *to, size_t size, const char *text)
{
    const char *const point = strchr(text, '.');
    const int whole = point != NULL ? (int)(point - text) : 0;
    const int sign = *text == '-' || *text == '+', digits = whole - sign;
    if (point == NULL)
        snprintf(to, size, "has a decimal comma");
    else if (strspn(point + 1, "0123456789") == GROUP && strlen(point + 1) == GROUP &&
             digits > 0 && digits <= GROUP && text[sign] != '0')
        snprintf(to, size, "may be %s or %.*s%s", text, whole, text, point + 1);
    else
        snprintf(to, size, "has a decimal point");
}

/* Writes where the first number is: in the file of the last, or in another of a folder.
 */
static void show_place(char *to, size_t size, const rg_input *in,
                       const rg_sign_seen *first, const rg_sign_seen *last)
{
    int64_t line = first->line, last_line = last->line;
    const char *const name = rg_input_place(in, &line);
    if (strcmp(name, rg_input_place(in, &last_line)) == 0)
        snprintf(to, size, "%s %" PRId64, rg_input_counts_rows(in) ? "row" : "line",
                 line);
    else
        snprintf(to, size, "%s:%" PRId64, name, line);
}

regatta_status rg_signs_check(regatta_ctx *ctx, const rg_input *in,
                              const rg_decimal_signs *signs, const char *noun,
                              const char *column)
{
    char words[2][2 * RG_SIGN_SHOWN + 16], place[128];
    const rg_sign_seen *first = &signs->comma, *last = &signs->point;
    if (first->line == 0 || last->line == 0) return REGATTA_OK;
    if (first->line > last->line) {
        first = &signs->point;
        last = &signs->comma;
    }
    describe(words[0], sizeof words[0], last->text);
    describe(words[1], sizeof words[1], first->text);
    show_place(place, sizeof place, in, first, last);
    return rg_reader_fail_at(ctx, in, last->line,
                             "the %s '%s'%s %s, but '%s' in %s %s: write all of them "
                             "with decimal points",
                             noun, last->text, column, words[0], first->text, place,
                             words[1]);
}
