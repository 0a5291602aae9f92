/* Whole rows of scores, a tile of queries at a time.
 *
 * Tiles are cut by query number alone and a thread owns a tile, so any thread count
 * gives the same bits. Time O(n * items * (dim + channels)), memory O(threads *
 * channels * tile * items). */
#include "rank/scorer.h"
#include "rank/tile.h"
#include <omp.h>

static regatta_status check_users(regatta_ctx *ctx, const regatta_model *model,
                                  const regatta_query *query)
{
    for (int64_t q = 0; q < query->n; q++)
        if ((int64_t)query->user[q] >= model->shape.n_users)
            return rg_fail(ctx, REGATTA_EINVAL, "query %lld: user %lu is not below %lld",
                           (long long)q, (unsigned long)query->user[q],
                           (long long)model->shape.n_users);
    return REGATTA_OK;
}

static regatta_status check_histories(regatta_ctx *ctx, const regatta_model *model,
                                      const regatta_query *query)
{
    if (query->offset[0] < 0)
        return rg_fail(ctx, REGATTA_EINVAL, "query 0: its offset is below 0");
    for (int64_t q = 0; q < query->n; q++) {
        if (query->offset[q + 1] < query->offset[q])
            return rg_fail(ctx, REGATTA_EINVAL, "query %lld: its offsets fall",
                           (long long)q);
        if (query->offset[q + 1] > query->offset[q] && query->item == NULL)
            return rg_fail(ctx, REGATTA_EINVAL, "query %lld: items are missing",
                           (long long)q);
        for (int64_t e = query->offset[q]; e < query->offset[q + 1]; e++)
            if ((int64_t)query->item[e] >= model->shape.n_items)
                return rg_fail(ctx, REGATTA_EINVAL,
                               "query %lld: item %lu is not below %lld", (long long)q,
                               (unsigned long)query->item[e],
                               (long long)model->shape.n_items);
    }
    return REGATTA_OK;
}

regatta_status rg_query_check(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query)
{
    if (query == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the query is missing");
    if (query->struct_size < sizeof *query)
        return rg_fail(ctx, REGATTA_EINVAL, "query: struct_size is not set");
    if (query->n < 0) return rg_fail(ctx, REGATTA_EINVAL, "query: n is below 0");
    if (query->vector != NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "query: vectors of the caller's own are for candidates alone");
    if (query->n == 0) return REGATTA_OK;
    if ((query->user == NULL) == (query->offset == NULL))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "query: needs users or histories, one of the two");
    return query->user != NULL ? check_users(ctx, model, query)
                               : check_histories(ctx, model, query);
}

regatta_status rg_score_rows(regatta_ctx *ctx, const regatta_model *model,
                             const regatta_query *query, rg_row_fn fn, void *state)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_tiles = (query->n + RG_TILE - 1) / RG_TILE;
    const int threads = n_tiles < ctx->threads ? (int)n_tiles : ctx->threads;
    int on[RG_N_CHANNELS];
    rg_tile *tiles = NULL;
    if (n_tiles == 0) return REGATTA_OK;
    rg_model_channels(on, model);
    RG_TRY(rg_tiles_create(ctx, &tiles, model, query, on, threads));

#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (int64_t t = 0; t < n_tiles; t++) {
        const int thread = omp_get_thread_num();
        const int64_t first = t * RG_TILE;
        const int64_t m = query->n - first < RG_TILE ? query->n - first : RG_TILE;
        rg_tile *tile = &tiles[thread];
        rg_tile_fill(tile, model, query, first, m);
        for (int64_t r = 0; r < m; r++)
            fn(state, first + r, &tile->history[r], rg_tile_score(tile, model, r),
               thread);
    }
done:
    rg_tiles_free(ctx, tiles, threads);
    return status;
}
