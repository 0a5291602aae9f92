#include "cli/input/moment.h"
#include <stdio.h>

int cli_moment_json(int64_t *seconds, const json_t *value)
{
    char number[REGATTA_NUMBER_BYTES];
    const char *text = json_string_value(value);
    if (json_is_number(value)) text = number;
    if (json_is_integer(value))
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        regatta_double_text(number, json_real_value(value));
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
