#include "model/file/safetensors.h"
#include <string.h>

int64_t rg_tensor_count(const rg_tensor *t)
{
    int64_t n = 1;
    for (int k = 0; k < t->rank; k++) n *= t->dim[k];
    return n;
}

int64_t rg_tensor_bytes(const rg_tensor *t)
{
    static const int64_t size[] = {
        [RG_DTYPE_U8] = 1,  [RG_DTYPE_I8] = 1,  [RG_DTYPE_U32] = 4, [RG_DTYPE_U64] = 8,
        [RG_DTYPE_I64] = 8, [RG_DTYPE_F32] = 4, [RG_DTYPE_F64] = 8, [RG_DTYPE_BF16] = 2,
    };
    return rg_tensor_count(t) * size[t->dtype];
}

const rg_tensor *rg_safetensors_find(const rg_safetensors *file, const char *name)
{
    for (int k = 0; k < file->n_tensors; k++)
        if (strcmp(file->tensors[k].name, name) == 0) return &file->tensors[k];
    return NULL;
}

void rg_safetensors_free(rg_safetensors *file)
{
    if (file == NULL) return;
    rg_free(file->mem, file->tensors);
    rg_free(file->mem, file->settings);
    rg_free(file->mem, file->shard);
    rg_free(file->mem, file);
}
