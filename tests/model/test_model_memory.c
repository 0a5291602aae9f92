/* Models to and from memory. */
#include "model/model_copy.h"
#include "support/fault.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

/* What a write function has taken. */
typedef struct sink {
    unsigned char *bytes;
    size_t n;
    int calls, fail_at; /* -1: never */
} sink;

static int take(void *state, const void *bytes, size_t n)
{
    sink *s = state;
    if (s->calls++ == s->fail_at) return 1;
    unsigned char *grown = realloc(s->bytes, s->n + n);
    if (grown == NULL) return 1;
    memcpy(grown + s->n, bytes, n);
    s->bytes = grown;
    s->n += n;
    return 0;
}

static regatta_model *model_of(regatta_ctx *ctx, tiny_spec spec)
{
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

static sink written(regatta_ctx *ctx, const regatta_model *model)
{
    sink s = {.fail_at = -1};
    CU_ASSERT_EQUAL_FATAL(regatta_model_write(ctx, model, take, &s), REGATTA_OK);
    return s;
}

static void recommend(regatta_ctx *ctx, const regatta_model *model, uint32_t *items,
                      float *scores)
{
    const uint32_t users[] = {1, 7};
    const regatta_query query = {.struct_size = sizeof query, .n = 2, .user = users};
    CU_ASSERT_EQUAL(regatta_recommend(ctx, model, &query, NULL, items, scores),
                    REGATTA_OK);
}

/* The bytes of the file, whatever the type; the model that is loaded from them gives the
 * same answers and the same bytes when they are gone, at any alignment. */
static void test_model_memory__bytes_of_the_file(void)
{
    static const rg_element types[] = {RG_F32, RG_BF16, RG_I8};
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(2);
    tiny_spec spec = tiny_default();
    spec.channels = 1;
    regatta_model *floats = model_of(ctx, spec);
    scratch_open(folder);
    scratch_path(path, folder, "model.regatta");
    for (size_t k = 0; k < 3; k++) {
        regatta_model *model = NULL, *loaded = NULL;
        uint32_t items[2][40];
        float scores[2][40];
        int64_t n = 0;
        CU_ASSERT_EQUAL_FATAL(rg_model_convert(ctx, &model, floats, types[k]),
                              REGATTA_OK);
        sink s = written(ctx, model);
        CU_ASSERT_EQUAL(regatta_model_save(ctx, model, path), REGATTA_OK);
        unsigned char *file = scratch_read(path, &n);
        CU_ASSERT_EQUAL_FATAL(s.n, (size_t)n);
        CU_ASSERT_EQUAL(memcmp(s.bytes, file, s.n), 0);
        free(file);

        unsigned char *moved = malloc(s.n + k + 1);
        CU_ASSERT_PTR_NOT_NULL_FATAL(moved);
        memcpy(moved + k + 1, s.bytes, s.n);
        CU_ASSERT_EQUAL(regatta_model_load_memory(ctx, &loaded, moved + k + 1, s.n),
                        REGATTA_OK);
        memset(moved, 0xff, s.n + k + 1);
        free(moved);
        recommend(ctx, model, items[0], scores[0]);
        recommend(ctx, loaded, items[1], scores[1]);
        CU_ASSERT_EQUAL(memcmp(items[0], items[1], sizeof items[0]), 0);
        CU_ASSERT_EQUAL(memcmp(scores[0], scores[1], sizeof scores[0]), 0);
        sink again = written(ctx, loaded);
        CU_ASSERT(again.n == s.n && memcmp(again.bytes, s.bytes, s.n) == 0);
        free(again.bytes);
        free(s.bytes);
        regatta_model_free(model);
        regatta_model_free(loaded);
    }
    scratch_close(folder);
    regatta_model_free(floats);
    regatta_ctx_free(ctx);
}

/* Cut anywhere, altered anywhere, or nothing at all. */
static void test_model_memory__hostile_bytes(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *made = model_of(ctx, tiny_smallest()), *model = NULL;
    sink s = written(ctx, made);
    CU_ASSERT_EQUAL(regatta_model_load_memory(ctx, &model, NULL, 5), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "the bytes are missing");
    CU_ASSERT_EQUAL(regatta_model_load_memory(ctx, NULL, s.bytes, s.n), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_load_memory(NULL, &model, s.bytes, s.n),
                    REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_load_memory(ctx, &model, s.bytes, SIZE_MAX),
                    REGATTA_EINVAL);
    for (size_t n = 0; n < s.n; n++) {
        unsigned char *cut = malloc(n + 1); /* so that a sanitizer sees what is beyond */
        CU_ASSERT_PTR_NOT_NULL_FATAL(cut);
        memcpy(cut, s.bytes, n);
        CU_ASSERT_EQUAL(regatta_model_load_memory(ctx, &model, cut, n), REGATTA_EFORMAT);
        CU_ASSERT_PTR_NULL(model);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "<memory>: "));
        free(cut);
    }
    for (size_t k = 0; k < s.n; k++) {
        s.bytes[k] ^= 0x41;
        CU_ASSERT_EQUAL(regatta_model_load_memory(ctx, &model, s.bytes, s.n),
                        REGATTA_EFORMAT);
        CU_ASSERT_PTR_NULL(model);
        s.bytes[k] ^= 0x41;
    }
    CU_ASSERT_EQUAL(regatta_model_load_memory(ctx, &model, s.bytes, s.n), REGATTA_OK);
    regatta_model_free(model);
    free(s.bytes);
    regatta_model_free(made);
    regatta_ctx_free(ctx);
}

static void test_model_memory__write_functions_that_fail(void)
{
    regatta_ctx *ctx = tiny_context(1);
    tiny_spec spec = tiny_default();
    spec.channels = 1;
    spec.n_items = 3000; /* more than one piece */
    regatta_model *model = model_of(ctx, spec);
    sink all = written(ctx, model);
    CU_ASSERT(all.calls > 1);
    for (int at = 0; at < all.calls; at++) {
        sink s = {.fail_at = at};
        CU_ASSERT_EQUAL(regatta_model_write(ctx, model, take, &s), REGATTA_EIO);
        CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                               "<memory>: the write function failed");
        CU_ASSERT_EQUAL(s.calls, at + 1); /* not asked again */
        CU_ASSERT(s.n < all.n && (s.n == 0 || memcmp(s.bytes, all.bytes, s.n) == 0));
        free(s.bytes);
    }
    CU_ASSERT_EQUAL(regatta_model_write(ctx, model, NULL, &all), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_write(ctx, NULL, take, &all), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_write(NULL, model, take, &all), REGATTA_EINVAL);
    free(all.bytes);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static regatta_status write_attempt(regatta_ctx *ctx, void *model)
{
    sink s = {.fail_at = -1};
    const regatta_status status = regatta_model_write(ctx, model, take, &s);
    free(s.bytes);
    return status;
}

static regatta_status load_attempt(regatta_ctx *ctx, void *bytes)
{
    const sink *s = bytes;
    regatta_model *model = NULL;
    const regatta_status status = regatta_model_load_memory(ctx, &model, s->bytes, s->n);
    CU_ASSERT_EQUAL(model == NULL, status != REGATTA_OK);
    regatta_model_free(model);
    return status;
}

static void test_model_memory__every_allocation_and_write_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(1);
    tiny_spec spec = tiny_default();
    spec.channels = 1;
    regatta_model *model = model_of(ctx, spec);
    sink s = written(ctx, model);
    fault_sweep_memory(write_attempt, model);
    fault_sweep_io(write_attempt, model);
    fault_sweep_memory(load_attempt, &s);
    free(s.bytes);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"bytes", test_model_memory__bytes_of_the_file},
    {"hostile", test_model_memory__hostile_bytes},
    {"write fails", test_model_memory__write_functions_that_fail},
    {"faults", test_model_memory__every_allocation_and_write_may_fail},
};

int test_model_memory(void)
{
    return TEST_MAIN("model_memory", cases);
}
