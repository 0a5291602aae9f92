#include "base/checkpoint/checkpoint.h"
#include "base/checkpoint/checkpoint_file.h"
#include "base/clock.h"
#include "base/files/file_io.h"
#include "base/hash.h"
#include "base/ranks/ranks.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_WAITING = 1 << 26 /* bytes of results that wait */, PATH_BYTES = PATH_MAX };
enum { VALUE_BYTES = 80 /* of a value in a message */ };

/* A unit that is running. */
typedef struct running {
    uint64_t id;
    int64_t n_units; /* begun in it */
    double flops;    /* of the context when it began */
    int is_kept;     /* 1: its result and its state can be kept */
} running;

struct rg_checkpoint {
    char *folder;
    uint64_t training;       /* hash of its description */
    double seconds, written; /* written: on rg_clock, the last write */
    int stopped;
    int64_t n_read; /* results of units */
    running now;
    rg_checkpoint_file *file; /* read: the results */
    int n_files;
    rg_checkpoint_file state;      /* of the running unit; path NULL = none */
    rg_checkpoint_writer *waiting; /* results that are not committed; NULL = none */
    int n_written;                 /* files of results in the folder */
};

static void path_of(char *path, const rg_checkpoint *c, const char *name)
{
    snprintf(path, PATH_BYTES, "%s/%s", c->folder, name);
}

static void path_of_results(char *path, const rg_checkpoint *c, int number)
{
    snprintf(path, PATH_BYTES, "%s/results-%06d", c->folder, number);
}

/* Returns the line of text[n] that begins at `at`; *length without its end. */
static const char *line_at(const char *text, int64_t n, int64_t at, int *length)
{
    const char *end = at < n ? memchr(text + at, '\n', (size_t)(n - at)) : NULL;
    *length = end != NULL ? (int)(end - (text + at)) : (int)(n - at);
    return text + at;
}

static const char *value_in(const char *line, int length, int *n)
{
    const char *equals = memchr(line, '=', (size_t)length);
    if (equals == NULL) return NULL;
    *n = length - (int)(equals + 1 - line);
    if (*n > VALUE_BYTES) *n = VALUE_BYTES;
    return equals + 1;
}

/* Names the first line that differs. */
static regatta_status differs(regatta_ctx *ctx, const char *path, const char *was,
                              int64_t n_was, const char *now, int64_t n_now)
{
    int a = 0, b = 0, n_a = 0, n_b = 0;
    for (int64_t at = 0; at < n_was && at < n_now; at += a + 1) {
        const char *x = line_at(was, n_was, at, &a), *y = line_at(now, n_now, at, &b);
        if (a == b && memcmp(x, y, (size_t)a) == 0) continue;
        const char *v = value_in(x, a, &n_a), *w = value_in(y, b, &n_b);
        if (v == NULL || w == NULL || v - x != w - y ||
            memcmp(x, y, (size_t)(v - x)) != 0)
            break;
        return rg_fail(ctx, REGATTA_EINVAL,
                       "%.200s: the checkpoint differs in %.*s: '%.*s' there, '%.*s' "
                       "here",
                       path, (int)(v - x - 1), x, n_a, v, n_b, w);
    }
    return rg_fail(ctx, REGATTA_EFORMAT,
                   "%.300s: not the description of a training by this version", path);
}

static regatta_status check_description(regatta_ctx *ctx, const char *path,
                                        const char *now)
{
    rg_map map;
    regatta_status status = rg_map_open(ctx, &map, path);
    if (status != REGATTA_OK) return status;
    const char *was = (const char *)map.bytes;
    const int64_t n = (int64_t)strlen(now);
    if (map.size != n || memcmp(was, now, (size_t)n) != 0)
        status = differs(ctx, path, was, map.size, now, n);
    rg_map_close(&map);
    return status;
}

static regatta_status write_description(regatta_ctx *ctx, const char *path,
                                        const char *text)
{
    rg_output *out = NULL;
    regatta_status status = rg_output_open(ctx, &out, path, RG_PACK_NONE);
    if (status != REGATTA_OK) return status;
    status = rg_output_write(out, text, (int64_t)strlen(text));
    if (status == REGATTA_OK) return rg_output_commit(out);
    rg_output_abandon(out);
    return status;
}

/* Reads the files of results, and the state of the running unit. */
static regatta_status read_files(regatta_ctx *ctx, rg_checkpoint *c)
{
    regatta_status status = REGATTA_OK;
    char path[PATH_BYTES];
    int64_t n = 0;
    for (path_of_results(path, c, 1); rg_io_exists(path);)
        path_of_results(path, c, (int)++n + 1);
    RG_TRY(rg_ranks_follow(ctx, &n));
    RG_NEW(ctx->mem, c->file, n);
    for (c->n_written = (int)n; c->n_files < (int)n;) {
        path_of_results(path, c, c->n_files + 1);
        RG_TRY(rg_checkpoint_file_open(ctx, &c->file[c->n_files++], path, c->training));
    }
    path_of(path, c, "running");
    if (rg_io_exists(path))
        RG_TRY(rg_checkpoint_file_open(ctx, &c->state, path, c->training));
done:
    return status;
}

static regatta_status make_folder(regatta_ctx *ctx, const char *folder)
{
    if (!rg_io_refused(ctx, "open") && (mkdir(folder, 0777) == 0 || errno == EEXIST))
        return REGATTA_OK;
    return rg_io_fail(ctx, folder);
}

/* Returns 1 if the folder has a checkpoint. One of a training that ended before it kept
 * anything, such as one that was refused, is none where another may begin. */
static int64_t is_there(const rg_checkpoint *c, const char *description, int begins)
{
    char results[PATH_BYTES], state[PATH_BYTES];
    path_of_results(results, c, 1);
    path_of(state, c, "running");
    return rg_io_exists(description) &&
           (!begins || rg_io_exists(results) || rg_io_exists(state));
}

static regatta_status open_folder(regatta_ctx *ctx, rg_checkpoint *c,
                                  const rg_checkpoint_options *o)
{
    char path[PATH_BYTES];
    path_of(path, c, "training.txt");
    int64_t exists = is_there(c, path, o->begins);
    const regatta_status agreed = rg_ranks_follow(ctx, &exists); /* rank 0 makes it */
    if (agreed != REGATTA_OK) return agreed;
    if (exists && !o->resumes)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "%.300s: has a checkpoint already: resume it, or choose another "
                       "folder",
                       o->folder);
    if (!exists && !o->begins)
        return rg_fail(ctx, REGATTA_EINVAL, "%.300s: has no checkpoint to resume",
                       o->folder);
    if (exists) {
        const regatta_status status = check_description(ctx, path, o->description);
        return status != REGATTA_OK ? status : read_files(ctx, c);
    }
    if (rg_rank(ctx) > 0) return REGATTA_OK;
    const regatta_status status = make_folder(ctx, o->folder);
    return status != REGATTA_OK ? status : write_description(ctx, path, o->description);
}

regatta_status rg_checkpoint_open(regatta_ctx *ctx, const rg_checkpoint_options *options)
{
    regatta_status status = REGATTA_OK;
    rg_checkpoint *c = NULL;
    if (strlen(options->folder) > PATH_BYTES - 64)
        return rg_fail(ctx, REGATTA_EINVAL, "checkpoint: the path is too long");
    RG_NEW(ctx->mem, c, 1);
    ctx->checkpoint = c;
    c->seconds = options->seconds;
    c->written = rg_clock();
    c->now.is_kept = 1;
    c->training = rg_hash(options->description, strlen(options->description), 0);
    c->folder = rg_io_copy(ctx, options->folder);
    if (c->folder == NULL) status = REGATTA_ENOMEM;
    if (status == REGATTA_OK) status = open_folder(ctx, c, options);
    int64_t opened = 1; /* by all ranks, before rank 0 writes */
    if (status == REGATTA_OK) status = rg_ranks_follow(ctx, &opened);
done:
    if (status != REGATTA_OK) rg_checkpoint_close(ctx);
    return status;
}

regatta_status rg_checkpoint_flush(regatta_ctx *ctx)
{
    rg_checkpoint *c = ctx->checkpoint;
    if (c->waiting == NULL) return REGATTA_OK;
    rg_checkpoint_writer *w = c->waiting;
    c->waiting = NULL;
    c->n_written++;
    const regatta_status status = rg_checkpoint_writer_commit(w);
    c->written = rg_clock();
    return status;
}

regatta_status rg_checkpoint_stop(regatta_ctx *ctx)
{
    rg_checkpoint *c = ctx->checkpoint;
    if (c == NULL || c->stopped) return REGATTA_OK;
    c->stopped = 1;
    return rg_checkpoint_flush(ctx);
}

void rg_checkpoint_close(regatta_ctx *ctx)
{
    rg_checkpoint *c = ctx->checkpoint;
    if (c == NULL) return;
    ctx->checkpoint = NULL;
    for (int k = 0; k < c->n_files; k++) rg_checkpoint_file_close(ctx, &c->file[k]);
    rg_checkpoint_file_close(ctx, &c->state);
    rg_checkpoint_writer_abandon(c->waiting);
    rg_free(ctx->mem, c->file);
    rg_free(ctx->mem, c->folder);
    rg_free(ctx->mem, c);
}

static int is_due(const rg_checkpoint *c)
{
    return rg_clock() - c->written >= c->seconds;
}

/* Reads a record with the numbers of a unit. */
static regatta_status read_unit(regatta_ctx *ctx, const rg_checkpoint_file *file,
                                const rg_stored *stored, rg_unit_visit visit, void *state)
{
    rg_archive archive;
    rg_archive_read(&archive, ctx, file->path, file->map.bytes + stored->at,
                    stored->size);
    const regatta_status status = visit(&archive, state);
    if (status != REGATTA_OK) return status;
    rg_count_flops(ctx, stored->flops);
    return rg_archive_end(&archive);
}

/* Keeps the result of the running unit. */
static regatta_status keep_result(regatta_ctx *ctx, const rg_unit *unit)
{
    regatta_status status = REGATTA_OK;
    rg_checkpoint *c = ctx->checkpoint;
    rg_archive archive;
    char path[PATH_BYTES];
    if (c->waiting == NULL) {
        path_of_results(path, c, c->n_written + 1);
        RG_TRY(rg_checkpoint_writer_open(ctx, &c->waiting, path, c->training));
    }
    RG_TRY(rg_checkpoint_writer_begin(c->waiting, &archive, c->now.id,
                                      ctx->flops - c->now.flops));
    RG_TRY(unit->visit(&archive, unit->state));
    if (is_due(c) || rg_checkpoint_writer_size(c->waiting) > MOST_WAITING)
        RG_TRY(rg_checkpoint_flush(ctx));
done:
    return status;
}

/* number: of the unit among those without a name of their own. */
static uint64_t id_of(const rg_checkpoint *c, const rg_unit *unit, uint64_t number)
{
    const uint64_t place[2] = {c->now.id, number};
    return rg_hash(place, sizeof place, rg_hash(unit->name, strlen(unit->name), 0));
}

static regatta_status run_unit(regatta_ctx *ctx, const rg_unit *unit, uint64_t number)
{
    rg_checkpoint *c = ctx->checkpoint;
    const uint64_t id = id_of(c, unit, number);
    for (int k = 0; k < c->n_files && !c->stopped; k++) {
        const rg_stored *stored = rg_checkpoint_file_find(&c->file[k], id);
        if (stored == NULL) continue;
        c->n_read++;
        return read_unit(ctx, &c->file[k], stored, unit->visit, unit->state);
    }
    const running outer = c->now;
    c->now = (running){.id = id, .flops = ctx->flops, .is_kept = !c->stopped};
    regatta_status status = unit->work(ctx, unit->state);
    if (status == REGATTA_OK && !c->stopped) status = keep_result(ctx, unit);
    c->now = outer;
    return status;
}

regatta_status rg_unit_run(regatta_ctx *ctx, const rg_unit *unit)
{
    rg_checkpoint *c = ctx->checkpoint;
    if (c == NULL) return unit->work(ctx, unit->state);
    return run_unit(ctx, unit, (uint64_t)c->now.n_units++);
}

regatta_status rg_unit_run_named(regatta_ctx *ctx, const rg_unit *unit)
{
    if (ctx->checkpoint == NULL) return unit->work(ctx, unit->state);
    return run_unit(ctx, unit, UINT64_MAX);
}

int64_t rg_units_read(const regatta_ctx *ctx)
{
    return ctx->checkpoint != NULL ? ctx->checkpoint->n_read : 0;
}

int rg_unit_has_state(const regatta_ctx *ctx)
{
    const rg_checkpoint *c = ctx->checkpoint;
    return c != NULL && !c->stopped &&
           rg_checkpoint_file_find(&c->state, c->now.id) != NULL;
}

regatta_status rg_unit_resume(regatta_ctx *ctx, rg_unit_visit visit, void *state)
{
    const rg_checkpoint *c = ctx->checkpoint;
    const rg_stored *stored = rg_checkpoint_file_find(&c->state, c->now.id);
    return read_unit(ctx, &c->state, stored, visit, state);
}

regatta_status rg_unit_keep(regatta_ctx *ctx, int at_once, rg_unit_visit visit,
                            void *state)
{
    regatta_status status = REGATTA_OK;
    rg_checkpoint *c = ctx->checkpoint;
    rg_checkpoint_writer *w = NULL;
    rg_archive archive;
    char path[PATH_BYTES];
    if (c == NULL || !c->now.is_kept) return REGATTA_OK;
    int64_t keeps = at_once || (!c->stopped && is_due(c));
    RG_TRY(rg_ranks_follow(ctx, &keeps)); /* `visit` may receive parts of other ranks */
    if (!keeps) return REGATTA_OK;
    c->now.is_kept = !c->stopped;
    RG_TRY(rg_checkpoint_flush(ctx));
    path_of(path, c, "running");
    RG_TRY(rg_checkpoint_writer_open(ctx, &w, path, c->training));
    RG_TRY(rg_checkpoint_writer_begin(w, &archive, c->now.id, ctx->flops - c->now.flops));
    RG_TRY(visit(&archive, state));
    status = rg_checkpoint_writer_commit(w);
    w = NULL;
    c->written = rg_clock();
done:
    rg_checkpoint_writer_abandon(w);
    return status;
}
