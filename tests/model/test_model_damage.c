/* Model files that are damaged or forged: refused, or harmless. */
#include "base/hash.h"
#include "model/model_copy.h"
#include "support/channel_model.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

/* Bytes from one that is tried to the next: all bits of a byte are, and fuzz/ has more.
 */
enum { STRIDE = 5 };

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

/* Loads bytes; a model that does load has to answer and to save. */
static regatta_status try_bytes(regatta_ctx *ctx, const unsigned char *bytes, int64_t n)
{
    regatta_model *model = NULL;
    scratch_write(path, bytes, n);
    /* In memory the same bytes are refused, or taken, as well. */
    const regatta_status in_memory =
        regatta_model_load_memory(ctx, &model, bytes, (size_t)n);
    CU_ASSERT_EQUAL(model != NULL, in_memory == REGATTA_OK);
    regatta_model_free(model);
    const regatta_status status = regatta_model_load(ctx, &model, path);
    CU_ASSERT_EQUAL(in_memory, status);
    if (status != REGATTA_OK) {
        CU_ASSERT_PTR_NULL(model);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), path));
        return status;
    }
    uint32_t items[3], user = 1;
    const int64_t offset[] = {0, 1};
    const uint32_t item = 0;
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = 3;
    regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    CU_ASSERT_EQUAL(regatta_recommend(ctx, model, &query, &opts, items, NULL),
                    REGATTA_OK);
    query = (regatta_query){
        .struct_size = sizeof query, .n = 1, .offset = offset, .item = &item};
    CU_ASSERT_EQUAL(regatta_recommend(ctx, model, &query, &opts, items, NULL),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_model_save(ctx, model, "/dev/null"), REGATTA_OK);
    regatta_model_free(model);
    return status;
}

static unsigned char *smallest_bytes(regatta_ctx *ctx, rg_element type, int64_t *n)
{
    regatta_model *floats = model_of(ctx, tiny_smallest()), *model = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_model_convert(ctx, &model, floats, type), REGATTA_OK);
    regatta_model_free(floats);
    CU_ASSERT_EQUAL(regatta_model_save(ctx, model, path), REGATTA_OK);
    regatta_model_free(model);
    return scratch_read(path, n);
}

static void test_model_damage__truncations_are_refused(void)
{
    regatta_ctx *ctx = tiny_context(1);
    int64_t n = 0, tried = 0, refused = 0;
    open_folder();
    unsigned char *bytes = smallest_bytes(ctx, RG_F32, &n);
    for (int64_t k = (n - 1) % STRIDE; k < n; k += STRIDE, tried++)
        refused += try_bytes(ctx, bytes, k) == REGATTA_EFORMAT;
    CU_ASSERT_EQUAL(refused, tried);
    CU_ASSERT_EQUAL(try_bytes(ctx, bytes, n), REGATTA_OK);
    free(bytes);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void test_model_damage__changed_bytes_are_refused(void)
{
    regatta_ctx *ctx = tiny_context(1);
    int64_t n = 0, tried = 0, refused = 0;
    open_folder();
    unsigned char *bytes = smallest_bytes(ctx, RG_F32, &n);
    for (int64_t k = 0; k < n; k += STRIDE, tried++) {
        const unsigned char change = (unsigned char)(1u << (k % 8));
        bytes[k] ^= change;
        refused += try_bytes(ctx, bytes, n) == REGATTA_EFORMAT;
        bytes[k] ^= change;
    }
    CU_ASSERT_EQUAL(refused, tried);
    free(bytes);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void fix_checksum(unsigned char *bytes, int64_t n)
{
    const uint64_t checksum = rg_hash(bytes, (size_t)n - 8, 0);
    memcpy(bytes + n - 8, &checksum, sizeof checksum);
}

/* A forger mends the checksum: then a model loads and answers, or is refused. */
static void forged_bytes_never_do_harm(rg_element type)
{
    regatta_ctx *ctx = tiny_context(1);
    int64_t n = 0, tried = 0, loaded = 0, refused = 0;
    open_folder();
    unsigned char *bytes = smallest_bytes(ctx, type, &n);
    for (int64_t k = 0; k < n - 8; k += STRIDE, tried++) {
        const unsigned char old = bytes[k];
        bytes[k] = (unsigned char)(tried % 3 == 0 ? 0xff : old ^ (1u << (k % 8)));
        fix_checksum(bytes, n);
        const regatta_status status = try_bytes(ctx, bytes, n);
        loaded += status == REGATTA_OK;
        refused += status == REGATTA_EFORMAT;
        bytes[k] = old;
    }
    CU_ASSERT_EQUAL(loaded + refused, tried);
    CU_ASSERT(refused > 200);
    free(bytes);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void test_model_damage__forged_bytes_never_do_harm(void)
{
    forged_bytes_never_do_harm(RG_F32);
    forged_bytes_never_do_harm(RG_I8);
}

static void bad_item(regatta_model *m)
{
    ((uint32_t *)(uintptr_t)m->history_item)[0] = 5;
}
static void repeated_item(regatta_model *m)
{
    ((uint32_t *)(uintptr_t)m->history_item)[m->n_edges - 1] =
        m->history_item[m->n_edges - 2];
}
static void falling_offsets(regatta_model *m)
{
    ((int64_t *)(uintptr_t)m->history_offset)[2] = 99;
}
static void late_offsets(regatta_model *m)
{
    ((int64_t *)(uintptr_t)m->history_offset)[0] = 1;
}
static void nan_vector(regatta_model *m)
{
    ((float *)(uintptr_t)m->vectors->user_vectors.data)[0] = NAN;
}
static void infinite_bias(regatta_model *m)
{
    *(float *)(uintptr_t)m->vectors->bias = INFINITY;
}
static void nan_parameter(regatta_model *m)
{
    m->vectors->params->a[0][1] = NAN;
}
static void negative_degree(regatta_model *m)
{
    *(float *)(uintptr_t)m->vectors->item_degree = -1.0f;
}
static void negative_weight(regatta_model *m)
{
    *(float *)(uintptr_t)m->history_weight = -1.0f;
}
static void no_scale(regatta_model *m)
{
    vectors_of(m)->scale = 0.0f;
}
static void nan_scale(regatta_model *m)
{
    vectors_of(m)->scale = NAN;
}
static void many_heads(regatta_model *m)
{
    vectors_of(m)->shape.heads = 3;
}
static void repeated_name(regatta_model *m)
{
    ((char *)(uintptr_t)m->users->bytes)[4] = '0'; /* u0 u1 -> u0 u0 */
}

static void channel_not_there(regatta_model *m)
{
    drop_channel(m, "spectral");
}
static void half_a_channel(regatta_model *m)
{
    m->blend->on[2] = 0.5f;
}
static void no_channel(regatta_model *m)
{
    for (int a = 0; a < m->blend->n; a++) m->blend->on[a] = 0.0f;
}
static void no_blend(regatta_model *m)
{
    rg_blend_free(m->blend);
    m->blend = NULL;
}
static void nan_unit(regatta_model *m)
{
    m->blend->gate.in[1][2] = NAN;
}
static void half_a_gate(regatta_model *m)
{
    *m->blend->gated = 0.5f;
}
static void nan_weight(regatta_model *m)
{
    ((uint16_t *)(uintptr_t)items_of(m)->rows.value)[1] = 0x7fc0;
}
static void infinite_weight(regatta_model *m)
{
    ((uint16_t *)(uintptr_t)users_of(m)->rows.value)[0] = 0xff80;
}
static void target_too_far(regatta_model *m)
{
    ((uint32_t *)(uintptr_t)users_of(m)->rows.target)[0] = 4;
}
static void repeated_target(regatta_model *m)
{
    uint32_t *target = (uint32_t *)(uintptr_t)items_of(m)->rows.target;
    target[1] = target[0];
}
static void falling_weights(regatta_model *m)
{
    ((int64_t *)(uintptr_t)items_of(m)->rows.offset)[2] = 0;
}
static void nan_filter(regatta_model *m)
{
    ((float *)(uintptr_t)spectral_of(m)->out.data)[2] = NAN;
}
static void infinite_item_scale(regatta_model *m)
{
    ((float *)(uintptr_t)items_of(m)->scale)[0] = INFINITY;
}

static void worst_code(regatta_model *m)
{
    ((int8_t *)(uintptr_t)m->vectors->item_state.data)[3] = INT8_MIN;
}
static void negative_row_scale(regatta_model *m)
{
    ((float *)(uintptr_t)m->vectors->user_x0.scale)[1] = -1.0f;
}
static void huge_row_scale(regatta_model *m)
{
    ((float *)(uintptr_t)spectral_of(m)->in.scale)[1] = 3e38f;
}
static void nan_row_scale(regatta_model *m)
{
    ((float *)(uintptr_t)m->vectors->item_vectors.scale)[0] = NAN;
}
static void compact_bad_item(regatta_model *m)
{
    ((uint32_t *)(uintptr_t)m->history_item)[m->n_edges - 1] = 5;
}
static void compact_repeated_item(regatta_model *m)
{
    uint32_t *item = (uint32_t *)(uintptr_t)m->history_item;
    item[m->n_edges - 1] = item[m->n_edges - 2];
}
static void compact_falling_offsets(regatta_model *m)
{
    ((int64_t *)(uintptr_t)users_of(m)->rows.offset)[2] = 0;
}
static void compact_far_target(regatta_model *m)
{
    ((uint32_t *)(uintptr_t)items_of(m)
         ->rows.target)[items_of(m)->rows.offset[m->n_items] - 1] = 1u << 31;
}
static void worst_weight(regatta_model *m)
{
    ((int8_t *)(uintptr_t)items_of(m)->rows.code)[1] = INT8_MIN;
}
static void huge_weight_scale(regatta_model *m)
{
    /* finite in float, beyond bf16 */
    ((int8_t *)(uintptr_t)users_of(m)->rows.code)[0] = 127;
    ((float *)(uintptr_t)users_of(m)->rows.scale)[0] = 3.4e38f / 127.0f;
}
static void infinite_bf16(regatta_model *m)
{
    ((uint16_t *)(uintptr_t)spectral_of(m)->out.data)[1] = 0x7f80;
}

static void test_model_damage__compact_contents_that_cannot_be(void)
{
    static const struct {
        rg_element type;
        void (*change)(regatta_model *m);
        const char *words;
    } table[] = {
        {RG_I8, worst_code, "items.state: a code is out of range"},
        {RG_I8, negative_row_scale, "users.x0.scale: a number is negative"},
        {RG_I8, huge_row_scale, "spectral.in.scale: a number is too large"},
        {RG_I8, nan_row_scale, "items.vectors.scale: a number is not finite"},
        {RG_I8, compact_bad_item, "history.deltas: a number is out of range"},
        {RG_BF16, compact_repeated_item, "history.deltas: its numbers do not fit"},
        {RG_I8, compact_falling_offsets, "user_attention.offsets: it decreases"},
        {RG_I8, compact_far_target, "item_attention.deltas: a number is out of range"},
        {RG_I8, worst_weight, "item_attention.weights: a code is out of range"},
        {RG_I8, huge_weight_scale, "user_attention.weights.scale: a number is too"},
        {RG_BF16, infinite_bf16, "spectral.out: a number is not finite"},
    };
    regatta_ctx *ctx = tiny_context(1);
    open_folder();
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        regatta_model *made = model_of(ctx, tiny_smallest()), *loaded = NULL;
        regatta_model *compact = NULL;
        CU_ASSERT_EQUAL_FATAL(rg_model_convert(ctx, &compact, made, table[k].type),
                              REGATTA_OK);
        table[k].change(compact);
        CU_ASSERT_EQUAL(regatta_model_save(ctx, compact, path), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_model_load(ctx, &loaded, path), REGATTA_EFORMAT);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), table[k].words));
        regatta_model_free(loaded);
        regatta_model_free(compact);
        regatta_model_free(made);
    }
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void test_model_damage__contents_that_cannot_be(void)
{
    static const struct {
        void (*change)(regatta_model *m);
        const char *words;
    } table[] = {
        {bad_item, "history.items: a number is out of range"},
        {repeated_item, "history.items: a row does not ascend"},
        {falling_offsets, "history.offsets: it decreases"},
        {late_offsets, "history.offsets: it does not begin at 0"},
        {nan_vector, "users.vectors: a number is not finite"},
        {infinite_bias, "items.bias: a number is not finite"},
        {nan_parameter, "attention.layer0.a: a number is not finite"},
        {negative_degree, "items.degree: a number is negative"},
        {negative_weight, "history.weights: a number is negative"},
        {no_scale, "vectors.scale: 1 / temperature is not a float from"},
        {nan_scale, "vectors.scale: 1 / temperature is not a float from"},
        {many_heads, "vectors.shape: a number is out of range"},
        {repeated_name, "users.bytes: "},
        {channel_not_there, "blend: its type or shape is wrong"},
        {half_a_channel, "blend: on is neither 0 nor 1"},
        {no_channel, "blend: no channel is on"},
        {no_blend, "blend: the channels have no blend"},
        {nan_unit, "blend: a number is not finite"},
        {half_a_gate, "blend: gated is neither 0 nor 1"},
        {nan_weight, "item_attention.weights: a number is not finite"},
        {infinite_weight, "user_attention.weights: a number is not finite"},
        {target_too_far, "user_attention.targets: a number is out of range"},
        {repeated_target, "item_attention.targets: a row does not ascend"},
        {falling_weights, "item_attention.offsets: it decreases"},
        {nan_filter, "spectral.out: a number is not finite"},
        {infinite_item_scale, "item_attention.scale: a number is not finite"},
    };
    regatta_ctx *ctx = tiny_context(1);
    open_folder();
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        regatta_model *made = model_of(ctx, tiny_smallest()), *loaded = NULL;
        table[k].change(made);
        CU_ASSERT_EQUAL(regatta_model_save(ctx, made, path), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_model_load(ctx, &loaded, path), REGATTA_EFORMAT);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), table[k].words));
        regatta_model_free(loaded);
        regatta_model_free(made);
    }
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"truncations", test_model_damage__truncations_are_refused},
    {"changed bytes", test_model_damage__changed_bytes_are_refused},
    {"forged bytes", test_model_damage__forged_bytes_never_do_harm},
    {"compact contents", test_model_damage__compact_contents_that_cannot_be},
    {"contents", test_model_damage__contents_that_cannot_be},
};

int test_model_damage(void)
{
    return TEST_MAIN("model_damage", cases);
}
