#include "rank/near_items.h"
#include "knn/search.h"
#include "rank/allow.h"
#include "rank/fold_items.h"

enum { BLOCK = 1024 }; /* queries at once */

regatta_status rg_near_items(regatta_ctx *ctx, const regatta_model *model,
                             const regatta_query *query,
                             const regatta_similar_options *opts, uint32_t *nodes,
                             float *cosines)
{
    regatta_status status = REGATTA_OK;
    const int64_t k = opts->k, block = query->n < BLOCK ? query->n : BLOCK;
    rg_table table = *model->item_table;
    uint32_t *allow = NULL;
    float *vector = NULL;
    int64_t *offset = NULL;
    table.bias = NULL; /* a cosine has none */
    RG_TRY(rg_allow_create(ctx, &allow, model->shape.n_items, opts->only, opts->n_only,
                           opts->exclude, opts->n_exclude));
    RG_NEW(ctx->mem, vector, block * model->shape.dim);
    RG_NEW(ctx->mem, offset, block + 1);
    for (int64_t q = 0; q <= block; q++) offset[q] = q; /* a node is not near itself */

    for (int64_t first = 0; first < query->n; first += block) {
        regatta_query part = *query;
        part.n = query->n - first < block ? query->n - first : block;
        if (part.user != NULL) part.user += first;
        if (part.offset != NULL) part.offset += first;
        RG_TRY(rg_node_vectors(ctx, model, &part, vector));
        const rg_search search = {.query = vector,
                                  .m = part.n,
                                  .k = k,
                                  .scale = 1.0f,
                                  .allow = allow,
                                  .skip_offset = part.user != NULL ? offset : NULL,
                                  .skip = part.user};
        RG_TRY(rg_search_exact(ctx, &table, &search, nodes + first * k,
                               cosines != NULL ? cosines + first * k : NULL));
    }
done:
    rg_free(ctx->mem, allow);
    rg_free(ctx->mem, vector);
    rg_free(ctx->mem, offset);
    return status;
}
