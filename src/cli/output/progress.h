/* Progress of training; Ctrl-C and signals. */
#ifndef RG_CLI_PROGRESS_H
#define RG_CLI_PROGRESS_H
#include "cli/output/meter.h"

typedef struct cli_progress {
    cli_shown shown;
    int width;         /* columns of the terminal */
    int drawn;         /* the line shows a bar */
    int resumable;     /* 1: SIGTERM and SIGHUP cancel, as a checkpoint can be resumed */
    int whole;         /* 1: every signal cancels: there is no best state so far */
    int told;          /* the message about the signal was printed */
    double last_draw;  /* of the bar, a line or an object */
    double last_ndcg;  /* of the last line printed */
    const char *stage; /* of the last line or object printed */
} cli_progress;

/* Installs handlers: Ctrl-C, SIGTERM or SIGHUP makes training finish with the best
 * state so far; a second signal cancels. Then set p->resumable and p->whole. */
void cli_progress_begin(cli_progress *p, int quiet);
/* A regatta_progress_fn; `state` is a cli_progress. */
int cli_progress_step(void *state, const regatta_progress *now);
/* Clears the bar and restores the signal handlers. Returns the first signal received,
 * 0 for none. */
int cli_progress_end(cli_progress *p);
#endif
