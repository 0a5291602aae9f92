#include "cli/input/domains/sources.h"
#include "cli/apart.h"
#include "cli/cli.h"
#include <stdlib.h>
#include <string.h>

/* Returns the number of files in a list with commas. */
static uint32_t count_files(const char *list)
{
    uint32_t n = 1;
    for (const char *at = list; *at; at++) n += *at == ',';
    return n;
}

static int add_files(cli_sources *s, const char *list)
{
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += at > list;
        const size_t n = strcspn(at, ",");
        if (n == 0)
            return cli_error(CLI_USAGE,
                             "--source %s: a file name is empty: write "
                             "DATA[,DATA..]",
                             list);
        char *const path = strndup(at, n);
        if (!path) return cli_error(CLI_FAILED, "out of memory");
        s->path[s->n++] = path;
    }
    return CLI_DONE;
}

int cli_sources_open(cli_sources *s, const char *const *outputs, int n_outputs)
{
    int code = CLI_DONE;
    uint32_t n = 0;
    for (int64_t k = 0; k < s->given.n; k++) n += count_files(s->given.value[k]);
    if (n == 0) return CLI_DONE;
    s->path = calloc(n, sizeof *s->path);
    s->graph = calloc(n, sizeof *s->graph);
    if (!s->path || !s->graph) return cli_error(CLI_FAILED, "out of memory");
    for (int64_t k = 0; k < s->given.n && code == CLI_DONE; k++)
        code = add_files(s, s->given.value[k]);
    if (code != CLI_DONE) return code;
    return cli_apart((const char *const *)s->path, (int)s->n, outputs, n_outputs);
}

int cli_sources_read(regatta_ctx *ctx, cli_sources *s, const cli_reading *reading,
                     int quiet)
{
    int code = CLI_DONE;
    for (uint32_t k = 0; k < s->n && code == CLI_DONE; k++)
        code = cli_read_graph(ctx, &s->graph[k], s->path[k], reading, quiet);
    return code;
}

void cli_sources_free(cli_sources *s)
{
    for (uint32_t k = 0; k < s->n; k++) {
        free(s->path[k]);
        regatta_graph_free(s->graph[k]);
    }
    free(s->path);
    free(s->graph);
    free(s->given.value);
}
