/* The bar is redrawn at most ten times a second; see progress.h. */
#include "cli/output/progress.h"
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Seconds; of lines in logs, and of JSON objects. */
#define LONG_SILENCE 10.0
#define SHORT_SILENCE 0.5

enum { N_SIGNALS = 3 };
static const int heeded[N_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t interrupts, first_signal;
static struct sigaction before[N_SIGNALS];

static void count_interrupt(int number)
{
    if (interrupts == 0) first_signal = number;
    if (interrupts < 2) interrupts++;
}

/* A shell starts background jobs with SIGINT ignored; kill -INT has an effect
 * nevertheless. SIGHUP stays ignored under nohup. */
static void heed_signals(void)
{
    struct sigaction action = {.sa_handler = count_interrupt};
    interrupts = first_signal = 0;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    for (int k = 0; k < N_SIGNALS; k++) {
        sigaction(heeded[k], &action, &before[k]);
        if (heeded[k] != SIGINT && before[k].sa_handler == SIG_IGN)
            sigaction(heeded[k], &before[k], NULL);
    }
}

void cli_progress_begin(cli_progress *p, int quiet)
{
    struct winsize size = {0};
    *p = (cli_progress){
        .shown = cli_progress_shown(quiet, 1), .width = 80, .last_ndcg = (double)NAN};
    if (p->shown == CLI_SHOWN_BAR && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col > 20)
        p->width = size.ws_col;
    heed_signals();
}

static void append(char *line, size_t size, const char *name, double x)
{
    const size_t n = strlen(line);
    if (isfinite(x)) snprintf(line + n, size - n, "  %s %.4f", name, x);
}

static void append_left(char *line, size_t size, double seconds)
{
    const size_t n = strlen(line);
    if (!isfinite(seconds) || seconds < 0) return;
    if (seconds < 60)
        snprintf(line + n, size - n, "  %.0f s left", ceil(seconds));
    else
        snprintf(line + n, size - n, "  %.0f min %02d s left", floor(seconds / 60),
                 (int)fmod(seconds, 60));
}

/* The time left is printed early, because a narrow terminal cuts the end. */
static void describe(const regatta_progress *now, char *line, size_t size)
{
    const char *stage = now->stage ? now->stage : "train";
    if (now->total > 0)
        snprintf(line, size, "%s %lld/%lld", stage, (long long)now->done,
                 (long long)now->total);
    else
        snprintf(line, size, "%s", stage); /* a stage without steps */
    append_left(line, size, now->seconds_left);
    append(line, size, "loss", now->loss);
    append(line, size, "ndcg@20", now->valid_ndcg);
    append(line, size, "best", now->best_ndcg);
}

static void draw_bar(cli_progress *p, const regatta_progress *now)
{
    char line[256], bar[32];
    const double share =
        now->total > 0 ? fmin(1.0, (double)now->done / (double)now->total) : 0.0;
    const int cells = 12, full = (int)(share * cells);
    for (int i = 0; i < cells; i++) bar[i] = i < full ? '#' : '.';
    bar[cells] = '\0';
    describe(now, line, sizeof line);
    fprintf(stderr, "\r[%s] %-*.*s", bar, p->width - cells - 4, p->width - cells - 4,
            line);
    fflush(stderr);
    p->drawn = 1;
}

static void clear_bar(cli_progress *p)
{
    if (!p->drawn) return;
    fprintf(stderr, "\r%*s\r", p->width - 1, "");
    fflush(stderr);
    p->drawn = 0;
}

/* Returns 1 for each validation and each new stage, and after a silence of that many
 * seconds. */
static int is_news(cli_progress *p, const regatta_progress *now, double silence)
{
    const int same_stage = p->stage && now->stage && strcmp(p->stage, now->stage) == 0;
    const int validated = isfinite(now->valid_ndcg) && now->valid_ndcg != p->last_ndcg;
    const double clock = cli_clock();
    if (same_stage && !validated && clock - p->last_draw < silence) return 0;
    p->last_draw = clock;
    p->stage = now->stage;
    p->last_ndcg = now->valid_ndcg;
    return 1;
}

static void print_line(cli_progress *p, const regatta_progress *now)
{
    char line[256];
    if (!is_news(p, now, LONG_SILENCE)) return;
    describe(now, line, sizeof line);
    fprintf(stderr, "%s\n", line);
}

static void print_object(cli_progress *p, const regatta_progress *now)
{
    const struct {
        const char *name;
        double x;
    } field[] = {{"seconds_left", now->seconds_left},
                 {"loss", now->loss},
                 {"ndcg@20", now->valid_ndcg},
                 {"best_ndcg@20", now->best_ndcg}};
    char text[CLI_PROGRESS_JSON_BYTES];
    if (!is_news(p, now, SHORT_SILENCE)) return;
    int n = cli_progress_json(text, now->stage ? now->stage : "train", now->done,
                              now->total, now->seconds);
    for (size_t i = 0; i < sizeof field / sizeof *field; i++)
        if (isfinite(field[i].x))
            n += snprintf(text + n, sizeof text - (size_t)n, ",\"%s\":%.6g",
                          field[i].name, field[i].x);
    fprintf(stderr, "%s}\n", text);
}

int cli_progress_step(void *state, const regatta_progress *now)
{
    cli_progress *p = state;
    /* A scheduler that sends SIGTERM waits seconds, and starts the command again. */
    const int leaves =
        interrupts && (p->whole || (p->resumable && first_signal != SIGINT));
    const int pressed = leaves ? 2 : interrupts;
    if (pressed && !p->told && !leaves) {
        clear_bar(p);
        fprintf(stderr,
                "finishing with the best state so far: blend, calibration and the "
                "ridges of all data follow; %s again cancels\n",
                first_signal == SIGINT ? "Ctrl-C" : "a signal");
        p->told = 1;
    }
    if (p->shown == CLI_SHOWN_BAR) {
        const double clock = cli_clock();
        if (clock - p->last_draw > 0.1 || now->done == now->total) {
            draw_bar(p, now);
            p->last_draw = clock;
        }
    } else if (p->shown == CLI_SHOWN_LINES)
        print_line(p, now);
    else if (p->shown == CLI_SHOWN_JSON)
        print_object(p, now);
    return pressed > 1 ? REGATTA_CANCEL : pressed ? REGATTA_FINISH : REGATTA_GO_ON;
}

int cli_progress_end(cli_progress *p)
{
    clear_bar(p);
    for (int k = 0; k < N_SIGNALS; k++) sigaction(heeded[k], &before[k], NULL);
    return first_signal;
}
