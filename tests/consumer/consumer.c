/* Compiled and run against an installed regatta: a graph, its shape, the version. */
#include <regatta/regatta.h>
#include <stdio.h>

int main(void)
{
    static const uint32_t user[] = {0, 0, 1}, item[] = {0, 1, 1};
    regatta_ctx *ctx = NULL;
    regatta_graph *graph = NULL;
    regatta_edges edges = {.struct_size = sizeof edges,
                           .n_edges = 3,
                           .n_users = 2,
                           .n_items = 2,
                           .user = user,
                           .item = item};
    regatta_csr rows = {.struct_size = sizeof rows};
    int failed = regatta_ctx_create(&ctx, NULL) != REGATTA_OK ||
                 regatta_graph_from_edges(ctx, &graph, &edges) != REGATTA_OK;
    if (!failed) {
        regatta_graph_rows(NULL, &rows, graph);
        failed = rows.offset[2] != 3;
        printf("regatta %s: %u users, %lld edges\n", regatta_version(), rows.n_users,
               (long long)rows.offset[2]);
    }
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    return failed;
}
