/* A model file while it is read: what the steps of loading share. */
#ifndef RG_MODEL_MODEL_LOADER_H
#define RG_MODEL_MODEL_LOADER_H
#include "model/file/model_layout.h"

typedef struct rg_loader {
    regatta_ctx *ctx;
    const char *path;
    regatta_model *model;
    rg_safetensors *file;
    rg_model_layout layout;
} rg_loader;

/* REGATTA_EFORMAT "PATH: reason", and "PATH: tensor NAME: reason". */
regatta_status rg_load_wrong(const rg_loader *l, const char *reason);
regatta_status rg_load_wrong_part(const rg_loader *l, rg_part p, const char *reason);

/* Every number in its range (api/model_numbers.h). */
regatta_status rg_load_check_numbers(const rg_loader *l);
/* After the blend is in the model. */
regatta_status rg_load_check_channels(const rg_loader *l);
#endif
