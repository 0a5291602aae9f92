/* Buffered outputs over file descriptors; see output.h. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "cli/output/output.h"
#include "cli/output/meter.h"
#include "cli/rank_group.h"
#include "cli/signals.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 1 << 16 };

struct cli_output {
    int fd;
    int error;          /* errno of the first write that failed */
    int synced;         /* nothing was written since */
    rg_temporary *made; /* the temporary file; NULL: written directly */
    int replaces;       /* the path had a file before */
    rg_temporary
        *former; /* a link to that file, while it may be restored; NULL: it cannot */
    char *final; /* the final path; NULL: written directly */
    char *name;  /* in messages */
    /* A model that the commit writes in shards; NULL: the output has its bytes. */
    const regatta_model *model;
    regatta_ctx *ctx;
    uint32_t shards;
    size_t n;
    char buffer[BUFFER];
};

/* An errno or 0. */
static int open_path(cli_output *o, const char *path)
{
    struct stat st;
    const int there = stat(path, &st) == 0, descriptor = rg_descriptor_of(path);
    if (descriptor >= 0) {
        o->fd = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
        return o->fd < 0 ? errno : 0;
    }
    if (there && S_ISDIR(st.st_mode)) return EISDIR;
    if (there && !S_ISREG(st.st_mode)) {
        o->fd = open(path, O_WRONLY | O_CLOEXEC);
        return o->fd < 0 ? errno : 0;
    }
    o->final = there ? realpath(path, NULL) : strdup(path);
    if (!o->final) return errno;
    o->made = cli_temporary_new();
    if (!o->made) return EMFILE;
    o->fd = rg_temporary_file(o->made, o->final, there ? &st : NULL);
    return o->fd < 0 ? errno : 0;
}

/* Opens the output for `to`, which messages call `path`. */
static int open_to(cli_output **out, const char *path, const char *to)
{
    const int standard = !path || strcmp(path, "-") == 0;
    cli_output *o = *out = cli_new(1, sizeof *o);
    if (!o) return cli_no_memory();
    o->fd = STDOUT_FILENO;
    o->name = strdup(standard ? "<stdout>" : path);
    if (!o->name) {
        cli_output_abandon(out);
        return cli_no_memory();
    }
    if (standard) return CLI_DONE;
    o->fd = -1;
    const int error = open_path(o, to);
    if (error == 0) return CLI_DONE;
    cli_output_abandon(out);
    return cli_error(error == EISDIR ? CLI_INPUT : CLI_FAILED, "%s: %s", path,
                     error == EISDIR ? "is a directory" : strerror(error));
}

int cli_output_open(cli_output **out, const char *path)
{
    return open_to(out, path, cli_ranks_writes() ? path : "/dev/null");
}

int cli_output_open_each(cli_output **out, const char *path)
{
    return open_to(out, path, path);
}

static void drain(cli_output *o)
{
    if (o->n > 0 && o->fd == STDOUT_FILENO) cli_meter_hide();
    for (size_t at = 0; at < o->n && !o->error;) {
        const ssize_t n = write(o->fd, o->buffer + at, o->n - at);
        if (n >= 0)
            at += (size_t)n;
        else if (errno != EINTR)
            o->error = errno;
    }
    o->n = 0;
}

void cli_write(cli_output *o, const void *bytes, size_t n)
{
    const char *from = bytes;
    o->synced = 0;
    while (n > 0 && !o->error) {
        const size_t room = BUFFER - o->n, part = n < room ? n : room;
        memcpy(o->buffer + o->n, from, part);
        o->n += part;
        from += part;
        n -= part;
        if (o->n == BUFFER) drain(o);
    }
}

void cli_text(cli_output *o, const char *text)
{
    cli_write(o, text, strlen(text));
}

void cli_print(cli_output *o, const char *format, ...)
{
    char line[512];
    va_list list;
    va_start(list, format);
    const int n = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (n > 0) cli_write(o, line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
}

static int failed(const cli_output *o)
{
    if (!o->error) return CLI_DONE;
    if (o->error == EPIPE) return CLI_CLOSED;
    return cli_error(CLI_FAILED, "%s: %s", o->name, strerror(o->error));
}

int cli_output_flush(cli_output *o)
{
    drain(o);
    return failed(o);
}

int cli_output_sync(cli_output *o)
{
    if (o->synced) return CLI_DONE;
    drain(o);
    if (!o->error && o->final && fsync(o->fd) != 0) o->error = errno;
    o->synced = !o->error;
    return failed(o);
}

double cli_output_bytes(const cli_output *o)
{
    struct stat st;
    return o->final && fstat(o->fd, &st) == 0 ? (double)st.st_size : (double)NAN;
}

/* Links the former file under a second name, if there is one and the file system
 * supports it. */
static void keep_former(cli_output *o)
{
    o->replaces = access(o->final, F_OK) == 0;
    if (!o->replaces) return;
    o->former = cli_temporary_new();
    if (!o->former || rg_temporary_link(o->former, o->final) == 0) return;
    cli_temporary_release(o->former);
    o->former = NULL;
}

/* close() may report a delayed write error; made->lock stays. */
static int place(cli_output *o)
{
    if (o->fd == STDOUT_FILENO) return CLI_DONE;
    if (close(o->fd) != 0) o->error = errno;
    o->fd = -1;
    if (!o->error && o->made && rg_temporary_rename(o->made, o->final) != 0)
        o->error = errno;
    return failed(o);
}

/* Undoes `place`. */
static void put_back(cli_output *o)
{
    if (o->former)
        rg_temporary_rename(o->former, o->final);
    else if (o->final && !o->replaces)
        unlink(o->final);
}

/* Serialises the commits in a folder, so that files that belong together come from one
 * run. Returns a descriptor to close, or -1. */
static int lock_folder(cli_output *const *out, int n)
{
    int k = 0;
    while (k < n && !out[k]->final) k++;
    return k < n ? rg_lock_folder(out[k]->final) : -1;
}

static int place_all(cli_output *const *out, int n)
{
    int code = CLI_DONE, placed = 0;
    const int lock = n > 1 ? lock_folder(out, n) : -1;
    for (int k = 0; k < n && n > 1; k++)
        if (out[k]->final) keep_former(out[k]);
    while (placed < n && code == CLI_DONE) {
        code = place(out[placed]);
        placed += code == CLI_DONE;
    }
    for (int k = 0; k < placed; k++)
        if (code != CLI_DONE)
            put_back(out[k]);
        else if (out[k]->final)
            rg_sync_folder(out[k]->final); /* best effort: it is synced and in place */
    if (lock >= 0) close(lock);
    return code;
}

/* Writes the models in shards: the library puts them in place itself. */
static int place_shards(cli_output *const *out, int n)
{
    int code = CLI_DONE;
    for (int k = 0; k < n && code == CLI_DONE; k++)
        if (out[k]->model)
            code = cli_status(out[k]->ctx,
                              regatta_model_save_shards(out[k]->ctx, out[k]->model,
                                                        out[k]->name, out[k]->shards));
    return code;
}

int cli_output_commit_all(cli_output **out, int n)
{
    int code = CLI_DONE;
    for (int k = 0; k < n && code == CLI_DONE; k++) code = cli_output_sync(out[k]);
    if (code == CLI_DONE) {
        cli_signals_hold();
        code = place_shards(out, n);
        if (code == CLI_DONE) code = place_all(out, n);
        for (int k = 0; k < n; k++) cli_output_abandon(&out[k]);
        cli_signals_release();
    }
    for (int k = 0; k < n; k++) cli_output_abandon(&out[k]);
    return code;
}

int cli_output_commit(cli_output **out)
{
    return cli_output_commit_all(out, 1);
}

void cli_output_abandon(cli_output **out)
{
    cli_output *o = *out;
    *out = NULL;
    if (!o) return;
    if (o->fd >= 0 && o->fd != STDOUT_FILENO) close(o->fd);
    cli_temporary_release(o->made);
    cli_temporary_release(o->former);
    free(o->final);
    free(o->name);
    free(o);
}

/* The output has no bytes of its own then. */
static void defer_shards(regatta_ctx *ctx, const regatta_model *model, cli_output *to,
                         uint32_t shards)
{
    cli_temporary_release(to->made);
    to->made = NULL;
    free(to->final);
    to->final = NULL;
    to->ctx = ctx;
    to->model = model;
    to->shards = shards;
}

int cli_output_model(regatta_ctx *ctx, const regatta_model *model, cli_output *to,
                     uint32_t shards)
{
    char path[32];
    if (cli_is_shard_index(to->name)) {
        defer_shards(ctx, model, to, shards);
        return CLI_DONE;
    }
    const int length = snprintf(path, sizeof path, "/dev/fd/%d", to->fd);
    const int code = cli_output_flush(to);
    if (code != CLI_DONE) return code;
    to->synced = 0;
    const regatta_status status = regatta_model_save(ctx, model, path);
    const char *words = regatta_last_error(ctx);
    if (status != REGATTA_EIO || strncmp(words, path, (size_t)length) != 0)
        return cli_status(ctx, status);
    if (strcmp(words + length + 2, strerror(EPIPE)) == 0) return CLI_CLOSED;
    return cli_error(CLI_FAILED, "%s%s", to->name, words + length);
}

int cli_is_shard_index(const char *path)
{
    static const char suffix[] = ".safetensors.index.json";
    const size_t n = strlen(path), m = sizeof suffix - 1;
    return n > m && strcmp(path + n - m, suffix) == 0;
}

int cli_shards_check(uint32_t shards, const char *output)
{
    if (!shards || (output && cli_is_shard_index(output))) return CLI_DONE;
    return cli_error(CLI_USAGE, "--shards: needs the name of an index as output: "
                                "NAME.safetensors.index.json");
}

int cli_is_straight(const char *path)
{
    struct stat st;
    if (strcmp(path, "-") == 0 || rg_descriptor_of(path) >= 0) return 1;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

int cli_output_probe(const char *path)
{
    cli_output *o = NULL;
    /* Opening a pipe would wait for its reader, or end the reader's input. */
    if (cli_is_straight(path)) return CLI_DONE;
    const int code = cli_output_open(&o, path);
    cli_output_abandon(&o);
    return code;
}
