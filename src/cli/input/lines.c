/* See lines.h. */
#include "cli/input/lines.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_BYTES = 1 << 16, MAX_LINE = 1 << 26 };

int cli_lines_open(cli_lines *in, const char *path)
{
    struct stat st;
    const int standard = strcmp(path, "-") == 0;
    *in = (cli_lines){.fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC),
                      .name = standard ? "<stdin>" : path};
    if (in->fd < 0) return cli_error(CLI_FAILED, "%s: %s", path, strerror(errno));
    if (fstat(in->fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        cli_lines_close(in);
        return cli_error(CLI_INPUT, "%s: is a directory", path);
    }
    in->capacity = FIRST_BYTES;
    in->data = cli_new(in->capacity + 1, 1);
    if (in->data) return CLI_DONE;
    cli_lines_close(in);
    return cli_no_memory();
}

/* Moves the unread bytes to the front, or enlarges the block. */
static int make_room(cli_lines *in)
{
    if (in->at > 0) {
        memmove(in->data, in->data + in->at, (size_t)(in->n - in->at));
        in->n -= in->at;
        in->at = 0;
    }
    if (in->n < in->capacity) return CLI_DONE;
    if (in->capacity >= MAX_LINE) {
        in->n = 0;
        in->ended = 1;
        in->number++;
        return cli_error(CLI_INPUT, "%s:%lld: a line of more than 64 MiB", in->name,
                         (long long)in->number);
    }
    char *grown = cli_resize(in->data, 2 * in->capacity + 1, 1);
    if (!grown) return cli_no_memory();
    in->data = grown;
    in->capacity *= 2;
    return CLI_DONE;
}

/* Reads some more bytes; sets `ended` where there are none. */
static int fill(cli_lines *in)
{
    const int code = make_room(in);
    if (code != CLI_DONE) return code;
    for (;;) {
        const ssize_t n = read(in->fd, in->data + in->n, (size_t)(in->capacity - in->n));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return cli_error(CLI_FAILED, "%s: %s", in->name, strerror(errno));
        in->n += n;
        in->ended = n == 0;
        return CLI_DONE;
    }
}

/* *length of the next line, its "\n" included; 0 at the end. */
static int find_end(cli_lines *in, int64_t *length)
{
    int64_t seen = 0; /* bytes from `at` without an end of line */
    for (;;) {
        const char *from = in->data + in->at;
        const int64_t waiting = in->n - in->at;
        const char *stop = memchr(from + seen, '\n', (size_t)(waiting - seen));
        *length = stop ? stop - from + 1 : waiting;
        if (stop || in->ended) return CLI_DONE;
        seen = waiting;
        const int code = fill(in);
        if (code != CLI_DONE) return code;
    }
}

int cli_lines_next(cli_lines *in, char **line)
{
    int64_t n = 0;
    *line = NULL;
    const int code = find_end(in, &n);
    if (code != CLI_DONE || n == 0) return code;
    char *text = in->data + in->at;
    in->at += n;
    in->number++;
    const char *packed = in->number == 1 ? cli_compression(text, n) : NULL;
    if (packed) {
        in->at = in->n;
        in->ended = 1;
        return cli_error(CLI_INPUT, "%s:1: compressed: pass it through %s -dc", in->name,
                         packed);
    }
    if (memchr(text, '\0', (size_t)n)) {
        const int utf16 = n >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 ||
                                     memcmp(text, "\xfe\xff", 2) == 0);
        return cli_error(CLI_INPUT, "%s:%lld: has a zero byte%s", in->name,
                         (long long)in->number,
                         utf16 ? ": it is UTF-16: pass it through iconv -t utf-8" : "");
    }
    if (text[n - 1] == '\n') n--;
    while (n > 0 && text[n - 1] == '\r') n--;
    text[n] = '\0'; /* over the end of the line, or the byte that is kept free */
    if (in->number == 1 && n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) text += 3;
    *line = text;
    return CLI_DONE;
}

const char *cli_compression(const char *bytes, int64_t n)
{
    if (n >= 2 && memcmp(bytes, "\x1f\x8b", 2) == 0) return "gzip";
    if (n >= 4 && memcmp(bytes, "\x28\xb5\x2f\xfd", 4) == 0) return "zstd";
    if (n >= 6 && memcmp(bytes, "\xfd\x37zXZ", 6) == 0) return "xz";
    if (n >= 10 && memcmp(bytes, "BZh", 3) == 0 && memcmp(bytes + 4, "1AY&SY", 6) == 0)
        return "bzip2";
    return NULL;
}

int cli_lines_peek(cli_lines *in, const char **bytes, int64_t *n)
{
    while (in->n < FIRST_BYTES && !in->ended) {
        const int code = fill(in);
        if (code != CLI_DONE) return code;
    }
    *bytes = in->data;
    *n = in->n;
    return CLI_DONE;
}

void cli_lines_close(cli_lines *in)
{
    if (in->fd >= 0 && in->fd != STDIN_FILENO) close(in->fd);
    free(in->data);
    *in = (cli_lines)CLI_LINES_INIT;
}
