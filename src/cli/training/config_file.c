#include "cli/training/config_file.h"
#include "cli/training/space_file.h"
#include <stdio.h>
#include <stdlib.h>

/* The shortest text that gives the same number. */
static void number_text(char text[CLI_VALUE_BYTES], double x)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, CLI_VALUE_BYTES, "%.*g", digits, x);
        if (strtod(text, NULL) == x) break;
    }
}

static void write_list(cli_output *to, const cli_option *o)
{
    const cli_strings *list = o->value;
    for (int64_t k = 0; k < list->n; k++)
        cli_print(to, "%s = %s\n", o->name, list->value[k]);
}

void cli_config_line(cli_output *to, const cli_option *o)
{
    char text[CLI_VALUE_BYTES];
    switch (o->kind) {
    case CLI_FLAG:
    case CLI_UNFLAG: cli_print(to, "%s\n", o->name); return;
    case CLI_STRING:
    case CLI_WORDS:
        cli_print(to, "%s = %s\n", o->name, *(const char *const *)o->value);
        return;
    case CLI_STRINGS: write_list(to, o); return;
    case CLI_U64:
    case CLI_BYTES:
        snprintf(text, sizeof text, "%llu", (unsigned long long)*(uint64_t *)o->value);
        break;
    case CLI_F64: number_text(text, *(const double *)o->value); break;
    case CLI_U32:
    case CLI_F32:
    case CLI_CHOICE: cli_tunable_text(o, text); break;
    case CLI_U32S:
    case CLI_JSON:
    case CLI_REPORT:
    case CLI_SETTINGS: return; /* not options of training */
    }
    cli_print(to, "%s = %s\n", o->name, text);
}
