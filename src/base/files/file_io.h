/* Common parts of the file_*.c: the fault hook, and messages of failed system calls. */
#ifndef RG_BASE_FILE_IO_H
#define RG_BASE_FILE_IO_H
#include "base/ctx.h"

/* Returns 1, with errno set, if the context's hook makes `operation` fail. */
int rg_io_refused(regatta_ctx *ctx, const char *operation);
/* Returns REGATTA_EIO with the message "NAME: text of errno". */
regatta_status rg_io_fail(regatta_ctx *ctx, const char *name);
/* Returns a copy of a string in ctx's memory; NULL if there is no memory. */
char *rg_io_copy(regatta_ctx *ctx, const char *s);
/* Returns 1 if there is a file of this name. */
int rg_io_exists(const char *path);
/* open(2) for reading; *size is the size, -1 if it is not a regular file. A directory
 * is REGATTA_EFORMAT. */
regatta_status rg_io_open(regatta_ctx *ctx, int *fd, int64_t *size, const char *path);
#endif
