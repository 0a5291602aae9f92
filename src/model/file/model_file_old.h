/* Model files of format versions 1 and 2 (docs/format.md). */
#ifndef RG_MODEL_MODEL_FILE_OLD_H
#define RG_MODEL_MODEL_FILE_OLD_H
#include "model/file/safetensors.h"
#include "model/model.h"

/* Converts the tensors of such a file to those of the present version. Arrays stay in the
 * map; numbers that have moved are copied to memory of `model`.
 *   REGATTA_EFORMAT  numbers out of range; a blend of version 1 with products of
 *                    channels, which this library does not score
 *   REGATTA_ENOMEM */
regatta_status rg_model_file_upgrade(rg_visitor *v, regatta_model *model,
                                     rg_safetensors *file);
#endif
