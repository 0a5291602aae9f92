/* How far a long answer is: a bar on a terminal, or a line now and then. */
#ifndef RG_CLI_METER_H
#define RG_CLI_METER_H
#include "cli/cli.h"

typedef struct cli_meter {
    int on, tty;
    int drawn; /* a bar stands on the line */
    const char *what;
    int64_t total; /* 0: unknown */
    double begin, last;
} cli_meter;

/* `what` is counted ("users") and lives as long. Nothing is shown with `quiet`, or where
 * stderr is no terminal unless `force`. */
void cli_meter_begin(cli_meter *m, const char *what, int64_t total, int force, int quiet);
/* `done` of them are answered. Draws ten times a second at most on a terminal, else a
 * line every five seconds. */
void cli_meter_step(cli_meter *m, int64_t done);
/* Clears the bar; without a terminal a last line says what it came to. */
void cli_meter_end(cli_meter *m, int64_t done);
#endif
