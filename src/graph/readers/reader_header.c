#include "graph/readers/reader_header.h"
#include "base/text/number.h"
#include "graph/edges.h"
#include "graph/readers/column_content.h"
#include "graph/readers/column_names.h"
#include "graph/readers/reader_columns.h"
#include "graph/times/reader_time.h"
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

/* True if row k repeats row 1, as in concatenated files. */
static int is_first_row(const rg_sample *s, int k)
{
    return s->length[k] == s->length[0] &&
           memcmp(s->line[k], s->line[0], (size_t)s->length[0]) == 0;
}

/* True if a row below has the same cell, so the cell is not a name. */
static int is_repeated(rg_sample *s, regatta_format format, int column, const char name[],
                       int64_t length)
{
    rg_fields f;
    for (int k = 1; k < s->n; k++)
        if (!is_first_row(s, k) && rg_sample_split(s, k, format, &f) == NULL &&
            column < f.n && f.length[column] == length &&
            memcmp(f.text[column], name, (size_t)length) == 0)
            return 1;
    return 0;
}

/* Known names of row 1, or only those of users and items. */
typedef struct names {
    int n, n_repeated; /* by rows below */
} names;

/* A later cut would overwrite the names. */
static names count_names(rg_sample *s, regatta_format format, int ids_only)
{
    enum { LONGEST = 80 };
    rg_fields f;
    names found = {0, 0};
    for (int k = 0; rg_sample_split(s, 0, format, &f) == NULL && k < f.n; k++) {
        char name[LONGEST];
        const int64_t length = f.length[k];
        if (length == 0 || length > LONGEST) continue;
        const rg_column_name known = rg_column_name_of(f.text[k], length);
        if (known.role == RG_ROLE_UNKNOWN && !known.is_key) continue;
        if (ids_only && known.role != RG_ROLE_USER && known.role != RG_ROLE_ITEM)
            continue;
        memcpy(name, f.text[k], (size_t)length);
        found.n++;
        found.n_repeated += is_repeated(s, format, k, name, length);
    }
    return found;
}

/* "", "0", "1", "2": a pandas index and columns without names. */
static int is_numbered(const rg_fields *f)
{
    for (int k = 1; k < f->n; k++) {
        int64_t number = -1;
        if (!rg_parse_int(f->text[k], f->length[k], &number) || number != k - 1) return 0;
    }
    return f->n > 2 && f->length[0] == 0;
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

/* Returns RG_HEADER_YES if a column below row 1 has numbers only. A column of weights may
 * have an impression in row 1: then it tells nothing, and row 1 is data if it has digits.
 */
static rg_header by_numbers_below(rg_sample *s, regatta_format format, int n, int digits,
                                  const char impression[])
{
    rg_content content[RG_MAX_FIELDS];
    int open = 0;
    rg_content_look(content, n, s, 1, format);
    for (int k = 0; k < n; k++) {
        if (content[k].kind <= RG_CONTENT_TEXT || content[k].kind >= RG_CONTENT_DATES)
            continue;
        if (!impression[k]) return RG_HEADER_YES;
        open = !digits;
    }
    if (open) return RG_HEADER_SHOWN;
    return !digits && has_digits_below(s, format) ? RG_HEADER_YES : RG_HEADER_NO;
}

rg_header rg_header_detect(rg_sample *s, regatta_format format)
{
    rg_fields f;
    char impression[RG_MAX_FIELDS];
    int digits = 0;
    if (rg_sample_split(s, 0, format, &f) != NULL) return RG_HEADER_NO;
    if (rg_columns_named(&f))
        return count_names(s, format, 1).n_repeated == 0 ? RG_HEADER_YES : RG_HEADER_OPEN;
    if (is_numbered(&f)) return RG_HEADER_YES;
    const int n = f.n;
    for (int k = 0; k < n; k++) {
        if (is_value(f.text[k], f.length[k])) return RG_HEADER_NO;
        digits |= has_digit(f.text[k], f.length[k]);
        impression[k] = (char)rg_is_impression(f.text[k], f.length[k]);
    }
    const names known = count_names(s, format, 0);
    if (known.n > known.n_repeated) return RG_HEADER_YES;
    return by_numbers_below(s, format, n, digits, impression);
}

int rg_header_is_index(const char *text, int64_t length)
{
    return length == 0 || (length >= 7 && memcmp(text, "Unnamed", 7) == 0);
}
