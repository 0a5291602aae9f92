/* Model files that were forged and have a right checksum: each is refused with a line
 * that names file and tensor, or answers everything as a model has to. */
#include "model/model_copy.h"
#include "model/model_index.h"
#include "support/ask_all.h"
#include "support/forge.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BASES = 6 };

static char folder[SCRATCH_PATH], path[SCRATCH_PATH], base_path[BASES][SCRATCH_PATH];

/* Every optional part is in one of them. */
static void write_bases(regatta_ctx *ctx)
{
    static const struct {
        regatta_attention attention;
        int64_t dim;
        rg_element type;
        int index;
    } base[BASES] = {
        {REGATTA_ATTENTION_GATV2, 4, RG_F32, 0}, {REGATTA_ATTENTION_NONE, 4, RG_F32, 1},
        {REGATTA_ATTENTION_NONE, 4, RG_I8, 1},   {REGATTA_ATTENTION_GAT, 4, RG_BF16, 0},
        {REGATTA_ATTENTION_NONE, 0, RG_F32, 0},  {REGATTA_ATTENTION_NONE, 0, RG_I8, 0}};
    scratch_open(folder);
    scratch_path(path, folder, "forged.regatta");
    for (int b = 0; b < BASES; b++) {
        char name[32];
        tiny_spec spec = tiny_smallest();
        regatta_model *floats = NULL, *model = NULL;
        spec.attention = base[b].attention;
        spec.dim = base[b].dim;
        snprintf(name, sizeof name, "base%d.regatta", b);
        scratch_path(base_path[b], folder, name);
        CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &floats, &spec), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(rg_model_convert(ctx, &model, floats, base[b].type),
                              REGATTA_OK);
        if (base[b].index)
            CU_ASSERT_EQUAL(rg_model_index_build(ctx, model, 4, 8), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_model_save(ctx, model, base_path[b]), REGATTA_OK);
        regatta_model_free(floats);
        regatta_model_free(model);
    }
}

/* Loads what was forged, and asks it everything if it is a model. */
static regatta_status try_forged(const forge *f)
{
    regatta_model *model = NULL;
    forge_save(f, path);
    const regatta_status status = regatta_model_load(f->ctx, &model, path);
    if (status == REGATTA_OK) {
        const char *wrong = ask_all(f->ctx, model);
        CU_ASSERT_PTR_NULL(wrong);
        if (wrong != NULL) fprintf(stderr, "forged model: %s\n", wrong);
    } else {
        CU_ASSERT_EQUAL(status, REGATTA_EFORMAT);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(f->ctx), path));
    }
    regatta_model_free(model);
    return status;
}

static void refuses(const forge *f, const char *words)
{
    CU_ASSERT_EQUAL(try_forged(f), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(f->ctx), words));
    if (strstr(regatta_last_error(f->ctx), words) == NULL)
        fprintf(stderr, "'%s' is not in '%s'\n", words, regatta_last_error(f->ctx));
}

static void test_model_forged__shapes(void)
{
    static const int64_t values[] = {-1, 0, 1, 2,    3,          4,        5,
                                     6,  8, 9, 4096, 4294967295, INT64_MAX};
    regatta_ctx *ctx = tiny_context(1);
    int64_t loaded = 0, tried = 0;
    write_bases(ctx);
    for (int b = 0; b < BASES; b++)
        for (int64_t place = 0; place < (b < 4 ? 8 : 3); place++)
            for (size_t v = 0; v < sizeof values / sizeof *values; v++, tried++) {
                forge f;
                forge_open(&f, ctx, base_path[b]);
                int64_t *numbers = forge_data(&f, place < 3 ? "shape" : "vectors.shape");
                numbers[place < 3 ? place : place - 3] = values[v];
                loaded += try_forged(&f) == REGATTA_OK;
                forge_close(&f);
            }
    CU_ASSERT(loaded >= BASES && loaded < tried / 4);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* Names of channels that the file has no arrays of, that nobody knows, or that do not
 * end. */
static void test_model_forged__channels(void)
{
    static const struct {
        int base;
        const char *names, *words;
    } table[] = {
        {4, "vectors\nitems\nusers\nspectral\n", "vectors.shape: it is missing"},
        {0, "vectors\nitems\nusers\n", "blend: its type or shape is wrong"},
        {0, "items\nvectors\nusers\nspectral\nitems\n", "channels: a name is repeated"},
        {0, "vectors\nitems\nusers\nspectral", "channels: a name does not end"},
        {0, "vectors\nitems\nusers\nghosts\n",
         "channels: this build has no channel \"ghosts\""},
        {0, "\n", "channels: this build has no channel \"\""},
        {0, "", "channels: it is missing"},
    };
    regatta_ctx *ctx = tiny_context(1);
    write_bases(ctx);
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        forge f;
        rg_tensor t = {.name = "channels",
                       .dtype = RG_DTYPE_U8,
                       .rank = 1,
                       .dim = {(int64_t)strlen(table[k].names), 1, 1},
                       .data = table[k].names};
        forge_open(&f, ctx, base_path[table[k].base]);
        forge_put(&f, &t);
        refuses(&f, table[k].words);
        forge_close(&f);
    }
    forge f;
    forge_open(&f, ctx, base_path[0]);
    ((int64_t *)forge_data(&f, "user_attention.offsets"))[4] += 1;
    refuses(&f, "user_attention.offsets: it does not span the edges");
    forge_close(&f);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* Each tensor out, emptied, of another type: what is optional alone may be missing. */
static void test_model_forged__tensors_that_are_missing(void)
{
    regatta_ctx *ctx = tiny_context(1);
    write_bases(ctx);
    for (int b = 0; b < BASES; b++) {
        forge whole;
        forge_open(&whole, ctx, base_path[b]);
        for (int k = 0; k < whole.n; k++)
            for (int way = 0; way < 3; way++) {
                const char *name = whole.tensor[k].name;
                const int optional = strcmp(name, "history.weights") == 0 ||
                                     strcmp(name, "history.given_weights") == 0 ||
                                     strcmp(name, "item_attention.solved") == 0 ||
                                     (strcmp(name, "users.x0") == 0 && b == 1);
                forge f;
                forge_open(&f, ctx, base_path[b]);
                rg_tensor *t = forge_find(&f, name);
                if (way == 0) forge_drop(&f, name);
                if (way == 1) t->dim[t->rank - 1] = 0;
                if (way == 2)
                    t->dtype = t->dtype == RG_DTYPE_F32 ? RG_DTYPE_U32 : RG_DTYPE_U8;
                if (way == 2 && t->dtype == RG_DTYPE_U8) t->dim[t->rank - 1] = 1;
                CU_ASSERT_EQUAL(try_forged(&f) == REGATTA_OK, way == 0 && optional);
                forge_close(&f);
            }
        forge_close(&whole);
    }
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* A table and its scales are there together, or neither is. */
static void test_model_forged__scales_go_with_their_tables(void)
{
    regatta_ctx *ctx = tiny_context(1);
    forge f;
    write_bases(ctx);
    forge_open(&f, ctx, base_path[2]);
    forge_drop(&f, "users.x0.scale");
    refuses(&f, "users.x0.scale: it is missing");
    forge_close(&f);
    forge_open(&f, ctx, base_path[2]);
    forge_drop(&f, "users.x0");
    refuses(&f, "tensor users.x0.scale: the model has no such array");
    forge_drop(&f, "users.x0.scale");
    CU_ASSERT_EQUAL(try_forged(&f), REGATTA_OK);
    forge_close(&f);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* Each tensor of one base in another, where the shape does not name it. */
static void test_model_forged__tensors_that_are_not_named(void)
{
    regatta_ctx *ctx = tiny_context(1);
    write_bases(ctx);
    for (int from = 0; from < BASES; from++)
        for (int to = 0; to < BASES; to++) {
            forge source, own;
            forge_open(&source, ctx, base_path[from]);
            forge_open(&own, ctx, base_path[to]);
            for (int k = 0; k < source.n; k++) {
                forge f;
                if (forge_find(&own, source.tensor[k].name) != NULL) continue;
                forge_open(&f, ctx, base_path[to]);
                forge_put(&f, &source.tensor[k]);
                CU_ASSERT_EQUAL(try_forged(&f), REGATTA_EFORMAT);
                forge_close(&f);
            }
            forge_close(&source);
            forge_close(&own);
        }
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* Numbers at the ends of their types, in all places of a tensor and in one. */
static void fill(rg_tensor *t, double value, int64_t n)
{
    void *data = (void *)(uintptr_t)t->data;
    const float x = (float)value;
    uint32_t bits = 0;
    memcpy(&bits, &x, sizeof bits);
    for (int64_t k = 0; k < n; k++) {
        if (t->dtype == RG_DTYPE_F32) ((float *)data)[k] = x;
        if (t->dtype == RG_DTYPE_F64) ((double *)data)[k] = value;
        if (t->dtype == RG_DTYPE_BF16) ((uint16_t *)data)[k] = (uint16_t)(bits >> 16);
        if (t->dtype == RG_DTYPE_I8) ((int8_t *)data)[k] = (int8_t)(bits >> 24);
    }
}

static void test_model_forged__numbers(void)
{
    static const double values[] = {(double)NAN,
                                    (double)INFINITY,
                                    (double)FLT_MAX,
                                    -(double)FLT_MAX,
                                    1e30,
                                    -1e30,
                                    0x1p60,
                                    0x1p40,
                                    -0x1p20,
                                    2.0,
                                    -1.0,
                                    0.0,
                                    -0.0,
                                    1e-30,
                                    1e-45,
                                    DBL_MAX};
    regatta_ctx *ctx = tiny_context(1);
    int64_t loaded = 0, refused = 0;
    write_bases(ctx);
    for (int b = 0; b < BASES; b++) {
        forge whole;
        forge_open(&whole, ctx, base_path[b]);
        for (int k = 0; k < whole.n; k++)
            for (size_t v = 0; v < 2 * sizeof values / sizeof *values; v++) {
                const rg_dtype dtype = whole.tensor[k].dtype;
                forge f;
                if (dtype != RG_DTYPE_F32 && dtype != RG_DTYPE_F64 &&
                    dtype != RG_DTYPE_BF16 && dtype != RG_DTYPE_I8)
                    continue;
                forge_open(&f, ctx, base_path[b]);
                rg_tensor *t = forge_find(&f, whole.tensor[k].name);
                fill(t, values[v / 2], v % 2 ? rg_tensor_count(t) : 1);
                const regatta_status status = try_forged(&f);
                loaded += status == REGATTA_OK;
                refused += status == REGATTA_EFORMAT;
                forge_close(&f);
            }
        forge_close(&whole);
    }
    CU_ASSERT(loaded > 100 && refused > 100);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* All tensors at once at the ends of what is accepted: sums stay finite. */
static void test_model_forged__largest_of_all(void)
{
    static const struct {
        const char *name;
        double most;
    } table[] = {{"users.vectors", 2.0},
                 {"items.vectors", 2.0},
                 {"items.bias", 0x1p30},
                 {"items.state", 0x1p40},
                 {"users.x0", 0x1p40},
                 {"item_attention.weights", 0x1p40},
                 {"item_attention.solved", 0x1p40},
                 {"user_attention.weights", 0x1p40},
                 {"attention.layer0.a", 0x1p20},
                 {"attention.layer0.wq", 0x1p20},
                 {"item_attention.scale", 0x1p8},
                 {"history.weights", 0x1p64},
                 {"spectral.in", 0x1p20},
                 {"spectral.out", 0x1p20}};
    regatta_ctx *ctx = tiny_context(1);
    write_bases(ctx);
    for (int b = 0; b < 2; b++)
        for (int sign = 0; sign < 2; sign++) {
            forge f;
            forge_open(&f, ctx, base_path[b]);
            for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
                rg_tensor *t = forge_find(&f, table[k].name);
                const int negative = sign && strcmp(table[k].name, "history.weights");
                if (t == NULL) continue;
                fill(t, negative ? -table[k].most : table[k].most, rg_tensor_count(t));
            }
            CU_ASSERT_EQUAL(try_forged(&f), REGATTA_OK);
            forge_close(&f);
        }
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* Forms of attention that the arrays do not have. */
static void test_model_forged__groups(void)
{
    static uint32_t form[3], group[5];
    static float prototype[4];
    static const struct {
        uint32_t form[3];
        int n; /* numbers of the form */
        int64_t n_group;
        uint32_t last; /* group of the last item */
        const char *words;
    } table[] = {{{0, 1}, 3, 5, 0, "attention.layer0.levels: it is missing"},
                 {{4, 0}, 3, 5, 0, "vectors.form: a number is out of range"},
                 {{0, 6}, 3, 5, 0, "vectors.form: a number is out of range"},
                 {{0, 0, 3}, 3, 5, 0, "vectors.form: a number is out of range"},
                 {{0}, 1, 5, 0, "vectors.form: it has not 3 numbers"}};
    regatta_ctx *ctx = tiny_context(1);
    write_bases(ctx);
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        memcpy(form, table[k].form, sizeof form);
        group[4] = table[k].last;
        const rg_tensor t[] = {{.name = "vectors.form",
                                .dtype = RG_DTYPE_U32,
                                .rank = 1,
                                .dim = {table[k].n, 1, 1},
                                .data = form},
                               {.name = "items.group",
                                .dtype = RG_DTYPE_U32,
                                .rank = 1,
                                .dim = {table[k].n_group, 1, 1},
                                .data = group},
                               {.name = "groups.prototypes",
                                .dtype = RG_DTYPE_F32,
                                .rank = 1,
                                .dim = {4, 1, 1},
                                .data = prototype}};
        forge f;
        forge_open(&f, ctx, base_path[0]);
        for (int e = 0; e < 3; e++) forge_put(&f, &t[e]);
        refuses(&f, table[k].words);
        forge_close(&f);
    }
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* Histories in order, of users with 0, 1, 2 and 3 items of which one comes twice: a byte
 * of two bits, of three, of four times two. */
static void test_model_forged__sequences(void)
{
    static const struct {
        const char *name;
        int64_t place;
        int64_t value; /* in the width of the tensor */
        const char *words;
    } table[] = {
        {"history.order", 0, 0x01, "history.order: the order leaves its row"},
        {"history.order", 0, 0x04, "history.order: the order has bits behind a row"},
        {"history.order", 1, 0x00, "history.order: the order leaves out an item"},
        {"history.order", 2, 0x03, "history.order: the order leaves its row"},
        {"history.counts", 0, 1, "history.counts: a row has interactions without items"},
        {"history.counts", 1, 0,
         "history.counts: a row has fewer interactions than items"},
        {"history.counts", 1, 1, "history.order: the order has"},
        {"history.counts", 2, 1,
         "history.counts: a row has fewer interactions than items"},
        {"history.counts", 2, 9, "history.order: the order has fewer bytes"},
        {"history.counts", 2, UINT32_MAX, "history.order: the order has fewer bytes"},
        {"history.counts", 3, 3, "history.order: the order has bits behind a row"},
        {"history.counts", 3, 8, "history.order: the order has fewer bytes"},
        {"history.times", 0, 0x80, "history.times: a number of the times is not whole"},
        {"history.times", 8, 0x80, "history.times: a number of the times is not whole"},
        {"history.clock", 1, 0, "history.clock: the unit of the times is below 1"},
        {"history.clock", 1, -30, "history.clock: the unit of the times is below 1"},
        {"history.clock", 1, INT64_MAX, "history.times: a time is beyond 64 bits"},
        {"history.clock", 0, INT64_MAX - 30, "history.times: a time is beyond 64 bits"},
    };
    regatta_ctx *ctx = tiny_context(1);
    write_bases(ctx);
    for (int b = 0; b < BASES; b++)
        for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
            forge f;
            forge_open(&f, ctx, base_path[b]);
            const rg_tensor *t = forge_find(&f, table[k].name);
            const int64_t size = rg_tensor_bytes(t) / rg_tensor_count(t);
            uint8_t *data = forge_data(&f, table[k].name);
            memcpy(data + size * table[k].place, &table[k].value, (size_t)size);
            refuses(&f, table[k].words);
            forge_close(&f);
        }
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* What files of before do not have, in any combination that says something. */
static void test_model_forged__sequences_in_parts(void)
{
    static const char *const names[] = {"history.counts", "history.order",
                                        "history.times", "history.clock",
                                        "history.given_weights"};
    static const int right[] = {0, 3, 15, 19, 31};
    regatta_ctx *ctx = tiny_context(1);
    write_bases(ctx);
    for (int set = 0; set < 32; set++) {
        forge f;
        int expected = 0;
        forge_open(&f, ctx, base_path[4]);
        for (int k = 0; k < 5; k++)
            if (!(set >> k & 1)) forge_drop(&f, names[k]);
        for (size_t k = 0; k < sizeof right / sizeof *right; k++)
            expected |= right[k] == set;
        CU_ASSERT_EQUAL(try_forged(&f) == REGATTA_OK, expected);
        forge_close(&f);
    }
    forge f;
    forge_open(&f, ctx, base_path[4]);
    forge_find(&f, "history.given_weights")->dim[0]--;
    refuses(&f, "history.given_weights: its type or shape is wrong");
    forge_close(&f);
    forge_open(&f, ctx, base_path[4]);
    rg_tensor *times = forge_find(&f, "history.times");
    ((uint8_t *)forge_data(&f, "history.times"))[times->dim[0]++] = 0; /* there is room */
    refuses(&f, "history.times: the times have more bytes than interactions");
    forge_close(&f);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void test_model_forged__ids(void)
{
    static const struct {
        int place; /* of users.bytes, which begins "u0\0u1\0" */
        char byte;
        const char *words;
    } table[] = {
        {1, '\t', "users.bytes: id 0 holds a control character"},
        {1, '\n', "users.bytes: id 0 holds a control character"},
        {3, '\x7f', "users.bytes: id 1 holds a control character"},
        {4, '\0', "users.bytes: id 1 holds a control character"},
        {4, '\xe9', "users.bytes: id 1 is not UTF-8"},
        {4, '0', "users.bytes: id 'u0' is repeated"},
        {5, 'x', "users.bytes: id 1 does not end in a NUL"},
    };
    regatta_ctx *ctx = tiny_context(1);
    forge f;
    write_bases(ctx);
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        forge_open(&f, ctx, base_path[0]);
        ((char *)forge_data(&f, "users.bytes"))[table[k].place] = table[k].byte;
        refuses(&f, table[k].words);
        forge_close(&f);
    }
    forge_open(&f, ctx, base_path[0]);
    ((int64_t *)forge_data(&f, "items.offsets"))[1] = 1; /* "" and "0" */
    refuses(&f, "items.bytes: id 0");
    ((char *)forge_data(&f, "items.bytes"))[0] = '\0';
    refuses(&f, "items.bytes: id 0 is empty");
    forge_close(&f);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void test_model_forged__index(void)
{
    static const struct {
        const char *name;
        int place;
        uint32_t number;
        const char *words;
    } table[] = {
        {"index.entries", 1, 5, "an entry of the index is out of range"},
        {"index.edges", 0, 5, "an edge of the index is out of range"},
        {"index.edges", 0, REGATTA_NONE, "an edge of the index is after the last"},
    };
    regatta_ctx *ctx = tiny_context(1);
    forge f;
    write_bases(ctx);
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        forge_open(&f, ctx, base_path[1]);
        ((uint32_t *)forge_data(&f, table[k].name))[table[k].place] = table[k].number;
        refuses(&f, table[k].words);
        forge_close(&f);
    }
    static const char *const twice[] = {"index.entries", "index.edges"};
    for (int k = 0; k < 2; k++) {
        forge_open(&f, ctx, base_path[1]);
        uint32_t *number = forge_data(&f, twice[k]);
        number[1] = number[0];
        refuses(&f, "of the index is repeated");
        forge_close(&f);
    }
    forge_open(&f, ctx, base_path[1]);
    ((double *)forge_data(&f, "index.numbers"))[0] = 1e30;
    refuses(&f, "the step of the index is out of range");
    forge_close(&f);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"shapes", test_model_forged__shapes},
    {"channels", test_model_forged__channels},
    {"missing tensors", test_model_forged__tensors_that_are_missing},
    {"scales", test_model_forged__scales_go_with_their_tables},
    {"tensors not named", test_model_forged__tensors_that_are_not_named},
    {"numbers", test_model_forged__numbers},
    {"largest of all", test_model_forged__largest_of_all},
    {"groups", test_model_forged__groups},
    {"sequences", test_model_forged__sequences},
    {"sequences_in_parts", test_model_forged__sequences_in_parts},
    {"ids", test_model_forged__ids},
    {"index", test_model_forged__index},
};

int test_model_forged(void)
{
    return TEST_MAIN("model_forged", cases);
}
