/* Exit codes, messages on stderr and memory of the commands. */
#include "cli/cli.h"
#include "cli/rank_group.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_MESSAGE = 6000 }; /* room for a path of PATH_MAX bytes */

static char last_words[501];

/* Prints `text` as one line; control characters in it (of an id or a path)
 * are escaped. */
static void put_line(FILE *to, const char *text)
{
    for (const char *s = text; *s; s++) {
        const unsigned char c = (unsigned char)*s;
        if (c < 0x20 || c == 0x7f)
            fprintf(to, "\\x%02x", c);
        else
            fputc(c, to);
    }
    fputc('\n', to);
    fflush(to);
}

/* Removes text[first..last). */
static void cut(char *text, size_t first, size_t last)
{
    memmove(text + first, text + last, strlen(text + last) + 1);
}

/* Removes the passwords of URLs, scheme://user:PASSWORD@host and ?password=PASSWORD,
 * wherever a message quotes one. */
static void hide_passwords(char *text)
{
    static const char key[] = "password=";
    for (char *s = text; (s = strstr(s, "://"));) {
        s += 3;
        const size_t length = strcspn(s, " '\""), user = strcspn(s, ":@/ '\"");
        size_t at = length;
        while (at > user && s[at - 1] != '@') at--;
        if (s[user] == ':' && at > user) cut(s, user, at - 1);
        s += user;
    }
    for (char *s = text; (s = strstr(s, key));) {
        s += sizeof key - 1;
        cut(s, 0, strcspn(s, "& '\""));
    }
}

__attribute__((format(printf, 2, 0))) static void
format_message(char message[MAX_MESSAGE], const char *format, va_list list)
{
    const int n = vsnprintf(message, MAX_MESSAGE, format, list);
    if (n >= MAX_MESSAGE) memcpy(message + MAX_MESSAGE - 4, "...", 4);
    hide_passwords(message);
}

int cli_error(int code, const char *format, ...)
{
    char message[MAX_MESSAGE];
    va_list list;
    va_start(list, format);
    format_message(message, format, list);
    va_end(list);
    snprintf(last_words, sizeof last_words, "%.500s", message);
    FILE *to = stderr;
    const char *lead = "";
    if (!cli_ranks_speaks(message, &lead, &to)) return code;
    fprintf(to, "regatta: %s", lead);
    put_line(to, message);
    return code;
}

void cli_say(const char *format, ...)
{
    char message[MAX_MESSAGE];
    va_list list;
    va_start(list, format);
    format_message(message, format, list);
    va_end(list);
    put_line(stderr, message);
}

const char *cli_last_words(void)
{
    return last_words;
}

int cli_no_memory(void)
{
    return cli_error(CLI_FAILED, "out of memory");
}

static int ends_with(const char *text, const char *tail)
{
    const size_t n = strlen(text), m = strlen(tail);
    return n >= m && strcmp(text + n - m, tail) == 0;
}

int cli_status(const regatta_ctx *ctx, regatta_status status)
{
    int code = CLI_FAILED;
    switch (status) {
    case REGATTA_OK: return CLI_DONE;
    case REGATTA_ESTOPPED: return CLI_CANCELLED;
    case REGATTA_EINVAL: code = CLI_USAGE; break;
    case REGATTA_EFORMAT:
    case REGATTA_ENOTFOUND: code = CLI_INPUT; break;
    case REGATTA_ENUMERIC: code = CLI_NUMERIC; break;
    case REGATTA_ERANK: return CLI_FAILED; /* that rank prints the message */
    case REGATTA_ENOMEM:
    case REGATTA_EIO:
    case REGATTA_EINTERNAL: break;
    }
    const char *words = ctx ? regatta_last_error(ctx) : "";
    if (status == REGATTA_EIO && ends_with(words, strerror(EPIPE))) return CLI_CLOSED;
    if (status == REGATTA_ENOMEM && !*words) words = "out of memory";
    return cli_error(code, "%s", *words ? words : regatta_status_name(status));
}

int cli_status_of(const regatta_ctx *ctx, regatta_status status, const char *path)
{
    if (status != REGATTA_EFORMAT) return cli_status(ctx, status);
    return cli_error(CLI_INPUT, "%s: %s", strcmp(path, "-") ? path : "<stdin>",
                     regatta_last_error(ctx));
}

static int make_context(regatta_ctx **out, const cli_machine *machine,
                        const regatta_ranks *ranks)
{
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = machine->threads;
    options.memory_limit = machine->memory_limit;
    options.limit_bytes = machine->limit_bytes;
    options.item_tables = machine->item_tables;
    options.ranks = ranks;
    const regatta_status status = regatta_ctx_create(out, &options);
    if (status == REGATTA_EINVAL)
        return cli_error(CLI_USAGE, "%s", regatta_last_error(NULL));
    return cli_status(NULL, status);
}

int cli_context(regatta_ctx **out, const cli_machine *machine)
{
    return make_context(out, machine, cli_ranks());
}

int cli_context_alone(regatta_ctx **out, const cli_machine *machine)
{
    return make_context(out, machine, NULL);
}

regatta_model_info cli_model_info(const regatta_model *model)
{
    regatta_model_info info = REGATTA_MODEL_INFO_INIT;
    regatta_model_get_info(NULL, &info, model);
    return info;
}

regatta_csr cli_graph_rows(const regatta_graph *graph)
{
    regatta_csr rows = REGATTA_CSR_INIT;
    regatta_graph_rows(NULL, &rows, graph);
    return rows;
}

int cli_need_vectors(const regatta_model *model, const char *path)
{
    const regatta_model_info info = cli_model_info(model);
    if (info.dim > 0) return CLI_DONE;
    return cli_error(
        CLI_INPUT, "%s: this model has no vectors: train with the vectors channel", path);
}

void cli_channel_names(char names[CLI_CHANNEL_NAMES], uint32_t mask, const char *between)
{
    size_t n = 0;
    names[0] = '\0';
    for (uint32_t k = 0; regatta_channel_name(k) && n < CLI_CHANNEL_NAMES; k++)
        if (mask >> k & 1)
            n += (size_t)snprintf(names + n, CLI_CHANNEL_NAMES - n, "%s%s",
                                  n > 0 ? between : "", regatta_channel_name(k));
}

double cli_clock(void)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void *cli_new(int64_t n, size_t size)
{
    return calloc(n > 0 ? (size_t)n : 1, size);
}

void *cli_resize(void *block, int64_t n, size_t size)
{
    if (n < 1) n = 1;
    if ((uint64_t)n > SIZE_MAX / size) return NULL;
    return realloc(block, (size_t)n * size);
}
