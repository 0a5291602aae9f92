#include "fit/prune/prune_select.h"
#include "support/suite.h"
#include <stdlib.h>

enum { MOST = 500 };

static void check(const float *effect, int n, int n_keep)
{
    rg_prune_limit limit = rg_prune_limit_of(effect, n, n_keep);
    int kept[MOST], count = 0;
    for (int e = 0; e < n; e++) count += kept[e] = rg_prune_keeps(&limit, effect[e]);
    CU_ASSERT_EQUAL(count, n_keep);
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++)
            if (kept[a] && !kept[b])
                CU_ASSERT(effect[a] > effect[b] || (effect[a] == effect[b] && a < b));
}

/* Of equal effects the first stay. */
static void test_prune_select__ties(void)
{
    const float effect[] = {2.0f, 0.0f, 1.0f, 1.0f, 3.0f, 1.0f, 0.0f};
    rg_prune_limit limit = rg_prune_limit_of(effect, 7, 3);
    const int want[] = {1, 0, 1, 0, 1, 0, 0};
    for (int e = 0; e < 7; e++)
        CU_ASSERT_EQUAL(rg_prune_keeps(&limit, effect[e]), want[e]);
    for (int n_keep = 0; n_keep <= 7; n_keep++) check(effect, 7, n_keep);
    check(effect, 0, 0);
}

static void test_prune_select__random(void)
{
    float effect[MOST];
    for (int e = 0; e < MOST; e++) {
        effect[e] = (float)(((unsigned)e * 2654435761u) % 97u) * 1e-9f;
        if (e % 3 == 0) effect[e] *= 1e12f;
    }
    for (int n_keep = 0; n_keep <= MOST; n_keep += 25) check(effect, MOST, n_keep);
}

int test_prune_select(void)
{
    const test_case cases[] = {
        {"ties", test_prune_select__ties},
        {"random", test_prune_select__random},
    };
    return TEST_MAIN("prune_select", cases);
}
