/* See pictures.h. */
#include "cli/pictures.h"
#include "cli/output/output.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
    BINS = 40,    /* powers of two */
    PERIODS = 12, /* of the time */
    LABEL = 14,   /* columns of a label, and of a number */
    NUMBER = 14,
    NARROW = 40, /* columns of a terminal */
    WIDE = 100,
    EIGHTHS = 8,
    DAY = 86400
};

/* The counts of a histogram. */
typedef struct counts {
    int64_t users[BINS], items[BINS], periods[PERIODS];
} counts;

/* How bars are drawn. */
typedef struct pen {
    int is_utf8, width; /* columns of the longest bar */
} pen;

/* The encoding of the locale, from the environment as the C library reads it. */
static int is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int k = 0; k < 3; k++) {
        const char *value = getenv(names[k]);
        if (!value || !*value) continue;
        for (; *value; value++)
            if (strncasecmp(value, "utf-8", 5) == 0 || strncasecmp(value, "utf8", 4) == 0)
                return 1;
        return 0;
    }
    return 0;
}

static pen pen_of_terminal(void)
{
    struct winsize size = {0};
    int columns = 80;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        columns = size.ws_col;
    if (columns < NARROW) columns = NARROW;
    if (columns > WIDE) columns = WIDE;
    return (pen){is_utf8(), columns - LABEL - NUMBER - 2};
}

/* Draws a bar of a share of the width, at least its smallest piece if it is not 0. */
static void draw_bar(cli_output *out, const pen *p, int64_t n, int64_t most)
{
    static const char *const piece[EIGHTHS] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const double share = most > 0 ? (double)n / (double)most : 0.0;
    const int steps = p->is_utf8 ? EIGHTHS : 1;
    int size = (int)(share * p->width * steps + 0.5);
    if (n > 0 && size == 0) size = 1;
    for (int k = 0; k < size / steps; k++) cli_text(out, p->is_utf8 ? "█" : "#");
    if (p->is_utf8) cli_text(out, piece[size % EIGHTHS]);
    cli_print(out, "%s%" PRId64 "\n", size > 0 ? " " : "", n);
}

static int64_t largest(const int64_t *n, int first, int end)
{
    int64_t most = 0;
    for (int k = first; k < end; k++)
        if (n[k] > most) most = n[k];
    return most;
}

/* Draws the bins that are not empty and those between them. */
static void draw_degrees(cli_output *out, const pen *p, const char *title,
                         const int64_t *n)
{
    int first = 0, end = BINS;
    while (first < BINS && n[first] == 0) first++;
    while (end > first && n[end - 1] == 0) end--;
    cli_print(out, "\n%s\n", title);
    for (int b = first; b < end; b++) {
        char label[48];
        const int64_t from = b == 0 ? 0 : INT64_C(1) << (b - 1);
        if (b < 2)
            snprintf(label, sizeof label, "%" PRId64, from);
        else
            snprintf(label, sizeof label, "%" PRId64 "-%" PRId64, from, 2 * from - 1);
        cli_print(out, "%*s ", LABEL, label);
        draw_bar(out, p, n[b], largest(n, first, end));
    }
}

/* Seconds of a period. */
static int64_t period_of(const cli_pictured *of)
{
    return (of->time_last - of->time_first) / PERIODS + 1;
}

static void draw_periods(cli_output *out, const pen *p, const cli_pictured *of,
                         const int64_t *n)
{
    const int64_t period = period_of(of);
    cli_text(out, "\ninteractions over time\n");
    for (int k = 0; k < PERIODS; k++) {
        char label[48] = "";
        const time_t begin = (time_t)(of->time_first + k * period);
        struct tm date;
        if (begin > of->time_last) break;
        if (gmtime_r(&begin, &date))
            strftime(label, sizeof label, period < 2 * DAY ? "%m-%d %H:%M" : "%Y-%m-%d",
                     &date);
        cli_print(out, "%*s ", LABEL, label);
        draw_bar(out, p, n[k], largest(n, 0, PERIODS));
    }
}

static int bin_of(int64_t n)
{
    int bin = 0;
    for (; n > 0 && bin < BINS - 1; n >>= 1) bin++;
    return bin;
}

static regatta_status read_user(regatta_ctx *ctx, regatta_history *h,
                                const cli_pictured *of, uint32_t user)
{
    return of->graph ? regatta_graph_history(ctx, h, of->graph, user)
                     : regatta_model_history(ctx, h, of->model, user);
}

/* Reads one user into *h, with room for the whole history. */
static int read_whole(regatta_ctx *ctx, regatta_history *h, const cli_pictured *of,
                      uint32_t user)
{
    int code = CLI_DONE;
    CLI_CALL(read_user(ctx, h, of, user));
    if (h->n <= h->capacity) goto done;
    uint32_t *item = cli_resize(h->item, h->n, sizeof *item);
    if (item) h->item = item;
    int64_t *time = item ? cli_resize(h->time, h->n, sizeof *time) : NULL;
    if (!time) return cli_no_memory();
    h->time = time;
    h->capacity = h->n;
    CLI_CALL(read_user(ctx, h, of, user));
done:
    return code;
}

static int count(regatta_ctx *ctx, counts *c, const cli_pictured *of)
{
    int code = CLI_DONE;
    const int64_t period = period_of(of);
    regatta_history h = REGATTA_HISTORY_INIT;
    int64_t *taken = cli_new((int64_t)of->n_items + 1, sizeof *taken);
    if (!taken) CLI_TRY(cli_no_memory());
    for (uint32_t u = 0; u < of->n_users; u++) {
        CLI_TRY(read_whole(ctx, &h, of, u));
        c->users[bin_of(h.n)]++;
        for (int64_t k = 0; k < h.n; k++) taken[h.item[k]]++;
        for (int64_t k = 0; h.has_time && k < h.n; k++)
            c->periods[(h.time[k] - of->time_first) / period]++;
    }
    for (uint32_t j = 0; j < of->n_items; j++) c->items[bin_of(taken[j])]++;
done:
    free(taken);
    free(h.item);
    free(h.time);
    return code;
}

int cli_pictures_print(regatta_ctx *ctx, const cli_pictured *of)
{
    int code = CLI_DONE;
    cli_output *out = NULL;
    counts c = {{0}, {0}, {0}};
    if (!isatty(STDOUT_FILENO)) return CLI_DONE;
    const pen p = pen_of_terminal();
    CLI_TRY(count(ctx, &c, of));
    CLI_TRY(cli_output_open(&out, NULL));
    draw_degrees(out, &p, "users by interactions", c.users);
    draw_degrees(out, &p, "items by interactions", c.items);
    if (of->has_time) draw_periods(out, &p, of, c.periods);
    CLI_TRY(cli_output_commit(&out));
done:
    cli_output_abandon(&out);
    return code;
}
