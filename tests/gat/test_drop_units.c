#include "gat/sequence/drop_units.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { N = 400, DIM = 10 };

static void ones(float *x)
{
    for (int k = 0; k < N * DIM; k++) x[k] = 1.0f;
}

static void test_drop_units__drops_the_share_and_scales_the_rest(void)
{
    static float x[N * DIM];
    const rg_drop drop = {.rate = 0.25f, .seed = 3, .step = 9};
    int dropped = 0;
    ones(x);
    rg_drop_units(x, &drop, 2, N, DIM);
    for (int k = 0; k < N * DIM; k++) {
        CU_ASSERT(x[k] == 0.0f || fabsf(x[k] - 4.0f / 3.0f) < 1e-6f);
        dropped += x[k] == 0.0f;
    }
    /* 4,000 draws: a standard deviation is 27. */
    CU_ASSERT(dropped > 1000 - 110 && dropped < 1000 + 110);
}

static void test_drop_units__no_rate_changes_nothing(void)
{
    static float x[N * DIM];
    const rg_drop drop = {.rate = 0.0f, .seed = 3, .step = 9};
    ones(x);
    rg_drop_units(x, &drop, 2, N, DIM);
    rg_drop_units(x, NULL, 2, N, DIM);
    for (int k = 0; k < N * DIM; k++) CU_ASSERT_EQUAL(x[k], 1.0f);
}

/* The mask of a token depends on its number in the batch, not on how the batch is cut;
 * other steps, sites and seeds have other masks. */
static void test_drop_units__masks(void)
{
    static float whole[N * DIM], parts[N * DIM], other[N * DIM];
    rg_drop drop = {.rate = 0.5f, .seed = 3, .step = 9};
    ones(whole);
    rg_drop_units(whole, &drop, 2, N, DIM);
    ones(parts);
    rg_drop_units(parts, &drop, 2, 150, DIM);
    drop.first = 150;
    rg_drop_units(parts + 150 * DIM, &drop, 2, N - 150, DIM);
    CU_ASSERT_EQUAL(memcmp(whole, parts, sizeof whole), 0);
    drop.first = 0;
    for (int k = 0; k < 3; k++) {
        rg_drop changed = drop;
        changed.step += k == 0;
        changed.seed += k == 1;
        ones(other);
        rg_drop_units(other, &changed, k == 2 ? 3 : 2, N, DIM);
        CU_ASSERT_NOT_EQUAL(memcmp(whole, other, sizeof whole), 0);
    }
}

static const test_case cases[] = {
    {"drops_the_share_and_scales_the_rest",
     test_drop_units__drops_the_share_and_scales_the_rest},
    {"no_rate_changes_nothing", test_drop_units__no_rate_changes_nothing},
    {"masks", test_drop_units__masks},
};

int test_drop_units(void)
{
    return TEST_MAIN("drop_units", cases);
}
