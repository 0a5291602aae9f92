#include "support/suite.h"
#include "support/tiny_model.h"

static void test_model_api__info_fills_what_the_caller_knows(void)
{
    regatta_ctx *ctx = tiny_context(1);
    const tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    regatta_model_info info = {.struct_size = 8, .n_items = 99};
    regatta_model_get_info(model, &info);
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

static const test_case cases[] = {
    {"info", test_model_api__info_fills_what_the_caller_knows},
};

int main(void)
{
    return TEST_MAIN("model_api", cases);
}
