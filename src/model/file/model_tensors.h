/* The tensors of a model's file. */
#ifndef RG_MODEL_MODEL_TENSORS_H
#define RG_MODEL_MODEL_TENSORS_H
#include "model/file/safetensors.h"
#include "model/model.h"

enum { RG_MODEL_TENSORS = 256, RG_MODEL_COPIES = 64 };

/* Tensors in the order of the file. They point at the model's arrays, or at copies of
 * numbers that are not in an array. */
typedef struct rg_model_tensors {
    rg_mem mem;
    int n, n_owned;
    rg_tensor tensor[RG_MODEL_TENSORS];
    void *owned[RG_MODEL_COPIES];
    const char *settings; /* of the model, as JSON */
} rg_model_tensors;

/* ENOMEM; the model outlives *out. */
regatta_status rg_model_tensors_list(regatta_ctx *ctx, rg_model_tensors **out,
                                     const regatta_model *model);
void rg_model_tensors_free(rg_model_tensors *list);
#endif
