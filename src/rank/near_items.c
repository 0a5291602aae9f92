#include "rank/near_items.h"
#include "knn/search.h"
#include "rank/fold_items.h"

enum { BLOCK = 1024 }; /* queries at once */

/* Bits of the items that may come back; NULL where all may. */
static regatta_status allowed_items(regatta_ctx *ctx, uint32_t **out, int64_t n_items,
                                    const regatta_similar_options *opts)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_words = n_items / 32 + 1;
    uint32_t *allow = NULL;
    *out = NULL;
    if (opts->only == NULL && opts->n_exclude == 0) return REGATTA_OK;
    RG_NEW(ctx->mem, allow, n_words);
    for (int64_t w = 0; w < n_words; w++) allow[w] = opts->only == NULL ? UINT32_MAX : 0;
    for (int64_t e = 0; e < opts->n_only && opts->only != NULL; e++)
        allow[opts->only[e] / 32] |= (uint32_t)1 << opts->only[e] % 32;
    for (int64_t e = 0; e < opts->n_exclude; e++)
        allow[opts->exclude[e] / 32] &= ~((uint32_t)1 << opts->exclude[e] % 32);
    *out = allow;
done:
    return status;
}

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
    RG_TRY(allowed_items(ctx, &allow, model->shape.n_items, opts));
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
