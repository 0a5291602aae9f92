#include "graph/times/time_digits.h"
#include "graph/times/reader_date.h"
#include <math.h>

enum { FIRST_YEAR = 1900, LAST_YEAR = 2100, FIRST_RECENT = 1990, LAST_RECENT = 2050 };
enum { EXCEL_1970 = 25569, EXCEL_1990 = 32874, EXCEL_2051 = 55153, EXCEL_END = 2958466 };

/* YYYYMMDD of years first..last */
static int is_day(int64_t digits, int first, int last, int64_t *seconds)
{
    const int64_t year = digits / 10000;
    return year >= first && year <= last &&
           rg_date_from_civil(year, digits / 100 % 100, digits % 100, seconds);
}

int rg_time_of_digits(int64_t number, int64_t *seconds)
{
    /* YYYYMMDD, with HHMM, with HHMMSS: between them lie seconds and milliseconds. */
    int64_t day = number, clock = 0, midnight = 0;
    if (number > INT64_C(210012312359)) {
        if (number < INT64_C(19000101000000)) return 0;
        day = number / 1000000;
        clock = number % 1000000;
    } else if (number > 21001231) {
        if (number < INT64_C(190001010000)) return 0;
        day = number / 10000;
        clock = number % 10000 * 100;
    }
    const int64_t hour = clock / 10000, minute = clock / 100 % 100, second = clock % 100;
    if (hour > 23 || minute > 59 || second > 59) return 0;
    if (!is_day(day, FIRST_YEAR, LAST_YEAR, &midnight)) return 0;
    *seconds = midnight + hour * 3600 + minute * 60 + second;
    return 1;
}

unsigned rg_digits_forms(int64_t number)
{
    int64_t ignored = 0;
    if (number >= EXCEL_1990 && number < EXCEL_2051) return RG_DIGITS_EXCEL;
    if (number >= 100000 && number < 1000000) {
        const int64_t day = rg_date_long_year(number / 10000) * 10000 + number % 10000;
        return (is_day(number * 100 + 1, FIRST_RECENT, LAST_RECENT, &ignored)
                    ? RG_DIGITS_MONTH
                    : 0) |
               (is_day(day, FIRST_RECENT, LAST_RECENT, &ignored) ? RG_DIGITS_SHORT_DAY
                                                                 : 0);
    }
    return number % 100 < 24 && is_day(number / 100, FIRST_RECENT, LAST_RECENT, &ignored)
               ? RG_DIGITS_HOUR
               : 0;
}

const char *rg_digits_format(unsigned forms)
{
    if (forms & RG_DIGITS_HOUR) return "%Y%m%d%H";
    if (forms & RG_DIGITS_MONTH) return "%Y%m";
    return forms & RG_DIGITS_SHORT_DAY ? "%y%m%d" : "excel";
}

void rg_digits_narrow(unsigned *forms, int64_t *n_positive, const int64_t *time,
                      int64_t n)
{
    for (int64_t k = 0; k < n && *forms != 0; k++) {
        if (time[k] <= 0) continue;
        *forms &= rg_digits_forms(time[k]);
        ++*n_positive;
    }
}

int rg_time_of_excel(double day, int64_t *seconds)
{
    if (!(day >= 1.0 && day < EXCEL_END)) return 0;
    *seconds = llround((day - EXCEL_1970) * 86400.0);
    return 1;
}
