#include "cli/input/moment.h"
#include <math.h>
#include <stdio.h>

int cli_moment_json(int64_t *seconds, const json_t *value)
{
    /* Larger numbers are of a finer unit, as in a column of times. */
    enum { DIGITS = 32 };
    const double most_seconds = 1e11;
    const double number = floor(json_number_value(value));
    char text[DIGITS];
    if (json_is_string(value))
        return regatta_time_of_text(seconds, json_string_value(value));
    if (!json_is_number(value) || !(fabs(number) < 4e18)) return 0;
    *seconds =
        json_is_integer(value) ? (int64_t)json_integer_value(value) : (int64_t)number;
    if (fabs(number) <= most_seconds) return 1;
    snprintf(text, sizeof text, "%lld", (long long)*seconds);
    return regatta_time_of_text(seconds, text);
}

int cli_at_check(cli_at *at)
{
    if (!at->text || regatta_time_of_text(&at->time, at->text)) return CLI_DONE;
    return cli_error(CLI_USAGE,
                     "--at: must be seconds, or a date such as 2024-01-31 or "
                     "2024-01-31T12:00:00+01:00, not '%s'",
                     at->text);
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
