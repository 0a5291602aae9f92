/* A model once more, in memory of its own. */
#ifndef RG_MODEL_MODEL_COPY_H
#define RG_MODEL_MODEL_COPY_H
#include "model/model.h"

/* Everything copied, names and derived tables too: *out needs neither `model` nor the
 * file that it is mapped from. Without names where the model has none. ENOMEM. */
regatta_status rg_model_copy(regatta_ctx *ctx, regatta_model **out,
                             const regatta_model *model);
/* The same with all tables in `type`: what is rounded stays rounded. ENUMERIC: a number
 * is beyond what the type holds. The same bits at any number of threads. */
regatta_status rg_model_convert(regatta_ctx *ctx, regatta_model **out,
                                const regatta_model *model, rg_element type);
#endif
