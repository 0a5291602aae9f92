/* Copies of a model in memory of their own. */
#ifndef RG_MODEL_MODEL_COPY_H
#define RG_MODEL_MODEL_COPY_H
#include "model/model.h"

/* Copies everything, including names (if the model has any) and derived tables: *out
 * needs neither `model` nor its file. ENOMEM. */
regatta_status rg_model_copy(regatta_ctx *ctx, regatta_model **out,
                             const regatta_model *model);
/* The same with all tables converted to `type`; a wider type does not restore rounded
 * numbers. ENUMERIC: a number is out of the range of the type. The same bits at any
 * number of threads. */
regatta_status rg_model_convert(regatta_ctx *ctx, regatta_model **out,
                                const regatta_model *model, rg_element type);
#endif
