/* See split_spec.h. */
#include "cli/input/split_spec.h"
#include "cli/input/moment.h"
#include <math.h>
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
    if (n < 1 || n > 2 || count[0] < 1) return 0;
    for (int i = 0; i < n; i++)
        if (count[i] < 0 || count[i] > 1e6 || count[i] != floor(count[i])) return 0;
    const int as_papers = n == 1 && count[0] == 2;
    out->kind = REGATTA_SPLIT_LEAVE_LAST;
    out->leave_last = as_papers ? 1 : (uint32_t)count[0];
    out->leave_valid = as_papers ? 1 : (uint32_t)count[1];
    *has_valid = out->leave_valid > 0;
    return 1;
}

static int parse_time(const char *text, regatta_split_options *out)
{
    out->kind = REGATTA_SPLIT_TIME;
    return regatta_time_of_text(&out->time, text);
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
    return cli_error(
        CLI_USAGE,
        "--split: must be ratio:0.8,0.1,0.1 (adding up to 1), leave-last:1, "
        "leave-last:2, leave-last:N,VALID, or time:2024-01-31 or time:SECONDS, not '%s'",
        text);
}
