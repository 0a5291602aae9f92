#include "base/rng.h"
#include "gat/loss_bpr.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 5, ITEMS = 9, DIM = 6, EDGES = 12 };

/* User 3 has nothing; item 0 is a hub; edge 4 has no negative. */
static const int64_t OFFSET[USERS + 1] = {0, 4, 5, 9, 9, 12};
static const uint32_t ITEM[EDGES] = {0, 2, 3, 7, 0, 0, 1, 4, 5, 0, 6, 8};
static const uint32_t NEGATIVE[EDGES] = {1, 1, 8, 5, REGATTA_NONE, 8, 2, 2, 3, 1, 1, 2};
static const float SCALE = 3.0f;

typedef struct problem {
    float u[USERS * DIM], v[ITEMS * DIM], bias[ITEMS];
} problem;

static problem random_problem(void)
{
    problem p;

    const int64_t n = (int64_t)(sizeof p / sizeof(float));
    float all[sizeof(problem) / sizeof(float)];
    for (int64_t k = 0; k < n; k++)
        all[k] = (float)(0.4 * rg_random_normal(1, RG_STREAM_TEST, (uint64_t)k));
    memcpy(&p, all, sizeof p);
    return p;
}

/* The loss in double, written as the formula. */
static double reference(const problem *p)
{
    double loss = 0.0;
    for (int r = 0; r < USERS; r++)
        for (int64_t e = OFFSET[r]; e < OFFSET[r + 1]; e++) {
            if (NEGATIVE[e] == REGATTA_NONE) continue;
            double x = (double)p->bias[ITEM[e]] - (double)p->bias[NEGATIVE[e]];
            for (int k = 0; k < DIM; k++)
                x += (double)SCALE * (double)p->u[r * DIM + k] *
                     ((double)p->v[ITEM[e] * DIM + (uint32_t)k] -
                      (double)p->v[NEGATIVE[e] * DIM + (uint32_t)k]);
            loss += log(1.0 + exp(-x));
        }
    return loss / EDGES;
}

static double block(problem *gradient, const problem *p, uint32_t threads)
{
    regatta_ctx *ctx = test_context(threads);
    rg_bpr *s = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_bpr_create(ctx, &s, EDGES, ITEMS), REGATTA_OK);
    const double loss =
        rg_bpr_block(s, gradient->u, gradient->v, gradient->bias, p->u, USERS, p->v,
                     p->bias, SCALE, DIM, OFFSET, ITEM, NEGATIVE, (int)threads);
    rg_bpr_free(s);
    regatta_ctx_free(ctx);
    return loss;
}

static void test_loss_bpr__by_hand(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_bpr *s = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_bpr_create(ctx, &s, 1, 2), REGATTA_OK);
    const float u[1] = {1.0f}, v[2] = {0.5f, -0.5f}, bias[2] = {0.0f, 1.0f};
    const int64_t offset[2] = {0, 1};
    const uint32_t item[1] = {0}, negative[1] = {1};
    float du[1], dv[2], dbias[2];
    /* x = 2 (.5 + .5) + 0 - 1 = 1; c = -1 / (1 + e) */
    const double loss =
        rg_bpr_block(s, du, dv, dbias, u, 1, v, bias, 2.0f, 1, offset, item, negative, 1);
    CU_ASSERT_DOUBLE_EQUAL(loss, 0.31326169, 1e-7);
    CU_ASSERT_DOUBLE_EQUAL(du[0], -0.53788284, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(dv[0], -0.53788284, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(dv[1], 0.53788284, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(dbias[0], -0.26894142, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(dbias[1], 0.26894142, 1e-6);
    rg_bpr_free(s);
    regatta_ctx_free(ctx);
}

static void test_loss_bpr__extreme_scores(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_bpr *s = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_bpr_create(ctx, &s, 2, 2), REGATTA_OK);
    const float u[1] = {1.0f}, v[2] = {1.0f, -1.0f}, bias[2] = {0.0f, 0.0f};
    const int64_t offset[2] = {0, 2};
    const uint32_t item[2] = {0, 1}, negative[2] = {1, 0};
    float du[1], dv[2], dbias[2];
    /* x = 2000 and -2000: losses 0 and 2000, no overflow */
    const double loss = rg_bpr_block(s, du, dv, dbias, u, 1, v, bias, 1000.0f, 1, offset,
                                     item, negative, 1);
    CU_ASSERT_DOUBLE_EQUAL(loss, 1000.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(dbias[1], -0.5, 1e-6);
    rg_bpr_free(s);
    regatta_ctx_free(ctx);
}

static void test_loss_bpr__gradients(void)
{
    problem p = random_problem(), g;
    memset(&g, 0x55, sizeof g); /* gradients overwrite */
    CU_ASSERT_DOUBLE_EQUAL(block(&g, &p, 2), reference(&p), 1e-6);
    float all[sizeof(problem) / sizeof(float)], slope[sizeof(problem) / sizeof(float)];
    memcpy(slope, &g, sizeof g);
    memcpy(all, &p, sizeof p);
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        const float x = all[k], h = 1e-3f;
        problem q;
        all[k] = x + h;
        memcpy(&q, all, sizeof q);
        const double up = reference(&q), wide = (double)all[k];
        all[k] = x - h;
        memcpy(&q, all, sizeof q);
        const double down = reference(&q), width = wide - (double)all[k];
        all[k] = x;
        /* second-order differences of a smooth function, floats in the gradient */
        CU_ASSERT_DOUBLE_EQUAL(slope[k], (up - down) / width, 2e-6);
    }
}

static void test_loss_bpr__same_bits(void)
{
    const problem p = random_problem();
    problem one, many;
    const double loss = block(&one, &p, 1);
    const uint32_t threads[3] = {2, 3, 8};
    for (int c = 0; c < 3; c++) {
        CU_ASSERT_EQUAL(block(&many, &p, threads[c]), loss);
        CU_ASSERT_EQUAL(memcmp(&one, &many, sizeof one), 0);
    }
}

static void test_loss_bpr__negatives(void)
{
    /* user 0 has all but item 3, user 1 all, user 2 item 1 alone */
    int64_t offset[4] = {0, 4, 9, 10};
    uint32_t target[10] = {0, 1, 2, 4, 0, 1, 2, 3, 4, 1};
    const rg_csr seen = {
        .n_rows = 3, .n_cols = 5, .n_edges = 10, .offset = offset, .target = target};
    const uint32_t user[3] = {0, 1, 2};
    int count[5] = {0};
    for (uint64_t step = 0; step < 4000; step++) {
        uint32_t negative[10];
        rg_bpr_negatives(negative, &seen, user, offset, 3, 7, step, 2);
        for (int e = 0; e < 4; e++) CU_ASSERT_EQUAL(negative[e], 3);
        for (int e = 4; e < 9; e++) CU_ASSERT_EQUAL(negative[e], REGATTA_NONE);
        CU_ASSERT_FATAL(negative[9] < 5);
        count[negative[9]]++;
    }
    CU_ASSERT_EQUAL(count[1], 0);
    for (int j = 0; j < 5; j++) /* 1000 expected, deviation 27 */
        CU_ASSERT(j == 1 || abs(count[j] - 1000) < 150);
}

static regatta_status create(regatta_ctx *ctx, void *arg)
{
    rg_bpr *s = arg;
    const regatta_status status = rg_bpr_create(ctx, &s, 10, 10);
    CU_ASSERT_EQUAL(s == NULL, status != REGATTA_OK);
    rg_bpr_free(s);
    return rg_end(ctx, status);
}

static void test_loss_bpr__memory(void)
{
    fault_sweep_memory(create, NULL);
}

static const test_case cases[] = {
    {"by hand", test_loss_bpr__by_hand},
    {"extreme scores", test_loss_bpr__extreme_scores},
    {"gradients", test_loss_bpr__gradients},
    {"same bits", test_loss_bpr__same_bits},
    {"negatives", test_loss_bpr__negatives},
    {"memory", test_loss_bpr__memory},
};

int test_loss_bpr(void)
{
    return TEST_MAIN("loss_bpr", cases);
}
