#include "support/forge.h"
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

static char *copy_of(const void *from, size_t n)
{
    char *to = malloc(n + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(to);
    memcpy(to, from, n);
    return to;
}

void forge_open(forge *f, regatta_ctx *ctx, const char *path)
{
    rg_map map = {0};
    rg_safetensors *file = NULL;
    *f = (forge){.ctx = ctx};
    CU_ASSERT_EQUAL_FATAL(rg_map_open(ctx, &map, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_safetensors_read(ctx, &file, &map, path), REGATTA_OK);
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
    CU_ASSERT_PTR_NOT_NULL_FATAL(t);
    return (void *)(uintptr_t)t->data;
}

void forge_drop(forge *f, const char *name)
{
    rg_tensor *t = forge_find(f, name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(t);
    free((void *)(uintptr_t)t->data);
    f->n--;
    memmove(t, t + 1, (size_t)(f->tensor + f->n - t) * sizeof *t);
}

void forge_put(forge *f, const rg_tensor *tensor)
{
    rg_tensor *at = forge_find(f, tensor->name);
    char *data = copy_of(tensor->data, (size_t)rg_tensor_bytes(tensor));
    if (at != NULL) free((void *)(uintptr_t)at->data);
    CU_ASSERT_FATAL(at != NULL || f->n < FORGE_TENSORS);
    if (at == NULL) at = &f->tensor[f->n++];
    *at = *tensor;
    at->data = data;
}

void forge_save(const forge *f, const char *path)
{
    rg_output *output = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_output_open(f->ctx, &output, path, 0), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_safetensors_write(f->ctx, output, f->tensor, f->n, f->settings),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(rg_output_commit(output), REGATTA_OK);
}

void forge_close(forge *f)
{
    for (int k = 0; k < f->n; k++) free((void *)(uintptr_t)f->tensor[k].data);
    free(f->settings);
    *f = (forge){.n = 0};
}
