/* Model files that are changed and given a right checksum again. What cannot be ends the
 * program. */
#ifndef TESTS_SUPPORT_FORGE_H
#define TESTS_SUPPORT_FORGE_H
#include "model/file/safetensors.h"

enum { FORGE_TENSORS = 64 };

/* The tensors of a file, each with bytes of its own that may be written to. */
typedef struct forge {
    regatta_ctx *ctx;
    char *settings;
    int version; /* of the format; kept */
    rg_tensor tensor[FORGE_TENSORS];
    int n;
} forge;

/* Takes a model file apart; which has to be one. */
void forge_open(forge *f, regatta_ctx *ctx, const char *path);
/* NULL when there is none. */
rg_tensor *forge_find(forge *f, const char *name);
/* Its bytes, and room for one more; which has to be there. */
void *forge_data(forge *f, const char *name);
/* Takes a tensor out, puts a copy of one in (over one of its name). */
void forge_drop(forge *f, const char *name);
void forge_put(forge *f, const rg_tensor *tensor);
/* Writes what there is now, checksum and all. */
void forge_save(const forge *f, const char *path);
void forge_close(forge *f);
#endif
