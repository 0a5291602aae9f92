/* Lines of a text file or of standard input, bounded like those of the data readers. */
#ifndef RG_CLI_LINES_H
#define RG_CLI_LINES_H
#include "cli/cli.h"

typedef struct cli_lines {
    int fd;           /* -1: not open */
    const char *name; /* the path, or "<stdin>" */
    char *data;       /* bytes [at, n) wait to be read; one byte more is there */
    int64_t at, n, capacity;
    int64_t number; /* of the last line, from 1 */
    int ended;      /* no more bytes follow */
} cli_lines;

/* Nothing is open: cli_lines_close is a no-op. */
#define CLI_LINES_INIT                                                                   \
    {                                                                                    \
        .fd = -1                                                                         \
    }

/* Opens `path`; "-" is standard input. CLI_INPUT for a directory. */
int cli_lines_open(cli_lines *in, const char *path);
/* Stores the next line without its end, valid until the next call; NULL at the end.
 * Returns CLI_INPUT for a line with a zero byte, which is skipped, and for a line of
 * more than 64 MiB, which ends the input. */
int cli_lines_next(cli_lines *in, char **line);
/* Returns the first bytes of the input, at most 64 KiB, before any line is read. They
 * are read as lines later. */
int cli_lines_peek(cli_lines *in, const char **bytes, int64_t *n);
/* Returns the name of the compression of a file that begins with bytes[n]; NULL: none. */
const char *cli_compression(const char *bytes, int64_t n);
void cli_lines_close(cli_lines *in);
#endif
