/* The check of features of new nodes. */
#ifndef RG_API_MODEL_EXTEND_H
#define RG_API_MODEL_EXTEND_H
#include "graph/features.h"
#include "model/model.h"

/* Returns REGATTA_EINVAL for a table of a side of which the model has no features, or
 * with a modality that the model does not have. Tables may be NULL. */
regatta_status rg_new_nodes_check(regatta_ctx *ctx, const regatta_model *model,
                                  const rg_features *items, const rg_features *users);
#endif
