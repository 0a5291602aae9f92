/* Where an output goes: the file behind the links, and the temporary one beside it. */
#ifndef RG_BASE_FILE_TARGET_H
#define RG_BASE_FILE_TARGET_H
#include "base/ctx.h"
#include "base/files/temporary.h"

typedef struct rg_target {
    char path[PATH_MAX]; /* symbolic links followed */
    rg_temporary temp;   /* none when written straight */
    int straight;        /* a device, a pipe, a descriptor: no temporary file */
    int own;             /* fd was opened here */
    int fd;
} rg_target;

/* Opens the file that bytes go to. */
regatta_status rg_target_open(regatta_ctx *ctx, rg_target *t, const char *path);
/* temp becomes path, and the folder is told to last. */
regatta_status rg_target_rename(regatta_ctx *ctx, rg_target *t);
#endif
