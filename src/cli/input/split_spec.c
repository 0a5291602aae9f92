/* See split_spec.h. */
#include "cli/input/split_spec.h"
#include "cli/option_table.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads up to three numbers between commas; returns how many, 0 if the text is
 * invalid. */
static int numbers(const char *text, double out[3])
{
    int n = 0;
    for (const char *at = text; n < 3; at++) {
        char *end = NULL;
        out[n++] = strtod(at, &end);
        if (end == at || !isfinite(out[n - 1])) return 0;
        if (*end == '\0') return n;
        if (*end != ',') return 0;
        at = end;
    }
    return 0;
}

static int parse_ratio(const char *text, regatta_split_options *out, int *has_valid)
{
    double share[3] = {0, 0, 0}, sum = 0;
    const int n = numbers(text, share);
    for (int i = 0; i < n; i++) {
        sum += share[i];
        if (share[i] < 0) return 0;
    }
    if (n < 2 || fabs(sum - 1.0) > 1e-6 || share[0] <= 0) return 0;
    out->kind = REGATTA_SPLIT_RATIO;
    out->valid_share = n == 3 ? share[1] : 0.0;
    out->test_share = share[n - 1];
    *has_valid = n == 3;
    return 1;
}

static int parse_leave_last(const char *text, regatta_split_options *out, int *has_valid)
{
    double count[3] = {0, 0, 0};
    const int n = numbers(text, count);
    if (n < 1 || n > 2) return 0;
    for (int i = 0; i < n; i++)
        if (count[i] < 1 || count[i] > 1e6 || count[i] != floor(count[i])) return 0;
    out->kind = REGATTA_SPLIT_LEAVE_LAST;
    out->leave_last = (uint32_t)count[0];
    out->leave_valid = n == 2 ? (uint32_t)count[1] : 0;
    *has_valid = n == 2;
    return 1;
}

/* Days from 1970-01-01 of a date of the proleptic Gregorian calendar. */
static int64_t days(int64_t year, int64_t month, int64_t day)
{
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t era = (y >= 0 ? y : y - 399) / 400, in_era = y - era * 400;
    const int64_t shifted = month > 2 ? month - 3 : month + 9;
    const int64_t in_year = (153 * shifted + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static int days_in_month(int year, int month)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return length[month - 1] + (month == 2 && leap);
}

/* Larger numbers are milliseconds, not seconds; the reader has the same limit. */
static const long long max_seconds = 100000000000;

static int parse_time(const char *text, regatta_split_options *out)
{
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, n = 0, m = 0;
    char *end = NULL;
    out->kind = REGATTA_SPLIT_TIME;
    out->time = strtoll(text, &end, 10);
    if (end != text && *end == '\0') return llabs(out->time) <= max_seconds;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3) return 0;
    if (text[n] == 'T' || text[n] == ' ') {
        if (sscanf(text + n + 1, "%2d:%2d:%2d%n", &hour, &minute, &second, &m) != 3)
            return 0;
        n += m + 1;
        if (text[n] == 'Z') n++;
    }
    if (text[n] || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month) || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 60)
        return 0;
    out->time = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    return 1;
}

int cli_split_parse(const char *text, regatta_split_options *out, int *has_valid)
{
    int good = 0;
    *has_valid = 0;
    if (strncmp(text, "ratio:", 6) == 0)
        good = parse_ratio(text + 6, out, has_valid);
    else if (strncmp(text, "leave-last:", 11) == 0)
        good = parse_leave_last(text + 11, out, has_valid);
    else if (strncmp(text, "time:", 5) == 0)
        good = parse_time(text + 5, out);
    if (good) return CLI_DONE;
    return cli_error(CLI_USAGE,
                     "--split: must be ratio:0.8,0.1,0.1 (adding up to 1), leave-last:1, "
                     "leave-last:1,1, or time:2024-01-31 or time:SECONDS, not '%s'",
                     text);
}
