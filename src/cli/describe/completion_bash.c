/* bash: one function, which needs nothing of the package bash-completion. */
#include "cli/command_table.h"
#include "cli/describe/completion.h"
#include "cli/describe/option_values.h"
#include <stdio.h>

/* bash splits words at `=`, so that `--name=value` arrives as three words. */
static const char head[] =
    "# bash completion of regatta, printed by `regatta completion bash`.\n"
    "_regatta_words() { COMPREPLY=($(compgen -W \"$1\" -- \"$cur\")); }\n"
    "\n"
    "_regatta_list() { # words with commas between them\n"
    "    local before=\n"
    "    [[ $cur == *,* ]] && before=${cur%,*},\n"
    "    COMPREPLY=($(compgen -P \"$before\" -W \"$1\" -- \"${cur##*,}\"))\n"
    "}\n"
    "\n"
    "_regatta_files() {\n"
    "    local IFS=$'\\n' before=\n"
    "    [[ $1 == list && $cur == *,* ]] && before=${cur%,*},\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    COMPREPLY=($(compgen -P \"$before\" -f -- \"${cur#\"$before\"}\"))\n"
    "}\n"
    "\n"
    "_regatta() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} at=$((COMP_CWORD - 1)) option\n"
    "    [[ $cur == = ]] && cur= && at=$((at + 1))\n"
    "    option=${COMP_WORDS[at]}\n"
    "    if [[ $option == = ]]; then\n"
    "        option=${COMP_WORDS[at - 1]}\n"
    "        [[ $option == -* ]] || option=${COMP_WORDS[at - 2]}\n"
    "    fi\n"
    "    COMPREPLY=()\n"
    "    if ((COMP_CWORD == 1)); then\n"
    "        _regatta_words '";

static void print_names(const cli_option *o, const char *between)
{
    if (o->letter) printf("-%c", o->letter);
    if (o->letter && o->name[1]) fputs(between, stdout);
    if (o->name[1]) printf("--%s", o->name);
}

static void print_value(const cli_option *o)
{
    const cli_value_kind kind = cli_value_of(o);
    if (kind == CLI_VALUE_NONE) return;
    fputs("        ", stdout);
    print_names(o, " | ");
    fputs(") ", stdout);
    switch (kind) {
    case CLI_VALUE_WORD:
    case CLI_VALUE_LIST:
        fputs(kind == CLI_VALUE_WORD ? "_regatta_words '" : "_regatta_list '", stdout);
        cli_print_words(o->choices);
        fputs("'; ", stdout);
        break;
    case CLI_VALUE_FILE: fputs("_regatta_files; ", stdout); break;
    case CLI_VALUE_FILES: fputs("_regatta_files list; ", stdout); break;
    case CLI_VALUE_NONE:
    case CLI_VALUE_TEXT: break;
    }
    fputs("return ;;\n", stdout);
}

static void values(void *state, const cli_usage *usage)
{
    for (int i = 0; i < usage->n_options; i++)
        if (cli_see_option(state, &usage->options[i])) print_value(&usage->options[i]);
}

static void names(void *state, const cli_usage *usage)
{
    for (int i = 0; i < usage->n_options; i++) {
        if (!cli_see_option(state, &usage->options[i])) continue;
        print_names(&usage->options[i], " ");
        putchar(' ');
    }
}

static void arguments(void *state, const cli_usage *usage)
{
    const char *words = cli_argument_words(usage);
    int *n_forms = state;
    if ((*n_forms)++ > 0) return;
    if (words) {
        fputs("_regatta_words '", stdout);
        cli_print_words(words);
        fputs("'", stdout);
    } else
        fputs("_regatta_files", stdout);
}

static void print_command(const cli_command *command)
{
    cli_seen_options valued = {.n = 0}, named = {.n = 0};
    int n_forms = 0;
    printf("    %s)\n        case $option in\n", command->name);
    cli_visit_usage(command, values, &valued);
    fputs("        esac\n        case $cur in\n        -*) _regatta_words '", stdout);
    cli_visit_usage(command, names, &named);
    fputs("-h --help' ;;\n        *) ", stdout);
    cli_visit_usage(command, arguments, &n_forms);
    fputs(" ;;\n        esac\n        ;;\n", stdout);
}

void cli_completion_bash(void)
{
    fputs(head, stdout);
    for (int i = 0; i < cli_n_commands; i++) printf("%s ", cli_commands[i].name);
    fputs("--help --version'\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n",
          stdout);
    for (int i = 0; i < cli_n_commands; i++) print_command(&cli_commands[i]);
    fputs("    esac\n}\ncomplete -F _regatta regatta\n", stdout);
}
