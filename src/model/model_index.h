/* The search graph inside a model: over the items' vectors and biases, so that it finds
 * the largest scale * <u, i> + b_i. */
#ifndef RG_MODEL_MODEL_INDEX_H
#define RG_MODEL_MODEL_INDEX_H
#include "knn/search.h"
#include "model/model.h"

enum { RG_INDEX_RECALL_AT = 20, RG_INDEX_RECALL_USERS = 1000 };

/* The model's index, NULL = it has none; and what rg_index_search asks beside it. */
const rg_index *rg_model_index(const regatta_model *model);
rg_index_rows rg_model_index_rows(const regatta_model *model);

/* rg_search_exact's answers from the index of a model that has one: nearly all of the k
 * best, with their exact scores; filters act before the cut. `effort` is the beam (at
 * least k), 0 = the default. The same bits for one query as in a batch, and at any number
 * of threads. score may be NULL. ENOMEM. */
regatta_status rg_model_index_search(regatta_ctx *ctx, const regatta_model *model,
                                     const rg_search *search, int64_t effort,
                                     uint32_t *item, float *score);

/* Builds it anew in a model that is still being made, and measures its recall@20 at the
 * default effort against exact search, for up to 1000 of its users. degree and build as
 * rg_index_build has them.
 *   REGATTA_EINVAL  a model without vectors, a number out of range;  REGATTA_ENOMEM */
regatta_status rg_model_index_build(regatta_ctx *ctx, regatta_model *model,
                                    int64_t degree, int64_t build);
#endif
