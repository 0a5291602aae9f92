/* Items similar to items by vectors: a search in the model's table. */
#ifndef RG_RANK_SIMILAR_ITEMS_H
#define RG_RANK_SIMILAR_ITEMS_H
#include "model/model.h"
#include <regatta/similar.h>

/* rg_similar for a query of items by their vectors. O(n items dim) time as
 * rg_search_exact, memory O(1024 (dim + k) + items / 8). */
regatta_status rg_similar_items(regatta_ctx *ctx, const regatta_model *model,
                                const regatta_query *query,
                                const regatta_similar_options *opts, uint32_t *nodes,
                                float *cosines);
#endif
