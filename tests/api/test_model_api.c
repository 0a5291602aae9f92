#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>

static void test_model_api__info_fills_what_the_caller_knows(void)
{
    regatta_ctx *ctx = tiny_context(1);
    const tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    regatta_model_info info = {.struct_size = 8, .n_items = 99};
    regatta_model_get_info(NULL, &info, model);
    CU_ASSERT_EQUAL(info.struct_size, 8);
    CU_ASSERT_EQUAL(info.n_users, 23);
    CU_ASSERT_EQUAL(info.n_items, 99); /* beyond the 8 bytes */
    CU_ASSERT_PTR_NULL(regatta_model_vectors(NULL, REGATTA_ITEMS));
    CU_ASSERT_PTR_NULL(regatta_model_name(NULL, REGATTA_ITEMS, 0));
    CU_ASSERT_EQUAL(regatta_model_find(model, REGATTA_ITEMS, NULL), REGATTA_NONE);
    CU_ASSERT_STRING_EQUAL(regatta_model_json(NULL), "{}");
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* The inner product of (scale * user's row, 1) and (item's row, bias) is what candidates
 * ranks by; sums of eight floats agree to some of their last bits. */
static void test_model_api__biases_and_scale_make_the_vectors_score(void)
{
    regatta_ctx *ctx = tiny_context(1);
    const tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    regatta_model_info info = {.struct_size = sizeof info};
    regatta_model_get_info(NULL, &info, model);
    const float *users = regatta_model_vectors(model, REGATTA_USERS);
    const float *items = regatta_model_vectors(model, REGATTA_ITEMS);
    const float *bias = info.item_bias;
    CU_ASSERT_PTR_NOT_NULL_FATAL(bias);
    for (uint32_t user = 0; user < info.n_users; user++) {
        const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
        regatta_candidates_options ask = REGATTA_CANDIDATES_OPTIONS_INIT;
        uint32_t item[5];
        float score[5];
        ask.n = 5;
        ask.sources = REGATTA_SOURCE_VECTORS;
        ask.keep_seen = ask.exact = 1;
        CU_ASSERT_EQUAL_FATAL(
            regatta_candidates(ctx, model, &query, &ask, item, score, NULL), REGATTA_OK);
        for (int r = 0; r < 5; r++) {
            double made = (double)bias[item[r]];
            for (uint32_t c = 0; c < info.dim; c++)
                made += info.vector_scale * (double)users[user * info.dim + c] *
                        (double)items[item[r] * info.dim + c];
            CU_ASSERT(fabs(made - (double)score[r]) < 1e-5 * (1.0 + fabs(made)));
        }
    }
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"scale and biases", test_model_api__biases_and_scale_make_the_vectors_score},
    {"info", test_model_api__info_fills_what_the_caller_knows},
};

int test_model_api(void)
{
    return TEST_MAIN("model_api", cases);
}
