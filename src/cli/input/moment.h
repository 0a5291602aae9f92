/* A moment in an option, and the moment at which a query is asked. */
#ifndef RG_CLI_MOMENT_H
#define RG_CLI_MOMENT_H
#include "cli/option_table.h"
#include <jansson.h>

/* Reads a value of JSON: a number of seconds, or a text as regatta_time_of_text. Returns
 * 1 if it is one of these. */
int cli_moment_json(int64_t *seconds, const json_t *value);

/* The option --at. */
typedef struct cli_at {
    const char *text; /* NULL: not given */
    int64_t time;     /* set by cli_at_check */
} cli_at;

#define CLI_AT(at_)                                                                      \
    {                                                                                    \
        .name = "at", .kind = CLI_STRING, .value = &(at_).text, .argument = "TIME",      \
        .help = "Answer as of this moment, seconds or 2024-01-31[T12:00:00] in UTC: "    \
                "later interactions of a history are left out",                          \
        .shown = "its latest interaction"                                                \
    }
/* Returns CLI_USAGE if the text is no moment. */
int cli_at_check(cli_at *at);
/* Returns CLI_USAGE if --at is given and the users of the model have no times. */
int cli_at_check_model(const cli_at *at, regatta_ctx *ctx, const regatta_model *model);
#endif
