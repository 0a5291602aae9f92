/* Model files of format versions 1 and 2, made by the library that wrote them: 24 users
 * and 16 items of tests/cli/lib.sh's `planted 24 16 4 3`, `train --dim 4 --steps 5
 * --temperature 0.2`; that of version 2 with `--attention gat`, and as 8-bit codes; and a
 * seed of the model fuzzer of version 1, whose blend has products. */
#include "model/model.h"
#include "support/fault.h"
#include "support/forge.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_blend.h"
#include "support/tiny_model.h"
#include <regatta/regatta.h>
#include <stdio.h>
#include <string.h>

#define GOLDEN REGATTA_TEST_DATA "/golden/"

/* What those libraries' `recommend -k 3` printed for two users. */
static const struct {
    const char *file, *name[6];
    float score[6];
} FILES[] = {
    {"model_v1.regatta",
     {"i3", "i2", "i11", "i12", "i15", "i0"},
     {6.4855666f, 3.8589592f, 0.2774128f, 9.582691f, -0.08084541f, -1.4015496f}},
    {"model_v2.regatta",
     {"i3", "i2", "i11", "i12", "i15", "i0"},
     {6.474327f, 3.8571033f, 0.29648197f, 9.566135f, -0.09828978f, -1.3675492f}},
    {"model_v2_i8.regatta",
     {"i3", "i2", "i11", "i12", "i15", "i0"},
     {6.4063783f, 3.884143f, 0.30246055f, 9.530319f, -0.08991329f, -1.1805055f}},
};
enum { N_FILES = 3 };

static regatta_model *load(regatta_ctx *ctx, int k)
{
    char path[SCRATCH_PATH];
    regatta_model *m = NULL;
    snprintf(path, sizeof path, GOLDEN "%s", FILES[k].file);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &m, path), REGATTA_OK);
    return m;
}

static void answers(regatta_ctx *ctx, const regatta_model *m, int k)
{
    const uint32_t user[] = {0, 1};
    const regatta_query query = {.struct_size = sizeof query, .n = 2, .user = user};
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    uint32_t items[6];
    float scores[6];
    o.k = 3;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, items, scores), REGATTA_OK);
    for (int e = 0; e < 6; e++) {
        CU_ASSERT_STRING_EQUAL(regatta_model_name(m, REGATTA_ITEMS, items[e]),
                               FILES[k].name[e]);
        CU_ASSERT_DOUBLE_EQUAL(scores[e], FILES[k].score[e], 1e-4);
    }
}

static void test_model_file_old__answers_as_it_did(void)
{
    regatta_ctx *ctx = tiny_context(1);
    for (int k = 0; k < N_FILES; k++) {
        regatta_model *m = load(ctx, k);
        answers(ctx, m, k);
        CU_ASSERT_EQUAL(*m->blend->gated, 0.0f);
        CU_ASSERT_EQUAL(m->blend->base[0], 2.0f);
        CU_ASSERT_EQUAL(m->blend->on[3], 1.0f);
        regatta_model_free(m);
    }
    regatta_ctx_free(ctx);
}

/* Read, written and read again it is a model of this version that answers the same. */
static void test_model_file_old__is_written_as_a_new_one(void)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(1);
    scratch_open(folder);
    scratch_path(path, folder, "model.regatta");
    for (int k = 0; k < N_FILES; k++) {
        regatta_model *m = load(ctx, k), *again = NULL;
        CU_ASSERT_EQUAL_FATAL(regatta_model_save(ctx, m, path), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &again, path), REGATTA_OK);
        CU_ASSERT(same_blend(m->blend, again->blend));
        answers(ctx, again, k);
        regatta_model_free(m);
        regatta_model_free(again);
    }
    regatta_ctx_free(ctx);
    scratch_close(folder);
}

/* Numbers of version 2 that are out of range. */
static void test_model_file_old__bad_shapes_are_refused(void)
{
    static const struct {
        int place;
        int64_t number;
        const char *words;
    } table[] = {{4, 0, "it names attention or a combination of vectors"},
                 {4, -1, "shape: a number is out of range"},
                 {8, 4, "shape: a number is out of range"},
                 {8, 1, "blend: it does not match the model's channels"},
                 {2, 3, "vectors.shape: a number is out of range"},
                 {11, 0, "blend: it does not match the model's channels"},
                 {5, 0, "shape: a number is out of range"}};
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(1);
    scratch_open(folder);
    scratch_path(path, folder, "model.regatta");
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        forge f;
        regatta_model *m = NULL;
        forge_open(&f, ctx, GOLDEN "model_v2.regatta");
        CU_ASSERT_EQUAL(f.version, 2);
        ((int64_t *)forge_data(&f, "shape"))[table[k].place] = table[k].number;
        forge_save(&f, path);
        CU_ASSERT_EQUAL(regatta_model_load(ctx, &m, path), REGATTA_EFORMAT);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), table[k].words));
        if (strstr(regatta_last_error(ctx), table[k].words) == NULL)
            fprintf(stderr, "%s\n", regatta_last_error(ctx));
        forge_close(&f);
    }
    scratch_close(folder);
    regatta_ctx_free(ctx);
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
    const regatta_status status = regatta_model_load(ctx, &m, arg);
    CU_ASSERT_EQUAL(m == NULL, status != REGATTA_OK);
    regatta_model_free(m);
    return status;
}

static void test_model_file_old__memory(void)
{
    fault_sweep_memory(attempt, GOLDEN "model_v1.regatta");
    fault_sweep_memory(attempt, GOLDEN "model_v2_i8.regatta");
}

int test_model_file_old(void)
{
    static const test_case cases[] = {
        {"answers", test_model_file_old__answers_as_it_did},
        {"written", test_model_file_old__is_written_as_a_new_one},
        {"bad shapes", test_model_file_old__bad_shapes_are_refused},
        {"products", test_model_file_old__products_are_refused},
        {"memory", test_model_file_old__memory},
    };
    return TEST_MAIN("model_file_old", cases);
}
