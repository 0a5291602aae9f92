/* Files of settings: `name = value` or `name`, one a line; lines that begin with # and
 * empty lines are skipped. */
#ifndef RG_CLI_OPTION_FILE_H
#define RG_CLI_OPTION_FILE_H
#include <stdint.h>

typedef struct cli_setting {
    const char *name;
    const char *value; /* NULL: none */
    int64_t line;
} cli_setting;

/* Start from zeros, which may be freed. */
typedef struct cli_settings {
    const char *path; /* NULL: no file */
    cli_setting *list;
    int64_t n;
    char *text; /* the names and values */
} cli_settings;

/* Reads the file at s->path. Returns CLI_INPUT for a line without a name and for a name
 * without a value after "=". */
int cli_settings_read(cli_settings *s);
void cli_settings_free(cli_settings *s);
#endif
