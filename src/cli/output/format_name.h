/* The format of an output by the extension of its name, unless an option chose one. */
#ifndef RG_CLI_FORMAT_NAME_H
#define RG_CLI_FORMAT_NAME_H
#include <stdint.h>

typedef struct cli_extension {
    const char *text; /* ".npy" */
    uint32_t format;
} cli_extension;

typedef struct cli_formats {
    const char *choices; /* of the option, "auto|npy|.."; a format is its place, auto 0 */
    const cli_extension *extensions;
    int n;
    uint32_t
        usual; /* the format of a name without an extension, and of standard output */
    const char *strict; /* what to do about an unknown extension, which is an error; NULL:
                           it is the usual one */
} cli_formats;

/* Sets *format by the name if it is auto. `path` may be NULL or "-". Returns CLI_USAGE
 * if the name contradicts the option, names a compressed file, or has an unknown
 * extension. */
int cli_format_by_name(uint32_t *format, const char *path, const cli_formats *formats);
/* The name of a format in `choices`; *length of it. */
const char *cli_format_text(const cli_formats *formats, uint32_t format, int *length);
/* Prints a message if a file that is `kind` is named like CSV or JSON. */
void cli_say_kind(const char *path, const char *kind);
#endif
