/* The destination of an output: the file after following links, and the temporary file
 * beside it. */
#ifndef RG_BASE_FILE_TARGET_H
#define RG_BASE_FILE_TARGET_H
#include "base/ctx.h"
#include "base/files/temporary.h"

typedef struct rg_target {
    char path[PATH_MAX]; /* symbolic links followed */
    rg_temporary temp;   /* none if written directly */
    int straight;        /* a device, a pipe, a descriptor: no temporary file */
    int own;             /* fd was opened here */
    int fd;
} rg_target;

/* Opens the file to write. */
regatta_status rg_target_open(regatta_ctx *ctx, rg_target *t, const char *path);
/* Renames temp to `path`, in the folder of t->path, and syncs the folder. */
regatta_status rg_target_rename(regatta_ctx *ctx, rg_target *t, const char *path);
#endif
