/* Whole rows of scores, a tile of queries at a time.
 *
 * A tile's unit rows are made (or folded in), multiplied by the scale, and scored
 * against all panels of items; the panels are read once a tile. Tiles are cut by query
 * number alone and a thread owns a tile, so any thread count gives the same bits.
 * Time O(n * items * dim), memory O(threads * TILE * items). */
#include "rank/scorer.h"
#include "base/vec.h"
#include "rank/channel_vectors.h"
#include "rank/history.h"
#include <omp.h>

enum { TILE = 16 };

/* All threads' scratch, slices of a few blocks. */
typedef struct scratch {
    int64_t ld, n_history, n_work;
    float *scaled;     /* [threads][TILE][dim] */
    float *rows;       /* [threads][TILE][ld] */
    uint32_t *history; /* [threads][n_history] */
    float *work;       /* [threads][n_work] */
} scratch;

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
    if (query->n == 0) return REGATTA_OK;
    if ((query->user == NULL) == (query->offset == NULL))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "query: needs users or histories, one of the two");
    return query->user != NULL ? check_users(ctx, model, query)
                               : check_histories(ctx, model, query);
}

/* Whole cache lines, so that threads do not share one. */
static int64_t whole_lines(int64_t n)
{
    return (n + 15) / 16 * 16;
}

static regatta_status scratch_create(regatta_ctx *ctx, scratch *s,
                                     const regatta_model *model,
                                     const regatta_query *query, int threads)
{
    regatta_status status = REGATTA_OK;
    const int64_t dim = model->shape.dim;
    s->ld = rg_panel_count(model->shape.n_items) * RG_PANEL;
    for (int64_t q = 0; q < query->n && query->user == NULL; q += TILE) {
        const int64_t last = q + TILE < query->n ? q + TILE : query->n;
        const int64_t n = query->offset[last] - query->offset[q];
        if (n > s->n_history) s->n_history = n;
    }
    s->n_history = whole_lines(s->n_history);
    if (query->user == NULL)
        s->n_work = whole_lines(
            rg_vectors_floats(model, rg_history_longest(model, query, 0, query->n)));
    RG_NEW(ctx->mem, s->scaled, threads * whole_lines(TILE * dim));
    RG_NEW(ctx->mem, s->rows, threads * TILE * s->ld);
    RG_NEW(ctx->mem, s->history, threads * s->n_history);
    RG_NEW(ctx->mem, s->work, threads * s->n_work);
done:
    return status; /* the caller frees, whatever the status */
}

static void scratch_free(regatta_ctx *ctx, scratch *s)
{
    rg_free(ctx->mem, s->scaled);
    rg_free(ctx->mem, s->rows);
    rg_free(ctx->mem, s->history);
    rg_free(ctx->mem, s->work);
}

static void score_tile(const scratch *s, const regatta_model *model,
                       const regatta_query *query, int64_t first, int thread,
                       rg_row_fn fn, void *state)
{
    const int64_t dim = model->shape.dim;
    const int64_t m = query->n - first < TILE ? query->n - first : TILE;
    float *scaled = s->scaled + thread * whole_lines(TILE * dim);
    float *rows = s->rows + thread * TILE * s->ld;
    uint32_t *items = s->history + thread * s->n_history;
    rg_history history[TILE];
    for (int64_t r = 0; r < m; r++) {
        rg_history_resolve(&history[r], model, query, first + r, items);
        if (query->user == NULL)
            items += query->offset[first + r + 1] - query->offset[first + r];
        rg_vectors_unit(scaled + r * dim, model, &history[r],
                        s->work + thread * s->n_work);
    }
    for (int64_t k = 0; k < m * dim; k++) scaled[k] *= model->scale;
    rg_vectors_rows(rows, s->ld, model, scaled, m, 0, s->ld / RG_PANEL);
    for (int64_t r = 0; r < m; r++)
        fn(state, first + r, &history[r], rows + r * s->ld, thread);
}

regatta_status rg_score_rows(regatta_ctx *ctx, const regatta_model *model,
                             const regatta_query *query, rg_row_fn fn, void *state)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_tiles = (query->n + TILE - 1) / TILE;
    const int threads = n_tiles < ctx->threads ? (int)n_tiles : ctx->threads;
    scratch s = {0};
    if (n_tiles == 0) return REGATTA_OK;
    RG_TRY(scratch_create(ctx, &s, model, query, threads));

#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (int64_t tile = 0; tile < n_tiles; tile++)
        score_tile(&s, model, query, tile * TILE, omp_get_thread_num(), fn, state);
done:
    scratch_free(ctx, &s);
    return status;
}
