/* Containers with a right checksum: each check of the header by a file that violates this
 * one alone. The memory that a file makes the loader ask for is bounded by its size. */
#include "base/hash.h"
#include "model/file/safetensors_format.h"
#include "support/forge.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <regatta/regatta.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 1 << 22, DATA = 72, LEVELS = 10000 };

#define META                                                                             \
    "\"__metadata__\":{\"format\":\"regatta\",\"format_version\":\"3\",\"settings\":"    \
    "\"{}\"}"
#define TENSOR(name, dtype, shape, from, to)                                             \
    ",\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":[" shape                           \
    "],\"data_offsets\":[" from "," to "]}"
#define A TENSOR("a", "U8", "64", "0", "64")
#define CHECKSUM TENSOR("checksum", "U64", "1", "64", "72")

/* The memory that is asked for, in bytes. */
typedef struct meter {
    size_t live, peak;
} meter;

static void *metered_alloc(void *state, size_t bytes)
{
    meter *m = state;
    if (bytes > SIZE_MAX - 16) return NULL;
    size_t *block = malloc(bytes + 16);
    if (block == NULL) return NULL;
    *block = bytes;
    m->live += bytes;
    if (m->live > m->peak) m->peak = m->live;
    return (char *)block + 16;
}

static void metered_release(void *state, void *block)
{
    meter *m = state;
    size_t *begin = (size_t *)((char *)block - 16);
    m->live -= *begin;
    free(begin);
}

static regatta_ctx *metered_context(meter *m)
{
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    options.threads = 1;
    options.allocator = (regatta_allocator){metered_alloc, metered_release, m};
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    return ctx;
}

/* Loads a container of this header and n_data bytes; expects the words. */
static void refuses(const char *header, int pads, int64_t n_data, const char *words)
{
    static unsigned char bytes[MOST];
    meter m = {0};
    regatta_ctx *ctx = metered_context(&m);
    regatta_model *model = NULL;
    uint64_t n = strlen(header);
    memcpy(bytes + RG_LENGTH_BYTES, header, n);
    while (pads && (RG_LENGTH_BYTES + n) % RG_TENSOR_ALIGN != 0)
        bytes[RG_LENGTH_BYTES + n++] = ' ';
    memcpy(bytes, &n, sizeof n);
    const size_t covered = RG_LENGTH_BYTES + n + (size_t)n_data - RG_CHECKSUM_BYTES;
    memset(bytes + RG_LENGTH_BYTES + n, 0, (size_t)n_data);
    const uint64_t hash = rg_hash(bytes, covered, 0);
    memcpy(bytes + covered, &hash, sizeof hash);
    const size_t size = covered + sizeof hash;
    m.peak = m.live;
    const size_t before = m.live;
    CU_ASSERT_EQUAL(regatta_model_load_memory(ctx, &model, bytes, size), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NULL(model);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), words));
    if (strstr(regatta_last_error(ctx), words) == NULL)
        fprintf(stderr, "'%s' is not in '%s'\n", words, regatta_last_error(ctx));
    CU_ASSERT_EQUAL(m.live, before);
    CU_ASSERT(m.peak - before < 4096 + 64 * size);
    regatta_ctx_free(ctx);
}

static void test_model_header__checks(void)
{
    static const struct {
        const char *header, *words;
    } table[] = {
        /* nothing is wrong with this container: it has no model */
        {"{" META A CHECKSUM "}", "tensor shape"},
        {"{" META A CHECKSUM, "the header is not a JSON object"},
        {"{\"__metadata__\":3" A CHECKSUM "}", "the metadata is not a JSON object"},
        {"{\"__metadata__\":{\"format\":\"regatta\",\"format\":\"regatta\"}" A CHECKSUM
         "}",
         "a name of the metadata is repeated"},
        {"{\"__metadata__\":{\"format\":3}" A CHECKSUM "}",
         "the metadata is not an object of strings"},
        {"{\"__metadata__\":{\"format\":\"pt\"}" A CHECKSUM "}",
         "its metadata says another format"},
        {"{\"__metadata__\":{\"format\":\"regatta\",\"format_version\":\"9\"}" A CHECKSUM
         "}",
         "format version 9: this library reads"},
        {"{\"__metadata__\":{\"format\":\"regatta\"}" A CHECKSUM "}",
         "format version (none)"},
        {"{\"__metadata__\":{\"format\":\"regatta\",\"format_version\":\"3\"}" A CHECKSUM
         "}",
         "the settings are missing"},
        {"{\"__metadata__\":{\"format\":\"regatta\",\"format_version\":\"3\","
         "\"settings\":\"[]\"}" A CHECKSUM "}",
         "the settings are not a JSON object"},
        {"{" META TENSOR("a", "U16", "64", "0", "64") CHECKSUM "}", "unknown dtype"},
        {"{" META TENSOR("a", "U8", "-64", "0", "64") CHECKSUM "}", "impossible shape"},
        {"{" META TENSOR("a", "U8", "", "0", "64") CHECKSUM "}", "impossible shape"},
        {"{" META TENSOR("a", "U8", "1,1,1,1,64", "0", "64") CHECKSUM "}",
         "impossible shape"},
        {"{" META TENSOR("a", "U8", "64.5", "0", "64") CHECKSUM "}", "impossible shape"},
        {"{" META TENSOR("a", "U8", "9223372036854775807", "0", "64") CHECKSUM "}",
         "impossible shape"},
        {"{" META TENSOR("a", "U8", "4294967296,4294967296", "0", "64") CHECKSUM "}",
         "impossible shape"},
        {"{" META ",\"a\":{\"dtype\":\"U8\",\"shape\":[64]}" CHECKSUM "}",
         "no data_offsets"},
        {"{" META ",\"a\":{\"dtype\":\"U8\",\"shape\":[64],\"shape\":[64],"
         "\"data_offsets\":[0,64]}" CHECKSUM "}",
         "impossible shape"},
        {"{" META TENSOR("a", "U8", "63", "1", "64") CHECKSUM "}", "leave a gap"},
        {"{" META TENSOR("a", "U8", "64", "64", "0") CHECKSUM "}", "leave a gap"},
        {"{" META TENSOR("a", "U8", "66", "0", "9999") CHECKSUM "}", "or end outside"},
        {"{" META A TENSOR("b", "U8", "64", "0", "64") CHECKSUM "}", "overlap"},
        {"{" META A TENSOR("b", "U8", "8", "60", "68") CHECKSUM "}", "overlap"},
        {"{" META TENSOR("a", "U8", "60", "0", "64") CHECKSUM "}",
         "its offsets do not fit its shape"},
        {"{" META TENSOR("a", "F64", "64", "0", "64") CHECKSUM "}",
         "its offsets do not fit its shape"},
        {"{" META TENSOR("a", "U8", "60", "0", "60") TENSOR("b", "U8", "4", "60", "64")
             CHECKSUM "}",
         "tensor b: it does not begin at a boundary"},
        {"{" META TENSOR("a", "U8", "0", "0", "0") TENSOR("a", "U8", "64", "0", "64")
             CHECKSUM "}",
         "tensor a: it is repeated"},
        {"{" META TENSOR("a23456789b123456789c123456789d123456789e123456789f123456789"
                         "g123456789h123456789",
                         "U8", "64", "0", "64") CHECKSUM "}",
         "its name is too long"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[64],\"data_offsets\":[0,64]}" CHECKSUM "}",
         "no metadata"},
        {"{" META A TENSOR("b", "U64", "1", "64", "72") "}", "do not end in a checksum"},
        {"{" META A TENSOR("checksum", "I64", "1", "64", "72") "}",
         "do not end in a checksum"},
        {"{" META TENSOR("checksum", "U64", "1", "0", "8") "}",
         "do not end in a checksum"},
        {"{" META A "}", "do not end in a checksum"},
        {"[]", "no safetensors header"},
    };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        refuses(table[k].header, 1, DATA, table[k].words);
    refuses("{" META A CHECKSUM "}", 0, DATA, "the header does not end at a boundary");
    refuses("{}", 1, RG_CHECKSUM_BYTES, "no metadata");
}

/* The length of the header is no more trusted than the rest. */
static void test_model_header__length(void)
{
    static const struct {
        uint64_t length;
        const char *words;
    } table[] = {{0, "no safetensors header"},
                 {1, "no safetensors header"},
                 {57, "the file is truncated"},
                 {100, "the file is truncated"},
                 {RG_HEADER_MOST, "the file is truncated"},
                 {RG_HEADER_MOST + 1, "no safetensors header"},
                 {(uint64_t)INT64_MAX, "no safetensors header"},
                 {UINT64_MAX, "no safetensors header"}};
    regatta_ctx *ctx = tiny_context(1);
    unsigned char bytes[72] = {0};
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        regatta_model *model = NULL;
        memcpy(bytes, &table[k].length, sizeof table[k].length);
        memcpy(bytes + RG_LENGTH_BYTES, "{}", 2);
        CU_ASSERT_EQUAL(regatta_model_load_memory(ctx, &model, bytes, sizeof bytes),
                        REGATTA_EFORMAT);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), table[k].words));
    }
    for (size_t n = 0; n < 18; n++) {
        regatta_model *model = NULL;
        CU_ASSERT_NOT_EQUAL(regatta_model_load_memory(ctx, &model, bytes, n), REGATTA_OK);
    }
    regatta_ctx_free(ctx);
}

/* JSON that is 10,000 levels deep, in a tensor, in the metadata and in the settings, is
 * refused and uses no stack for it. */
static void test_model_header__deep(void)
{
    static const struct {
        const char *before, *after;
        int escaped;
    } place[] = {{"{" META ",\"a\":", "" CHECKSUM "}", 0},
                 {"{\"__metadata__\":{\"x\":", "}" A CHECKSUM "}", 0},
                 {"{\"__metadata__\":{\"format\":\"regatta\",\"format_version\":\"3\","
                  "\"settings\":\"{\\\"x\\\":",
                  "}\"}" A CHECKSUM "}", 1}};
    static char header[MOST / 4];
    for (size_t p = 0; p < sizeof place / sizeof *place; p++)
        for (int objects = 0; objects < 2; objects++) {
            const char *open = !objects           ? "["
                               : place[p].escaped ? "{\\\"y\\\":"
                                                  : "{\"y\":";
            int at = snprintf(header, sizeof header, "%s", place[p].before);
            for (int k = 0; k < LEVELS; k++) at += snprintf(header + at, 32, "%s", open);
            header[at++] = '0';
            for (int k = 0; k < LEVELS; k++) header[at++] = objects ? '}' : ']';
            snprintf(header + at, 256, "%s", place[p].after);
            refuses(header, 1, DATA,
                    place[p].escaped ? "the settings are not a JSON object"
                                     : "the header is not a JSON object");
        }
}

/* More tensors than a model can have, each empty. */
static void test_model_header__too_many(void)
{
    static char header[MOST / 4];
    int at = snprintf(header, sizeof header, "{" META);
    for (int k = 0; k < RG_TENSORS_MOST; k++)
        at += snprintf(header + at, 128,
                       ",\"t%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}",
                       k);
    snprintf(header + at, 256, A CHECKSUM "}");
    refuses(header, 1, DATA, "there are too many tensors");
}

/* A small file that claims large counts, in each number of each tensor of whole numbers,
 * makes the loader ask for no more than a multiple of what the file has. */
static void test_model_header__counts(void)
{
    static const int64_t claims[] = {1 << 16, 1 << 30, UINT32_MAX, INT64_C(1) << 40,
                                     INT64_MAX};
    char folder[SCRATCH_PATH], base[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(1);
    const tiny_spec spec = tiny_smallest();
    regatta_model *model = NULL;
    forge whole, f;
    int tried = 0;
    scratch_open(folder);
    scratch_path(base, folder, "base");
    scratch_path(path, folder, "forged");
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_save(ctx, model, base), REGATTA_OK);
    regatta_model_free(model);
    forge_open(&whole, ctx, base);
    for (int t = 0; t < whole.n; t++) {
        const rg_dtype dtype = whole.tensor[t].dtype;
        const int64_t count = rg_tensor_count(&whole.tensor[t]);
        const int wide = dtype == RG_DTYPE_I64 || dtype == RG_DTYPE_U64;
        if (!wide && dtype != RG_DTYPE_U32) continue;
        for (int64_t e = 0; e < count; e++)
            for (size_t c = 0; c < sizeof claims / sizeof *claims; c++, tried++) {
                meter m = {0};
                int64_t size = 0;
                forge_open(&f, ctx, base);
                void *data = forge_data(&f, whole.tensor[t].name);
                const uint32_t narrow = (uint32_t)claims[c];
                if (wide)
                    ((int64_t *)data)[e] = claims[c];
                else
                    ((uint32_t *)data)[e] = narrow;
                forge_save(&f, path);
                forge_close(&f);
                free(scratch_read(path, &size));
                regatta_ctx *metered = metered_context(&m);
                regatta_model_load(metered, &model, path);
                CU_ASSERT(m.peak < (size_t)(65536 + 16 * size));
                regatta_model_free(model);
                regatta_ctx_free(metered);
                CU_ASSERT_EQUAL(m.live, 0);
            }
    }
    CU_ASSERT(tried > 200);
    forge_close(&whole);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* Makes the file shorter at a system call of loading. */
typedef struct shrinker {
    const char *path, *operation;
    int calls; /* of the operation, until then */
    int64_t size;
} shrinker;

static int shrink(void *state, const char *operation)
{
    shrinker *s = state;
    if (strcmp(operation, s->operation) == 0 && s->calls-- == 0)
        CU_ASSERT_EQUAL(truncate(s->path, s->size), 0);
    return 0;
}

/* A file that becomes shorter before it is mapped, and in its last page after that. */
static void test_model_header__shrinks(void)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(1);
    const tiny_spec spec = tiny_smallest();
    regatta_model *model = NULL, *loaded = NULL;
    int64_t size = 0;
    scratch_open(folder);
    scratch_path(path, folder, "model");
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_save(ctx, model, path), REGATTA_OK);
    free(scratch_read(path, &size));
    const struct {
        shrinker how;
        regatta_status status;
        const char *words;
    } table[] = {{{path, "map", 0, 0}, REGATTA_EIO, "became shorter while it was opened"},
                 {{path, "map", 0, size - 1}, REGATTA_EIO, "became shorter"},
                 {{path, "stat", 1, size - 1}, REGATTA_EIO, "became shorter"},
                 {{path, "stat", 0, size - 1}, REGATTA_EFORMAT, "checksum"},
                 {{path, "stat", 0, 0}, REGATTA_EFORMAT, "too short"}};
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        shrinker how = table[k].how;
        CU_ASSERT_EQUAL_FATAL(regatta_model_save(ctx, model, path), REGATTA_OK);
        ctx->io_fault = shrink;
        ctx->io_fault_state = &how;
        CU_ASSERT_EQUAL(regatta_model_load(ctx, &loaded, path), table[k].status);
        CU_ASSERT_PTR_NULL(loaded);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), table[k].words));
        ctx->io_fault = NULL;
    }
    regatta_model_free(model);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"shrinks", test_model_header__shrinks},   {"checks", test_model_header__checks},
    {"length", test_model_header__length},     {"deep", test_model_header__deep},
    {"too many", test_model_header__too_many}, {"counts", test_model_header__counts},
};

int test_model_header(void)
{
    return TEST_MAIN("model_header", cases);
}
