/* Lines, ids and look-ups; see ids.h. */
#include "cli/ids.h"
#include "cli/suggest.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int cli_lines_open(cli_lines *in, const char *path)
{
    struct stat st;
    const int standard = strcmp(path, "-") == 0;
    *in = (cli_lines){standard ? stdin : NULL, standard ? "<stdin>" : path, NULL, 0, 0};
    if (!standard) in->file = fopen(path, "r");
    if (!in->file) return cli_error(CLI_FAILED, "%s: %s", path, strerror(errno));
    if (fstat(fileno(in->file), &st) == 0 && S_ISDIR(st.st_mode)) {
        cli_lines_close(in);
        return cli_error(CLI_INPUT, "%s: is a directory", path);
    }
    return CLI_DONE;
}

int cli_lines_next(cli_lines *in, char **line)
{
    *line = NULL;
    errno = 0;
    ssize_t n = getline(&in->line, &in->capacity, in->file);
    if (n < 0 && (ferror(in->file) || errno == ENOMEM))
        return cli_error(CLI_FAILED, "%s: %s", in->name, strerror(errno));
    if (n < 0) return CLI_DONE;
    in->number++;
    char *text = in->line;
    if (in->number == 1 && n >= 2 && memcmp(text, "\x1f\x8b", 2) == 0)
        return cli_error(CLI_INPUT, "%s:1: is gzipped; pass it through zcat", in->name);
    if (memchr(text, '\0', (size_t)n))
        return cli_error(CLI_INPUT, "%s:%lld: has a zero byte", in->name,
                         (long long)in->number);
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r')) text[--n] = '\0';
    if (in->number == 1 && n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) text += 3;
    *line = text;
    return CLI_DONE;
}

void cli_lines_close(cli_lines *in)
{
    if (in->file && in->file != stdin) fclose(in->file);
    in->file = NULL;
    free(in->line);
    in->line = NULL;
}

static const char *nearest(const regatta_model *model, regatta_side side, const char *id)
{
    const char *found = NULL;
    int best = cli_slip(id) + 1;
    for (uint32_t i = 0; best > 1; i++) {
        const char *name = regatta_model_name(model, side, i);
        if (!name) break;
        const int distance = cli_distance(id, name, best - 1);
        if (distance >= best) continue;
        best = distance;
        found = name;
    }
    return found;
}

int cli_find(const regatta_model *model, regatta_side side, const char *id,
             const char *where, uint32_t *out)
{
    *out = regatta_model_find(model, side, id);
    if (*out != REGATTA_NONE) return CLI_DONE;
    const char *kind = side == REGATTA_USERS ? "user" : "item";
    const char *near = nearest(model, side, id);
    if (!near) return cli_error(CLI_INPUT, "%sunknown %s '%s'", where, kind, id);
    return cli_error(CLI_INPUT, "%sunknown %s '%s'; did you mean '%s'?", where, kind, id,
                     near);
}

int cli_nodes_add(cli_nodes *list, uint32_t node)
{
    if (list->n == list->capacity) {
        const int64_t capacity = list->capacity ? 2 * list->capacity : 64;
        uint32_t *grown = cli_resize(list->node, capacity, sizeof *grown);
        if (!grown) return cli_no_memory();
        list->node = grown;
        list->capacity = capacity;
    }
    list->node[list->n++] = node;
    return CLI_DONE;
}

int cli_nodes_read(cli_nodes *list, const regatta_model *model, regatta_side side,
                   const char *path)
{
    int code = CLI_DONE;
    char *line = NULL, where[512];
    cli_lines in;
    CLI_TRY(cli_lines_open(&in, path));
    for (;;) {
        uint32_t node = 0;
        CLI_TRY(cli_lines_next(&in, &line));
        if (!line) break;
        if (!*line) continue;
        snprintf(where, sizeof where, "%s:%lld: ", in.name, (long long)in.number);
        CLI_TRY(cli_find(model, side, line, where, &node));
        CLI_TRY(cli_nodes_add(list, node));
    }
done:
    cli_lines_close(&in);
    return code;
}

int cli_filters_read(cli_filters *f, const regatta_model *model, regatta_side side,
                     const char *only, const char *exclude)
{
    int code = CLI_DONE;
    if (only) {
        CLI_TRY(cli_nodes_read(&f->only, model, side, only));
        if (f->only.n == 0) CLI_TRY(cli_error(CLI_INPUT, "%s: no id in it", only));
    }
    if (exclude) CLI_TRY(cli_nodes_read(&f->exclude, model, side, exclude));
done:
    return code;
}

void cli_filters_free(cli_filters *f)
{
    free(f->only.node);
    free(f->exclude.node);
    *f = (cli_filters){0};
}
