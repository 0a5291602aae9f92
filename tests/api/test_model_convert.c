#include "model/model_copy.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
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
        CU_ASSERT(spec.dim == 0 || copy->vectors->item_table != NULL);
        regatta_model_free(copy);
        regatta_model_free(again);
    }
    regatta_ctx_free(ctx);
}

enum { N_TABLES = 6 };
static const uint32_t types[] = {REGATTA_TYPE_BF16, REGATTA_TYPE_I8};

static void tables_of(const rg_rows **out, const regatta_model *m)
{
    static const rg_node_vectors no_vectors;
    static const rg_spectral_state no_filter;
    const rg_node_vectors *v = m->vectors != NULL ? m->vectors : &no_vectors;
    const rg_spectral_state *f = spectral_of(m) != NULL ? spectral_of(m) : &no_filter;
    const rg_rows *all[N_TABLES] = {&v->user_vectors, &v->item_vectors, &v->item_state,
                                    &v->user_x0,      &f->in,           &f->out};
    memcpy(out, all, sizeof all);
}

static regatta_model *converted(regatta_ctx *ctx, const regatta_model *m, uint32_t type)
{
    regatta_model *out = NULL;
    regatta_convert_options opts = REGATTA_CONVERT_OPTIONS_INIT;
    opts.type = type;
    CU_ASSERT_EQUAL(regatta_model_convert(ctx, &out, m, &opts), REGATTA_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    return out;
}

/* Half of the last place kept: 2^-8 of the number in bf16, 1/254 of the row's largest in
 * 8 bits; and a little for the products' own rounding. */
static void assert_rounded(const rg_rows *rows, const rg_rows *from)
{
    float a[64], b[64];
    CU_ASSERT_EQUAL(rows->n, from->n);
    CU_ASSERT_EQUAL_FATAL(rows->dim, from->dim);
    for (int64_t r = 0; r < from->n; r++) {
        float largest = 0.0f;
        rg_rows_decode(a, rows, r, r + 1);
        rg_rows_decode(b, from, r, r + 1);
        for (int64_t k = 0; k < rows->dim; k++) largest = fmaxf(largest, fabsf(b[k]));
        for (int64_t k = 0; k < rows->dim; k++) {
            const float step =
                rows->type == RG_BF16 ? fabsf(b[k]) / 256.0f : largest / 254.0f;
            CU_ASSERT(fabsf(a[k] - b[k]) <= 1.0001f * step);
        }
    }
}

static tiny_spec spec_of(int k)
{
    tiny_spec spec = k % 2 ? tiny_smallest() : tiny_default();
    spec.channels = k != 0;
    if (k == 2) spec.dim = 0;
    if (k == 4) spec.combine = REGATTA_COMBINE_ALL;
    return spec;
}

static void test_model_convert__tables_are_rounded(void)
{
    regatta_ctx *ctx = tiny_context(2);
    for (int k = 0; k < 10; k++) {
        regatta_model *m = model_of(ctx, spec_of(k / 2));
        regatta_model *compact = converted(ctx, m, types[k % 2]);
        const rg_rows *a[N_TABLES], *b[N_TABLES];
        regatta_model_info info = {.struct_size = sizeof info};
        tables_of(a, compact);
        tables_of(b, m);
        for (int t = 0; t < N_TABLES; t++)
            if (b[t]->data != NULL) assert_rounded(a[t], b[t]);
        regatta_model_get_info(NULL, &info, compact);
        CU_ASSERT_EQUAL(info.type, k / 2 == 0 || info.dim > 0 || spectral_of(m) != NULL
                                       ? types[k % 2]
                                       : REGATTA_TYPE_F32);
        CU_ASSERT_PTR_NULL(regatta_model_vectors(compact, REGATTA_ITEMS));
        regatta_model_free(m);
        regatta_model_free(compact);
    }
    regatta_ctx_free(ctx);
}

/* Scores of all items for users and a history. */
static void scores_of(float *out, regatta_ctx *ctx, const regatta_model *m)
{
    uint32_t item[41], user[] = {1, 2, 3};
    const int64_t offset[] = {0, 2};
    const uint32_t history[] = {0, 4};
    regatta_query query = {.struct_size = sizeof query, .n = 3, .user = user};
    const int64_t n = m->n_items;
    for (uint32_t j = 0; j < n; j++) item[j] = j;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &query, item, n, out), REGATTA_OK);
    query = (regatta_query){
        .struct_size = sizeof query, .n = 1, .offset = offset, .item = history};
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &query, item, n, out + 3 * n), REGATTA_OK);
}

/* A compact model answers as the floats that its tables stand for do: to the rounding of
 * other kernels. 1e-4, for what the blend divides by can be small. */
static void test_model_convert__answers_are_those_of_the_rounded_floats(void)
{
    regatta_ctx *ctx = tiny_context(2);
    for (int k = 0; k < 10; k++) {
        regatta_model *m = model_of(ctx, spec_of(k / 2));
        regatta_model *compact = converted(ctx, m, types[k % 2]);
        regatta_model *floats = converted(ctx, compact, REGATTA_TYPE_F32);
        float a[4 * 41], b[4 * 41], c[4 * 41];
        double far = 0.0;
        scores_of(a, ctx, compact);
        scores_of(b, ctx, floats);
        scores_of(c, ctx, m);
        for (int64_t e = 0; e < 4 * m->n_items; e++) {
            CU_ASSERT_DOUBLE_EQUAL(a[e], b[e], 1e-4 * (1.0 + fabs((double)b[e])));
            far = fmax(far, fabs((double)a[e] - (double)c[e]));
        }
        CU_ASSERT(far > 1e-4); /* or nothing was rounded */
        if (m->vectors != NULL) {
            uint32_t user = 3, near[20], same[20];
            float row[8];
            regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
            CU_ASSERT_EQUAL(regatta_fold_in(ctx, compact, &query, row), REGATTA_OK);
            CU_ASSERT_EQUAL(memcmp(row,
                                   rg_model_row(NULL, &floats->vectors->user_vectors, 3),
                                   (size_t)m->vectors->shape.dim * sizeof *row),
                            0);
            query.side = REGATTA_ITEMS;
            CU_ASSERT_EQUAL(regatta_similar(ctx, compact, &query, NULL, near, NULL),
                            REGATTA_OK);
            CU_ASSERT_EQUAL(regatta_similar(ctx, floats, &query, NULL, same, NULL),
                            REGATTA_OK);
            CU_ASSERT_EQUAL(memcmp(near, same, sizeof near), 0);
        }
        regatta_model_free(m);
        regatta_model_free(compact);
        regatta_model_free(floats);
    }
    regatta_ctx_free(ctx);
}

/* The file of a compact model loads, is the same when saved again and from any number of
 * threads, and a plain copy of a compact model is that model. */
static void test_model_convert__files(void)
{
    const uint32_t threads[] = {1, 2, 3, 8};
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    scratch_open(folder);
    scratch_path(path, folder, "model");
    for (int k = 0; k < 10; k++) {
        regatta_ctx *ctx = tiny_context(threads[k % 4]), *one = tiny_context(1);
        regatta_model *m = model_of(ctx, spec_of(k / 2)), *loaded = NULL;
        regatta_model *compact = converted(ctx, m, types[k % 2]);
        regatta_model *same = converted(one, m, types[k % 2]);
        regatta_model *copy = converted(one, same, REGATTA_TYPE_KEEP);
        float a[4 * 41], b[4 * 41];
        CU_ASSERT_EQUAL(regatta_model_save(ctx, compact, path), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
        assert_same_file(ctx, compact, loaded);
        assert_same_file(ctx, compact, same);
        assert_same_file(ctx, compact, copy);
        scores_of(a, ctx, compact);
        scores_of(b, ctx, loaded);
        CU_ASSERT_EQUAL(memcmp(a, b, (size_t)(4 * m->n_items) * sizeof *a), 0);
        CU_ASSERT_EQUAL(rg_model_element(loaded), rg_model_element(compact));
        CU_ASSERT(loaded->compact);
        regatta_model_free(m);
        regatta_model_free(compact);
        regatta_model_free(same);
        regatta_model_free(copy);
        regatta_model_free(loaded);
        regatta_ctx_free(ctx);
        regatta_ctx_free(one);
    }
    scratch_close(folder);
}

/* A float that bf16 would round to infinity. */
static void test_model_convert__numbers_that_do_not_fit(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, tiny_smallest()), *out = m;
    regatta_convert_options opts = REGATTA_CONVERT_OPTIONS_INIT;
    ((float *)(uintptr_t)m->vectors->item_state.data)[3] = 3.4e38f;
    opts.type = REGATTA_TYPE_BF16;
    CU_ASSERT_EQUAL(regatta_model_convert(ctx, &out, m, &opts), REGATTA_ENUMERIC);
    CU_ASSERT_PTR_NULL(out);
    regatta_model_free(m);
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
    regatta_convert_options opts = REGATTA_CONVERT_OPTIONS_INIT;
    opts.type = REGATTA_TYPE_I8;
    const regatta_status status = regatta_model_convert(ctx, &copy, arg, &opts);
    CU_ASSERT_EQUAL(copy == NULL, status != REGATTA_OK);
    regatta_model_free(copy);
    return status;
}

static void test_model_convert__memory(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, tiny_smallest());
    fault_sweep_memory(attempt, m);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"plain copy", test_model_convert__a_plain_copy},
    {"rounded", test_model_convert__tables_are_rounded},
    {"answers", test_model_convert__answers_are_those_of_the_rounded_floats},
    {"files", test_model_convert__files},
    {"do not fit", test_model_convert__numbers_that_do_not_fit},
    {"arguments", test_model_convert__arguments},
    {"memory", test_model_convert__memory},
};

int test_model_convert(void)
{
    return TEST_MAIN("model_convert", cases);
}
