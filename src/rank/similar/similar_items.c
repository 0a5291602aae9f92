#include "rank/similar/similar_items.h"
#include "base/sort.h"
#include "knn/search.h"
#include "rank/allow.h"
#include "rank/similar/fold_items.h"
#include "rank/similar/similarity.h"

enum { BLOCK = 1024 }; /* queries at once */

/* Clamps the cosines of one result, best first, to [-1, 1]. Items at 1 equal the query;
 * rounding determined their order, so they are sorted by number. */
static void clamp_answer(uint32_t *node, float *cosine, int64_t k)
{
    int64_t n_equal = 0;
    for (int64_t r = 0; r < k && node[r] != REGATTA_NONE; r++) {
        cosine[r] = rg_cosine(cosine[r]);
        n_equal += cosine[r] == 1.0f;
    }
    rg_sort_u32(node, n_equal);
}

regatta_status rg_similar_items(regatta_ctx *ctx, const regatta_model *model,
                                const regatta_query *query,
                                const regatta_similar_options *opts, uint32_t *nodes,
                                float *cosines)
{
    regatta_status status = REGATTA_OK;
    const int64_t k = opts->k, block = query->n < BLOCK ? query->n : BLOCK;
    rg_table table = *model->vectors->item_table;
    uint32_t *allow = NULL;
    float *vector = NULL;
    float *spare = NULL; /* used if the caller wants no cosines */
    int64_t *offset = NULL;
    table.bias = NULL; /* a cosine has no bias */
    RG_TRY(rg_allow_create(ctx, &allow, model->n_items, model->own.items, opts->only,
                           opts->n_only, opts->exclude, opts->n_exclude));
    RG_NEW(ctx->mem, vector, block * rg_model_dim(model));
    RG_NEW(ctx->mem, offset, block + 1);
    if (cosines == NULL) RG_NEW(ctx->mem, spare, block * k);
    for (int64_t q = 0; q <= block; q++)
        offset[q] = q; /* a node is not similar to
                          itself */

    for (int64_t first = 0; first < query->n; first += block) {
        regatta_query part = *query;
        part.n = query->n - first < block ? query->n - first : block;
        if (part.user != NULL) part.user += first;
        if (part.offset != NULL) part.offset += first;
        RG_TRY(rg_vectors_of_nodes(ctx, model, &part, vector));
        const rg_search search = {.query = vector,
                                  .m = part.n,
                                  .k = k,
                                  .scale = 1.0f,
                                  .allow = allow,
                                  .skip_offset = part.user != NULL ? offset : NULL,
                                  .skip = part.user};
        float *cosine = cosines != NULL ? cosines + first * k : spare;
        RG_TRY(rg_search_exact(ctx, &table, &search, nodes + first * k, cosine));
        for (int64_t q = 0; q < part.n; q++)
            clamp_answer(nodes + (first + q) * k, cosine + q * k, k);
    }
done:
    rg_free(ctx->mem, allow);
    rg_free(ctx->mem, vector);
    rg_free(ctx->mem, offset);
    rg_free(ctx->mem, spare);
    return status;
}
