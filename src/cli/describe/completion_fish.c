/* fish: one `complete` line for each command and option. */
#include "cli/command_table.h"
#include "cli/describe/completion.h"
#include "cli/describe/option_values.h"
#include <stdio.h>

/* Prints the text between single quotes. */
static void print_quoted(const char *text)
{
    putchar('\'');
    for (const char *c = text; *c; c++) {
        if (*c == '\'' || *c == '\\') putchar('\\');
        putchar(*c);
    }
    putchar('\'');
}

static void print_words(const char *words)
{
    fputs(" -a '", stdout);
    cli_print_words(words);
    putchar('\'');
}

static void print_option(const char *command, const cli_option *o)
{
    printf("complete -c regatta -n '__regatta_is %s'", command);
    if (o->name[1]) printf(" -l %s", o->name);
    if (o->letter) printf(" -s %c", o->letter);
    switch (cli_value_of(o)) {
    case CLI_VALUE_NONE: break;
    case CLI_VALUE_TEXT: fputs(" -x", stdout); break;
    case CLI_VALUE_FILE:
    case CLI_VALUE_FILES: fputs(" -r -F", stdout); break;
    case CLI_VALUE_WORD:
        fputs(" -x", stdout);
        print_words(o->choices);
        break;
    case CLI_VALUE_LIST:
        fputs(" -x -a '(__fish_append , ", stdout);
        cli_print_words(o->choices);
        fputs(")'", stdout);
        break;
    }
    fputs(" -d ", stdout);
    print_quoted(o->help);
    putchar('\n');
}

static void options(void *state, const cli_usage *usage)
{
    cli_seen_options *seen = state;
    const int is_first = seen->n == 0;
    const char *words = cli_argument_words(usage);
    for (int i = 0; i < usage->n_options; i++)
        if (cli_see_option(seen, &usage->options[i]))
            print_option(usage->command, &usage->options[i]);
    if (!is_first) return;
    printf("complete -c regatta -n '__regatta_is %s'", usage->command);
    if (words)
        print_words(words);
    else
        fputs(" -F", stdout);
    putchar('\n');
}

void cli_completion_fish(void)
{
    fputs("# fish completion of regatta, printed by `regatta completion fish`.\n"
          "function __regatta_is\n"
          "    set -l words (commandline -opc)\n"
          "    test (count $words) -ge 2; and test $words[2] = $argv[1]\n"
          "end\n"
          "complete -c regatta -f\n",
          stdout);
    for (int i = 0; i < cli_n_commands; i++) {
        printf("complete -c regatta -n 'test (count (commandline -opc)) -eq 1' -a %s -d ",
               cli_commands[i].name);
        print_quoted(cli_commands[i].summary);
        putchar('\n');
    }
    fputs("complete -c regatta -s h -l help -d 'Print the help'\n", stdout);
    for (int i = 0; i < cli_n_commands; i++) {
        cli_seen_options seen = {.n = 0};
        cli_visit_usage(&cli_commands[i], options, &seen);
    }
}
