#include "support/tiny_pairs.h"
#include "graph/bipartite.h"
#include "support/suite.h"
#include <stdio.h>
#include <string.h>

regatta_graph *tiny_pairs(regatta_ctx *ctx, const tiny_pair *pairs, int n)
{
    rg_edges *edges = NULL;
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_edges_create(ctx, &edges, 0, 0), REGATTA_OK);
    for (int k = 0; k < n; k++) {
        uint32_t user, item;
        const int64_t lengths[] = {(int64_t)strlen(pairs[k].user),
                                   (int64_t)strlen(pairs[k].item)};
        CU_ASSERT_EQUAL(rg_idmap_add(ctx, edges->users, pairs[k].user, lengths[0], &user),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(rg_idmap_add(ctx, edges->items, pairs[k].item, lengths[1], &item),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(rg_edges_add(ctx, edges, user, item, 1.0f, 0), REGATTA_OK);
    }
    CU_ASSERT_EQUAL_FATAL(rg_bipartite_build(ctx, &graph, edges, REGATTA_DEDUP_SUM, NULL),
                          REGATTA_OK);
    rg_edges_free(edges);
    return graph;
}

int tiny_has(const regatta_model *m, uint32_t user, uint32_t item)
{
    for (int64_t e = m->history_offset[user]; e < m->history_offset[user + 1]; e++)
        if (m->history_item[e] == item) return 1;
    return 0;
}

regatta_graph *tiny_two_each(regatta_ctx *ctx, const regatta_model *m)
{
    static char names[TINY_USERS + 2 * TINY_USERS][8];
    tiny_pair pairs[2 * TINY_USERS];
    int n = 0;
    for (uint32_t u = TINY_USERS; u-- > 0;) {
        snprintf(names[u], sizeof names[u], "u%u", u);
        for (uint32_t j = u % 7, found = 0; j < TINY_ITEMS && found < 2; j += 3) {
            if (tiny_has(m, u, j)) continue;
            char *name = names[TINY_USERS + n];
            snprintf(name, sizeof names[0], "i%u", j);
            pairs[n++] = (tiny_pair){names[u], name};
            found++;
        }
    }
    return tiny_pairs(ctx, pairs, n);
}
