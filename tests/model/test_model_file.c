#include "model/model_copy.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_blend.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

static char folder[SCRATCH_PATH], path[SCRATCH_PATH];

static void open_folder(void)
{
    scratch_open(folder);
    scratch_path(path, folder, "model.regatta");
}

static regatta_model *model_of(regatta_ctx *ctx, tiny_spec spec)
{
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

static int same_floats(const float *a, const float *b, int64_t n)
{
    return memcmp(a, b, (size_t)n * sizeof *a) == 0;
}

static void assert_same_answers(regatta_ctx *ctx, const regatta_model *a,
                                const regatta_model *b)
{
    enum { K = 5 };
    const uint32_t user[] = {3, 1};
    const int64_t offset[] = {0, 2};
    const uint32_t item[] = {0, 4};
    const regatta_query users = {.struct_size = sizeof users, .n = 2, .user = user};
    const regatta_query history = {
        .struct_size = sizeof history, .n = 1, .offset = offset, .item = item};
    uint32_t items[2][3 * K];
    float scores[2][3 * K];
    const regatta_model *both[] = {a, b};
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = K;
    for (int k = 0; k < 2; k++) {
        CU_ASSERT_EQUAL(
            regatta_recommend(ctx, both[k], &users, &opts, items[k], scores[k]),
            REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_recommend(ctx, both[k], &history, &opts, items[k] + 2 * K,
                                          scores[k] + 2 * K),
                        REGATTA_OK);
    }
    CU_ASSERT_EQUAL(memcmp(items[0], items[1], sizeof items[0]), 0);
    CU_ASSERT_EQUAL(memcmp(scores[0], scores[1], sizeof scores[0]), 0);
}

static void assert_same_model(const regatta_model *a, const regatta_model *b)
{
    regatta_model_info x = {.struct_size = sizeof x}, y = {.struct_size = sizeof y};
    regatta_model_get_info(NULL, &x, a);
    regatta_model_get_info(NULL, &y, b);
    CU_ASSERT_EQUAL(x.n_users, y.n_users);
    CU_ASSERT_EQUAL(x.n_items, y.n_items);
    CU_ASSERT_EQUAL(x.dim, y.dim);
    CU_ASSERT_EQUAL(x.n_edges, y.n_edges);
    CU_ASSERT_EQUAL(x.data_hash, y.data_hash);
    CU_ASSERT_EQUAL(x.valid_ndcg, y.valid_ndcg);
    CU_ASSERT(isnan(x.valid_recall) && isnan(y.valid_recall));
    CU_ASSERT_STRING_EQUAL(regatta_model_json(a), regatta_model_json(b));
    CU_ASSERT_EQUAL(a->vectors->scale, b->vectors->scale);
    CU_ASSERT_EQUAL(a->blend == NULL, b->blend == NULL);
    if (a->blend != NULL) CU_ASSERT(same_blend(a->blend, b->blend));
    const regatta_side sides[] = {REGATTA_USERS, REGATTA_ITEMS};
    for (int s = 0; s < 2; s++) {
        const uint32_t n = s == 0 ? x.n_users : x.n_items;
        CU_ASSERT(same_floats(regatta_model_vectors(a, sides[s]),
                              regatta_model_vectors(b, sides[s]), (int64_t)n * x.dim));
        for (uint32_t k = 0; k < n; k++) {
            const char *name = regatta_model_name(b, sides[s], k);
            CU_ASSERT_STRING_EQUAL(regatta_model_name(a, sides[s], k), name);
            CU_ASSERT_EQUAL(regatta_model_find(b, sides[s], name), k);
        }
        CU_ASSERT_PTR_NULL(regatta_model_name(b, sides[s], n));
        CU_ASSERT_EQUAL(regatta_model_find(b, sides[s], "nobody"), REGATTA_NONE);
    }
}

static void test_model_file__what_is_loaded_is_what_was_saved(void)
{
    const regatta_attention kinds[] = {REGATTA_ATTENTION_NONE, REGATTA_ATTENTION_COSINE,
                                       REGATTA_ATTENTION_DOT, REGATTA_ATTENTION_GAT,
                                       REGATTA_ATTENTION_GATV2};
    regatta_ctx *ctx = tiny_context(2);
    open_folder();
    for (int k = 0; k < 5; k++)
        for (int variant = 0; variant < 2; variant++) {
            tiny_spec spec = tiny_default();
            spec.attention = kinds[k];
            spec.weighted = variant;
            spec.channels = k % 2 == variant;
            spec.combine = variant ? REGATTA_COMBINE_ALL : REGATTA_COMBINE_MEAN;
            regatta_model *made = model_of(ctx, spec), *loaded = NULL;
            CU_ASSERT_EQUAL(regatta_model_save(ctx, made, path), REGATTA_OK);
            CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
            assert_same_model(made, loaded);
            assert_same_answers(ctx, made, loaded);
            regatta_model_free(made);
            regatta_model_free(loaded);
        }
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* dim 0: the other channels in a blend, then item attention alone without one. */
static void test_model_file__without_vectors(void)
{
    regatta_ctx *ctx = tiny_context(2);
    tiny_spec spec = tiny_default();
    spec.dim = 0;
    spec.channels = 1;
    open_folder();
    for (int alone = 0; alone < 2; alone++) {
        regatta_model *made = model_of(ctx, spec), *loaded = NULL;
        if (alone) {
            drop_channel(made, "users");
            drop_channel(made, "spectral");
            rg_blend_free(made->blend);
            made->blend = NULL;
        }
        CU_ASSERT_EQUAL(regatta_model_save(ctx, made, path), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
        assert_same_answers(ctx, made, loaded);
        CU_ASSERT_EQUAL(loaded->blend == NULL, alone);
        CU_ASSERT_PTR_NULL(regatta_model_vectors(loaded, REGATTA_ITEMS));
        CU_ASSERT_PTR_NULL(regatta_model_vectors(made, REGATTA_USERS));
        regatta_model_free(made);
        regatta_model_free(loaded);
    }
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void test_model_file__saving_again_gives_the_same_bytes(void)
{
    regatta_ctx *ctx = tiny_context(2);
    char second[SCRATCH_PATH];
    int64_t n = 0, m = 0;
    open_folder();
    scratch_path(second, folder, "second");
    regatta_model *made = model_of(ctx, tiny_smallest()), *loaded = NULL;
    CU_ASSERT_EQUAL(regatta_model_save(ctx, made, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_model_save(ctx, loaded, second), REGATTA_OK);
    unsigned char *a = scratch_read(path, &n), *b = scratch_read(second, &m);
    CU_ASSERT_EQUAL(n, m);
    CU_ASSERT(n == m && memcmp(a, b, (size_t)n) == 0);
    free(a);
    free(b);
    regatta_model_free(made);
    regatta_model_free(loaded);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* Tensors begin at 64-byte boundaries of the file, so that arrays in the map do. */
static void test_model_file__arrays_are_aligned(void)
{
    regatta_ctx *ctx = tiny_context(1);
    open_folder();
    regatta_model *made = model_of(ctx, tiny_smallest()), *loaded = NULL;
    CU_ASSERT_EQUAL(regatta_model_save(ctx, made, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
    const void *arrays[] = {loaded->history_offset,
                            loaded->history_item,
                            loaded->history_weight,
                            loaded->vectors->user_vectors.data,
                            loaded->vectors->item_vectors.data,
                            loaded->vectors->bias,
                            loaded->vectors->item_state.data,
                            loaded->vectors->user_x0.data,
                            items_of(loaded)->rows.offset,
                            items_of(loaded)->rows.target,
                            items_of(loaded)->rows.value,
                            items_of(loaded)->scale,
                            users_of(loaded)->rows.value,
                            spectral_of(loaded)->in.data,
                            spectral_of(loaded)->out.data};
    for (int k = 0; k < 15; k++) CU_ASSERT_EQUAL((uintptr_t)arrays[k] % 64, 0);
    regatta_model_free(made);
    regatta_model_free(loaded);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static unsigned char *smallest_bytes(regatta_ctx *ctx, int64_t *n)
{
    regatta_model *model = model_of(ctx, tiny_smallest());
    CU_ASSERT_EQUAL(regatta_model_save(ctx, model, path), REGATTA_OK);
    regatta_model_free(model);
    return scratch_read(path, n);
}

static void test_model_file__other_files_and_places(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *made = model_of(ctx, tiny_smallest()), *loaded = made;
    open_folder();
    CU_ASSERT_EQUAL(regatta_model_load(ctx, &loaded, path), REGATTA_EIO);
    CU_ASSERT_PTR_NULL(loaded);
    CU_ASSERT_EQUAL(regatta_model_load(ctx, &loaded, folder), REGATTA_EFORMAT);
    scratch_write(path, "user item\n1 2\n3 4 and some more text\n", 36);
    CU_ASSERT_EQUAL(regatta_model_load(ctx, &loaded, path), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "not a regatta model"));
    scratch_write(path, "", 0);
    CU_ASSERT_EQUAL(regatta_model_load(ctx, &loaded, path), REGATTA_EFORMAT);
    CU_ASSERT_EQUAL(regatta_model_save(ctx, made, folder), REGATTA_EFORMAT);
    CU_ASSERT_EQUAL(regatta_model_save(ctx, made, "/dev/full"), REGATTA_EIO);
    CU_ASSERT_EQUAL(regatta_model_save(ctx, made, "/no/such/folder/x"), REGATTA_EIO);
    CU_ASSERT_EQUAL(regatta_model_save(ctx, NULL, path), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_save(ctx, made, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_load(ctx, &loaded, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_load(ctx, NULL, path), REGATTA_EINVAL);
    regatta_model_free(made);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static regatta_status save_attempt(regatta_ctx *ctx, void *arg)
{
    return regatta_model_save(ctx, arg, path);
}

static regatta_status load_attempt(regatta_ctx *ctx, void *arg)
{
    regatta_model *model = NULL;
    (void)arg;
    const regatta_status status = regatta_model_load(ctx, &model, path);
    CU_ASSERT_EQUAL(model == NULL, status != REGATTA_OK);
    regatta_model_free(model);
    return status;
}

/* Compact files allocate for their targets and weights, and every header for its names
 * and texts: a failure is never told as a damaged file. */
static void test_model_file__every_allocation_of_other_kinds(void)
{
    static const rg_element types[] = {RG_BF16, RG_I8};
    regatta_ctx *ctx = tiny_context(1);
    open_folder();
    for (int k = 0; k < 2; k++) {
        regatta_model *floats = model_of(ctx, tiny_smallest()), *model = NULL;
        CU_ASSERT_EQUAL_FATAL(rg_model_convert(ctx, &model, floats, types[k]),
                              REGATTA_OK);
        fault_sweep_memory(save_attempt, model);
        CU_ASSERT_EQUAL(regatta_model_save(ctx, model, path), REGATTA_OK);
        fault_sweep_memory(load_attempt, NULL);
        regatta_model_free(floats);
        regatta_model_free(model);
    }
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void test_model_file__every_allocation_and_system_call_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *made = model_of(ctx, tiny_smallest());
    int64_t n = 0, m = 0;
    open_folder();
    unsigned char *before = smallest_bytes(ctx, &n);
    fault_sweep_io(save_attempt, made);
    fault_sweep_memory(save_attempt, made);
    unsigned char *after = scratch_read(path, &m);
    CU_ASSERT(n == m && memcmp(before, after, (size_t)n) == 0);
    fault_sweep_io(load_attempt, NULL);
    fault_sweep_memory(load_attempt, NULL);
    free(before);
    free(after);
    regatta_model_free(made);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"round trip", test_model_file__what_is_loaded_is_what_was_saved},
    {"without vectors", test_model_file__without_vectors},
    {"same bytes", test_model_file__saving_again_gives_the_same_bytes},
    {"alignment", test_model_file__arrays_are_aligned},
    {"other files", test_model_file__other_files_and_places},
    {"faults of compact files", test_model_file__every_allocation_of_other_kinds},
    {"faults", test_model_file__every_allocation_and_system_call_may_fail},
};

int test_model_file(void)
{
    return TEST_MAIN("model_file", cases);
}
