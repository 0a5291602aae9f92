/* The values of options and arguments, as completion scripts and manual pages need
 * them. */
#ifndef RG_CLI_OPTION_VALUES_H
#define RG_CLI_OPTION_VALUES_H
#include "cli/option_table.h"

typedef enum cli_value_kind {
    CLI_VALUE_NONE, /* the option takes no value */
    CLI_VALUE_WORD, /* one of the option's choices */
    CLI_VALUE_LIST, /* some of them, with commas */
    CLI_VALUE_FILE,
    CLI_VALUE_FILES, /* [NAME=]FILE[,..] */
    CLI_VALUE_TEXT   /* a number, an id, .. */
} cli_value_kind;

cli_value_kind cli_value_of(const cli_option *o);

/* The words that the arguments of a command are taken from, "one|two"; NULL: they are
 * files. Commands without files name the words in `arguments`, in lower case, or
 * "[COMMAND]". */
const char *cli_argument_words(const cli_usage *usage);

/* The names of options that were visited; forms of a command share some. */
typedef struct cli_seen_options {
    char name[2 * CLI_MAX_OPTIONS][32];
    int n;
} cli_seen_options;
/* Adds the option; returns 0 if it was there. */
int cli_see_option(cli_seen_options *seen, const cli_option *o);

/* Prints "one|two" with blanks for bars. */
void cli_print_words(const char *words);
#endif
