/* Processes queries in chunks: reads the histories and vectors of a chunk, walks the
 * graph for each query (a thread owns a query), searches the vectors of all queries at
 * once, then merges both lists of each query. Memory is that of a chunk. The result of a
 * query does not depend on the other queries. */
#include "rank/candidates.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/ranks/ranks.h"
#include "base/sort.h"
#include "base/topk.h"
#include "knn/hits.h"
#include "knn/search.h"
#include "model/history.h"
#include "model/model_index.h"
#include "model/node_vectors.h"
#include "rank/allow.h"
#include "rank/candidates_graph.h"
#include "rank/tile.h"
#include <math.h>
#include <omp.h>
#include <string.h>

enum { CHUNK = 256, CHUNK_CELLS = 1 << 20, N_SOURCES = REGATTA_N_SOURCES, FUSION = 60 };
enum { GRAPH = 0, VECTORS = 1 };
enum {
    WALK = 1 << 17
}; /* estimated operations of a walk of two hops, or of a search
      in codes */

/* One source's list of each query of a chunk. */
typedef struct list {
    uint32_t *item; /* [chunk][cut], ended by REGATTA_NONE if shorter */
    float *score;   /* [chunk][cut] */
} list;

typedef struct run {
    const regatta_model *model;
    const regatta_query *query;
    const regatta_candidates_options *opts;
    int64_t n, cut;          /* candidates per query; min(n, items of the model) */
    int64_t chunk, first, m; /* queries per chunk; first query and number of queries of
                                this chunk */
    const uint32_t *allow;   /* rg_allow_create */
    rg_walk_plan plan;       /* .reach NULL: the graph is not a source */
    const rg_table *table;   /* both NULL: the vectors are not a source */
    const rg_index *index;   /* the model's index, which replaces the table */
    list found[N_SOURCES];
    rg_history *history;  /* [chunk] */
    uint32_t *own;        /* histories of the chunk, sorted */
    int64_t *own_offset;  /* [chunk + 1] */
    uint32_t *skip;       /* items that are not answers of each query, ascending */
    int64_t *skip_offset; /* [chunk + 1] */
    int64_t *n_skip;      /* [chunk] */
    float *unit;          /* [chunk][dim] */
    int64_t n_work;
    float *work;               /* [threads][n_work] for folding in */
    rg_walk *walks;            /* [threads] */
    rg_order_room *order;      /* [threads]; NULL if no source reads the order */
    uint64_t *key;             /* [threads][2 * 2 * cut] */
    uint32_t *items;           /* the caller's */
    float *scores, *by_source; /* the caller's, may be NULL */
} run;

uint32_t rg_candidates_sources(const regatta_model *model)
{
    return (model->item_weights != NULL ? (uint32_t)REGATTA_SOURCE_GRAPH : 0) |
           (rg_model_dim(model) > 0 ? (uint32_t)REGATTA_SOURCE_VECTORS : 0);
}

static int64_t history_length(const run *r, int64_t q)
{
    return r->query->vector != NULL ? 0
                                    : rg_history_longest(r->model, r->query, q, q + 1);
}

/* Returns the dislikes of query q that are left out. */
static int64_t n_disliked(const run *r, int64_t q)
{
    const int64_t *offset = r->model->disliked_offset;
    if (offset == NULL || r->opts->keep_seen || !rg_query_is_user(r->query, q)) return 0;
    return offset[r->query->user[q] + 1LL] - offset[r->query->user[q]];
}

/* Returns the items beside the history that are no answers of query q. */
static int64_t n_excluded(const run *r, int64_t q)
{
    const int64_t *offset = r->query->exclude_offset;
    return n_disliked(r, q) + (offset != NULL ? offset[q + 1] - offset[q] : 0);
}

/* Returns the largest number of history items in a chunk; *longest: in one history;
 * *most_skipped: with the exclusions. */
static int64_t most_items(const run *r, int64_t *longest, int64_t *most_skipped)
{
    int64_t most = 0;
    *most_skipped = 0;
    *longest = 0;
    for (int64_t first = 0; first < r->query->n; first += r->chunk) {
        int64_t n = 0, n_skipped = 0;
        for (int64_t q = first; q < first + r->chunk && q < r->query->n; q++) {
            const int64_t length = history_length(r, q);
            n += length;
            n_skipped += length + n_excluded(r, q);
            if (length > *longest) *longest = length;
        }
        if (n > most) most = n;
        if (n_skipped > *most_skipped) *most_skipped = n_skipped;
    }
    return most;
}

/* Makes room for the order of histories if a source reads it. */
static regatta_status open_order(regatta_ctx *ctx, run *r)
{
    const int by_walk = r->plan.reach != NULL && r->model->item_weights->recency != NULL;
    const int by_vector = r->unit != NULL && r->model->vectors->recency != NULL;
    if (r->query->vector != NULL || !(by_walk || by_vector)) return REGATTA_OK;
    return rg_order_rooms_create(ctx, &r->order,
                                 rg_sequence_longest(r->model, r->query, 0, r->query->n));
}

static regatta_status open_run(regatta_ctx *ctx, run *r)
{
    regatta_status status = REGATTA_OK;
    int64_t longest = 0, n_skipped = 0;
    const int64_t n_own = most_items(r, &longest, &n_skipped),
                  dim = rg_model_dim(r->model);
    const int64_t cells = r->chunk * r->cut;
    RG_NEW(ctx->mem, r->history, r->chunk);
    RG_NEW(ctx->mem, r->own, n_own);
    RG_NEW(ctx->mem, r->own_offset, r->chunk + 1);
    RG_NEW(ctx->mem, r->skip, n_skipped);
    RG_NEW(ctx->mem, r->skip_offset, r->chunk + 1);
    RG_NEW(ctx->mem, r->n_skip, r->chunk);
    if (r->opts->sources & REGATTA_SOURCE_GRAPH) {
        RG_TRY(rg_candidates_reach(ctx, &r->plan.reach, r->model));
        if (r->opts->communities > 0.0f)
            RG_TRY(rg_candidates_blocks(ctx, &r->plan.blocks, r->model));
        RG_TRY(
            rg_walks_create(ctx, &r->walks, r->model, &r->plan, longest, ctx->threads));
        RG_NEW(ctx->mem, r->found[GRAPH].item, cells);
        RG_NEW(ctx->mem, r->found[GRAPH].score, cells);
    }
    if (r->opts->sources & REGATTA_SOURCE_VECTORS) {
        if (!r->opts->exact) r->index = rg_model_index(r->model);
        if (r->index == NULL)
            RG_TRY(rg_candidates_codes(ctx, &r->table, r->model, (int)r->opts->exact));
        if (r->query->offset != NULL || r->model->vectors->recency != NULL)
            r->n_work =
                (rg_node_vectors_floats(r->model->vectors, longest) + 15) / 16 * 16;
        RG_NEW(ctx->mem, r->unit, r->chunk * dim);
        RG_NEW(ctx->mem, r->work, ctx->threads * r->n_work);
        RG_NEW(ctx->mem, r->found[VECTORS].item, cells);
        RG_NEW(ctx->mem, r->found[VECTORS].score, cells);
    }
    RG_TRY(open_order(ctx, r));
    RG_NEW(ctx->mem, r->key, ctx->threads * 4 * r->cut);
done:
    return status;
}

static void close_run(regatta_ctx *ctx, run *r)
{
    rg_free(ctx->mem, r->history);
    rg_free(ctx->mem, r->own);
    rg_free(ctx->mem, r->own_offset);
    rg_free(ctx->mem, r->skip);
    rg_free(ctx->mem, r->skip_offset);
    rg_free(ctx->mem, r->n_skip);
    rg_walks_free(ctx, r->walks, ctx->threads);
    rg_order_rooms_free(ctx, r->order);
    for (int s = 0; s < N_SOURCES; s++) {
        rg_free(ctx->mem, r->found[s].item);
        rg_free(ctx->mem, r->found[s].score);
    }
    rg_free(ctx->mem, r->unit);
    rg_free(ctx->mem, r->work);
    rg_free(ctx->mem, r->key);
}

/* Scales the caller's vector to length 1; zeros for a vector without direction. */
static void scale_vector(float *unit, const float *vector, int64_t dim)
{
    double squares = 0.0;
    for (int64_t k = 0; k < dim; k++) squares += (double)vector[k] * (double)vector[k];
    const double length = sqrt(squares);
    for (int64_t k = 0; k < dim; k++)
        unit[k] = length > 0.0 ? (float)((double)vector[k] / length) : 0.0f;
}

/* Lists the items that are not answers of query i: its history and the dislikes, unless
 * keep_seen, and its exclusions. */
static void prepare_skip(const run *r, int64_t i)
{
    const rg_history *h = &r->history[i];
    const int64_t q = r->first + i, n_own = r->opts->keep_seen ? 0 : h->n;
    const int64_t n_more = n_excluded(r, q);
    uint32_t *skip = r->skip + r->skip_offset[i];
    if (n_own > 0) memcpy(skip, h->item, (size_t)n_own * sizeof *skip);
    const int64_t n_bad = n_disliked(r, q);
    if (n_bad > 0) memcpy(skip + n_own, h->disliked, (size_t)n_bad * sizeof *skip);
    if (n_more > n_bad)
        memcpy(skip + n_own + n_bad, r->query->exclude + r->query->exclude_offset[q],
               (size_t)(n_more - n_bad) * sizeof *skip);
    if (n_more > 0) {
        rg_sort_u32(skip, n_own + n_more);
    }
    r->n_skip[i] = n_own + n_more;
}

/* Prepares query i of the chunk: its history, its vector, its walk. */
static void prepare_query(const run *r, int64_t i, int thread)
{
    const int64_t dim = rg_model_dim(r->model), q = r->first + i;
    rg_history *h = &r->history[i];
    if (r->query->vector != NULL) {
        *h = (rg_history){.user = REGATTA_NONE};
        scale_vector(r->unit + i * dim, r->query->vector + q * dim, dim);
        prepare_skip(r, i);
        return;
    }
    rg_history_resolve(h, r->model, r->query, q, r->own + r->own_offset[i]);
    prepare_skip(r, i);
    if (r->order != NULL) rg_history_order(h, r->model, r->query, q, &r->order[thread]);
    if (r->unit != NULL)
        rg_node_vectors_unit(r->unit + i * dim, r->model->vectors, h,
                             r->work + thread * r->n_work);
    if (r->plan.reach == NULL) return;
    uint32_t *item = r->found[GRAPH].item + i * r->cut;
    int64_t reads[REGATTA_N_READS];
    const int64_t n =
        rg_walk_best(rg_walk_at(r->walks, thread), item,
                     r->found[GRAPH].score + i * r->cut, reads, r->cut, r->model,
                     &r->plan, h, r->allow, r->skip + r->skip_offset[i], r->n_skip[i]);
    if (n < r->cut) item[n] = REGATTA_NONE;
    if (r->opts->reads != NULL)
        memcpy(r->opts->reads + q * REGATTA_N_READS, reads, sizeof reads);
}

/* Moves the lists of the chunk together, into the layout of rg_search.skip. */
static void pack_skips(run *r)
{
    int64_t at = 0;
    for (int64_t i = 0; i < r->m; i++) {
        memmove(r->skip + at, r->skip + r->skip_offset[i],
                (size_t)r->n_skip[i] * sizeof *r->skip);
        r->skip_offset[i] = at;
        at += r->n_skip[i];
    }
    r->skip_offset[r->m] = at;
}

static regatta_status search_chunk(regatta_ctx *ctx, run *r)
{
    const int skip = !r->opts->keep_seen || r->query->exclude_offset != NULL;
    const rg_search search = {.query = r->unit,
                              .m = r->m,
                              .k = r->cut,
                              .scale = r->model->vectors->scale,
                              .allow = r->allow,
                              .skip_offset = skip ? r->skip_offset : NULL,
                              .skip = skip ? r->skip : NULL};
    const list *found = &r->found[VECTORS];
    if (r->index != NULL)
        return rg_model_index_search(ctx, r->model, &search, r->opts->effort, found->item,
                                     found->score);
    return rg_search_exact(ctx, r->table, &search, found->item, found->score);
}

static int64_t length_of(const run *r, int source, int64_t i)
{
    const uint32_t *item = r->found[source].item;
    int64_t n = 0;
    if (item == NULL) return 0;
    while (n < r->cut && item[i * r->cut + n] != REGATTA_NONE) n++;
    return n;
}

/* Writes candidate k of query i with its score of each source. */
static void put(const run *r, int64_t i, int64_t k, uint32_t item, float score,
                const float *by_source)
{
    const int64_t cell = (r->first + i) * r->n + k;
    r->items[cell] = item;
    if (r->scores != NULL) r->scores[cell] = score;
    for (int s = 0; s < N_SOURCES && r->by_source != NULL; s++)
        r->by_source[cell * N_SOURCES + s] = by_source[s];
}

/* Copies the list of a single source. */
static int64_t take(const run *r, int source, int64_t i)
{
    const list *found = &r->found[source];
    const int64_t n = length_of(r, source, i);
    float by_source[N_SOURCES] = {NAN, NAN};
    for (int64_t k = 0; k < n; k++) {
        by_source[source] = found->score[i * r->cut + k];
        put(r, i, k, found->item[i * r->cut + k], by_source[source], by_source);
    }
    return n;
}

/* Merges both lists. A first sort, by item, makes the two entries of an item adjacent; a
 * second one sorts the items by the sum of reciprocal ranks (Cormack, Clarke and
 * Buettcher, SIGIR 2009). */
static int64_t merge(const run *r, int64_t i, uint64_t *key)
{
    uint64_t *best = key + 2 * r->cut;
    int64_t n = 0, n_items = 0;
    for (int s = 0; s < N_SOURCES; s++) {
        const int64_t length = length_of(r, s, i);
        for (int64_t k = 0; k < length; k++)
            key[n++] = (uint64_t)~r->found[s].item[i * r->cut + k] << 32 |
                       (uint64_t)(k * N_SOURCES + s);
    }
    rg_hits_sort(key, n);
    for (int64_t at = 0, next = 0; at < n; at = next) {
        double score = 0.0;
        for (next = at; next < n && key[next] >> 32 == key[at] >> 32; next++) {
            const uint32_t above = (uint32_t)key[next] / N_SOURCES;
            score += 1.0 / (FUSION + 1.0 + (double)above);
        }
        best[n_items++] = rg_hit_key((float)score, (uint32_t)at);
    }
    rg_hits_sort(best, n_items);
    if (n_items > r->cut) n_items = r->cut;
    for (int64_t k = 0; k < n_items; k++) {
        const int64_t at = rg_hit_row(best[k]);
        float by_source[N_SOURCES] = {NAN, NAN};
        for (int64_t e = at; e < n && key[e] >> 32 == key[at] >> 32; e++) {
            const uint32_t place = (uint32_t)key[e];
            by_source[place % N_SOURCES] =
                r->found[place % N_SOURCES].score[i * r->cut + place / N_SOURCES];
        }
        put(r, i, k, ~(uint32_t)(key[at] >> 32), rg_hit_score(best[k]), by_source);
    }
    return n_items;
}

static void pad(const run *r, int64_t i, int64_t k)
{
    const float nothing[N_SOURCES] = {NAN, NAN};
    for (; k < r->n; k++) put(r, i, k, REGATTA_NONE, -INFINITY, nothing);
}

/* Writes the most popular items, for a query without candidates. row and query are
 * scratch. */
static void put_popular(const run *r, int64_t i, float *row, float *query, uint32_t *item,
                        float *score)
{
    const rg_history *h = &r->history[i];
    const float nothing[N_SOURCES] = {NAN, NAN};
    const int64_t n_items = r->model->n_items;
    rg_popular_row(row, r->model, h, query);
    rg_allow_mask(row, r->allow, n_items);
    for (int64_t e = 0; e < r->n_skip[i]; e++)
        row[r->skip[r->skip_offset[i] + e]] = -INFINITY;
    const int64_t n = rg_topk(item, score, r->cut, row, n_items);
    for (int64_t k = 0; k < n; k++) put(r, i, k, item[k], score[k], nothing);
    pad(r, i, n);
}

/* Returns the first query of the chunk from i on without a candidate; m if there is
 * none. */
static int64_t next_empty(const run *r, int64_t i)
{
    while (i < r->m && r->items[(r->first + i) * r->n] != REGATTA_NONE) i++;
    return i;
}

static regatta_status fill_empty(regatta_ctx *ctx, run *r)
{
    regatta_status status = REGATTA_OK;
    float *row = NULL, *query = NULL, *score = NULL;
    uint32_t *item = NULL;
    int64_t i = next_empty(r, 0);
    if (i == r->m) return REGATTA_OK;
    RG_NEW(ctx->mem, row, rg_panel_count(r->model->n_items) * RG_PANEL);
    RG_NEW(ctx->mem, query, rg_popular_floats(r->model));
    RG_NEW(ctx->mem, score, r->cut);
    RG_NEW(ctx->mem, item, r->cut);
    for (; i < r->m; i = next_empty(r, i + 1)) put_popular(r, i, row, query, item, score);
done:
    rg_free(ctx->mem, row);
    rg_free(ctx->mem, query);
    rg_free(ctx->mem, score);
    rg_free(ctx->mem, item);
    return status;
}

static regatta_status answer_chunk(regatta_ctx *ctx, run *r)
{
    regatta_status status = REGATTA_OK;
    const int threads = r->m < ctx->threads ? (int)r->m : ctx->threads;
    r->own_offset[0] = r->skip_offset[0] = 0;
    for (int64_t i = 0; i < r->m; i++) {
        const int64_t q = r->first + i, length = history_length(r, q);
        r->own_offset[i + 1] = r->own_offset[i] + length;
        r->skip_offset[i + 1] = r->skip_offset[i] + length + n_excluded(r, q);
    }
    const int team = rg_threads_for(r->m * WALK, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t i = 0; i < r->m; i++) prepare_query(r, i, omp_get_thread_num());
    if (r->unit != NULL) {
        pack_skips(r);
        RG_TRY(search_chunk(ctx, r));
    }
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t i = 0; i < r->m; i++) {
        uint64_t *key = r->key + omp_get_thread_num() * 4 * r->cut;
        const int64_t n = r->opts->sources == REGATTA_SOURCE_BOTH ? merge(r, i, key)
                          : r->unit != NULL                       ? take(r, VECTORS, i)
                                                                  : take(r, GRAPH, i);
        pad(r, i, n);
    }
    RG_TRY(fill_empty(ctx, r));
done:
    return status;
}

/* Receives the answers to the other ranks' queries. */
static regatta_status gather(regatta_ctx *ctx, const run *r, const rg_shares *s)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_gather(ctx, r->items, s, r->n * (int64_t)sizeof *r->items));
    if (r->scores != NULL)
        RG_TRY(rg_gather(ctx, r->scores, s, r->n * (int64_t)sizeof *r->scores));
    if (r->by_source != NULL)
        RG_TRY(rg_gather(ctx, r->by_source, s,
                         N_SOURCES * r->n * (int64_t)sizeof *r->by_source));
    if (r->opts->reads != NULL)
        RG_TRY(rg_gather(ctx, r->opts->reads, s,
                         REGATTA_N_READS * (int64_t)sizeof *r->opts->reads));
done:
    return status;
}

regatta_status rg_candidates(regatta_ctx *ctx, const regatta_model *model,
                             const regatta_query *query,
                             const regatta_candidates_options *opts, uint32_t *items,
                             float *scores, float *by_source)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = model->n_items;
    uint32_t *allow = NULL;
    run r = {.model = model,
             .query = query,
             .opts = opts,
             .n = opts->n,
             .cut = (int64_t)opts->n < n_items ? (int64_t)opts->n : n_items,
             .plan.share = (double)opts->communities,
             .items = items,
             .scores = scores,
             .by_source = by_source};
    for (int64_t k = 0; opts->reads != NULL && k < query->n * REGATTA_N_READS; k++)
        opts->reads[k] = 0;
    r.chunk = CHUNK_CELLS / r.cut < CHUNK ? CHUNK_CELLS / r.cut : CHUNK;
    if (r.chunk > query->n) r.chunk = query->n;
    if (r.chunk < 1) r.chunk = 1;
    RG_TRY(rg_allow_create(ctx, &allow, n_items, model->own.items, opts->only,
                           opts->n_only, opts->exclude, opts->n_exclude));
    r.allow = allow;
    RG_TRY(open_run(ctx, &r));
    rg_shares share;
    rg_shares_even(&share, ctx, query->n);
    for (r.first = share.begin; r.first < share.end; r.first += r.chunk) {
        const int64_t left = share.end - r.first;
        r.m = left < r.chunk ? left : r.chunk;
        RG_TRY(answer_chunk(ctx, &r));
    }
    RG_TRY(gather(ctx, &r, &share));
done:
    close_run(ctx, &r);
    rg_free(ctx->mem, allow);
    return status;
}
