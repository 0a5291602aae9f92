#include "support/fault.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <stdlib.h>
#include <string.h>

static regatta_model *model_of(regatta_ctx *ctx, tiny_spec spec)
{
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

/* The bytes of the file that a model makes. */
static unsigned char *file_of(regatta_ctx *ctx, const regatta_model *m, int64_t *n)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    scratch_open(folder);
    scratch_path(path, folder, "model");
    CU_ASSERT_EQUAL(regatta_model_save(ctx, m, path), REGATTA_OK);
    unsigned char *bytes = scratch_read(path, n);
    scratch_close(folder);
    return bytes;
}

static void assert_same_file(regatta_ctx *ctx, const regatta_model *a,
                             const regatta_model *b)
{
    int64_t n = 0, m = -1;
    unsigned char *x = file_of(ctx, a, &n), *y = file_of(ctx, b, &m);
    CU_ASSERT(n == m && memcmp(x, y, (size_t)n) == 0);
    free(x);
    free(y);
}

/* The copy's file is the original's, and needs the original no more. */
static void test_model_convert__a_plain_copy(void)
{
    regatta_ctx *ctx = tiny_context(2);
    const tiny_spec specs[] = {tiny_default(), tiny_smallest()};
    for (int k = 0; k < 4; k++) {
        tiny_spec spec = specs[k % 2];
        if (k == 2) spec.dim = 0, spec.channels = 1;
        if (k == 3) spec.attention = REGATTA_ATTENTION_NONE;
        regatta_model *m = model_of(ctx, spec), *again = model_of(ctx, spec);
        regatta_model *copy = NULL;
        CU_ASSERT_EQUAL(regatta_model_convert(ctx, &copy, m, NULL), REGATTA_OK);
        CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
        regatta_model_free(m);
        assert_same_file(ctx, copy, again);
        CU_ASSERT_EQUAL(regatta_model_find(copy, REGATTA_USERS, "u2"), 2);
        CU_ASSERT(spec.dim == 0 || copy->panels != NULL);
        regatta_model_free(copy);
        regatta_model_free(again);
    }
    regatta_ctx_free(ctx);
}

static void test_model_convert__arguments(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, tiny_smallest()), *out = m;
    regatta_convert_options opts = REGATTA_CONVERT_OPTIONS_INIT;
    opts.type = 99;
    CU_ASSERT_EQUAL(regatta_model_convert(ctx, &out, m, &opts), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(out);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "type must be"));
    opts = (regatta_convert_options){.struct_size = 0};
    CU_ASSERT_EQUAL(regatta_model_convert(ctx, &out, m, &opts), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_convert(ctx, &out, NULL, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_convert(ctx, NULL, m, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_convert(NULL, &out, m, NULL), REGATTA_EINVAL);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    regatta_model *copy = NULL;
    const regatta_status status = regatta_model_convert(ctx, &copy, arg, NULL);
    CU_ASSERT_EQUAL(copy == NULL, status != REGATTA_OK);
    regatta_model_free(copy);
    return status;
}

static void test_model_convert__memory(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, tiny_smallest());
    CU_ASSERT(fault_sweep_memory(attempt, m) > 10);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"plain copy", test_model_convert__a_plain_copy},
    {"arguments", test_model_convert__arguments},
    {"memory", test_model_convert__memory},
};

int main(void)
{
    return TEST_MAIN("model_convert", cases);
}
