/* The search space of tune, from a file, and values of options as text. */
#ifndef RG_CLI_SPACE_FILE_H
#define RG_CLI_SPACE_FILE_H
#include "cli/input/side_tables.h"
#include "cli/option_table.h"

enum { CLI_MAX_AXES = 32, CLI_MAX_VALUES = 32, CLI_VALUE_BYTES = 64 };

typedef struct cli_space {
    regatta_axis axis[CLI_MAX_AXES];
    double value[CLI_MAX_AXES][CLI_MAX_VALUES];
    uint32_t n;
} cli_space;

/* Returns 1 if the option is a number or a choice among the fields of `t`, which the
 * table sets: an option that can be tuned. */
int cli_is_tunable(const cli_option *o, const regatta_train_options *t);

/* Reads `name`, `name = a | b | c`, `name = LOW..HIGH`, `name = log LOW..HIGH`, `linear`
 * or `integer` on each line of the file; names and values as those of the table's
 * options, which set fields of `t`. CLI_INPUT with file and line. */
int cli_space_read(cli_space *out, const cli_usage *usage, cli_settings *file,
                   regatta_train_options *t);

/* Returns CLI_INPUT with file and line if an option of the space has no effect with the
 * defaults `t`, whatever values the space gives to it and the others. O(axes^2 values).
 */
int cli_space_check(const cli_space *space, const cli_usage *usage,
                    const cli_settings *file, regatta_train_options *t,
                    const cli_side_tables *tables);

/* Prints the library's message "the space: NAME ..", with the file, and the line and the
 * name of the option. Returns CLI_INPUT; CLI_DONE if the message is not of a space. */
int cli_space_refused(const cli_settings *file, const char *message);

/* Writes the value that the option has now, as the command line takes it. */
void cli_tunable_text(const cli_option *o, char text[CLI_VALUE_BYTES]);
#endif
