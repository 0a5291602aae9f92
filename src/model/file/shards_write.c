/* Writes a model in shards. Each rank writes its share of them; rank 0 also the index.
 *
 * All files are written and synced before the first rename. Then each rank renames its
 * shards, whose names no other model's index has, and at last rank 0 the index. When that
 * fails, the shards that were not there before are removed. After it, rank 0 removes the
 * shards that the index does not name: those of the model before, and those of a process
 * that was killed in between. A lock on the folder serialises this for runs that write at
 * the same time. */
#include "base/files/file_io.h"
#include "base/files/temporary.h"
#include "base/hash.h"
#include "base/ranks/ranks.h"
#include "model/file/model_tensors.h"
#include "model/file/shard_index.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HASH_DIGITS = 16, COUNT_DIGITS = 5 };

typedef struct writer {
    regatta_ctx *ctx;
    const char *path; /* of the index */
    const char *stem; /* in `path`: the name without the suffix */
    int stem_length;
    rg_model_tensors *list;
    rg_shard_plan *plan;
    rg_tensor *own;      /* [pieces] of the shard being written */
    rg_shares mine;      /* shards of each rank */
    rg_output **output;  /* [n_shards] of the shards of this rank */
    uint8_t *made;       /* [n_shards] 1: the file was not there before */
    rg_shard_file *file; /* [n_shards] */
    rg_output *index;    /* of rank 0 */
    int lock;            /* of the folder, or -1 */
} writer;

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* "NAME-HASH-00001-of-00004.safetensors" */
static void name_shards(writer *w)
{
    const int n = w->plan->n_shards;
    uint64_t hash = (uint64_t)n;
    for (int k = 0; k < n; k++)
        hash = rg_hash(&w->file[k].checksum, sizeof w->file[k].checksum, hash);
    for (int k = 0; k < n; k++)
        snprintf(w->file[k].name, sizeof w->file[k].name,
                 "%.*s-%016llx-%0*d-of-%0*d.safetensors", w->stem_length, w->stem,
                 (unsigned long long)hash, COUNT_DIGITS, k + 1, COUNT_DIGITS, n);
}

/* The path of shard k in the folder of the index's file. */
static regatta_status path_of(const writer *w, char path[PATH_MAX], const rg_output *o,
                              int k)
{
    const char *beside = rg_output_path(o);
    const int folder = (int)(name_of(beside) - beside);
    if (snprintf(path, PATH_MAX, "%.*s%s", folder, beside, w->file[k].name) < PATH_MAX)
        return REGATTA_OK;
    return rg_fail(w->ctx, REGATTA_EIO, "%s: the path of a shard is too long", w->path);
}

static regatta_status write_shard(writer *w, int k)
{
    regatta_status status = REGATTA_OK;
    char text[32];
    rg_safetensors_content content = {w->own, 0, w->list->settings, text};
    snprintf(text, sizeof text, "%d of %d", k + 1, w->plan->n_shards);
    for (int p = 0; p < w->plan->n; p++)
        if (w->plan->piece[p].shard == k)
            w->own[content.n_tensors++] = w->plan->piece[p].tensor;
    RG_TRY(rg_output_open_part(w->ctx, &w->output[k], w->path));
    RG_TRY(rg_safetensors_write(w->ctx, w->output[k], &content, &w->file[k].checksum));
    RG_TRY(rg_output_sync(w->output[k]));
done:
    return status;
}

static regatta_status write_index(writer *w)
{
    regatta_status status = REGATTA_OK;
    rg_text text;
    rg_text_begin(&text, w->ctx->mem);
    rg_shard_index_write(&text, w->plan, w->file);
    RG_TRY(text.status);
    RG_TRY(rg_output_open_part(w->ctx, &w->index, w->path));
    RG_TRY(rg_output_write(w->index, text.bytes, text.n));
    RG_TRY(rg_output_sync(w->index));
    w->lock = rg_lock_folder(rg_output_path(w->index));
done:
    rg_free(w->ctx->mem, text.bytes);
    return status;
}

/* Waits for the other ranks; fails if one of them has failed. */
static regatta_status meet(writer *w)
{
    int64_t word = 1;
    return rg_ranks_follow(w->ctx, &word);
}

static regatta_status place_shards(writer *w)
{
    regatta_status status = REGATTA_OK;
    char path[PATH_MAX];
    for (int64_t k = w->mine.begin; k < w->mine.end; k++) {
        RG_TRY(path_of(w, path, w->output[k], (int)k));
        w->made[k] = !rg_io_exists(path);
        RG_TRY(rg_output_place(w->output[k], path));
    }
done:
    return status;
}

/* Removes the shards begin .. end - 1 that were not in the folder of `o` before. */
static void take_back(const writer *w, const rg_output *o, int64_t begin, int64_t end)
{
    char path[PATH_MAX];
    for (int64_t k = begin; k < end; k++)
        if (w->made[k] && path_of(w, path, o, (int)k) == REGATTA_OK) unlink(path);
}

/* Returns 1 if the name is that of a shard of an index with the same stem. */
static int is_shard(const writer *w, const char *name)
{
    char form[RG_SHARD_NAME];
    unsigned long long hash;
    int k, n;
    if (strncmp(name, w->stem, (size_t)w->stem_length) != 0 ||
        sscanf(name + w->stem_length, "-%16llx-%5d-of-%5d", &hash, &k, &n) != 3)
        return 0;
    snprintf(form, sizeof form, "%.*s-%016llx-%0*d-of-%0*d.safetensors", w->stem_length,
             w->stem, hash, COUNT_DIGITS, k, COUNT_DIGITS, n);
    return strcmp(form, name) == 0;
}

static int is_named(const writer *w, const char *name)
{
    for (int k = 0; k < w->plan->n_shards; k++)
        if (strcmp(w->file[k].name, name) == 0) return 1;
    return 0;
}

static void clear_others(const writer *w)
{
    char path[PATH_MAX];
    const char *beside = rg_output_path(w->index);
    const int length = (int)(name_of(beside) - beside);
    snprintf(path, sizeof path, "%.*s", length > 0 ? length : 1,
             length > 0 ? beside : ".");
    DIR *folder = opendir(path);
    if (folder == NULL) return;
    for (const struct dirent *e; (e = readdir(folder)) != NULL;)
        if (is_shard(w, e->d_name) && !is_named(w, e->d_name))
            unlinkat(dirfd(folder), e->d_name, 0);
    closedir(folder);
}

/* Writes the files of this rank. */
static regatta_status write_files(writer *w)
{
    regatta_status status = REGATTA_OK;
    for (int64_t k = w->mine.begin; k < w->mine.end; k++) RG_TRY(write_shard(w, (int)k));
    RG_TRY(rg_gather(w->ctx, w->file, &w->mine, sizeof *w->file));
    name_shards(w);
    if (rg_rank(w->ctx) == 0) RG_TRY(write_index(w));
    status = meet(w);
done:
    return status;
}

/* Puts the shards of all ranks in place, or none. */
static regatta_status place_files(writer *w)
{
    const int64_t begin = w->mine.begin, end = w->mine.end;
    regatta_status status = place_shards(w);
    if (status == REGATTA_OK) status = rg_gather(w->ctx, w->made, &w->mine, 1);
    if (status != REGATTA_OK && begin < end) take_back(w, w->output[begin], begin, end);
    return status;
}

/* Puts the index in place; rank 0 alone. */
static regatta_status place_index(writer *w)
{
    const regatta_status status = rg_output_place(w->index, NULL);
    if (rg_output_is_placed(w->index))
        clear_others(w);
    else
        take_back(w, w->index, 0, w->plan->n_shards);
    return status;
}

static regatta_status write_all(writer *w)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(write_files(w));
    RG_TRY(place_files(w));
    if (rg_rank(w->ctx) == 0) RG_TRY(place_index(w));
    status = meet(w);
done:
    return status;
}

static void writer_free(writer *w)
{
    const rg_mem mem = w->ctx->mem;
    for (int k = 0; w->output != NULL && k < w->plan->n_shards; k++)
        rg_output_abandon(w->output[k]);
    rg_output_abandon(w->index);
    if (w->lock >= 0) close(w->lock);
    rg_free(mem, (void *)w->output);
    rg_free(mem, w->made);
    rg_free(mem, w->file);
    rg_free(mem, w->own);
    rg_shard_plan_free(w->plan);
    rg_model_tensors_free(w->list);
}

/* Splits the path; 0 if it is not that of an index. */
static int take_path(writer *w)
{
    const int n = (int)strlen(name_of(w->path)), suffix = (int)strlen(RG_SHARDS_INDEX);
    w->stem = name_of(w->path);
    w->stem_length = n - suffix;
    return w->stem_length > 0 && w->stem[0] != '.' &&
           strcmp(w->stem + w->stem_length, RG_SHARDS_INDEX) == 0 &&
           w->stem_length + 1 + HASH_DIGITS + 16 + (int)sizeof ".safetensors" <
               RG_SHARD_NAME;
}

static regatta_status save(regatta_ctx *ctx, const regatta_model *model, const char *path,
                           int n_shards)
{
    regatta_status status = REGATTA_OK;
    writer w = {.ctx = ctx, .path = path, .lock = -1};
    if (!take_path(&w))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "%s: the index of a model in shards is named "
                       "NAME" RG_SHARDS_INDEX,
                       path);
    RG_TRY(rg_model_tensors_list(ctx, &w.list, model));
    RG_TRY(rg_shard_plan_create(ctx, &w.plan, w.list->tensor, w.list->n, n_shards));
    RG_NEW(ctx->mem, w.output, n_shards);
    RG_NEW(ctx->mem, w.made, n_shards);
    RG_NEW(ctx->mem, w.file, n_shards);
    RG_NEW(ctx->mem, w.own, w.plan->n);
    rg_shares_even(&w.mine, ctx, n_shards);
    status = write_all(&w);
done:
    writer_free(&w);
    return status;
}

regatta_status regatta_model_save_shards(regatta_ctx *ctx, const regatta_model *model,
                                         const char *path, uint32_t n_shards)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (model == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the model is missing");
    if (path == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the path is missing");
    if (n_shards > RG_SHARDS_MOST)
        return rg_fail(ctx, REGATTA_EINVAL, "n_shards must be 0 to %d, not %lu",
                       RG_SHARDS_MOST, (unsigned long)n_shards);
    int n = n_shards > 0 ? (int)n_shards : rg_n_ranks(ctx);
    if (n > RG_SHARDS_MOST) n = RG_SHARDS_MOST;
    return rg_end(ctx, save(ctx, model, path, n));
}
