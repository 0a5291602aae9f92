/* The search graph inside a model: over the items' vectors and biases, so that it finds
 * the largest scale * <u, i> + b_i. */
#ifndef RG_RANK_MODEL_INDEX_H
#define RG_RANK_MODEL_INDEX_H
#include "rank/model.h"

enum { RG_INDEX_RECALL_AT = 20, RG_INDEX_RECALL_USERS = 1000 };

/* The model's index, NULL = it has none; and what rg_index_search asks beside it. */
const rg_index *rg_model_index(const regatta_model *model);
rg_index_rows rg_model_index_rows(const regatta_model *model);

/* Builds it anew in a model that is still being made, and measures its recall@20 at the
 * default effort against exact search, for up to 1000 of its users. degree and build as
 * rg_index_build has them.
 *   REGATTA_EINVAL  a model without vectors, a number out of range;  REGATTA_ENOMEM */
regatta_status rg_model_index_build(regatta_ctx *ctx, regatta_model *model,
                                    int64_t degree, int64_t build);
#endif
