/* The search graph inside a model: over the items' vectors and biases, so that it finds
 * the largest scale * <u, i> + b_i. */
#ifndef RG_MODEL_MODEL_INDEX_H
#define RG_MODEL_MODEL_INDEX_H
#include "knn/search.h"
#include "model/model.h"

enum { RG_INDEX_RECALL_AT = 20, RG_INDEX_RECALL_USERS = 1000 };

/* Returns the model's index, NULL if it has none, and the rows that rg_index_search needs
 * with it. */
const rg_index *rg_model_index(const regatta_model *model);
rg_index_rows rg_model_index_rows(const regatta_model *model);

/* Searches the index of a model that has one: returns nearly all of the k best rows of
 * rg_search_exact, with their exact scores. Filters apply before the cut. `effort` is the
 * beam (values below k mean k), 0 = the default. The same bits for one query as in a
 * batch, and at any number of threads. score may be NULL. ENOMEM. */
regatta_status rg_model_index_search(regatta_ctx *ctx, const regatta_model *model,
                                     const rg_search *search, int64_t effort,
                                     uint32_t *item, float *score);

/* Builds a new index in a model under construction and measures its recall@20 at the
 * default effort against exact search, on up to 1000 of its users. degree and build as in
 * rg_index_build.
 *   REGATTA_EINVAL  a model without vectors, a number out of range;  REGATTA_ENOMEM */
regatta_status rg_model_index_build(regatta_ctx *ctx, regatta_model *model,
                                    int64_t degree, int64_t build);
#endif
