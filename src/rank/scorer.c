/* Computes whole rows of scores, a tile of queries at a time.
 *
 * A query's bits do not depend on its tile, and a thread owns a tile, so any thread count
 * gives the same bits; for a single tile the threads share its items. Time O(n * items *
 * (dim + channels)), memory O(threads * channels * tile * items). */
#include "rank/scorer.h"
#include "base/parallel.h"
#include "rank/tile.h"
#include <omp.h>

static regatta_status check_nodes(regatta_ctx *ctx, const uint32_t *node, int64_t n,
                                  int64_t q, int is_item, const regatta_model *model)
{
    const int64_t limit = is_item ? model->n_items : model->n_users;
    for (int64_t e = 0; e < n; e++)
        if ((int64_t)node[e] >= limit)
            return rg_fail(ctx, REGATTA_EINVAL, "query %lld: %s %lu is not below %lld",
                           (long long)(q >= 0 ? q : e), is_item ? "item" : "user",
                           (unsigned long)node[e], (long long)limit);
    return REGATTA_OK;
}

static regatta_status check_histories(regatta_ctx *ctx, const regatta_model *model,
                                      const regatta_query *query)
{
    regatta_status status = REGATTA_OK;
    const int of_items = query->side == REGATTA_USERS;
    if (query->offset[0] < 0)
        return rg_fail(ctx, REGATTA_EINVAL, "query 0: its offset is negative");
    for (int64_t q = 0; q < query->n; q++) {
        const int64_t first = query->offset[q], n = query->offset[q + 1] - first;
        if (n < 0)
            return rg_fail(ctx, REGATTA_EINVAL, "query %lld: its offsets decrease",
                           (long long)q);
        if (n > 0 && query->item == NULL)
            return rg_fail(ctx, REGATTA_EINVAL, "query %lld: items are missing",
                           (long long)q);
        if (n > 0) RG_TRY(check_nodes(ctx, query->item + first, n, q, of_items, model));
    }
done:
    return status;
}

/* A time of asking needs users with times, or histories with times. */
static regatta_status check_at(regatta_ctx *ctx, const regatta_model *model,
                               const regatta_query *query)
{
    const rg_sequences *s = model->sequences;
    if (query->at == NULL) return REGATTA_OK;
    if (query->side != REGATTA_USERS)
        return rg_fail(ctx, REGATTA_EINVAL, "query: items have no time of asking");
    if (query->offset != NULL && query->time == NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "query: a time of asking needs histories with times");
    if (query->user != NULL && (s == NULL || s->time == NULL))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "query: a time of asking needs times, and the model has none");
    return REGATTA_OK;
}

regatta_status rg_query_check(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query)
{
    if (query == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the query is missing");
    if (query->side != REGATTA_USERS && query->side != REGATTA_ITEMS)
        return rg_fail(ctx, REGATTA_EINVAL, "query: invalid side: %lu",
                       (unsigned long)query->side);
    if (query->n < 0) return rg_fail(ctx, REGATTA_EINVAL, "query: n is negative");
    if (query->vector != NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "query: only candidates take vectors of the caller");
    if (query->n == 0) return REGATTA_OK;
    if ((query->user == NULL) == (query->offset == NULL))
        return rg_fail(ctx, REGATTA_EINVAL, "query: set either users or histories");
    if (query->user != NULL && query->time != NULL)
        return rg_fail(ctx, REGATTA_EINVAL, "query: times need histories");
    const regatta_status status = check_at(ctx, model, query);
    if (status != REGATTA_OK) return status;
    if (query->user == NULL) return check_histories(ctx, model, query);
    return check_nodes(ctx, query->user, query->n, -1, query->side == REGATTA_ITEMS,
                       model);
}

/* Returns the queries per tile: fewer than `most` if some threads would have no tile. */
static int64_t tile_size(int64_t n, int64_t most, int threads)
{
    const int64_t share = (n + threads - 1) / threads;
    return share < 1 ? 1 : share < most ? share : most;
}

typedef struct job {
    const regatta_model *model;
    const regatta_query *query;
    rg_row_fn fn;
    void *state;
} job;

/* Scores queries first .. first + m - 1. */
static void score_tile(const job *j, rg_tile *tile, int64_t first, int64_t m, int thread)
{
    rg_tile_fill(tile, j->model, j->query, first, m);
    for (int64_t r = 0; r < m; r++)
        j->fn(j->state, first + r, &tile->history[r], rg_tile_score(tile, j->model, r),
              thread);
}

/* Scores the queries begin .. end - 1. */
static regatta_status score_range(regatta_ctx *ctx, const job *j, int64_t begin,
                                  int64_t end)
{
    regatta_status status = REGATTA_OK;
    int on[RG_MAX_CHANNELS];
    rg_model_channels(on, j->model);
    const int64_t n = end - begin;
    const int64_t size = tile_size(n, rg_tile_queries(j->model, on), ctx->threads);
    const int64_t n_tiles = (n + size - 1) / size;
    const int threads = n_tiles < ctx->threads ? (int)n_tiles : ctx->threads;
    rg_tile *tiles = NULL;
    if (n_tiles == 0) return REGATTA_OK;
    RG_TRY(rg_tiles_create(ctx, &tiles, j->model, j->query, on, rg_model_gated(j->model),
                           threads));
    if (n_tiles == 1) {
        tiles->split = ctx->threads;
        score_tile(j, tiles, begin, n, 0);
        goto done;
    }

    const int team = rg_threads_for(2 * RG_SCALAR * n * j->model->n_items, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t t = 0; t < n_tiles; t++) {
        const int thread = omp_get_thread_num();
        const int64_t first = begin + t * size;
        const int64_t m = end - first < size ? end - first : size;
        score_tile(j, &tiles[thread], first, m, thread);
    }
done:
    rg_tiles_free(ctx, tiles, threads);
    return status;
}

regatta_status rg_score_rows(regatta_ctx *ctx, const regatta_model *model,
                             const regatta_query *query, rg_row_fn fn, void *state)
{
    const job j = {model, query, fn, state};
    return score_range(ctx, &j, 0, query->n);
}

regatta_status rg_score_share(regatta_ctx *ctx, rg_shares *share,
                              const regatta_model *model, const regatta_query *query,
                              rg_row_fn fn, void *state)
{
    const job j = {model, query, fn, state};
    rg_shares_even(share, ctx, query->n);
    return score_range(ctx, &j, share->begin, share->end);
}
