#include "rank/similar.h"
#include "base/vec.h"
#include "rank/topk.h"
#include <math.h>

regatta_status rg_similar(regatta_ctx *ctx, const regatta_model *model, regatta_side side,
                          uint32_t node, uint32_t k, uint32_t *nodes, float *cosines)
{
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    const int users = side == REGATTA_USERS;
    const int64_t n = users ? model->shape.n_users : model->shape.n_items;
    const int64_t dim = model->shape.dim;
    const int64_t cut = (int64_t)k < n ? (int64_t)k : n;
    const float *table = users ? model->user_vectors : model->item_vectors;
    const float *own = table + (int64_t)node * dim;
    float *row = NULL, *spare = NULL;
    RG_NEW(ctx->mem, row, n);
    if (cosines == NULL) RG_NEW(ctx->mem, spare, cut);

#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t v = 0; v < n; v++) row[v] = rg_vec_dot(own, table + v * dim, dim);
    row[node] = -INFINITY;
    rg_topk(nodes, cosines != NULL ? cosines : spare, cut, row, n);
    for (int64_t r = cut; r < (int64_t)k; r++) {
        nodes[r] = REGATTA_NONE;
        if (cosines != NULL) cosines[r] = -INFINITY;
    }
done:
    rg_free(ctx->mem, row);
    rg_free(ctx->mem, spare);
    return status;
}
