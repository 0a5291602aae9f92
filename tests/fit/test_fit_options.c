#include "fit/fit_options.h"
#include "support/suite.h"

/* The users a step takes in a graph of n users. */
static uint32_t batch_of(int64_t n, uint32_t given)
{
    const rg_csr rows = {.n_rows = n, .n_cols = 10};
    const regatta_graph graph = {.by_user = (rg_csr *)&rows};
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT, resolved;
    rg_fit_choice choice;
    o.batch_users = given;
    rg_fit_resolve(&resolved, &choice, &graph, &o);
    return resolved.batch_users;
}

static void test_fit_options__batch(void)
{
    CU_ASSERT_EQUAL(batch_of(1, 0), 1024);
    CU_ASSERT_EQUAL(batch_of(29858, 0), 1024);
    CU_ASSERT_EQUAL(batch_of(200000, 0), 3125);
    CU_ASSERT_EQUAL(batch_of(1000000, 0), 4096);
    CU_ASSERT_EQUAL(rg_fit_batch(133000), 2078); /* a run on a sample of those users */
    CU_ASSERT_EQUAL(batch_of(1000000, 1), 1);
    CU_ASSERT_EQUAL(batch_of(10, 65536), 65536);
}

int main(void)
{
    const test_case cases[] = {{"batch", test_fit_options__batch}};
    return TEST_MAIN("fit_options", cases);
}
