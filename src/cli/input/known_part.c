#include "cli/input/known_part.h"
#include <stdio.h>
#include <stdlib.h>

/* The interactions of a part, user after user. */
typedef struct rows {
    int64_t n;
    uint32_t *user, *item;
    float *weight; /* NULL: the part has none */
    int64_t *time; /* NULL: the part has none */
} rows;

/* Returns the numbers in `train` of the n nodes of `graph`; NULL if there is no memory.
 */
static uint32_t *translate(const regatta_graph *train, const regatta_graph *graph,
                           regatta_side side, uint32_t n)
{
    uint32_t *to = cli_new(n, sizeof *to);
    for (uint32_t i = 0; to && i < n; i++)
        to[i] = regatta_graph_find(train, side, regatta_graph_name(graph, side, i));
    return to;
}

static const char **names(const regatta_graph *graph, regatta_side side, uint32_t n)
{
    const char **name = cli_new(n, sizeof *name);
    for (uint32_t i = 0; name && i < n; i++) name[i] = regatta_graph_name(graph, side, i);
    return name;
}

/* Reads all interactions of a graph with the weights and times that `csr` has. */
static int read_rows(regatta_ctx *ctx, rows *r, const regatta_graph *graph,
                     const regatta_csr *csr)
{
    int code = CLI_DONE;
    regatta_history h = REGATTA_HISTORY_INIT;
    int64_t n = 0;
    for (uint32_t u = 0; u < csr->n_users; u++) {
        CLI_CALL(regatta_graph_history(ctx, &h, graph, u));
        n += h.n;
    }
    r->user = cli_new(n, sizeof *r->user);
    r->item = cli_new(n, sizeof *r->item);
    r->weight = csr->weight ? cli_new(n, sizeof *r->weight) : NULL;
    r->time = csr->time ? cli_new(n, sizeof *r->time) : NULL;
    if (!r->user || !r->item || (csr->weight && !r->weight) || (csr->time && !r->time))
        CLI_TRY(cli_no_memory());
    for (uint32_t u = 0; u < csr->n_users; u++, r->n += h.n) {
        h.capacity = n - r->n;
        h.item = r->item + r->n;
        h.weight = r->weight ? r->weight + r->n : NULL;
        h.time = r->time ? r->time + r->n : NULL;
        CLI_CALL(regatta_graph_history(ctx, &h, graph, u));
        for (int64_t k = 0; k < h.n; k++) r->user[r->n + k] = u;
    }
done:
    return code;
}

/* Keeps the rows whose nodes are in train, with their numbers there. */
static void keep_known(rows *r, const uint32_t *user, const uint32_t *item)
{
    int64_t n = 0;
    for (int64_t k = 0; k < r->n; k++) {
        const uint32_t u = user[r->user[k]], i = item[r->item[k]];
        if (u == REGATTA_NONE || i == REGATTA_NONE) continue;
        r->user[n] = u;
        r->item[n] = i;
        if (r->weight) r->weight[n] = r->weight[k];
        if (r->time) r->time[n] = r->time[k];
        n++;
    }
    r->n = n;
}

int cli_known_part(regatta_ctx *ctx, regatta_graph **graph, const regatta_graph *train,
                   const char *path, regatta_dedup dedup, int quiet)
{
    int code = CLI_DONE;
    regatta_graph *known = NULL;
    rows r = {0};
    const regatta_csr nodes = cli_graph_rows(train), csr = cli_graph_rows(*graph);
    uint32_t *user = translate(train, *graph, REGATTA_USERS, csr.n_users);
    uint32_t *item = translate(train, *graph, REGATTA_ITEMS, csr.n_items);
    const char **user_names = names(train, REGATTA_USERS, nodes.n_users);
    const char **item_names = names(train, REGATTA_ITEMS, nodes.n_items);
    if (!user || !item || !user_names || !item_names) CLI_TRY(cli_no_memory());
    CLI_TRY(read_rows(ctx, &r, *graph, &csr));
    const int64_t n_all = r.n;
    keep_known(&r, user, item);
    if (r.n == 0)
        CLI_TRY(cli_error(CLI_INPUT,
                          "%s: the test part is empty: no row has a user and an item of "
                          "the training part",
                          path));
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = r.n,
                                 .n_users = nodes.n_users,
                                 .n_items = nodes.n_items,
                                 .user = r.user,
                                 .item = r.item,
                                 .weight = r.weight,
                                 .time = r.time,
                                 .user_names = user_names,
                                 .item_names = item_names,
                                 .dedup = (uint32_t)dedup};
    CLI_CALL(regatta_graph_from_edges(ctx, &known, &edges));
    if (!quiet && r.n < n_all)
        fprintf(stderr, "  dropped %lld of %lld test row%s: user or item not in train\n",
                (long long)(n_all - r.n), (long long)n_all, CLI_S(n_all));
    regatta_graph_free(*graph);
    *graph = known;
done:
    free(user);
    free(item);
    free(user_names);
    free(item_names);
    free(r.user);
    free(r.item);
    free(r.weight);
    free(r.time);
    return code;
}
