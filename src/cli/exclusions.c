/* See exclusions.h. */
#include "cli/exclusions.h"
#include "cli/input/reading.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Finds the nodes of a side of the file in the model. Returns the number of unknown ones,
 * and the id of the first. `node` may be NULL. */
static int64_t find_nodes(const regatta_graph *graph, const regatta_model *model,
                          regatta_side side, uint32_t *node, const char **first)
{
    const regatta_csr rows = cli_graph_rows(graph);
    const uint32_t n = side == REGATTA_USERS ? rows.n_users : rows.n_items;
    int64_t n_unknown = 0;
    for (uint32_t i = 0; i < n; i++) {
        const char *id = regatta_graph_name(graph, side, i);
        const uint32_t found = regatta_model_find(model, side, id);
        if (node) node[i] = found;
        if (found == REGATTA_NONE && n_unknown++ == 0) *first = id;
    }
    return n_unknown;
}

/* Cuts the next field off a line; the rest begins at *at. */
static char *cut_field(char **at)
{
    static const char separators[] = "\t,;| \r\n";
    char *field = *at + strspn(*at, separators);
    char *end = field + strcspn(field, separators);
    *at = end + (*end != '\0');
    *end = '\0';
    return field;
}

/* Returns 1 for a file that is empty or has a header alone: one line with the name of a
 * column, whose second field is no item of the model. A list of the day may be empty,
 * unlike data to train on. */
static int has_no_pair(const char *path, const regatta_model *model)
{
    char line[2][1024] = {"", ""};
    struct stat s;
    if (stat(path, &s) != 0 || !S_ISREG(s.st_mode)) return 0;
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    for (int k = 0; k < 2; k++)
        if (!fgets(line[k], sizeof line[k], file)) line[k][0] = '\0';
    fclose(file);
    if (line[1][0]) return 0;
    char *rest = line[0];
    const char *user = cut_field(&rest);
    char *item = cut_field(&rest);
    const int is_text = s.st_size < (off_t)sizeof *line && strlen(item) > 0;
    const int has_name = regatta_column_of_name(user, 0, NULL) == REGATTA_COLUMN_USER ||
                         regatta_column_of_name(item, 0, NULL) == REGATTA_COLUMN_ITEM;
    return s.st_size == 0 || (is_text && has_name &&
                              cli_lookup(model, REGATTA_ITEMS, item) == REGATTA_NONE);
}

int cli_exclusions_read(cli_exclusions *x, regatta_ctx *ctx, const regatta_model *model,
                        const char *path, int of_histories, cli_list_rules rules)
{
    int code = CLI_DONE;
    const cli_reading reading = CLI_READING_INIT;
    if (!path) return CLI_DONE;
    if (!rules.strict && has_no_pair(path, model)) {
        if (!rules.quiet) cli_say("%s: no pairs", path);
        return CLI_DONE;
    }
    CLI_TRY(cli_read_graph(ctx, &x->graph, path, &reading, (int)rules.quiet));
    x->item = cli_new(cli_graph_rows(x->graph).n_items, sizeof *x->item);
    if (!x->item) CLI_TRY(cli_no_memory());
    for (int s = 0; s < 2; s++) {
        const regatta_side side = s ? REGATTA_USERS : REGATTA_ITEMS;
        const char *first = "";
        if (side == REGATTA_USERS && of_histories) continue;
        const int64_t n = find_nodes(x->graph, model, side, s ? NULL : x->item, &first);
        if (n == 0) continue;
        if (rules.strict) {
            uint32_t node = 0;
            char where[512];
            snprintf(where, sizeof where, "%s: ", path);
            CLI_TRY(cli_find(model, side, first, where, "", &node));
        }
        if (!rules.quiet)
            cli_say("%s: left out %lld unknown %s%s; the first is '%.200s'", path,
                    (long long)n, cli_side_word(side), n > 1 ? "s" : "", first);
    }
done:
    return code;
}

/* Appends the exclusions of one user. */
static int add_user(cli_exclusions *x, const regatta_csr *rows, const char *name)
{
    int code = CLI_DONE;
    const uint32_t user = regatta_graph_find(x->graph, REGATTA_USERS, name);
    if (user == REGATTA_NONE) return CLI_DONE;
    for (int64_t e = rows->offset[user]; e < rows->offset[user + 1]; e++) {
        const uint32_t item = x->item[rows->item[e]];
        if (item != REGATTA_NONE) CLI_TRY(cli_nodes_add(&x->excluded, item));
    }
done:
    return code;
}

int cli_exclusions_add(cli_exclusions *x, const regatta_model *model,
                       regatta_query *query, char *const *name)
{
    int code = CLI_DONE;
    if (!x->graph) return CLI_DONE;
    const regatta_csr rows = cli_graph_rows(x->graph);
    if (query->n + 1 > x->n_offset) {
        int64_t *grown = cli_resize(x->offset, query->n + 1, sizeof *grown);
        if (!grown) return cli_no_memory();
        x->offset = grown;
        x->n_offset = query->n + 1;
    }
    x->excluded.n = 0;
    x->offset[0] = 0;
    for (int64_t q = 0; q < query->n; q++) {
        CLI_TRY(add_user(x, &rows,
                         query->user
                             ? regatta_model_name(model, REGATTA_USERS, query->user[q])
                             : name[q]));
        x->offset[q + 1] = x->excluded.n;
    }
    query->exclude_offset = x->offset;
    query->exclude = x->excluded.node;
done:
    return code;
}

void cli_exclusions_free(cli_exclusions *x)
{
    regatta_graph_free(x->graph);
    free(x->item);
    free(x->offset);
    free(x->excluded.node);
    *x = (cli_exclusions){.graph = NULL};
}
