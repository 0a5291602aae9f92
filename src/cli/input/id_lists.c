/* See id_lists.h. */
#include "cli/input/id_lists.h"
#include "cli/input/lines.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The unknown ids of one list. */
typedef struct unknown_ids {
    int64_t n, line; /* of the first */
    char first[201];
} unknown_ids;

int cli_strict_check(uint32_t strict, uint32_t skip_unknown, int has_list)
{
    if (strict && skip_unknown)
        return cli_error(CLI_USAGE, "--strict and --skip-unknown exclude each other");
    if (!strict || has_list) return CLI_DONE;
    return cli_error(CLI_USAGE, "--strict needs a list of ids or a history");
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

/* One line of the list: its node, or one more unknown id. */
static int read_id(cli_nodes *list, unknown_ids *unknown, const regatta_model *model,
                   regatta_side side, const cli_lines *in, char *line, uint32_t strict)
{
    uint32_t node = cli_lookup(model, side, line);
    if (node != REGATTA_NONE) return cli_nodes_add(list, node);
    if (!*line) return CLI_DONE;
    if (strict) {
        char where[512];
        snprintf(where, sizeof where, "%s:%lld: ", in->name, (long long)in->number);
        return cli_find(model, side, line, where, "", &node);
    }
    if (unknown->n++ > 0) return CLI_DONE;
    unknown->line = in->number;
    snprintf(unknown->first, sizeof unknown->first, "%s", line);
    return CLI_DONE;
}

/* Prints the message about unknown ids; an error if none is known and one is `needed`. */
static int report(const unknown_ids *unknown, const cli_nodes *list, int64_t n_before,
                  const regatta_model *model, regatta_side side, const char *name,
                  int needed, uint32_t quiet)
{
    char near[240] = "";
    const int64_t n = list->n - n_before + unknown->n;
    const char *kind = cli_side_word(side);
    if (n == 0 && needed) return cli_error(CLI_INPUT, "%s: no id in it", name);
    if (unknown->n == 0 || (quiet && unknown->n < n)) return CLI_DONE;
    const char *id = cli_nearest(model, side, unknown->first);
    if (id) snprintf(near, sizeof near, "; did you mean '%.200s'?", id);
    if (unknown->n == n && needed)
        return cli_error(
            CLI_INPUT,
            "%s: the model knows none of its %lld %s%s; the first is '%s' of line %lld%s",
            name, (long long)n, kind, CLI_S(n), unknown->first, (long long)unknown->line,
            near);
    if (!quiet)
        cli_say(
            "%s: left out %lld unknown %s%s of %lld; the first is '%s' of line %lld%s",
            name, (long long)unknown->n, kind, unknown->n > 1 ? "s" : "", (long long)n,
            unknown->first, (long long)unknown->line, near);
    return CLI_DONE;
}

int cli_nodes_read(cli_nodes *list, const regatta_model *model, regatta_side side,
                   const char *path, int needed, cli_list_rules rules)
{
    int code = CLI_DONE;
    char *line = NULL;
    cli_lines in = CLI_LINES_INIT;
    unknown_ids unknown = {0};
    const int64_t n_before = list->n;
    CLI_TRY(cli_lines_open(&in, path));
    for (;;) {
        CLI_TRY(cli_lines_next(&in, &line));
        if (!line) break;
        CLI_TRY(read_id(list, &unknown, model, side, &in, line, rules.strict));
    }
    code = report(&unknown, list, n_before, model, side, in.name, needed, rules.quiet);
done:
    cli_lines_close(&in);
    return code;
}

int cli_filters_read(cli_filters *f, const regatta_model *model, regatta_side side,
                     const char *only, const char *exclude, cli_list_rules rules)
{
    int code = CLI_DONE;
    if (only) CLI_TRY(cli_nodes_read(&f->only, model, side, only, 1, rules));
    if (exclude) CLI_TRY(cli_nodes_read(&f->exclude, model, side, exclude, 0, rules));
done:
    return code;
}

void cli_filters_free(cli_filters *f)
{
    free(f->only.node);
    free(f->exclude.node);
    *f = (cli_filters){0};
}
