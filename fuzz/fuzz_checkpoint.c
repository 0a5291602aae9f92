/* Any bytes as a file of a checkpoint, with the right magic numbers, training and content
 * hash: the file is refused, or its records are those that are written from them; and
 * as the results and the state of a training, which resumes with numbers in their ranges,
 * or is refused. What is read of a unit is written as the same bytes
 * (checkpoint_units.c). */
#include "base/checkpoint/checkpoint_file.h"
#include "base/hash.h"
#include "checkpoint_units.h"
#include "files.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The places of magic numbers, training and hash (checkpoint_file.h). */
enum { MAGIC = 8, HEAD = 16, TAIL = 32, HASH_FROM_END = 16, MOST = RG_CHECKPOINT_BLOCK };
enum { PATH = FUZZ_PATH + 32 };

static regatta_ctx *ctx;

/* Makes the bytes a file of the training. */
static void correct(uint8_t *bytes, size_t size)
{
    const uint64_t training = fuzz_units_hash();
    memcpy(bytes, "rgchkpt1", MAGIC);
    memcpy(bytes + MAGIC, &training, sizeof training);
    memcpy(bytes + size - MAGIC, "rgchkpt1", MAGIC);
    const uint64_t hash = rg_hash(bytes, size - HASH_FROM_END, 0);
    memcpy(bytes + size - HASH_FROM_END, &hash, sizeof hash);
}

/* Writes the records of a file again. */
static regatta_status copy(const rg_checkpoint_file *from, const char *path)
{
    regatta_status status = REGATTA_OK;
    rg_checkpoint_writer *w = NULL;
    rg_archive archive;
    RG_TRY(rg_checkpoint_writer_open(ctx, &w, path, fuzz_units_hash()));
    for (int64_t k = 0; k < from->n; k++) {
        const rg_stored *s = &from->stored[k];
        RG_TRY(rg_checkpoint_writer_begin(w, &archive, s->id, s->flops));
        RG_TRY(archive.put(archive.put_state, from->map.bytes + s->at, s->size));
    }
    const regatta_status committed = rg_checkpoint_writer_commit(w);
    w = NULL;
    status = committed;
done:
    rg_checkpoint_writer_abandon(w);
    return status;
}

static int same_records(const rg_checkpoint_file *a, const rg_checkpoint_file *b)
{
    int same = a->n == b->n;
    for (int64_t k = 0; k < a->n && same; k++) {
        const rg_stored *s = &a->stored[k], *t = &b->stored[k];
        same = memcmp(s, t, sizeof *s) == 0 &&
               memcmp(a->map.bytes + s->at, b->map.bytes + t->at, (size_t)s->size) == 0;
    }
    return same;
}

static void check_file(const char *path, const char *other)
{
    rg_checkpoint_file file = {.path = NULL}, again = {.path = NULL};
    const regatta_status status =
        rg_checkpoint_file_open(ctx, &file, path, fuzz_units_hash());
    fuzz_require(status == REGATTA_OK || status == REGATTA_EFORMAT, "another status");
    if (status == REGATTA_OK) {
        fuzz_require(copy(&file, other) == REGATTA_OK, "its records cannot be written");
        fuzz_require(rg_checkpoint_file_open(ctx, &again, other, fuzz_units_hash()) ==
                         REGATTA_OK,
                     "what is written is not read");
        fuzz_require(same_records(&file, &again), "other records");
    }
    rg_checkpoint_file_close(ctx, &file);
    rg_checkpoint_file_close(ctx, &again);
}

/* Reads every number of a training that has resumed. */
static void check_units(const fuzz_units *u)
{
    double sum = 0.0;
    fuzz_require(u->sum >= -100 && u->sum <= 100 && u->kind >= 0 && u->kind <= 3 &&
                     u->step >= 0 && u->step <= FUZZ_STEPS,
                 "a number is out of range");
    for (int64_t k = 0; k < u->n; k++) fuzz_require(isfinite(u->number[k]), "a float");
    for (int k = 0; k < FUZZ_STEP_FLOATS; k++)
        fuzz_require(isfinite(u->state[k]), "a float of the state");
    for (int64_t j = 0; j < FUZZ_ITEMS; j++)
        for (int64_t e = u->attention->by_target->offset[j];
             e < u->attention->by_target->offset[j + 1]; e++) {
            fuzz_require(u->attention->by_target->target[e] < FUZZ_ITEMS, "a target");
            sum += (double)u->attention->by_target->value[e];
        }
    fuzz_require(isfinite(sum) && isfinite(u->attention->scale[FUZZ_ITEMS - 1]),
                 "a weight");
}

static void remove_files(const char *folder)
{
    static const char *const names[] = {"training.txt", "results-000001", "running",
                                        "results-000002"};
    char path[PATH];
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[k]);
        unlink(path);
    }
}

/* Begins a checkpoint in the folder, and puts the bytes in place of its file. */
static void check_training(const char *folder, const char *name, const uint8_t *bytes,
                           size_t size)
{
    fuzz_units u = {.stops = 1};
    char path[PATH];
    remove_files(folder);
    fuzz_require(fuzz_units_run(ctx, &u, folder) == REGATTA_ESTOPPED, "no checkpoint");
    fuzz_units_free(ctx, &u);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    fuzz_write(path, bytes, size);
    const regatta_status status = fuzz_units_run(ctx, &u, folder);
    fuzz_require(status == REGATTA_OK || status == REGATTA_EFORMAT, "another status");
    fuzz_require((status == REGATTA_OK) == (regatta_last_error(ctx)[0] == '\0'),
                 "the message");
    if (status == REGATTA_OK) check_units(&u);
    rg_begin(ctx);
    fuzz_units_free(ctx, &u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[FUZZ_PATH], path[FUZZ_PATH], other[FUZZ_PATH];
    if (size < HEAD + TAIL || size > MOST) return 0;
    if (ctx == NULL)
        fuzz_require(regatta_ctx_create(&ctx, NULL) == REGATTA_OK, "context");
    uint8_t *bytes = malloc(size);
    fuzz_require(bytes != NULL, "out of memory");
    memcpy(bytes, data, size);
    correct(bytes, size);
    fuzz_path(folder, "place");
    fuzz_path(path, "file");
    fuzz_path(other, "other");
    mkdir(folder, 0700);
    fuzz_write(path, bytes, size);
    check_file(path, other);
    rg_begin(ctx);
    check_training(folder, "results-000001", bytes, size);
    check_training(folder, "running", bytes, size);
    remove_files(folder);
    rmdir(folder);
    unlink(path);
    unlink(other);
    free(bytes);
    return 0;
}
