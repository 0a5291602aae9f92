#include "rank/similar.h"
#include "rank/topk.h"
#include <math.h>

enum { BLOCK = 64 }; /* rows that a thread takes at once */

regatta_status rg_similar(regatta_ctx *ctx, const regatta_model *model, regatta_side side,
                          uint32_t node, uint32_t k, uint32_t *nodes, float *cosines)
{
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    const int users = side == REGATTA_USERS;
    const int64_t n = users ? model->shape.n_users : model->shape.n_items;
    const int64_t dim = model->shape.dim;
    const int64_t cut = (int64_t)k < n ? (int64_t)k : n;
    const rg_rows *table = users ? &model->user_vectors : &model->item_vectors;
    float *row = NULL, *spare = NULL, *own = NULL;
    RG_NEW(ctx->mem, row, n);
    RG_NEW(ctx->mem, own, dim);
    if (cosines == NULL) RG_NEW(ctx->mem, spare, cut);

    rg_rows_decode(own, table, node, (int64_t)node + 1);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t v = 0; v < n; v += BLOCK) {
        const int64_t m = n - v < BLOCK ? n - v : BLOCK;
        uint32_t index[BLOCK];
        for (int64_t r = 0; r < m; r++) index[r] = (uint32_t)(v + r);
        rg_rows_gather_dot(row + v, own, table, index, m);
    }
    row[node] = -INFINITY;
    rg_topk(nodes, cosines != NULL ? cosines : spare, cut, row, n);
    for (int64_t r = cut; r < (int64_t)k; r++) {
        nodes[r] = REGATTA_NONE;
        if (cosines != NULL) cosines[r] = -INFINITY;
    }
done:
    rg_free(ctx->mem, row);
    rg_free(ctx->mem, spare);
    rg_free(ctx->mem, own);
    return status;
}
