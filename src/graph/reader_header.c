#include "graph/reader_header.h"
#include "graph/column_content.h"
#include "graph/column_names.h"
#include "graph/reader_columns.h"
#include "graph/reader_time.h"
#include <string.h>

enum { LEAST_ROWS = 2 };

static int is_value(const char *text, int64_t length)
{
    double number = 0.0;
    int64_t time = 0;
    rg_field_trim(&text, &length);
    return rg_field_number(text, length, &number) ||
           rg_time_parse(text, length, &time) != RG_TIME_NONE;
}

static int has_digit(const char *text, int64_t length)
{
    for (int64_t k = 0; k < length; k++)
        if (text[k] >= '0' && text[k] <= '9') return 1;
    return 0;
}

int rg_columns_named(const rg_fields *fields)
{
    int has[RG_ROLE_UNKNOWN + 1] = {0};
    for (int k = 0; k < fields->n; k++)
        has[rg_column_name_of(fields->text[k], fields->length[k]).role] = 1;
    return has[RG_ROLE_USER] && has[RG_ROLE_ITEM];
}

/* Some row below has the same cell: it is no name. */
static int is_repeated(rg_sample *s, regatta_format format, int column, const char name[],
                       int64_t length)
{
    rg_fields f;
    for (int k = 1; k < s->n; k++)
        if (rg_sample_split(s, k, format, &f) == NULL && column < f.n &&
            f.length[column] == length &&
            memcmp(f.text[column], name, (size_t)length) == 0)
            return 1;
    return 0;
}

/* The names of row 1, which a later cut would overwrite. */
static int has_known_name(rg_sample *s, regatta_format format, int n)
{
    enum { LONGEST = 80 };
    rg_fields f;
    for (int k = 0; k < n; k++) {
        char name[LONGEST];
        if (rg_sample_split(s, 0, format, &f) != NULL) return 0;
        const int64_t length = f.length[k];
        if (length == 0 || length > LONGEST) continue;
        const rg_column_name known = rg_column_name_of(f.text[k], length);
        if (known.role == RG_ROLE_UNKNOWN && !known.is_key) continue;
        memcpy(name, f.text[k], (size_t)length);
        if (!is_repeated(s, format, k, name, length)) return 1;
    }
    return 0;
}

/* All cells below row 1 have a digit. */
static int has_digits_below(rg_sample *s, regatta_format format)
{
    rg_fields f;
    for (int k = 1; k < s->n; k++) {
        if (rg_sample_split(s, k, format, &f) != NULL) return 0;
        for (int column = 0; column < f.n; column++)
            if (!has_digit(f.text[column], f.length[column])) return 0;
    }
    return s->n > LEAST_ROWS;
}

int rg_header_detect(rg_sample *s, regatta_format format)
{
    rg_fields f;
    rg_content content[RG_MAX_FIELDS];
    int digits = 0;
    if (rg_sample_split(s, 0, format, &f) != NULL) return 0;
    if (rg_columns_named(&f)) return 1;
    const int n = f.n;
    for (int k = 0; k < n; k++) {
        if (is_value(f.text[k], f.length[k])) return 0;
        digits |= has_digit(f.text[k], f.length[k]);
    }
    if (has_known_name(s, format, n)) return 1;
    rg_content_look(content, n, s, 1, format);
    for (int k = 0; k < n; k++)
        if (content[k].kind > RG_CONTENT_TEXT && content[k].kind < RG_CONTENT_DATES)
            return 1;
    return !digits && has_digits_below(s, format);
}

int rg_header_is_index(const char *text, int64_t length)
{
    return length == 0 || (length >= 7 && memcmp(text, "Unnamed", 7) == 0);
}
