/* Results from rows of scores: the best items, or the scores of given items. */
#include "rank/recommend.h"
#include "base/parallel.h"
#include "base/topk.h"
#include "model/history.h"
#include "model/node_vectors.h"
#include "rank/allow.h"
#include "rank/rerank.h"
#include <math.h>
#include <omp.h>

typedef struct recommend_state {
    const regatta_recommend_options *opts;
    const regatta_query *query;
    uint32_t *allow;      /* rg_allow_create */
    int64_t n_items, cut; /* cut = min(k, n_items) */
    uint32_t *items;
    float *scores;     /* NULL: `spare` is used instead */
    float *spare;      /* [threads][cut] */
    rg_rerank *rerank; /* NULL: order of score */
} recommend_state;

/* Sets the scores of items that are not allowed to -INFINITY. */
static void mask(const recommend_state *s, int64_t q, const rg_history *history,
                 float *row)
{
    const int64_t *offset = s->query->exclude_offset;
    rg_allow_mask(row, s->allow, s->n_items);
    for (int64_t e = offset ? offset[q] : 0; offset && e < offset[q + 1]; e++)
        row[s->query->exclude[e]] = -INFINITY;
    if (!s->opts->keep_seen) rg_history_mask(row, history);
}

static void recommend_row(void *state, int64_t query, const rg_history *history,
                          float *row, int thread)
{
    const recommend_state *s = state;
    const int64_t k = s->opts->k;
    uint32_t *items = s->items + query * k;
    float *scores =
        s->scores != NULL ? s->scores + query * k : s->spare + thread * s->cut;
    mask(s, query, history, row);
    if (s->rerank != NULL)
        rg_rerank_row(s->rerank, items, scores, row, thread);
    else
        rg_topk(items, scores, s->cut, row, s->n_items);
    for (int64_t r = s->cut; r < k; r++) {
        items[r] = REGATTA_NONE;
        if (s->scores != NULL) scores[r] = -INFINITY;
    }
}

regatta_status rg_recommend(regatta_ctx *ctx, const regatta_model *model,
                            const regatta_query *query,
                            const regatta_recommend_options *opts, uint32_t *items,
                            float *scores)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = model->n_items;
    const rg_rerank_options order = {.mmr = opts->mmr,
                                     .popularity_penalty = opts->popularity_penalty,
                                     .k = opts->k,
                                     .pool = opts->pool};
    recommend_state s = {.opts = opts,
                         .query = query,
                         .n_items = n_items,
                         .cut = (int64_t)opts->k < n_items ? (int64_t)opts->k : n_items,
                         .items = items,
                         .scores = scores};
    RG_TRY(rg_allow_create(ctx, &s.allow, n_items, model->own.items, opts->only,
                           opts->n_only, opts->exclude, opts->n_exclude));
    if (scores == NULL) RG_NEW(ctx->mem, s.spare, ctx->threads * s.cut);
    if (rg_rerank_wanted(&order)) RG_TRY(rg_rerank_create(ctx, &s.rerank, model, &order));
    rg_shares share;
    const int64_t row = (int64_t)opts->k;
    RG_TRY(rg_score_share(ctx, &share, model, query, recommend_row, &s));
    RG_TRY(rg_gather(ctx, items, &share, row * (int64_t)sizeof *items));
    if (scores != NULL)
        RG_TRY(rg_gather(ctx, scores, &share, row * (int64_t)sizeof *scores));
done:
    rg_rerank_free(s.rerank);
    rg_free(ctx->mem, s.allow);
    rg_free(ctx->mem, s.spare);
    return status;
}

typedef struct pick_state {
    const int64_t *offset; /* [queries + 1] of pick_own */
    const uint32_t *item;
    int64_t n; /* of pick_row: each query has item[n] */
    float *scores;
} pick_state;

static void pick_row(void *state, int64_t query, const rg_history *history, float *row,
                     int thread)
{
    const pick_state *s = state;
    (void)history;
    (void)thread;
    for (int64_t e = 0; e < s->n; e++) s->scores[query * s->n + e] = row[s->item[e]];
}

regatta_status rg_score_items(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query, const uint32_t *item,
                              int64_t n_items, float *scores)
{
    pick_state s = {.item = item, .n = n_items, .scores = scores};
    rg_shares share;
    if (n_items == 0) return REGATTA_OK;
    const regatta_status status = rg_score_share(ctx, &share, model, query, pick_row, &s);
    if (status != REGATTA_OK) return status;
    return rg_gather(ctx, scores, &share, n_items * (int64_t)sizeof *scores);
}

static void pick_own(void *state, int64_t query, const rg_history *history, float *row,
                     int thread)
{
    const pick_state *s = state;
    (void)history;
    (void)thread;
    for (int64_t e = s->offset[query]; e < s->offset[query + 1]; e++)
        s->scores[e] = row[s->item[e]];
}

regatta_status rg_score_pairs(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query, const int64_t *offset,
                              const uint32_t *item, float *scores)
{
    pick_state s = {.offset = offset, .item = item, .scores = scores};
    rg_shares share;
    if (query->n == 0 || offset[query->n] == offset[0]) return REGATTA_OK;
    const regatta_status status = rg_score_share(ctx, &share, model, query, pick_own, &s);
    if (status != REGATTA_OK) return status;
    return rg_gather_pieces(ctx, scores, &share, offset, sizeof *scores);
}

regatta_status rg_query_vectors(regatta_ctx *ctx, const regatta_model *model,
                                const regatta_query *query, float *vectors)
{
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    const int64_t longest = rg_history_longest(model, query, 0, query->n);
    const int recent = model->vectors->recency != NULL;
    const int64_t n_work = query->offset != NULL || recent
                               ? rg_node_vectors_floats(model->vectors, longest)
                               : 0;
    uint32_t *items = NULL;
    float *work = NULL;
    rg_order_room *order = NULL;
    RG_NEW(ctx->mem, items, threads * longest);
    RG_NEW(ctx->mem, work, threads * n_work);
    if (recent)
        RG_TRY(rg_order_rooms_create(ctx, &order,
                                     rg_sequence_longest(model, query, 0, query->n)));

    rg_shares share;
    rg_shares_even(&share, ctx, query->n);
    const int team = rg_threads_for(query->n * longest * rg_model_dim(model), threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t q = share.begin; q < share.end; q++) {
        const int thread = omp_get_thread_num();
        rg_history history;
        rg_history_resolve(&history, model, query, q, items + thread * longest);
        if (recent) rg_history_order(&history, model, query, q, &order[thread]);
        rg_node_vectors_unit(vectors + q * rg_model_dim(model), model->vectors, &history,
                             work + thread * n_work);
    }
    status =
        rg_gather(ctx, vectors, &share, rg_model_dim(model) * (int64_t)sizeof *vectors);
done:
    rg_order_rooms_free(ctx, order);
    rg_free(ctx->mem, items);
    rg_free(ctx->mem, work);
    return status;
}
