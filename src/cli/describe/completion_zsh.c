/* zsh: a function for the completion system (compsys). */
#include "cli/command_table.h"
#include "cli/describe/completion.h"
#include "cli/describe/option_values.h"
#include <stdio.h>
#include <string.h>

/* Prints the text for use in a specification between single quotes. */
static void print_quoted(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\'')
            fputs("'\\''", stdout);
        else if (strchr("[]:\\", *c))
            printf("\\%c", *c);
        else
            putchar(*c);
    }
}

/* Prints ":NAME:ACTION" of the value. */
static void print_value(const cli_option *o)
{
    const cli_value_kind kind = cli_value_of(o);
    if (kind == CLI_VALUE_NONE) return;
    putchar(':');
    print_quoted(o->argument);
    putchar(':');
    switch (kind) {
    case CLI_VALUE_WORD:
        putchar('(');
        cli_print_words(o->choices);
        putchar(')');
        break;
    case CLI_VALUE_LIST:
        printf(" _values -s , %s ", o->name);
        cli_print_words(o->choices);
        break;
    case CLI_VALUE_FILE:
    case CLI_VALUE_FILES: fputs("_files", stdout); break;
    case CLI_VALUE_NONE:
    case CLI_VALUE_TEXT: putchar(' '); break;
    }
}

static void print_option(const cli_option *o)
{
    const int is_valued = cli_value_of(o) != CLI_VALUE_NONE;
    const char *many = o->kind == CLI_STRINGS ? "*" : "";
    fputs(" \\\n                ", stdout);
    if (!o->name[1])
        printf("'%s-%c%s", many, o->letter, is_valued ? "+" : "");
    else if (!o->letter)
        printf("'%s--%s%s", many, o->name, is_valued ? "=" : "");
    else if (*many)
        printf("'*'{-%c+,--%s=}'", o->letter, o->name);
    else
        printf("'(-%c --%s)'{-%c%s,--%s%s}'", o->letter, o->name, o->letter,
               is_valued ? "+" : "", o->name, is_valued ? "=" : "");
    putchar('[');
    print_quoted(o->help);
    putchar(']');
    print_value(o);
    putchar('\'');
}

static void options(void *state, const cli_usage *usage)
{
    cli_seen_options *seen = state;
    const int first_form = seen->n == 0;
    for (int i = 0; i < usage->n_options; i++)
        if (cli_see_option(seen, &usage->options[i])) print_option(&usage->options[i]);
    if (!first_form || seen->n == 0) return;
    fputs(" \\\n                '*:file:_files'", stdout);
}

static void words(void *state, const cli_usage *usage)
{
    const char *list = cli_argument_words(usage);
    (void)state;
    if (!list) return;
    fputs(" \\\n                '1:argument:(", stdout);
    cli_print_words(list);
    fputs(")'", stdout);
}

void cli_completion_zsh(void)
{
    fputs("#compdef regatta\n"
          "# zsh completion of regatta, printed by `regatta completion zsh`.\n"
          "_regatta() {\n"
          "    local state line\n"
          "    local -a commands\n"
          "    commands=(\n",
          stdout);
    for (int i = 0; i < cli_n_commands; i++) {
        printf("        '%s:", cli_commands[i].name);
        print_quoted(cli_commands[i].summary);
        fputs("'\n", stdout);
    }
    fputs("    )\n"
          "    _arguments -C '(- *)--help[print the help]' "
          "'(- *)--version[print the version]' \\\n"
          "        '1:command:->command' '*::argument:->argument' && return\n"
          "    case $state in\n"
          "    command) _describe command commands ;;\n"
          "    argument)\n"
          "        case $words[1] in\n",
          stdout);
    for (int i = 0; i < cli_n_commands; i++) {
        cli_seen_options seen = {.n = 0};
        printf("        %s)\n            _arguments '(- *)'{-h,--help}'[print the help]'",
               cli_commands[i].name);
        cli_visit_usage(&cli_commands[i], options, &seen);
        cli_visit_usage(&cli_commands[i], words, NULL);
        fputs("\n            ;;\n", stdout);
    }
    fputs("        esac\n"
          "        ;;\n"
          "    esac\n"
          "}\n"
          "if [ \"$funcstack[1]\" = _regatta ]; then\n"
          "    _regatta \"$@\"\n"
          "else\n"
          "    compdef _regatta regatta\n"
          "fi\n",
          stdout);
}
