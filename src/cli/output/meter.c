/* See meter.h. */
#include "cli/output/meter.h"
#include <stdio.h>
#include <unistd.h>

enum { WIDTH = 78 };

uint32_t cli_progress_choice = CLI_PROGRESS_AUTO;

/* The last line of the terminal shows a bar. */
static int drawn;

void cli_meter_hide(void)
{
    if (drawn) fprintf(stderr, "\r%*s\r", WIDTH, "");
    drawn = 0;
}

cli_shown cli_progress_shown(int quiet, int auto_lines)
{
    const uint32_t choice = cli_progress_choice;
    if (choice == CLI_PROGRESS_JSON) return CLI_SHOWN_JSON;
    if (quiet || choice == CLI_PROGRESS_NONE) return CLI_SHOWN_NOT;
    if (isatty(STDERR_FILENO)) return CLI_SHOWN_BAR;
    return choice == CLI_PROGRESS_BAR || auto_lines ? CLI_SHOWN_LINES : CLI_SHOWN_NOT;
}

int cli_progress_json(char text[CLI_PROGRESS_JSON_BYTES], const char *stage, int64_t done,
                      int64_t total, double seconds)
{
    char of[24] = "null";
    if (total > 0) snprintf(of, sizeof of, "%lld", (long long)total);
    return snprintf(text, CLI_PROGRESS_JSON_BYTES,
                    "{\"stage\":\"%.100s\",\"done\":%lld,\"total\":%s,\"seconds\":%.3f",
                    stage, (long long)done, of, seconds);
}

static void print_json(const cli_meter *m, int64_t done, int64_t total)
{
    char text[CLI_PROGRESS_JSON_BYTES];
    cli_progress_json(text, m->stage, done, total, cli_clock() - m->begin);
    fprintf(stderr, "%s}\n", text);
}

static void describe(const cli_meter *m, int64_t done, double seconds, char line[128])
{
    const double rate = seconds > 0 ? (double)done / seconds : 0.0;
    if (!m->what)
        snprintf(line, 128, "%s", m->stage);
    else if (m->total > 0)
        snprintf(line, 128, "%lld/%lld %s  %.0f/s  %.0f s left", (long long)done,
                 (long long)m->total, m->what, rate,
                 rate > 0 ? (double)(m->total - done) / rate : 0.0);
    else
        snprintf(line, 128, "%lld %s  %.0f/s", (long long)done, m->what, rate);
}

static void draw(const cli_meter *m, int64_t done)
{
    char line[128];
    describe(m, done, cli_clock() - m->begin, line);
    fprintf(stderr, "\r%-*.*s", WIDTH, WIDTH, line);
    fflush(stderr);
    drawn = 1;
}

void cli_meter_begin(cli_meter *m, const char *stage, const char *what, int64_t total,
                     int quiet)
{
    *m = (cli_meter){.shown = cli_progress_shown(quiet, 0),
                     .stage = stage,
                     .what = what,
                     .total = total,
                     .begin = cli_clock()};
    m->last = m->begin;
    if (m->shown == CLI_SHOWN_JSON) print_json(m, 0, total);
    if (m->shown == CLI_SHOWN_BAR && !what) draw(m, 0);
}

void cli_meter_step(cli_meter *m, int64_t done)
{
    static const double pause[] = {
        [CLI_SHOWN_BAR] = 0.1, [CLI_SHOWN_LINES] = 5.0, [CLI_SHOWN_JSON] = 0.5};
    char line[128];
    const double now = cli_clock();
    if (m->shown == CLI_SHOWN_NOT || now - m->last < pause[m->shown]) return;
    m->last = now;
    if (m->shown == CLI_SHOWN_JSON)
        print_json(m, done, m->total);
    else if (m->shown == CLI_SHOWN_BAR)
        draw(m, done);
    else {
        describe(m, done, now - m->begin, line);
        fprintf(stderr, "%s\n", line);
    }
}

void cli_meter_end(cli_meter *m, int64_t done)
{
    char line[128];
    const double seconds = cli_clock() - m->begin;
    cli_meter_hide();
    if (m->shown == CLI_SHOWN_JSON)
        print_json(m, done, m->total > 0 ? m->total : done);
    else if (m->shown == CLI_SHOWN_LINES && !m->what)
        fprintf(stderr, "%s  %.1f s\n", m->stage, seconds);
    else if (m->shown == CLI_SHOWN_LINES) {
        m->total = 0;
        describe(m, done, seconds, line);
        fprintf(stderr, "%s\n", line);
    }
    m->shown = CLI_SHOWN_NOT;
}
