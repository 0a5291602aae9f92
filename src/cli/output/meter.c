#include "cli/output/meter.h"
#include <stdio.h>
#include <unistd.h>

void cli_meter_begin(cli_meter *m, const char *what, int64_t total, int force, int quiet)
{
    *m = (cli_meter){.what = what, .total = total, .begin = cli_clock()};
    m->tty = isatty(STDERR_FILENO);
    m->on = !quiet && (m->tty || force);
    m->last = m->begin;
}

static void describe(const cli_meter *m, int64_t done, double seconds, char line[128])
{
    const double rate = seconds > 0 ? (double)done / seconds : 0.0;
    if (m->total > 0)
        snprintf(line, 128, "%lld/%lld %s  %.0f/s  %.0f s left", (long long)done,
                 (long long)m->total, m->what, rate,
                 rate > 0 ? (double)(m->total - done) / rate : 0.0);
    else
        snprintf(line, 128, "%lld %s  %.0f/s", (long long)done, m->what, rate);
}

void cli_meter_step(cli_meter *m, int64_t done)
{
    char line[128];
    const double now = cli_clock();
    if (!m->on || now - m->last < (m->tty ? 0.1 : 5.0)) return;
    m->last = now;
    describe(m, done, now - m->begin, line);
    fprintf(stderr, m->tty ? "\r%-78.78s" : "%s\n", line);
    fflush(stderr);
    m->drawn = m->tty;
}

void cli_meter_end(cli_meter *m, int64_t done)
{
    char line[128];
    if (m->drawn) fprintf(stderr, "\r%78s\r", "");
    m->drawn = 0;
    if (!m->on || m->tty) return;
    m->total = 0;
    describe(m, done, cli_clock() - m->begin, line);
    fprintf(stderr, "%s\n", line);
}
