/* What the file_*.c share: asking the fault hook, and words for a failed system call. */
#ifndef RG_BASE_FILE_IO_H
#define RG_BASE_FILE_IO_H
#include "base/ctx.h"

/* 1, with errno set, when the context's hook says that `operation` fails. */
int rg_io_refused(regatta_ctx *ctx, const char *operation);
/* REGATTA_EIO, "NAME: what errno says". */
regatta_status rg_io_fail(regatta_ctx *ctx, const char *name);
/* A copy of a string in ctx's memory; NULL when there is none. */
char *rg_io_copy(regatta_ctx *ctx, const char *s);
/* open(2) for reading, and what is known of the file: *size -1 where it is no regular
 * file. A directory is REGATTA_EFORMAT. */
regatta_status rg_io_open(regatta_ctx *ctx, int *fd, int64_t *size, const char *path);
#endif
