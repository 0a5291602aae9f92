/* Changes model files and writes them with a valid checksum. A failure ends the
 * program. */
#ifndef TESTS_SUPPORT_FORGE_H
#define TESTS_SUPPORT_FORGE_H
#include "model/file/safetensors.h"

enum { FORGE_TENSORS = 160 };

/* The tensors of a file, each with its own writable bytes. */
typedef struct forge {
    regatta_ctx *ctx;
    char *settings;
    int version; /* of the format; kept */
    rg_tensor tensor[FORGE_TENSORS];
    int n;
} forge;

/* Reads the tensors of a valid model file. */
void forge_open(forge *f, regatta_ctx *ctx, const char *path);
/* Returns the tensor of this name, NULL if there is none. */
rg_tensor *forge_find(forge *f, const char *name);
/* Returns the bytes of an existing tensor, with room for one more byte. */
void *forge_data(forge *f, const char *name);
/* Remove a tensor; add a copy of a tensor, which replaces one of the same name. */
void forge_drop(forge *f, const char *name);
void forge_put(forge *f, const rg_tensor *tensor);
/* Writes the present tensors with a valid checksum. */
void forge_save(const forge *f, const char *path);
void forge_close(forge *f);
#endif
