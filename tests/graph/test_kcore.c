#include "graph/kcore.h"
#include "support/suite.h"
#include "support/tiny_graph.h"
#include <string.h>

/* The slow way: over and over until nothing changes. */
static void slow_core(uint8_t *user, uint8_t *item, const regatta_graph *g,
                      int64_t k_user, int64_t k_item)
{
    const rg_csr *rows[] = {g->by_user, g->by_item};
    uint8_t *keep[] = {user, item};
    const int64_t least[] = {k_user, k_item};
    for (int s = 0; s < 2; s++) memset(keep[s], 1, (size_t)rows[s]->n_rows);
    for (int changed = 1; changed;) {
        changed = 0;
        for (int s = 0; s < 2; s++)
            for (int64_t r = 0; r < rows[s]->n_rows; r++) {
                int64_t degree = 0;
                for (int64_t e = rows[s]->offset[r]; e < rows[s]->offset[r + 1]; e++)
                    degree += keep[1 - s][rows[s]->target[e]];
                if (!keep[s][r] || degree >= least[s]) continue;
                keep[s][r] = 0;
                changed = 1;
            }
    }
}

static void test_kcore__agrees_with_the_slow_way(void)
{
    enum { USERS = 40, ITEMS = 30 };
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    for (uint64_t seed = 0; seed < 8; seed++) {
        tiny_graph *t = tiny_random(USERS, ITEMS, 0.12, seed);
        uint8_t user[USERS], item[ITEMS], slow_user[USERS], slow_item[ITEMS];
        const uint32_t k_user = (uint32_t)(seed % 4), k_item = (uint32_t)(seed % 5);
        int64_t n_edges = -1, slow_edges = 0;
        CU_ASSERT_EQUAL(rg_kcore(ctx, user, item, &n_edges, &t->graph, k_user, k_item),
                        REGATTA_OK);
        slow_core(slow_user, slow_item, &t->graph, k_user, k_item);
        CU_ASSERT_EQUAL(memcmp(user, slow_user, USERS), 0);
        CU_ASSERT_EQUAL(memcmp(item, slow_item, ITEMS), 0);
        for (int64_t u = 0; u < USERS; u++)
            for (int64_t e = t->by_user.offset[u]; e < t->by_user.offset[u + 1]; e++)
                slow_edges += slow_user[u] && slow_item[t->by_user.target[e]];
        CU_ASSERT_EQUAL(n_edges, slow_edges);
        tiny_free(t);
    }
    regatta_ctx_free(ctx);
}

int test_kcore(void)
{
    const test_case cases[] = {
        {"agrees_with_the_slow_way", test_kcore__agrees_with_the_slow_way},
    };
    return TEST_MAIN("kcore", cases);
}
