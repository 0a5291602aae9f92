#include "graph/holdout.h"
#include "support/random_graph.h"
#include "support/suite.h"

enum { U = 10, EACH = 3 };

/* Every third user, and of their items those that are kept; a user without any is
 * dropped. */
static void test_holdout__pick(void)
{
    uint32_t user[U], item[U * EACH];
    int64_t offset[U + 1] = {0}, at[U];
    uint8_t keep[U * EACH];
    const rg_mem mem = rg_mem_default();
    rg_holdout out;
    for (uint32_t u = 0; u < U; u++) {
        user[u] = 2 * u;
        at[u] = -100 * (int64_t)u;
        offset[u + 1] = (u + 1) * EACH;
        for (uint32_t e = 0; e < EACH; e++) {
            item[u * EACH + e] = 10 * u + e;
            keep[u * EACH + e] = u != 3 && e != 1;
        }
    }
    rg_holdout all = {.n_users = U, .user = user, .offset = offset, .item = item};
    for (int kept = 0; kept < 2; kept++) {
        all.at = kept ? at : NULL;
        CU_ASSERT_EQUAL_FATAL(rg_holdout_create(mem, &out, U, U * EACH, kept),
                              REGATTA_OK);
        rg_holdout_pick(&out, &all, 0, 3, kept ? keep : NULL);
        CU_ASSERT_EQUAL(out.n_users, kept ? 3 : 4); /* of 0, 3, 6 and 9 */
        CU_ASSERT_EQUAL(out.user[1], kept ? 12 : 6);
        CU_ASSERT_EQUAL(out.offset[1], kept ? 2 : 3);
        CU_ASSERT_EQUAL(out.at == NULL, !kept);
        if (kept) CU_ASSERT_EQUAL(out.at[1], -600);
        CU_ASSERT_EQUAL(out.item[1], kept ? 2 : 1);
        CU_ASSERT_EQUAL(out.offset[out.n_users], kept ? 6 : 12);
        rg_holdout_free(mem, &out);
    }
    CU_ASSERT_EQUAL_FATAL(rg_holdout_create(mem, &out, U, U * EACH, 1), REGATTA_OK);
    rg_holdout_pick(&out, &all, 2, 4, NULL);
    CU_ASSERT_EQUAL(out.n_users, 2); /* 2 and 6 */
    CU_ASSERT_EQUAL(out.user[0], 4);
    CU_ASSERT_EQUAL(out.user[1], 12);
    CU_ASSERT_EQUAL(out.item[0], 20);
    rg_holdout_free(mem, &out);
}

int test_holdout(void)
{
    static const test_case cases[] = {{"pick", test_holdout__pick}};
    return TEST_MAIN("holdout", cases);
}
