#define _GNU_SOURCE /* memmem */
/* Models in shards: the same model, the same bytes for any ranks, whole or not at all. */
#include "model/file/shards.h"
#include "model/model_copy.h"
#include "support/fault.h"
#include "support/model_bytes.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/thread_ranks.h"
#include "support/tiny_model.h"
#include <dirent.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDEX "m.safetensors.index.json"

static char folder[SCRATCH_PATH], path[SCRATCH_PATH];

static void open_folder(void)
{
    scratch_open(folder);
    scratch_path(path, folder, INDEX);
}

static regatta_model *model_of(regatta_ctx *ctx, tiny_spec spec)
{
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

static int count_files(void)
{
    int n = 0;
    DIR *d = opendir(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL;)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

/* Sets to[SCRATCH_PATH] to shard k of n, of the one model in the folder. */
static void find_shard(char *to, int k, int n)
{
    char end[64];
    int found = 0;
    DIR *d = opendir(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    snprintf(end, sizeof end, "-%05d-of-%05d.safetensors", k, n);
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        const size_t length = strlen(e->d_name), tail = strlen(end);
        if (length < tail || strcmp(e->d_name + length - tail, end) != 0) continue;
        scratch_path(to, folder, e->d_name);
        found++;
    }
    closedir(d);
    CU_ASSERT_EQUAL_FATAL(found, 1);
}

static void assert_loads(regatta_ctx *ctx, const regatta_model *model)
{
    regatta_model *loaded = NULL;
    const regatta_status status = regatta_model_load(ctx, &loaded, path);
    if (status != REGATTA_OK) printf("%s\n", regatta_last_error(ctx));
    CU_ASSERT_EQUAL_FATAL(status, REGATTA_OK);
    CU_ASSERT_TRUE(model_bytes_same(ctx, model, loaded));
    regatta_model_free(loaded);
}

static void check_counts(regatta_ctx *ctx, const regatta_model *model)
{
    static const uint32_t counts[] = {1, 2, 3, 7, 40, RG_SHARDS_MOST};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        open_folder();
        CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, model, path, counts[k]),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(count_files(), (int)counts[k] + 1);
        assert_loads(ctx, model);
        scratch_close(folder);
    }
}

static void test_shards__any_count(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *models[] = {model_of(ctx, tiny_default()),
                               model_of(ctx, tiny_smallest()), NULL};
    CU_ASSERT_EQUAL_FATAL(rg_model_convert(ctx, &models[2], models[1], RG_I8),
                          REGATTA_OK);
    for (int k = 0; k < 3; k++) {
        check_counts(ctx, models[k]);
        regatta_model_free(models[k]);
    }
    regatta_ctx_free(ctx);
}

/* Large tables are divided, so that no shard is much larger than its share. */
static void test_shards__like_size(void)
{
    enum { SHARDS = 4 };
    regatta_ctx *ctx = tiny_context(1);
    tiny_spec spec = tiny_default();
    spec.n_users = 2000;
    spec.dim = 64;
    regatta_model *model = model_of(ctx, spec);
    const model_bytes whole = model_bytes_of(ctx, model);
    int part, n_parts;
    open_folder();
    CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, model, path, SHARDS), REGATTA_OK);
    for (int k = 1; k <= SHARDS; k++) {
        char shard[SCRATCH_PATH];
        int64_t n = 0;
        find_shard(shard, k, SHARDS);
        free(scratch_read(shard, &n));
        CU_ASSERT_TRUE(n < (int64_t)whole.n * 11 / (10 * SHARDS));
        CU_ASSERT_TRUE(n > (int64_t)whole.n * 9 / (10 * SHARDS));
    }
    assert_loads(ctx, model);
    CU_ASSERT_EQUAL(rg_shard_part_of("users.vectors.00002-of-00003", &part, &n_parts),
                    13);
    CU_ASSERT_TRUE(part == 2 && n_parts == 3);
    CU_ASSERT_EQUAL(rg_shard_part_of("users.vectors", &part, &n_parts), 0);
    CU_ASSERT_EQUAL(rg_shard_part_of("users.00004-of-00003", &part, &n_parts), 0);
    CU_ASSERT_EQUAL(rg_shard_part_of(".00001-of-00003", &part, &n_parts), 0);
    scratch_close(folder);
    free(whole.at);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* The files of n_shards, one after another, in order. */
static model_bytes files_of(int n_shards)
{
    model_bytes all = {NULL, 0};
    for (int k = 0; k <= n_shards; k++) {
        char file[SCRATCH_PATH];
        int64_t n = 0;
        if (k == 0)
            memcpy(file, path, sizeof file);
        else
            find_shard(file, k, n_shards);
        unsigned char *bytes = scratch_read(file, &n);
        all.at = realloc(all.at, all.n + (size_t)n);
        CU_ASSERT_PTR_NOT_NULL_FATAL(all.at);
        memcpy(all.at + all.n, bytes, (size_t)n);
        all.n += (size_t)n;
        free(bytes);
    }
    return all;
}

static void save_on_rank(const regatta_ranks *ranks, void *state)
{
    const uint32_t n_shards = *(const uint32_t *)state;
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = 1;
    options.ranks = ranks;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    regatta_model *model = model_of(ctx, tiny_default());
    CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, model, path, n_shards), REGATTA_OK);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static void test_shards__any_ranks(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = model_of(ctx, tiny_default());
    uint32_t shards[] = {5, 0};
    open_folder();
    CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, model, path, 5), REGATTA_OK);
    const model_bytes one = files_of(5);
    scratch_close(folder);
    for (int n = 1; n <= 8; n++) { /* also ranks without a shard */
        open_folder();
        thread_ranks_run(n, save_on_rank, &shards[0]);
        const model_bytes many = files_of(5);
        CU_ASSERT_TRUE(model_bytes_equal(&one, &many));
        free(many.at);
        scratch_close(folder);
    }
    open_folder(); /* one for each rank */
    thread_ranks_run(3, save_on_rank, &shards[1]);
    CU_ASSERT_EQUAL(count_files(), 4);
    assert_loads(ctx, model);
    scratch_close(folder);
    free(one.at);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* The shards of the model before go, and those that a killed run left; others stay. */
static void test_shards__replace(void)
{
    static const char *const others[] = {
        "n-0123456789abcdef-00001-of-00002.safetensors",
        "m-00001-of-00002.safetensors",
        "m-0123456789abcdef-00001-of-00002.safetensors.bak",
        "m-0123456789abcdeg-00001-of-00002.safetensors",
    };
    enum { OTHERS = sizeof others / sizeof *others };
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *a = model_of(ctx, tiny_default()), *b = model_of(ctx, tiny_smallest());
    char left[SCRATCH_PATH];
    open_folder();
    for (int k = 0; k < OTHERS; k++) {
        scratch_path(left, folder, others[k]);
        scratch_write(left, "x", 1);
    }
    scratch_path(left, folder, "m-0123456789abcdef-00001-of-00002.safetensors");
    scratch_write(left, "x", 1);
    CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, a, path, 4), REGATTA_OK);
    CU_ASSERT_EQUAL(count_files(), OTHERS + 5);
    assert_loads(ctx, a);
    CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, a, path, 4), REGATTA_OK);
    CU_ASSERT_EQUAL(count_files(), OTHERS + 5);
    assert_loads(ctx, a);
    CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, b, path, 2), REGATTA_OK);
    CU_ASSERT_EQUAL(count_files(), OTHERS + 3);
    assert_loads(ctx, b);
    for (int k = 0; k < OTHERS; k++) {
        scratch_path(left, folder, others[k]);
        CU_ASSERT_EQUAL(access(left, F_OK), 0);
    }
    scratch_close(folder);
    regatta_model_free(a);
    regatta_model_free(b);
    regatta_ctx_free(ctx);
}

/* The index beside its shards, read through a link in another folder. */
static void test_shards__link(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = model_of(ctx, tiny_smallest()), *loaded = NULL;
    char other[SCRATCH_PATH], link[SCRATCH_PATH];
    open_folder();
    scratch_open(other);
    scratch_path(link, other, "current.safetensors.index.json");
    CU_ASSERT_EQUAL_FATAL(symlink(path, link), 0);
    CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, model, path, 2), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, link), REGATTA_OK);
    CU_ASSERT_TRUE(model_bytes_same(ctx, model, loaded));
    regatta_model_free(loaded);
    scratch_close(other);
    scratch_close(folder);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* Loading fails with this status and a message that has `words`. */
static void refuses(regatta_ctx *ctx, const char *file, regatta_status status,
                    const char *words)
{
    regatta_model *out = NULL;
    CU_ASSERT_EQUAL(regatta_model_load(ctx, &out, file), status);
    CU_ASSERT_PTR_NULL(out);
    const int says = strstr(regatta_last_error(ctx), words) != NULL;
    CU_ASSERT_TRUE(says);
    if (!says) printf("'%s' lacks '%s'\n", regatta_last_error(ctx), words);
    if (out != NULL) regatta_model_free(out);
}

/* Replaces the first `from` in the index by a text of the same length. */
static void edit_index(const char *from, const char *to)
{
    int64_t n = 0;
    char *text = (char *)scratch_read(path, &n);
    char *at = memmem(text, (size_t)n, from, strlen(from));
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    CU_ASSERT_EQUAL_FATAL(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
    scratch_write(path, text, n);
    free(text);
}

static void test_shards__damage(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = model_of(ctx, tiny_default());
    regatta_model *other = model_of(ctx, tiny_smallest()), *out = NULL;
    char shard[SCRATCH_PATH], foreign[SCRATCH_PATH], whole[SCRATCH_PATH];
    int64_t n = 0, n_foreign = 0, n_index = 0;
    open_folder();
    CU_ASSERT_EQUAL_FATAL(regatta_model_save_shards(ctx, other, path, 3), REGATTA_OK);
    find_shard(foreign, 2, 3);
    unsigned char *foreign_bytes = scratch_read(foreign, &n_foreign);
    CU_ASSERT_EQUAL_FATAL(regatta_model_save_shards(ctx, model, path, 3), REGATTA_OK);
    unsigned char *index = scratch_read(path, &n_index);
    find_shard(shard, 2, 3);
    unsigned char *bytes = scratch_read(shard, &n);

    refuses(ctx, shard, REGATTA_EFORMAT, "is shard 2 of 3 of a model: load its index");
    CU_ASSERT_EQUAL(regatta_model_load_memory(ctx, &out, index, (size_t)n_index),
                    REGATTA_EFORMAT);
    scratch_write(shard, bytes, n - 8);
    refuses(ctx, path, REGATTA_EFORMAT, "00002-of-00003.safetensors: truncated");
    scratch_write(shard, foreign_bytes, n_foreign);
    refuses(ctx, path, REGATTA_EFORMAT,
            "00002-of-00003.safetensors: is a shard of another model");
    scratch_path(whole, folder, "whole");
    CU_ASSERT_EQUAL(regatta_model_save(ctx, model, whole), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rename(whole, shard), 0);
    refuses(ctx, path, REGATTA_EFORMAT, "is no shard, but a whole model");
    unlink(shard);
    refuses(ctx, path, REGATTA_EIO, "00002-of-00003.safetensors: No such file");
    scratch_write(shard, bytes, n);
    assert_loads(ctx, model);

    edit_index("\"items.bias\"", "\"items.bibs\"");
    refuses(ctx, path, REGATTA_EFORMAT, "tensor items.bias: ");
    scratch_write(path, index, n_index);
    edit_index("\"regatta\"", "\"pytorch\"");
    refuses(ctx, path, REGATTA_EFORMAT, "not the index of a regatta model");
    scratch_write(path, index, n_index);
    edit_index("\"checksums\"", "\"chequesum\"");
    refuses(ctx, path, REGATTA_EFORMAT, "the checksums of its shards are missing");
    scratch_write(path, index, n_index);
    edit_index("\"m-", "\"/-");
    refuses(ctx, path, REGATTA_EFORMAT, "a shard is not the name of a file beside");
    scratch_write(path, index, n_index / 2);
    refuses(ctx, path, REGATTA_EFORMAT, "truncated, or not the index of a model");
    scratch_close(folder);
    free(bytes);
    free(foreign_bytes);
    free(index);
    regatta_model_free(model);
    regatta_model_free(other);
    regatta_ctx_free(ctx);
}

static void test_shards__arguments(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = model_of(ctx, tiny_smallest());
    open_folder();
    CU_ASSERT_EQUAL(regatta_model_save_shards(NULL, model, path, 1), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, NULL, path, 1), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, model, NULL, 1), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, model, path, RG_SHARDS_MOST + 1),
                    REGATTA_EINVAL);
    scratch_path(path, folder, "model.safetensors");
    CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, model, path, 1), REGATTA_EINVAL);
    scratch_path(path, folder, ".safetensors.index.json");
    CU_ASSERT_EQUAL(regatta_model_save_shards(ctx, model, path, 1), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(count_files(), 0);
    scratch_close(folder);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

typedef struct world {
    regatta_ctx *ctx; /* without faults */
    regatta_model *before, *after;
} world;

/* Replaces a model by another one: what is there is the one or the other. */
static regatta_status replace(regatta_ctx *ctx, void *arg)
{
    world *w = arg;
    regatta_model *loaded = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_save_shards(w->ctx, w->before, path, 3),
                          REGATTA_OK);
    const regatta_status status = regatta_model_save_shards(ctx, w->after, path, 2);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(w->ctx, &loaded, path), REGATTA_OK);
    const int is_after = model_bytes_same(w->ctx, w->after, loaded);
    CU_ASSERT_TRUE(is_after || model_bytes_same(w->ctx, w->before, loaded));
    CU_ASSERT_TRUE(is_after || status != REGATTA_OK);
    CU_ASSERT_EQUAL(count_files(), is_after ? 3 : 4);
    regatta_model_free(loaded);
    return status;
}

static void test_shards__faults(void)
{
    world w = {.ctx = tiny_context(1)};
    w.before = model_of(w.ctx, tiny_default());
    w.after = model_of(w.ctx, tiny_smallest());
    open_folder();
    fault_sweep_memory(replace, &w);
    fault_sweep_io(replace, &w);
    scratch_close(folder);
    regatta_model_free(w.before);
    regatta_model_free(w.after);
    regatta_ctx_free(w.ctx);
}

/* A rank that cannot write one of its files. */
typedef struct broken {
    uint32_t rank;
    long fail_at;
    int n_done;
} broken;

static void save_broken(const regatta_ranks *ranks, void *state)
{
    broken *b = state;
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    fault_io io = {.fail_at = b->fail_at, .error = 28 /* ENOSPC */};
    options.threads = 1;
    options.ranks = ranks;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    regatta_model *model = model_of(ctx, tiny_smallest());
    if (ranks->rank == b->rank) fault_io_install(ctx, &io);
    const regatta_status status = regatta_model_save_shards(ctx, model, path, 6);
    if (ranks->rank == b->rank) {
        const int fails = io.calls > b->fail_at;
        CU_ASSERT_EQUAL(status, fails ? REGATTA_EIO : REGATTA_OK);
        b->n_done += status == REGATTA_OK;
    } else {
        CU_ASSERT_TRUE(status == REGATTA_OK || status == REGATTA_ERANK);
    }
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static void test_shards__failed_rank(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *before = model_of(ctx, tiny_default());
    regatta_model *after = model_of(ctx, tiny_smallest()), *loaded = NULL;
    for (uint32_t rank = 0; rank < 3; rank++) {
        broken b = {.rank = rank};
        for (; b.n_done == 0 && b.fail_at < 1000; b.fail_at++) {
            open_folder();
            CU_ASSERT_EQUAL_FATAL(regatta_model_save_shards(ctx, before, path, 3),
                                  REGATTA_OK);
            thread_ranks_run(3, save_broken, &b);
            CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
            const int is_after = model_bytes_same(ctx, after, loaded);
            CU_ASSERT_TRUE(is_after || model_bytes_same(ctx, before, loaded));
            CU_ASSERT_EQUAL(count_files(), is_after ? 7 : 4);
            regatta_model_free(loaded);
            scratch_close(folder);
        }
        CU_ASSERT_EQUAL(b.n_done, 1);
        CU_ASSERT_TRUE(b.fail_at > 6);
    }
    regatta_model_free(before);
    regatta_model_free(after);
    regatta_ctx_free(ctx);
}

int test_shards(void)
{
    static const test_case cases[] = {
        {"any count", test_shards__any_count},
        {"shards of like size", test_shards__like_size},
        {"any ranks", test_shards__any_ranks},
        {"replace", test_shards__replace},
        {"link", test_shards__link},
        {"damage", test_shards__damage},
        {"arguments", test_shards__arguments},
        {"faults", test_shards__faults},
        {"failed rank", test_shards__failed_rank},
    };
    return TEST_MAIN("shards", cases);
}
