/* The size of a model's file, without writing it. */
#ifndef RG_MODEL_MODEL_FILE_WRITE_H
#define RG_MODEL_MODEL_FILE_WRITE_H
#include "model/model.h"

/* Stores the bytes of the file that regatta_model_save writes. O(bytes of the model).
 * REGATTA_ENOMEM */
regatta_status rg_model_file_size(regatta_ctx *ctx, int64_t *out,
                                  const regatta_model *model);
#endif
