#include "rank/similar.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <string.h>

static regatta_model *model_of(regatta_ctx *ctx)
{
    const tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

static double slow_cosine(const float *table, uint32_t a, uint32_t b)
{
    double dot = 0.0;
    for (uint32_t k = 0; k < 8; k++)
        dot += (double)table[a * 8 + k] * (double)table[b * 8 + k];
    return dot;
}

static void test_similar__nearest_first_without_itself(void)
{
    enum { K = 12 };
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    const regatta_side sides[] = {REGATTA_USERS, REGATTA_ITEMS};
    for (int s = 0; s < 2; s++) {
        const float *table = regatta_model_vectors(m, sides[s]);
        const uint32_t n = s == 0 ? 23 : 41;
        for (uint32_t node = 1; node < n; node += 4) {
            uint32_t nodes[K];
            float cosines[K];
            int better = 0;
            CU_ASSERT_EQUAL(regatta_similar(ctx, m, sides[s], node, K, nodes, cosines),
                            REGATTA_OK);
            for (int r = 0; r < K; r++) {
                CU_ASSERT_NOT_EQUAL(nodes[r], node);
                CU_ASSERT_DOUBLE_EQUAL(cosines[r], slow_cosine(table, node, nodes[r]),
                                       1e-6);
                if (r > 0) CU_ASSERT(cosines[r - 1] >= cosines[r]);
            }
            for (uint32_t v = 0; v < n; v++)
                better += v != node &&
                          slow_cosine(table, node, v) > (double)cosines[K - 1] + 1e-6;
            CU_ASSERT(better <= K - 1);
        }
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_similar__pads_beyond_what_there_is(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    uint32_t nodes[50], again[50];
    float cosines[50];
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, REGATTA_ITEMS, 7, 50, nodes, cosines),
                    REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(nodes[39], REGATTA_NONE);
    CU_ASSERT_EQUAL(nodes[40], REGATTA_NONE); /* itself is not there */
    CU_ASSERT_EQUAL(nodes[49], REGATTA_NONE);
    CU_ASSERT(isinf(cosines[40]) && isinf(cosines[49]));
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, REGATTA_ITEMS, 7, 50, again, NULL),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(nodes, again, sizeof nodes), 0);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_similar__refuses_what_is_out_of_range(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    uint32_t nodes[1];
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, REGATTA_USERS, 23, 1, nodes, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "node 23 is not below 23");
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, REGATTA_USERS, 1, 0, nodes, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, (regatta_side)2, 1, 1, nodes, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_similar(ctx, m, REGATTA_USERS, 1, 1, NULL, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_similar(ctx, NULL, REGATTA_USERS, 1, 1, nodes, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_similar(NULL, m, REGATTA_USERS, 1, 1, nodes, NULL),
                    REGATTA_EINVAL);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    uint32_t nodes[3];
    return regatta_similar(ctx, arg, REGATTA_ITEMS, 2, 3, nodes, NULL);
}

static void test_similar__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx);
    CU_ASSERT(fault_sweep_memory(attempt, m) > 2);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"nearest", test_similar__nearest_first_without_itself},
    {"padding", test_similar__pads_beyond_what_there_is},
    {"refusals", test_similar__refuses_what_is_out_of_range},
    {"allocations", test_similar__every_allocation_may_fail},
};

int main(void)
{
    return TEST_MAIN("similar", cases);
}
