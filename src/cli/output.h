/* Outputs that appear whole or not at all, or go straight to a device or a pipe. */
#ifndef RG_CLI_OUTPUT_H
#define RG_CLI_OUTPUT_H
#include "cli/cli.h"

typedef struct cli_output cli_output;

/* NULL or "-" is standard output. A path is written through a temporary file beside it
 * (removed on SIGINT, SIGTERM and SIGHUP too) and replaced by cli_output_commit; a
 * device or a pipe is written straight; a symbolic link is followed. */
int cli_output_open(cli_output **out, const char *path);
/* A failed write is kept and reported by the next flush, sync or commit. */
void cli_write(cli_output *o, const void *bytes, size_t n);
void cli_text(cli_output *o, const char *text);
__attribute__((format(printf, 2, 3))) void cli_print(cli_output *o, const char *format,
                                                     ...);
/* Hands everything to the system; CLI_FAILED with one line on stderr (none for a reader
 * that left). */
int cli_output_flush(cli_output *o);
/* Flush and fsync: after it only the rename of the commit is left to fail. */
int cli_output_sync(cli_output *o);
/* The output takes its place; *o is closed and NULL whatever the code. */
int cli_output_commit(cli_output **o);
/* Removes the temporary file; *o becomes NULL, which is a no-op. */
void cli_output_abandon(cli_output **o);
/* Makes a rename in the folder of `path` last, as far as the system can. */
void cli_sync_folder(const char *path);

/* For what the library writes to `path`, whose temporary file nobody else knows: a
 * signal that would kill waits from hold to release; a second one of its kind does not
 * wait. Nothing is held for a pipe or a device, which may block for ever. */
void cli_signals_hold(const char *path);
void cli_signals_release(void);

/* The model goes to `path`, a signal held meanwhile. */
int cli_save_model(regatta_ctx *ctx, const regatta_model *model, const char *path);

/* Whether a file could be made at `path`, asked before minutes of work. */
int cli_output_probe(const char *path);
/* CLI_USAGE when an output would replace an input, or two outputs are one. NULL is no
 * file; an input may be a device, a pipe, or "-". */
int cli_apart(const char *const *inputs, int n_inputs, const char *const *outputs,
              int n_outputs);
#endif
