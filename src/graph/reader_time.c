#include "graph/reader_time.h"
#include "base/number.h"
#include <math.h>

enum { DAY = 86400, MAX_YEAR = 5000 };

static const int64_t unit_limit = 100000000000; /* 1e11 */

/* A text that is read from the front. */
typedef struct scan {
    const char *at, *end;
} scan;

static int take(scan *s, char c)
{
    if (s->at == s->end || *s->at != c) return 0;
    s->at++;
    return 1;
}

/* Exactly `digits` digits, a number in low..high. */
static int take_number(scan *s, int digits, int low, int high, int64_t *out)
{
    *out = 0;
    for (int k = 0; k < digits; k++) {
        if (s->at == s->end || *s->at < '0' || *s->at > '9') return 0;
        *out = *out * 10 + (*s->at++ - '0');
    }
    return *out >= low && *out <= high;
}

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

/* HH:MM[:SS[.fff]] */
static int take_clock(scan *s, int64_t *seconds)
{
    int64_t hour = 0, minute = 0, second = 0;
    if (!take_number(s, 2, 0, 23, &hour) || !take(s, ':')) return 0;
    if (!take_number(s, 2, 0, 59, &minute)) return 0;
    if (take(s, ':')) {
        if (!take_number(s, 2, 0, 60, &second)) return 0;
        if (take(s, '.'))
            while (s->at < s->end && *s->at >= '0' && *s->at <= '9') s->at++;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return 1;
}

/* Z, +HH:MM, -HH:MM or nothing; *seconds is what has to be taken away. */
static int take_offset(scan *s, int64_t *seconds)
{
    *seconds = 0;
    if (s->at == s->end || take(s, 'Z')) return 1;
    const int sign = *s->at == '-' ? -1 : 1;
    int64_t hour = 0, minute = 0;
    if (!take(s, '+') && !take(s, '-')) return 0;
    if (!take_number(s, 2, 0, 18, &hour)) return 0;
    take(s, ':');
    if (!take_number(s, 2, 0, 59, &minute)) return 0;
    *seconds = sign * (hour * 3600 + minute * 60);
    return 1;
}

static int parse_date(const char *text, int64_t length, int64_t *out)
{
    scan s = {text, text + length};
    int64_t year = 0, month = 0, day = 0, clock = 0, offset = 0;
    if (!take_number(&s, 4, 1, MAX_YEAR, &year) || !take(&s, '-')) return 0;
    if (!take_number(&s, 2, 1, 12, &month) || !take(&s, '-')) return 0;
    if (!take_number(&s, 2, 1, month_days(year, month), &day)) return 0;
    if (s.at < s.end) {
        if (!take(&s, ' ') && !take(&s, 'T')) return 0;
        if (!take_clock(&s, &clock) || !take_offset(&s, &offset)) return 0;
    }
    *out = days(year, month, day) * DAY + clock - offset;
    return s.at == s.end;
}

rg_time_kind rg_time_parse(const char *text, int64_t length, int64_t *out)
{
    double number = 0.0;
    if (rg_parse_int(text, length, out)) return RG_TIME_NUMBER;
    if (length >= 10 && parse_date(text, length, out)) return RG_TIME_DATE;
    if (!rg_parse_number(text, length, &number)) return RG_TIME_NONE;
    if (!(fabs(number) < 9.2e18)) return RG_TIME_NONE; /* nor a NaN */
    *out = (int64_t)floor(number);
    return RG_TIME_NUMBER;
}

int rg_time_to_seconds(int64_t *time, int64_t n)
{
    int64_t divisor = 1, least = n > 0 ? time[0] : 0, most = least;
    for (int64_t k = 1; k < n; k++) {
        least = time[k] < least ? time[k] : least;
        most = time[k] > most ? time[k] : most;
    }
    for (; least > unit_limit; least /= 1000) divisor *= 1000;
    if (most / divisor > unit_limit) return 0;
    if (divisor > 1)
        for (int64_t k = 0; k < n; k++) time[k] /= divisor;
    return 1;
}
