#include "rank/similar/similarity.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

/* Without vectors, with weights of histories. */
static regatta_model *model_of(regatta_ctx *ctx)
{
    tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    spec.dim = 0;
    spec.weighted = 1;
    spec.channels = 1;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

static void test_similarity__cosines_are_clamped(void)
{
    CU_ASSERT_EQUAL(rg_cosine(1.0000002f), 1.0f);
    CU_ASSERT_EQUAL(rg_cosine(-1.0000002f), -1.0f);
    CU_ASSERT_EQUAL(rg_cosine(0.25f), 0.25f);
    CU_ASSERT_EQUAL(rg_cosine(INFINITY), 1.0f);
    CU_ASSERT_EQUAL(rg_cosine(NAN), 0.0f);
}

/* Weights whose squares are beyond a float: the same cosines as of smaller ones. */
static void test_similarity__huge_history_weights(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx), *huge = model_of(ctx);
    float *weight = (float *)(uintptr_t)huge->history_weight;
    for (int64_t e = 0; e < huge->n_edges; e++) weight[e] *= 0x1p63f;
    for (int s = 0; s < 2; s++) {
        uint32_t nodes[2][5];
        float cosines[2][5];
        regatta_similar_options o = REGATTA_SIMILAR_OPTIONS_INIT;
        const uint32_t node = 4;
        const regatta_query query = {.struct_size = sizeof query,
                                     .n = 1,
                                     .user = &node,
                                     .side = s ? REGATTA_ITEMS : REGATTA_USERS};
        o.k = 5;
        o.by = REGATTA_SIMILARITY_HISTORY;
        CU_ASSERT_EQUAL(regatta_similar(ctx, m, &query, &o, nodes[0], cosines[0]),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_similar(ctx, huge, &query, &o, nodes[1], cosines[1]),
                        REGATTA_OK);
        CU_ASSERT(cosines[0][0] > 0.0f);
        CU_ASSERT_EQUAL(memcmp(nodes[0], nodes[1], sizeof nodes[0]), 0);
        CU_ASSERT_EQUAL(memcmp(cosines[0], cosines[1], sizeof cosines[0]), 0);
    }
    regatta_model_free(m);
    regatta_model_free(huge);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"clamped", test_similarity__cosines_are_clamped},
    {"huge weights", test_similarity__huge_history_weights},
};

int test_similarity(void)
{
    return TEST_MAIN("similarity", cases);
}
