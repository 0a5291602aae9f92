#include "graph/times/reader_time.h"
#include "base/text/number.h"
#include "graph/readers/reader_fields.h"
#include "graph/times/reader_date_pattern.h"
#include "graph/times/time_digits.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Seconds beyond are the year 5138; milliseconds from there on are of 1973. */
static const int64_t unit_limit = 100000000000; /* 1e11 */
/* Open dates are packed above any number of the column. */
static const int64_t packed_from = INT64_C(1) << 62;

enum { ALL_ORDERS = 7, N_NAMES = 10 };

static int parse_number(const char *text, int64_t length, int64_t *out)
{
    double number = 0.0;
    if (length >= 10 && text[4] == '-' && text[7] == '-') return 0; /* 2021-01-30 */
    if (rg_parse_int(text, length, out)) return *out<packed_from && * out> - packed_from;
    if (!rg_parse_number(text, length, &number)) return 0;
    if (!(fabs(number) < 4.6e18)) return 0; /* nor a NaN */
    *out = (int64_t)floor(number);
    return 1;
}

/* The first order of a set. */
static unsigned first_order(unsigned orders)
{
    return orders & (~orders + 1);
}

rg_time_kind rg_time_parse(const char *text, int64_t length, int64_t *out)
{
    rg_date date;
    if (parse_number(text, length, out)) return RG_TIME_NUMBER;
    if (!rg_date_parse(text, length, &date)) return RG_TIME_NONE;
    *out = rg_date_seconds(&date, first_order(date.orders));
    return RG_TIME_DATE;
}

const char *rg_time_format_find(const char *name, rg_time_format *out)
{
    static const char *const names[] = {
        "auto",    "iso",          "dmy",          "mdy",         "ymd",
        "seconds", "milliseconds", "microseconds", "nanoseconds", "excel"};
    *out = RG_TIMES_AUTO;
    if (name == NULL) return NULL;
    if (strchr(name, '%') != NULL) {
        *out = RG_TIMES_PATTERN;
        return rg_date_pattern_check(name);
    }
    for (int k = 0; k < N_NAMES; k++) {
        *out = (rg_time_format)k;
        if (strcmp(name, names[k]) == 0) return NULL;
    }
    return "must be auto, iso, dmy, mdy, ymd, seconds, milliseconds, microseconds, "
           "nanoseconds, excel or a pattern like %Y-%m-%d %H:%M:%S";
}

/* The orders of day and month that a format allows. */
static unsigned begun_orders(rg_time_format format)
{
    if (format < RG_TIMES_DMY || format > RG_TIMES_YMD) return ALL_ORDERS;
    return 1U << (format - RG_TIMES_DMY);
}

void rg_times_begin(rg_times *times, rg_time_format format, const char *pattern)
{
    *times = (rg_times){.format = format,
                        .pattern = pattern,
                        .orders = begun_orders(format),
                        .forms = RG_DIGITS_ALL};
}

static void mark(rg_time_seen *seen, const char *text, int64_t length, int64_t line)
{
    if (seen->n++ > 0) return;
    seen->line = line;
    if (length > RG_TIME_SHOWN - 1) length = RG_TIME_SHOWN - 1;
    memcpy(seen->text, text, (size_t)length);
    seen->text[length] = '\0';
}

/* 0 = seconds, 1 = milliseconds ... by the size of the number. */
static int unit_of(int64_t number)
{
    int unit = 0;
    if (number < 0) number = -number;
    for (; number > unit_limit && unit < RG_TIME_UNITS - 1; number /= 1000) unit++;
    return unit;
}

static int64_t divide_down(int64_t number, int64_t divisor)
{
    return number / divisor - (number % divisor < 0);
}

static int64_t divisor_of(int unit)
{
    int64_t divisor = 1;
    for (; unit > 0; unit--) divisor *= 1000;
    return divisor;
}

int rg_time_epoch_unit(double number)
{
    double begin = 631152000.0, end = 4102444800.0; /* 1990, 2100 */
    for (int unit = 0; unit < RG_TIME_UNITS; unit++, begin *= 1e3, end *= 1e3)
        if (number >= begin && number < end) return unit;
    return -1;
}

/* Reads a number of the requested unit. */
static const char *take_unit(rg_times *t, const char *text, int64_t length, int64_t line,
                             int64_t *out)
{
    const int epoch = rg_time_epoch_unit((double)*out);
    if (epoch >= 0) mark(&t->unit[epoch], text, length, line);
    *out = divide_down(*out, divisor_of((int)(t->format - RG_TIMES_SECONDS)));
    return unit_of(*out) == 0 ? NULL : "is too large for that unit";
}

/* A number of a column of any form; a sign says that it is no day. */
static void note_number(rg_times *t, const char *text, int64_t length, int64_t line,
                        int64_t number)
{
    int64_t ignored = 0;
    const int typed = *text != '+';
    const int is_day = typed && rg_time_of_digits(number, &ignored);
    mark(number > 0 ? &t->unit[unit_of(number)] : &t->below[unit_of(number)], text,
         length, line);
    mark(is_day ? &t->day : &t->other, text, length, line);
    if (number > 0 && t->forms != 0) t->forms &= typed ? rg_digits_forms(number) : 0;
}

static const char *take_number(rg_times *t, const char *text, int64_t length,
                               int64_t line, int64_t *out)
{
    int64_t seconds = 0;
    if (t->format == RG_TIMES_YMD) {
        if (!rg_time_of_digits(*out, &seconds))
            return "is not a day of the form YYYYMMDD";
        *out = seconds;
        return NULL;
    }
    if (t->format >= RG_TIMES_SECONDS) return take_unit(t, text, length, line, out);
    if (t->format != RG_TIMES_AUTO) return "is a number where dates are expected";
    note_number(t, text, length, line, *out);
    return NULL;
}

/* Everything of an open date in one number above packed_from: 7 + 7 + 14 bits of the
 * parts, 1 of the short year, 17 of the clock, 12 of the offset in minutes. */
static int64_t pack(const rg_date *d)
{
    int64_t packed = d->part[0];
    packed = packed << 7 | d->part[1];
    packed = packed << 14 | d->part[2];
    packed = packed << 1 | d->short_year;
    packed = packed << 17 | d->clock;
    packed = packed << 12 | (d->offset / 60 + 2048);
    return packed + packed_from;
}

static int64_t unpack(int64_t packed, unsigned order)
{
    rg_date d = {
        .offset = ((packed & 0xfff) - 2048) * 60,
        .clock = packed >> 12 & 0x1ffff,
        .short_year = (int)(packed >> 29 & 1),
        .part = {packed >> 51 & 0x7f, packed >> 44 & 0x7f, packed >> 30 & 0x3fff}};
    return rg_date_seconds(&d, order);
}

/* True if two orders of the set are two days. */
static int differs(const rg_date *d, unsigned orders)
{
    const int64_t first = rg_date_seconds(d, first_order(orders));
    for (unsigned rest = orders & (orders - 1); rest != 0; rest &= rest - 1)
        if (rg_date_seconds(d, first_order(rest)) != first) return 1;
    return 0;
}

static const char *take_date(rg_times *t, const rg_date *d, const char *text,
                             int64_t length, int64_t line, int64_t *out)
{
    if (t->format >= RG_TIMES_SECONDS) return "is a date where numbers are expected";
    mark(&t->date, text, length, line);
    if (d->is_fixed) {
        *out = rg_date_seconds(d, d->orders);
        return NULL;
    }
    if (t->format == RG_TIMES_ISO) return "does not begin with a year of four digits";
    const unsigned left = t->orders & d->orders;
    if (left == 0)
        return t->format == RG_TIMES_AUTO
                   ? "has day, month and year in another order than the rows before"
                   : "is not a date in the order of --time-format";
    t->orders = left;
    if ((left & (left - 1)) == 0) {
        *out = rg_date_seconds(d, left);
        return NULL;
    }
    if (differs(d, left)) {
        if (t->open.n == 0) t->open_date = *d;
        mark(&t->open, text, length, line);
    }
    t->n_packed++;
    *out = pack(d);
    return NULL;
}

const char *rg_times_take(rg_times *times, const char *text, int64_t length, int64_t line,
                          int64_t *out)
{
    rg_date date;
    double day = 0.0;
    if (times->format == RG_TIMES_PATTERN)
        return rg_date_pattern_parse(times->pattern, text, length, out)
                   ? NULL
                   : "does not have the form of --time-format";
    if (times->format == RG_TIMES_EXCEL)
        return rg_field_number(text, length, &day) && rg_time_of_excel(day, out)
                   ? NULL
                   : "is not a day number of Excel";
    if (parse_number(text, length, out))
        return take_number(times, text, length, line, out);
    if (rg_date_parse(text, length, &date))
        return take_date(times, &date, text, length, line, out);
    return "cannot be read as a time";
}

int rg_times_is_free(const rg_times *times)
{
    return times->n_packed == 0 && times->orders == begun_orders(times->format);
}

static void merge_seen(rg_time_seen *to, const rg_time_seen *from, int64_t line)
{
    if (to->n == 0 && from->n > 0) {
        *to = *from;
        to->line += line;
    } else {
        to->n += from->n;
    }
}

void rg_times_merge(rg_times *to, const rg_times *from, int64_t line)
{
    merge_seen(&to->date, &from->date, line);
    for (int k = 0; k < RG_TIME_UNITS; k++) {
        merge_seen(&to->unit[k], &from->unit[k], line);
        merge_seen(&to->below[k], &from->below[k], line);
    }
    merge_seen(&to->day, &from->day, line);
    merge_seen(&to->other, &from->other, line);
    to->forms &= from->forms;
}

static const char *order_name(unsigned order)
{
    return order == RG_ORDER_DMY ? "dmy" : order == RG_ORDER_MDY ? "mdy" : "ymd";
}

/* Shows all readings of the first date that has several. */
static int refuse_open(const rg_times *t, rg_time_fault *fault)
{
    char *const reason = fault->reason;
    int n = snprintf(reason, RG_TIME_REASON, "may be ");
    for (unsigned rest = t->orders; rest != 0 && n < RG_TIME_REASON; rest &= rest - 1) {
        int64_t c[3];
        rg_date_civil(&t->open_date, first_order(rest), c);
        n += snprintf(reason + n, (size_t)(RG_TIME_REASON - n),
                      "%s%04" PRId64 "-%02" PRId64 "-%02" PRId64 " (--time-format %s)",
                      rest == t->orders ? "" : " or ", c[0], c[1], c[2],
                      order_name(first_order(rest)));
    }
    if (n < RG_TIME_REASON)
        snprintf(reason + n, (size_t)(RG_TIME_REASON - n),
                 ", and no row settles it: choose one");
    fault->text = t->open.text;
    fault->line = t->open.line;
    return 0;
}

/* True if there is a number above 0 and all such numbers have a common form of
 * rg_digits_forms. */
static int has_forms(const rg_times *t)
{
    return t->forms != 0 && t->unit[0].n > 0;
}

static int refuse_odd(const rg_time_seen *odd, const char *reason, rg_time_fault *fault)
{
    fault->text = odd->text;
    fault->line = odd->line;
    snprintf(fault->reason, RG_TIME_REASON, "%s", reason);
    return 0;
}

/* A number of a larger unit is a bad row where the unit is given, a smaller one is not.
 */
static int refuse_unit(const rg_time_seen *odd, int is_larger, int unit,
                       rg_time_fault *fault)
{
    static const char *const names[] = {"seconds", "milliseconds", "microseconds",
                                        "nanoseconds"};
    char drops[80] = "correct it";
    refuse_odd(odd, "", fault);
    if (is_larger)
        snprintf(drops, sizeof drops, "--time-format %s --skip-bad drops such rows",
                 names[unit]);
    snprintf(fault->reason, RG_TIME_REASON,
             "is not in %s, unlike most of the column: %s, or --time-column 0 ignores "
             "all times",
             names[unit], drops);
    return 0;
}

/* The one unit of the numbers, by those above 0 where there are any; -1 and a reason
 * when there are several. Zero and small negative numbers fit every unit. */
static int column_unit(const rg_times *t, rg_time_fault *fault)
{
    int unit = -1, top = 0, is_larger = 1;
    const rg_time_seen *odd = NULL;
    for (int k = 0; k < RG_TIME_UNITS; k++) {
        if (t->below[k].n > 0) top = k;
        if (t->unit[k].n > 0 && (unit < 0 || t->unit[k].n > t->unit[unit].n)) unit = k;
    }
    if (unit < 0) return top;
    for (int k = 0; k < RG_TIME_UNITS; k++)
        if (k != unit && t->unit[k].n > 0) {
            odd = &t->unit[k];
            is_larger = k > unit;
        }
    if (odd == NULL && top > unit) odd = &t->below[top];
    if (odd == NULL) return unit;
    refuse_unit(odd, is_larger, unit, fault);
    return -1;
}

/* Numbers of one form that are hardly seconds: of January 1970, or of 2033 to 2035. */
static int refuse_forms(const rg_times *t, rg_time_fault *fault)
{
    refuse_odd(&t->unit[0], "", fault);
    snprintf(fault->reason, RG_TIME_REASON,
             "may be a date written as a number: choose --time-format %s or seconds",
             rg_digits_format(t->forms));
    return 0;
}

/* With a requested unit, numbers of a smaller unit by their size would be dates of
 * 1970. */
static int check_unit(const rg_times *t, rg_time_fault *fault)
{
    const int unit = (int)(t->format - RG_TIMES_SECONDS);
    for (int k = 0; k < unit && t->unit[unit].n > 0; k++)
        if (t->unit[k].n > 0) return refuse_unit(&t->unit[k], 0, unit, fault);
    return 1;
}

static int numbers_to_seconds(const rg_times *t, int64_t *time, int64_t n,
                              rg_time_fault *fault)
{
    if (t->day.n > t->other.n && t->other.n > 0)
        return refuse_odd(&t->other,
                          "is not a calendar day, unlike most of the column (20210129): "
                          "choose --time-format ymd or seconds",
                          fault);
    if (t->day.n > t->other.n) {
        for (int64_t k = 0; k < n; k++) rg_time_of_digits(time[k], &time[k]);
        return 1;
    }
    if (has_forms(t)) return refuse_forms(t, fault);
    const int unit = column_unit(t, fault);
    if (unit < 0) return 0;
    const int64_t divisor = divisor_of(unit);
    if (divisor > 1)
        for (int64_t k = 0; k < n; k++) time[k] = divide_down(time[k], divisor);
    return 1;
}

/* Checks that numbers in a column with dates are seconds. */
static int check_mixture(const rg_times *t, rg_time_fault *fault)
{
    static const char reason[] =
        "is a number among dates: choose --time-format iso, dmy, mdy or ymd";
    if (t->day.n > t->other.n) return refuse_odd(&t->day, reason, fault);
    if (has_forms(t)) return refuse_odd(&t->unit[0], reason, fault);
    for (int k = 1; k < RG_TIME_UNITS; k++) {
        if (t->unit[k].n > 0) return refuse_odd(&t->unit[k], reason, fault);
        if (t->below[k].n > 0) return refuse_odd(&t->below[k], reason, fault);
    }
    return 1;
}

int rg_times_end(const rg_times *times, int64_t *time, int64_t n, rg_time_fault *fault)
{
    if (times->format >= RG_TIMES_SECONDS && times->format <= RG_TIMES_NANOSECONDS)
        return check_unit(times, fault);
    if (times->format != RG_TIMES_AUTO) return 1;
    if (times->date.n == 0) return numbers_to_seconds(times, time, n, fault);
    const unsigned orders = times->orders;
    if (times->open.n > 0 && (orders & (orders - 1)) != 0)
        return refuse_open(times, fault);
    if (times->day.n + times->other.n > 0 && !check_mixture(times, fault)) return 0;
    if (times->n_packed > 0)
        for (int64_t k = 0; k < n; k++)
            if (time[k] >= packed_from) time[k] = unpack(time[k], first_order(orders));
    return 1;
}
