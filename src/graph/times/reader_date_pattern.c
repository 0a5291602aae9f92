#include "graph/times/reader_date_pattern.h"
#include "graph/times/reader_date.h"
#include "graph/times/reader_scan.h"
#include <string.h>

enum { MAX_DIGITS = 11 };

/* The values that the letters have set. */
typedef struct fields {
    int64_t year, month, day, hour, minute, second, offset, epoch;
    int has_epoch;
} fields;

/* The longer spelling of a letter that stands for several. */
static const char *expand(char letter)
{
    switch (letter) {
    case 'F': return "%Y-%m-%d";
    case 'T': return "%H:%M:%S";
    case 'R': return "%H:%M";
    case 'D': return "%m/%d/%y";
    default: return NULL;
    }
}

const char *rg_date_pattern_check(const char *pattern)
{
    int has_year = 0;
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p != '%') continue;
        p++;
        if (*p == '\0' || strchr("YymbBdeaAHIpMSfzZsFTRD%", *p) == NULL)
            return "has a letter that is not among %Y %y %m %b %B %d %e %a %A %H %I %p "
                   "%M %S %f %z %Z %s %F %T %R %D %%";
        has_year |= strchr("YysFD", *p) != NULL;
    }
    return has_year ? NULL : "has no year (%Y or %y)";
}

static int take_year(rg_scan *s, int digits, int64_t *year)
{
    if (rg_scan_digits(s, digits, year) == 0) return 0;
    if (digits == 2) *year = rg_date_long_year(*year);
    return 1;
}

static int take_epoch(rg_scan *s, fields *f)
{
    const int negative = rg_scan_char(s, '-');
    f->has_epoch = rg_scan_digits(s, MAX_DIGITS, &f->epoch) > 0;
    if (negative) f->epoch = -f->epoch;
    return f->has_epoch;
}

static int take_letter(rg_scan *s, char letter, fields *f)
{
    int64_t ignored = 0;
    switch (letter) {
    case 'Y': return take_year(s, 4, &f->year);
    case 'y': return take_year(s, 2, &f->year);
    case 'm': return rg_scan_small(s, 1, 12, &f->month);
    case 'b':
    case 'B': return rg_scan_month(s, &f->month);
    case 'e': rg_scan_blanks(s); return rg_scan_small(s, 1, 31, &f->day);
    case 'd': return rg_scan_small(s, 1, 31, &f->day);
    case 'a':
    case 'A': return rg_scan_weekday(s);
    case 'H': return rg_scan_small(s, 0, 23, &f->hour);
    case 'I': return rg_scan_small(s, 1, 12, &f->hour);
    case 'p': return rg_scan_half(s, &f->hour);
    case 'M': return rg_scan_small(s, 0, 59, &f->minute);
    case 'S': return rg_scan_small(s, 0, 60, &f->second);
    case 'f': return rg_scan_digits(s, MAX_DIGITS, &ignored) > 0;
    case 'z':
    case 'Z': return rg_scan_offset(s, &f->offset);
    case 's': return take_epoch(s, f);
    default: return rg_scan_char(s, letter);
    }
}

static int take_pattern(rg_scan *s, const char *pattern, fields *f)
{
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p == ' ') {
            rg_scan_blanks(s);
        } else if (*p != '%') {
            if (!rg_scan_char(s, *p)) return 0;
        } else {
            const char *longer = expand(*++p);
            if (longer != NULL ? !take_pattern(s, longer, f) : !take_letter(s, *p, f))
                return 0;
        }
    }
    return 1;
}

int rg_date_pattern_parse(const char *pattern, const char *text, int64_t length,
                          int64_t *out)
{
    rg_scan s = {text, text + length};
    fields f = {.month = 1, .day = 1};
    if (!take_pattern(&s, pattern, &f) || s.at != s.end) return 0;
    if (f.has_epoch) {
        *out = f.epoch;
        return 1;
    }
    if (!rg_date_from_civil(f.year, f.month, f.day, out)) return 0;
    *out += f.hour * 3600 + f.minute * 60 + f.second - f.offset;
    return 1;
}
