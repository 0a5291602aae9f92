#include "cli/input/moment.h"
#include <stdio.h>
#include <stdlib.h>

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

int cli_moment_parse(const char *text, int64_t *out)
{
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, n = 0, m = 0;
    char *end = NULL;
    *out = strtoll(text, &end, 10);
    if (end != text && *end == '\0') return llabs(*out) <= max_seconds;
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
    *out = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    return 1;
}

int cli_at_check(cli_at *at)
{
    if (!at->text || cli_moment_parse(at->text, &at->time)) return CLI_DONE;
    return cli_error(
        CLI_USAGE, "--at: must be seconds or 2024-01-31[T12:00:00], not '%s'", at->text);
}

int cli_at_check_model(const cli_at *at, regatta_ctx *ctx, const regatta_model *model)
{
    regatta_history h = REGATTA_HISTORY_INIT;
    if (!at->text) return CLI_DONE;
    const int code = cli_status(ctx, regatta_model_history(ctx, &h, model, 0));
    if (code != CLI_DONE || h.has_time) return code;
    return cli_error(CLI_USAGE,
                     "--at needs times: the model was trained on data without");
}
