#include "graph/times/reader_date.h"
#include "graph/times/reader_scan.h"

enum { DAY = 86400, MAX_YEAR = 5000, PIVOT = 69 };

/* Days since 1970-01-01 in the Gregorian calendar; March is the first month, so that
 * the leap day is the last of its year (H. Hinnant, days_from_civil). */
static int64_t days(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    const int64_t era = year / 400, of_era = year - era * 400;
    const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int month_days(int64_t year, int64_t month)
{
    static const int n[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return n[month - 1] + (month == 2 && leap);
}

int rg_date_from_civil(int64_t year, int64_t month, int64_t day, int64_t *seconds)
{
    if (year < 1 || year > MAX_YEAR || month < 1 || month > 12) return 0;
    if (day < 1 || day > month_days(year, month)) return 0;
    *seconds = days(year, month, day) * DAY;
    return 1;
}

int64_t rg_date_long_year(int64_t two_digits)
{
    return two_digits + (two_digits < PIVOT ? 2000 : 1900);
}

void rg_date_civil(const rg_date *date, unsigned order, int64_t civil[3])
{
    static const int place[3][3] = {{2, 1, 0}, {2, 0, 1}, {0, 1, 2}};
    const int *p = place[order >> 1];
    for (int k = 0; k < 3; k++) civil[k] = date->part[p[k]];
    if (date->short_year) civil[0] = rg_date_long_year(civil[0]);
}

int64_t rg_date_seconds(const rg_date *date, unsigned order)
{
    int64_t civil[3];
    rg_date_civil(date, order, civil);
    return days(civil[0], civil[1], civil[2]) * DAY + date->clock - date->offset;
}

/* Removes the orders that give no valid day. */
static void keep_valid(rg_date *d)
{
    for (unsigned order = RG_ORDER_DMY; order <= RG_ORDER_YMD; order <<= 1) {
        int64_t civil[3], ignored = 0;
        if ((d->orders & order) == 0) continue;
        rg_date_civil(d, order, civil);
        if (!rg_date_from_civil(civil[0], civil[1], civil[2], &ignored))
            d->orders &= ~order;
    }
}

/* H, H:MM, H:MM:SS[.fff], each with AM or PM. */
static int take_clock(rg_scan *s, int64_t *seconds)
{
    int64_t hour = 0, minute = 0, second = 0;
    if (!rg_scan_small(s, 0, 23, &hour)) return 0;
    if (rg_scan_char(s, ':')) {
        if (rg_scan_digits(s, 2, &minute) != 2 || minute > 59) return 0;
        if (rg_scan_char(s, ':')) {
            if (rg_scan_digits(s, 2, &second) != 2 || second > 60) return 0;
            rg_scan_fraction(s);
        }
    }
    const rg_scan before = *s;
    if (!rg_scan_half(s, &hour)) *s = before;
    *seconds = hour * 3600 + minute * 60 + second;
    return 1;
}

/* An offset behind any blanks, then a name in brackets; nothing is fine. */
static int take_zone(rg_scan *s, int64_t *offset)
{
    rg_scan_blanks(s);
    if (s->at == s->end) return 1;
    if (!rg_scan_offset(s, offset)) return 0;
    const rg_scan before = *s;
    if (rg_scan_blanks(s) && rg_scan_char(s, '(')) {
        while (s->at < s->end && *s->at != ')') s->at++;
        return rg_scan_char(s, ')');
    }
    *s = before;
    return 1;
}

/* Reads the time of day and zone after the date, or nothing. */
static int take_tail(rg_scan *s, rg_date *d)
{
    if (s->at == s->end) return 1;
    const int comma = rg_scan_char(s, ','), blanks = rg_scan_blanks(s);
    if (!rg_scan_char(s, 'T') && !comma && !blanks) return 0;
    return take_clock(s, &d->clock) && take_zone(s, &d->offset);
}

/* A year of 4 digits, or of 2. */
static int take_year(rg_scan *s, rg_date *d, int64_t *year)
{
    const int n = rg_scan_digits(s, 4, year);
    d->short_year = n == 2;
    return n == 2 || n == 4;
}

/* 20210130T100000: behind the eight digits. */
static int take_compact(rg_scan *s, rg_date *d, int64_t eight)
{
    int64_t hour = 0, minute = 0, second = 0;
    d->part[0] = eight / 10000;
    d->part[1] = eight / 100 % 100;
    d->part[2] = eight % 100;
    d->orders = RG_ORDER_YMD;
    d->is_fixed = 1;
    const rg_scan before = *s;
    if (!rg_scan_char(s, 'T')) return take_tail(s, d);
    if (rg_scan_digits(s, 2, &hour) != 2 || hour > 23) return 0;
    if (s->at < s->end && *s->at == ':') {
        *s = before;
        return take_tail(s, d);
    }
    if (rg_scan_digits(s, 2, &minute) == 1 || minute > 59) return 0;
    if (rg_scan_digits(s, 2, &second) == 1 || second > 60) return 0;
    rg_scan_fraction(s);
    d->clock = hour * 3600 + minute * 60 + second;
    return take_zone(s, &d->offset);
}

/* Jan 30, 2021; Jan 30 2021; Jan 30 10:00:00 +0000 2021. */
static int take_month_first(rg_scan *s, rg_date *d)
{
    d->orders = RG_ORDER_DMY;
    d->is_fixed = 1;
    if (!rg_scan_month(s, &d->part[1]) || !rg_scan_blanks(s)) return 0;
    if (!rg_scan_small(s, 1, 31, &d->part[0])) return 0;
    rg_scan_char(s, ',');
    if (!rg_scan_blanks(s)) return 0;
    const rg_scan before = *s;
    if (rg_scan_digits(s, 4, &d->part[2]) == 4) return take_tail(s, d);
    *s = before;
    if (!take_clock(s, &d->clock) || !rg_scan_blanks(s)) return 0;
    if (rg_scan_offset(s, &d->offset) && !rg_scan_blanks(s)) return 0;
    return rg_scan_digits(s, 4, &d->part[2]) == 4;
}

/* 30 Jan 2021, 30-Jan-21: behind the day and the separator. */
static int take_day_month(rg_scan *s, rg_date *d, char separator)
{
    d->orders = RG_ORDER_DMY;
    d->is_fixed = 1;
    if (!rg_scan_month(s, &d->part[1])) return 0;
    rg_scan_char(s, ',');
    if (!rg_scan_char(s, separator)) return 0;
    return take_year(s, d, &d->part[2]) && take_tail(s, d);
}

/* 30/01/2021: behind the first separator; "09 13, 2009" has the month first. */
static int take_open(rg_scan *s, rg_date *d, char separator)
{
    if (rg_scan_digits(s, 2, &d->part[1]) == 0) return 0;
    if (separator == ' ') {
        d->orders = RG_ORDER_MDY;
        if (!rg_scan_char(s, ',') || !rg_scan_blanks(s)) return 0;
    } else {
        d->orders = RG_ORDER_DMY | (separator == '.' ? 0 : RG_ORDER_MDY);
        if (!rg_scan_char(s, separator)) return 0;
    }
    if (!take_year(s, d, &d->part[2])) return 0;
    if (d->short_year && separator != ' ') d->orders |= RG_ORDER_YMD;
    return take_tail(s, d);
}

static int take_date(rg_scan *s, rg_date *d)
{
    if (*s->at < '0' || *s->at > '9') {
        const rg_scan begin = *s;
        if (rg_scan_weekday(s)) {
            rg_scan_char(s, ',');
            if (!rg_scan_blanks(s) || s->at == s->end) return 0;
        } else {
            *s = begin;
        }
        if (*s->at < '0' || *s->at > '9') return take_month_first(s, d);
    }
    const int n = rg_scan_digits(s, 8, &d->part[0]);
    if (s->at == s->end) return 0; /* a number */
    if (n == 8) return take_compact(s, d, d->part[0]);
    const char separator = *s->at++;
    if (n == 4 && (separator == '-' || separator == '/' || separator == '.')) {
        d->orders = RG_ORDER_YMD;
        d->is_fixed = 1;
        return rg_scan_digits(s, 2, &d->part[1]) > 0 && rg_scan_char(s, separator) &&
               rg_scan_digits(s, 2, &d->part[2]) > 0 && take_tail(s, d);
    }
    if (n == 0 || n > 2 || s->at == s->end) return 0;
    if (separator != '-' && separator != '/' && separator != '.' && separator != ' ')
        return 0;
    if (*s->at >= '0' && *s->at <= '9') return take_open(s, d, separator);
    return take_day_month(s, d, separator);
}

int rg_date_parse(const char *text, int64_t length, rg_date *out)
{
    rg_scan s = {text, text + length};
    *out = (rg_date){.orders = 0};
    if (length < 6 || !take_date(&s, out) || s.at != s.end) return 0;
    keep_valid(out);
    return out->orders != 0;
}
