/* See option_values.h. */
#include "cli/describe/option_values.h"
#include "cli/command_table.h"
#include <stdio.h>
#include <string.h>

/* Returns 1 if the name of a value, such as "DATA[,DATA..]", is that of a file or a
 * folder. */
static int names_file(const char *argument)
{
    static const char *const word[] = {"FILE", "DATA", "MODEL", "OUT",   "OTHER",
                                       "PAGE", "LOG",  "DIR",   "CONFIG"};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++)
        if (strstr(argument, word[i])) return 1;
    return 0;
}

cli_value_kind cli_value_of(const cli_option *o)
{
    if (!cli_takes_value(o) || o->kind == CLI_JSON) return CLI_VALUE_NONE;
    if (o->kind == CLI_CHOICE) return CLI_VALUE_WORD;
    if (o->kind == CLI_WORDS) return CLI_VALUE_LIST;
    if (!o->argument || !names_file(o->argument)) return CLI_VALUE_TEXT;
    return strpbrk(o->argument, "=,") ? CLI_VALUE_FILES : CLI_VALUE_FILE;
}

const char *cli_argument_words(const cli_usage *usage)
{
    static char names[512];
    const char first = usage->arguments[0];
    if (first >= 'a' && first <= 'z') return usage->arguments;
    if (strcmp(usage->arguments, "[COMMAND]") != 0) return NULL;
    size_t at = 0;
    for (int i = 0; i < cli_n_commands && at < sizeof names; i++)
        at += (size_t)snprintf(names + at, sizeof names - at, i ? "|%s" : "%s",
                               cli_commands[i].name);
    return names;
}

int cli_see_option(cli_seen_options *seen, const cli_option *o)
{
    for (int i = 0; i < seen->n; i++)
        if (strcmp(seen->name[i], o->name) == 0) return 0;
    snprintf(seen->name[seen->n++], sizeof *seen->name, "%s", o->name);
    return 1;
}

void cli_print_words(const char *words)
{
    for (const char *c = words; *c; c++) putchar(*c == '|' ? ' ' : *c);
}
