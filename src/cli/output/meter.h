/* Progress of a long command: a bar on a terminal, or a line every few seconds. */
#ifndef RG_CLI_METER_H
#define RG_CLI_METER_H
#include "cli/cli.h"

typedef struct cli_meter {
    int on, tty;
    int drawn; /* the line shows a bar */
    const char *what;
    int64_t total; /* 0: unknown */
    double begin, last;
} cli_meter;

/* `what` names the counted things ("users") and must outlive the meter. Prints nothing
 * with `quiet`, or, without `force`, if stderr is not a terminal. */
void cli_meter_begin(cli_meter *m, const char *what, int64_t total, int force, int quiet);
/* `done` of them are answered. Draws ten times a second at most on a terminal, else a
 * line every five seconds. */
void cli_meter_step(cli_meter *m, int64_t done);
/* Clears the bar; without a terminal prints a last line with the total. */
void cli_meter_end(cli_meter *m, int64_t done);
#endif
