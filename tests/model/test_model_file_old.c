/* Model files of format version 1, made by the library that wrote them: 24 users and 16
 * items of tests/cli/lib.sh's `planted 24 16 4 3`, `train --dim 4 --steps 5 --temperature
 * 0.2`; and a seed of the model fuzzer of that time, whose blend has products. */
#include "model/model.h"
#include "support/fault.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <regatta/regatta.h>
#include <string.h>

#define GOLDEN REGATTA_TEST_DATA "/golden/"

/* What that library's `recommend -k 3` printed. */
static void test_model_file_old__answers_as_it_did(void)
{
    static const char *const names[] = {"i3", "i2", "i11", "i12", "i15", "i0"};
    static const float right[] = {6.4855666f, 3.8589592f,   0.2774128f,
                                  9.582691f,  -0.08084541f, -1.4015496f};
    const uint32_t user[] = {0, 1};
    const regatta_query query = {.struct_size = sizeof query, .n = 2, .user = user};
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = NULL;
    uint32_t items[6];
    float scores[6];
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &m, GOLDEN "model_v1.regatta"),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(m->blend->gated, 0.0f);
    CU_ASSERT_EQUAL(m->blend->base[0], 2.0f);
    CU_ASSERT_EQUAL(m->blend->on[3], 1.0f);
    o.k = 3;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, items, scores), REGATTA_OK);
    for (int k = 0; k < 6; k++) {
        CU_ASSERT_STRING_EQUAL(regatta_model_name(m, REGATTA_ITEMS, items[k]), names[k]);
        CU_ASSERT_DOUBLE_EQUAL(scores[k], right[k], 1e-4);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Read, written and read again it is a model of this version with the same blend. */
static void test_model_file_old__is_written_as_a_new_one(void)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = NULL, *again = NULL;
    scratch_open(folder);
    scratch_path(path, folder, "model.regatta");
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &m, GOLDEN "model_v1.regatta"),
                          REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_save(ctx, m, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &again, path), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(m->blend, again->blend, sizeof *m->blend), 0);
    regatta_model_free(m);
    regatta_model_free(again);
    regatta_ctx_free(ctx);
    scratch_close(folder);
}

static void test_model_file_old__products_are_refused(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = NULL;
    CU_ASSERT_EQUAL(regatta_model_load(ctx, &m, GOLDEN "model_v1_products.regatta"),
                    REGATTA_EFORMAT);
    CU_ASSERT_PTR_NULL(m);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "products of channels"));
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    regatta_model *m = NULL;
    (void)arg;
    const regatta_status status = regatta_model_load(ctx, &m, GOLDEN "model_v1.regatta");
    CU_ASSERT_EQUAL(m == NULL, status != REGATTA_OK);
    regatta_model_free(m);
    return status;
}

static void test_model_file_old__memory(void)
{
    fault_sweep_memory(attempt, NULL);
}

int main(void)
{
    static const test_case cases[] = {
        {"answers", test_model_file_old__answers_as_it_did},
        {"written", test_model_file_old__is_written_as_a_new_one},
        {"products", test_model_file_old__products_are_refused},
        {"memory", test_model_file_old__memory},
    };
    return TEST_MAIN("model_file_old", cases);
}
