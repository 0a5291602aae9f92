/* Outputs that appear complete or not at all, or are written directly to a device or a
 * pipe. */
#ifndef RG_CLI_OUTPUT_H
#define RG_CLI_OUTPUT_H
#include "cli/apart.h"
#include "cli/cli.h"

typedef struct cli_output cli_output;

/* NULL or "-" is standard output. A path is written through a temporary file beside it
 * (base/files/temporary.h; removed on SIGINT, SIGTERM and SIGHUP too) and replaced by
 * cli_output_commit; a device or a pipe is written straight; a symbolic link is followed.
 */
int cli_output_open(cli_output **out, const char *path);
/* The same for a file that each rank writes; cli_output_open writes those of rank 0
 * alone. */
int cli_output_open_each(cli_output **out, const char *path);
/* A failed write is kept and reported by the next flush, sync or commit. */
void cli_write(cli_output *o, const void *bytes, size_t n);
void cli_text(cli_output *o, const char *text);
__attribute__((format(printf, 2, 3))) void cli_print(cli_output *o, const char *format,
                                                     ...);
/* Writes the model's file. If the output is named like an index, the commit writes the
 * model in shards (0: one for each rank), after all other outputs are synced and before
 * they are renamed: a model in place stays when a later rename fails. Both outlive the
 * commit. */
int cli_output_model(regatta_ctx *ctx, const regatta_model *model, cli_output *to,
                     uint32_t shards);
/* Returns 1 for the name of the index of a model in shards. */
int cli_is_shard_index(const char *path);
/* Returns CLI_USAGE with a message if there are --shards and no index for them. */
int cli_shards_check(uint32_t shards, const char *output);
/* Flushes the output. Returns CLI_FAILED with a message, or CLI_CLOSED without one if
 * the reader closed the pipe. */
int cli_output_flush(cli_output *o);
/* Flush and fsync: after it only the rename of the commit is left to fail. */
int cli_output_sync(cli_output *o);
/* Returns the bytes of the file, flushed; NaN for a pipe or a device. */
double cli_output_bytes(const cli_output *o);
/* Renames the output to its final path; *o is closed and NULL for any code. */
int cli_output_commit(cli_output **o);
/* All take their places or none: everything is written and synced before the first is
 * renamed, and where a later rename fails the earlier ones are undone (a former file
 * comes back where the file system has hard links). All are closed and NULL whatever the
 * code. */
int cli_output_commit_all(cli_output **out, int n);
/* Removes the temporary file; *o becomes NULL, which is a no-op. */
void cli_output_abandon(cli_output **o);

/* Standard output, a device or a pipe: nothing to be renamed. */
int cli_is_straight(const char *path);
/* Checks that a file can be made at `path`, before minutes of work. */
int cli_output_probe(const char *path);
#endif
