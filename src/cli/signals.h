/* Signals that end the command: removal of temporary files, and delaying of signals. */
#ifndef RG_CLI_SIGNALS_H
#define RG_CLI_SIGNALS_H
#include "base/files/temporary.h"

/* A temporary that SIGINT, SIGTERM and SIGHUP remove before they kill; NULL when too many
 * are in use. Given back with cli_temporary_release, which removes it if it is still
 * there. */
rg_temporary *cli_temporary_new(void);
void cli_temporary_release(rg_temporary *t);

/* From hold to release a signal that would kill waits; a second one of its kind does not.
 * Holds nest. */
void cli_signals_hold(void);
void cli_signals_release(void);
#endif
