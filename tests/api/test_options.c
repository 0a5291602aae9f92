#include "api/options.h"
#include "support/suite.h"
#include <stddef.h>

typedef struct options {
    uint32_t struct_size;
    uint32_t a, b;
} options;

static regatta_ctx *context(void)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    return ctx;
}

static void test_options__null_leaves_the_init_values(void)
{
    regatta_ctx *ctx = context();
    options o = {sizeof o, 1, 2};
    CU_ASSERT_EQUAL(rg_options_read(ctx, &o, sizeof o, NULL, "options"), REGATTA_OK);
    CU_ASSERT_EQUAL(o.a, 1);
    CU_ASSERT_EQUAL(o.b, 2);
    regatta_ctx_free(ctx);
}

static void test_options__an_older_caller_sets_the_fields_it_knows(void)
{
    regatta_ctx *ctx = context();
    options o = {sizeof o, 1, 2};
    const options old = {offsetof(options, b), 7, 9};
    CU_ASSERT_EQUAL(rg_options_read(ctx, &o, sizeof o, &old, "options"), REGATTA_OK);
    CU_ASSERT_EQUAL(o.a, 7);
    CU_ASSERT_EQUAL(o.b, 2);
    CU_ASSERT_EQUAL(o.struct_size, sizeof o);
    regatta_ctx_free(ctx);
}

static void test_options__a_newer_caller_is_cut_to_what_is_known(void)
{
    regatta_ctx *ctx = context();
    options o = {sizeof o, 1, 2};
    const struct {
        options known;
        uint32_t later;
    } new = {{sizeof new, 5, 6}, 99};
    CU_ASSERT_EQUAL(rg_options_read(ctx, &o, sizeof o, &new, "options"), REGATTA_OK);
    CU_ASSERT_EQUAL(o.a, 5);
    CU_ASSERT_EQUAL(o.b, 6);
    regatta_ctx_free(ctx);
}

static void test_options__a_size_of_zero_is_refused(void)
{
    regatta_ctx *ctx = context();
    options o = {sizeof o, 1, 2};
    const options unset = {0, 5, 6};
    CU_ASSERT_EQUAL(rg_options_read(ctx, &o, sizeof o, &unset, "train options"),
                    REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                           "train options: struct_size is not set");
    CU_ASSERT_EQUAL(o.a, 1);
    regatta_ctx_free(ctx);
}

static void test_options__writes_no_byte_past_the_callers_struct(void)
{
    options caller = {offsetof(options, b), 0, 77};
    const options filled = {sizeof filled, 3, 4};
    rg_struct_write(&caller, &filled, sizeof filled);
    CU_ASSERT_EQUAL(caller.struct_size, offsetof(options, b));
    CU_ASSERT_EQUAL(caller.a, 3);
    CU_ASSERT_EQUAL(caller.b, 77);
}

static const test_case cases[] = {
    {"null", test_options__null_leaves_the_init_values},
    {"older caller", test_options__an_older_caller_sets_the_fields_it_knows},
    {"newer caller", test_options__a_newer_caller_is_cut_to_what_is_known},
    {"size zero", test_options__a_size_of_zero_is_refused},
    {"struct write", test_options__writes_no_byte_past_the_callers_struct},
};

int test_options(void)
{
    return TEST_MAIN("options", cases);
}
