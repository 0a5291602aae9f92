/* Buffered outputs over file descriptors; see output.h. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "cli/output.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 16, MAX_TEMPORARY = 8, N_DEADLY = 3 };

struct cli_output {
    int fd;
    int error;   /* errno of the first write that failed */
    int synced;  /* nothing was written since */
    int slot;    /* in `temporary`, -1: none */
    char *final; /* where the temporary goes; NULL: written straight */
    char *name;  /* in messages */
    size_t n;
    char buffer[BUFFER];
};

/* What a deadly signal removes: a handler sees nothing but statics. */
static char temporary[MAX_TEMPORARY][PATH_MAX];
static volatile sig_atomic_t in_use[MAX_TEMPORARY];

static const int deadly[N_DEADLY] = {SIGINT, SIGTERM, SIGHUP};
static struct sigaction held[N_DEADLY];
static int n_held; /* of `held`, to be put back */
static volatile sig_atomic_t waiting;

static void remove_and_die(int number)
{
    for (int i = 0; i < MAX_TEMPORARY; i++)
        if (in_use[i]) unlink(temporary[i]);
    raise(number); /* SA_RESETHAND: now it kills */
}

static void catch_deadly(void)
{
    struct sigaction action = {.sa_handler = remove_and_die};
    struct sigaction old;
    sigemptyset(&action.sa_mask);
    action.sa_flags = (int)SA_RESETHAND | SA_NODEFER;
    for (int i = 0; i < N_DEADLY; i++)
        if (sigaction(deadly[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(deadly[i], &action, NULL);
}

/* Makes the temporary file of o->final and registers it; an errno or 0. */
static int open_temporary(cli_output *o, mode_t mode)
{
    int slot = 0;
    while (slot < MAX_TEMPORARY && in_use[slot]) slot++;
    if (slot == MAX_TEMPORARY) return EMFILE;
    const char *slash = strrchr(o->final, '/');
    const char *base = slash ? slash + 1 : o->final;
    const int n = snprintf(temporary[slot], PATH_MAX, "%.*s.%s.XXXXXX",
                           (int)(base - o->final), o->final, base);
    if (n >= PATH_MAX) return ENAMETOOLONG;
    o->fd = mkstemp(temporary[slot]);
    if (o->fd < 0) return errno;
    in_use[slot] = 1;
    o->slot = slot;
    return fchmod(o->fd, mode) == 0 ? 0 : errno;
}

static mode_t usual_mode(void)
{
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* An errno or 0. */
static int open_path(cli_output *o, const char *path)
{
    struct stat st;
    const int there = stat(path, &st) == 0;
    if (there && S_ISDIR(st.st_mode)) return EISDIR;
    if (there && !S_ISREG(st.st_mode)) {
        o->fd = open(path, O_WRONLY | O_CLOEXEC);
        return o->fd < 0 ? errno : 0;
    }
    o->final = there ? realpath(path, NULL) : strdup(path);
    if (!o->final) return errno;
    catch_deadly();
    return open_temporary(o, there ? st.st_mode & 07777 : usual_mode());
}

int cli_output_open(cli_output **out, const char *path)
{
    const int standard = !path || strcmp(path, "-") == 0;
    cli_output *o = *out = cli_new(1, sizeof *o);
    if (!o) return cli_no_memory();
    o->slot = -1;
    o->fd = STDOUT_FILENO;
    o->name = strdup(standard ? "<stdout>" : path);
    if (!o->name) {
        cli_output_abandon(out);
        return cli_no_memory();
    }
    if (standard) return CLI_DONE;
    o->fd = -1;
    const int error = open_path(o, path);
    if (error == 0) return CLI_DONE;
    cli_output_abandon(out);
    return cli_error(error == EISDIR ? CLI_INPUT : CLI_FAILED, "%s: %s", path,
                     error == EISDIR ? "is a directory" : strerror(error));
}

static void drain(cli_output *o)
{
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
    if (o->error == EPIPE) return CLI_FAILED;
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

void cli_sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd); /* best effort: the file itself is synced and in place */
    close(fd);
}

int cli_output_commit(cli_output **out)
{
    cli_output *o = *out;
    int code = cli_output_sync(o);
    if (code == CLI_DONE && o->fd != STDOUT_FILENO) {
        if (close(o->fd) != 0) o->error = errno;
        o->fd = -1;
        if (!o->error && o->final && rename(temporary[o->slot], o->final) != 0)
            o->error = errno;
        if (!o->error && o->final) {
            in_use[o->slot] = 0;
            o->slot = -1;
            cli_sync_folder(o->final);
        }
        code = failed(o);
    }
    cli_output_abandon(out);
    return code;
}

void cli_output_abandon(cli_output **out)
{
    cli_output *o = *out;
    *out = NULL;
    if (!o) return;
    if (o->fd >= 0 && o->fd != STDOUT_FILENO) close(o->fd);
    if (o->slot >= 0) {
        unlink(temporary[o->slot]);
        in_use[o->slot] = 0;
    }
    free(o->final);
    free(o->name);
    free(o);
}

static int is_straight(const char *path)
{
    struct stat st;
    if (strcmp(path, "-") == 0) return 1;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static void wait_for_release(int number)
{
    waiting = number;
}

void cli_signals_hold(const char *path)
{
    struct sigaction action = {.sa_handler = wait_for_release};
    if (is_straight(path)) return;
    sigemptyset(&action.sa_mask);
    action.sa_flags = (int)SA_RESETHAND | SA_RESTART;
    waiting = 0;
    for (n_held = 0; n_held < N_DEADLY; n_held++) {
        sigaction(deadly[n_held], &action, &held[n_held]);
        if (held[n_held].sa_handler == SIG_IGN)
            sigaction(deadly[n_held], &held[n_held], NULL);
    }
}

void cli_signals_release(void)
{
    while (n_held > 0) {
        n_held--;
        sigaction(deadly[n_held], &held[n_held], NULL);
    }
    if (waiting) raise(waiting);
    waiting = 0;
}

int cli_save_model(regatta_ctx *ctx, const regatta_model *model, const char *path)
{
    cli_signals_hold(path);
    const int code = cli_status(ctx, regatta_model_save(ctx, model, path));
    cli_signals_release();
    return code;
}

int cli_output_probe(const char *path)
{
    cli_output *o = NULL;
    /* Opening a pipe would wait for its reader, or end what the reader sees. */
    if (is_straight(path)) return CLI_DONE;
    const int code = cli_output_open(&o, path);
    cli_output_abandon(&o);
    return code;
}

static int is_dash(const char *path)
{
    return strcmp(path, "-") == 0;
}

static int same_file(const char *one, const char *other)
{
    struct stat a, b;
    if (is_dash(one) || is_dash(other)) return 0;
    if (stat(one, &a) != 0 || stat(other, &b) != 0) return 0;
    return S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Devices may be: no answer hurts another in /dev/null. */
static int same_output(const char *one, const char *other)
{
    struct stat s;
    if (same_file(one, other)) return 1;
    return strcmp(one, other) == 0 && (is_dash(one) || stat(one, &s) != 0);
}

int cli_apart(const char *const *inputs, int n_inputs, const char *const *outputs,
              int n_outputs)
{
    for (int o = 0; o < n_outputs; o++) {
        const char *path = outputs[o];
        for (int i = 0; path && i < n_inputs; i++)
            if (inputs[i] && same_file(inputs[i], path))
                return cli_error(CLI_USAGE, "%s: the output would replace the input",
                                 path);
        for (int i = 0; path && i < o; i++)
            if (outputs[i] && same_output(outputs[i], path))
                return cli_error(CLI_USAGE, "%s: is named for two outputs",
                                 is_dash(path) ? "<stdout>" : path);
    }
    return CLI_DONE;
}
