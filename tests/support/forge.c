#define _GNU_SOURCE /* memmem */
#include "support/forge.h"
#include "base/hash.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Without CUnit, so that the program that writes seeds can forge, too. */
static void must(int holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "forge: %s\n", what);
    abort();
}

static char *copy_of(const void *from, size_t n)
{
    char *to = malloc(n + 1);
    must(to != NULL, "out of memory");
    memcpy(to, from, n);
    return to;
}

void forge_open(forge *f, regatta_ctx *ctx, const char *path)
{
    rg_map map = {0};
    rg_safetensors *file = NULL;
    *f = (forge){.ctx = ctx};
    must(rg_map_open(ctx, &map, path) == REGATTA_OK, regatta_last_error(f->ctx));
    must(rg_safetensors_read(ctx, &file, &map, path) == REGATTA_OK,
         regatta_last_error(f->ctx));
    f->version = file->version;
    f->settings = copy_of(file->settings, strlen(file->settings) + 1);
    for (int k = 0; k < file->n_tensors; k++)
        if (strcmp(file->tensors[k].name, "checksum") != 0)
            forge_put(f, &file->tensors[k]);
    rg_safetensors_free(file);
    rg_map_close(&map);
}

rg_tensor *forge_find(forge *f, const char *name)
{
    for (int k = 0; k < f->n; k++)
        if (strcmp(f->tensor[k].name, name) == 0) return &f->tensor[k];
    return NULL;
}

void *forge_data(forge *f, const char *name)
{
    rg_tensor *t = forge_find(f, name);
    must(t != NULL, name);
    return (void *)(uintptr_t)t->data;
}

void forge_drop(forge *f, const char *name)
{
    rg_tensor *t = forge_find(f, name);
    must(t != NULL, name);
    free((void *)(uintptr_t)t->data);
    f->n--;
    memmove(t, t + 1, (size_t)(f->tensor + f->n - t) * sizeof *t);
}

void forge_put(forge *f, const rg_tensor *tensor)
{
    rg_tensor *at = forge_find(f, tensor->name);
    char *data = copy_of(tensor->data, (size_t)rg_tensor_bytes(tensor));
    if (at != NULL) free((void *)(uintptr_t)at->data);
    must(at != NULL || f->n < FORGE_TENSORS, "too many tensors");
    if (at == NULL) at = &f->tensor[f->n++];
    *at = *tensor;
    at->data = data;
}

/* The writer knows the present version alone: another one is put over it, and the
 * checksum mended. */
static void set_version(const char *path, int version)
{
    static char bytes[1 << 20];
    FILE *file = fopen(path, "r+b");
    must(file != NULL, path);
    const size_t n = fread(bytes, 1, sizeof bytes, file);
    must(n < sizeof bytes, "a forged file is too large");
    char *at = memmem(bytes, n, "\"format_version\":\"", 18);
    must(at != NULL, "no version");
    at[18] = (char)('0' + version);
    const uint64_t checksum = rg_hash(bytes, n - sizeof checksum, 0);
    memcpy(bytes + n - sizeof checksum, &checksum, sizeof checksum);
    rewind(file);
    must(fwrite(bytes, 1, n, file) == n && fclose(file) == 0, path);
}

void forge_save(const forge *f, const char *path)
{
    rg_output *output = NULL;
    const rg_safetensors_content content = {f->tensor, f->n, f->settings, NULL};
    uint64_t checksum;
    must(rg_output_open(f->ctx, &output, path, 0) == REGATTA_OK,
         regatta_last_error(f->ctx));
    must(rg_safetensors_write(f->ctx, output, &content, &checksum) == REGATTA_OK,
         regatta_last_error(f->ctx));
    must(rg_output_commit(output) == REGATTA_OK, regatta_last_error(f->ctx));
    set_version(path, f->version);
}

void forge_close(forge *f)
{
    for (int k = 0; k < f->n; k++) free((void *)(uintptr_t)f->tensor[k].data);
    free(f->settings);
    *f = (forge){.n = 0};
}
