#include "rank/rerank.h"
#include "base/kernels/vec.h"
#include "base/topk.h"
#include <math.h>
#include <regatta/similar.h>
#include <string.h>

enum { POOL_FACTOR = 5, POOL_AT_LEAST = 100 };

/* Bounds the step, so that its product with a log popularity is finite. */
static const double MOST_STEP = 0x1p120;

int rg_rerank_wanted(const rg_rerank_options *o)
{
    return o->mmr != 1.0f || o->popularity_penalty != 0.0f;
}

regatta_status rg_rerank_check(regatta_ctx *ctx, const rg_rerank_options *o)
{
    if (!(o->mmr >= 0.0f && o->mmr <= 1.0f))
        return rg_fail(ctx, REGATTA_EINVAL, "mmr must be 0 to 1, not %g", (double)o->mmr);
    if (!(fabsf(o->popularity_penalty) <= 100.0f))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "popularity_penalty must be -100 to 100, not %g",
                       (double)o->popularity_penalty);
    return REGATTA_OK;
}

/* Computes mean and deviation of the numbers above -INFINITY. */
static void moments(double *mean, double *deviation, const float *x, int64_t n)
{
    double sum = 0.0, squares = 0.0;
    int64_t count = 0;
    for (int64_t k = 0; k < n; k++) {
        if (!(x[k] > -INFINITY)) continue;
        sum += (double)x[k];
        count++;
    }
    *mean = count > 0 ? sum / (double)count : 0.0;
    for (int64_t k = 0; k < n; k++) {
        if (!(x[k] > -INFINITY)) continue;
        squares += ((double)x[k] - *mean) * ((double)x[k] - *mean);
    }
    *deviation = count > 0 ? sqrt(squares / (double)count) : 0.0;
}

static int64_t pool_of(const rg_rerank_options *o, int64_t n_items)
{
    int64_t pool = o->pool > 0 ? o->pool : POOL_FACTOR * o->k;
    if (o->pool == 0 && pool < POOL_AT_LEAST) pool = POOL_AT_LEAST;
    if (pool < o->k || o->mmr == 1.0f) pool = o->k;
    return pool < n_items ? pool : n_items;
}

regatta_status rg_rerank_create(regatta_ctx *ctx, rg_rerank **out,
                                const regatta_model *model,
                                const rg_rerank_options *options)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const int64_t n_items = model->n_items, threads = ctx->threads;
    rg_rerank *r = NULL;
    RG_NEW(ctx->mem, r, 1);
    *r = (rg_rerank){.mem = ctx->mem,
                     .model = model,
                     .mmr = options->mmr,
                     .penalty = options->popularity_penalty,
                     .cut = options->k < n_items ? options->k : n_items,
                     .pool = pool_of(options, n_items)};
    moments(&r->mean, &r->deviation, model->log_degree, model->own.items);
    RG_NEW(ctx->mem, r->item, threads * r->pool);
    RG_NEW(ctx->mem, r->number, threads * 3 * r->pool);
    if (r->penalty != 0.0f) RG_NEW(ctx->mem, r->row, threads * n_items);
    if (r->mmr != 1.0f && rg_model_dim(model) > 0) {
        RG_NEW(ctx->mem, r->vector, threads * r->pool * rg_model_dim(model));
    } else if (r->mmr != 1.0f) {
        RG_TRY(rg_similarity_create(ctx, &r->similarity, model, REGATTA_ITEMS,
                                    model->item_weights != NULL
                                        ? REGATTA_SIMILARITY_ATTENTION
                                        : REGATTA_SIMILARITY_HISTORY));
        RG_NEW(ctx->mem, r->lane, threads * r->similarity->n_columns);
    }
    *out = r;
    r = NULL;
done:
    rg_rerank_free(r);
    return status;
}

void rg_rerank_free(rg_rerank *r)
{
    if (r == NULL) return;
    const rg_mem mem = r->mem;
    rg_similarity_free(r->similarity);
    rg_free(mem, r->row);
    rg_free(mem, r->item);
    rg_free(mem, r->number);
    rg_free(mem, r->vector);
    rg_free(mem, r->lane);
    rg_free(mem, r);
}

/* Returns the penalised row, in the scratch of the thread. */
static const float *penalise(const rg_rerank *r, const float *row, int thread)
{
    const int64_t n = r->model->n_items;
    const float *l = r->model->log_degree;
    float *out = r->row + thread * n;
    double mean = 0.0, deviation = 0.0;
    moments(&mean, &deviation, row, n);
    const double exact =
        r->deviation > 0.0 ? (double)r->penalty * deviation / r->deviation : 0.0;
    const float step = (float)fmax(-MOST_STEP, fmin(exact, MOST_STEP));
    const float middle = (float)r->mean;
    for (int64_t j = 0; j < n; j++) out[j] = row[j] - step * (l[j] - middle);
    return out;
}

/* Writes the cosine of candidate `of` with each of item[n]. */
static void cosines(const rg_rerank *r, float *cosine, const uint32_t *item, int64_t n,
                    int64_t of, int thread)
{
    if (r->similarity == NULL) {
        const int64_t dim = rg_model_dim(r->model);
        const float *table = r->vector + thread * r->pool * dim;
        for (int64_t c = 0; c < n; c++)
            cosine[c] = rg_cosine(rg_vec_dot(table + of * dim, table + c * dim, dim));
        return;
    }
    float *lane = r->lane + thread * r->similarity->n_columns;
    const double length = rg_similarity_lay(lane, 1, 0, r->similarity, item[of]);
    for (int64_t c = 0; c < n; c++)
        rg_similarity_cosines(cosine + c, lane, &length, 1, r->similarity, item[c]);
    rg_similarity_lift(lane, 1, 0, r->similarity, item[of]);
}

/* Scales the scores of the n candidates, best first, to 1 .. 0; equal scores to 1. */
static void scale(float *x, int64_t n)
{
    const float best = x[0], range = x[0] - x[n - 1];
    for (int64_t c = 0; c < n; c++)
        x[c] = range > 0.0f ? 1.0f - (best - x[c]) / range : 1.0f;
}

/* Returns the next of n candidates, ties to the better ranked one. Selected candidates,
 * fewer than n, have similarity INFINITY, which is no cosine. A NaN is never better than
 * another value. */
static int64_t next_of(const float *relevance, const float *redundancy, int64_t n,
                       float lambda)
{
    int64_t best = 0;
    float most = -INFINITY;
    while (redundancy[best] == INFINITY) best++;
    for (int64_t c = best; c < n; c++) {
        if (redundancy[c] == INFINITY) continue;
        const float value = lambda * relevance[c] - (1.0f - lambda) * redundancy[c];
        if (!(value > most)) continue;
        best = c;
        most = value;
    }
    return best;
}

/* Selects `cut` of the n candidates item[n], relevance[n] into items. */
static void diversify(const rg_rerank *r, uint32_t *items, const uint32_t *item,
                      float *relevance, int64_t n, int thread)
{
    float *redundancy = relevance + r->pool, *cosine = redundancy + r->pool;
    const int64_t dim = rg_model_dim(r->model);
    if (r->similarity == NULL)
        for (int64_t c = 0; c < n; c++)
            rg_rows_decode(r->vector + (thread * r->pool + c) * dim,
                           &r->model->vectors->item_vectors, item[c],
                           (int64_t)item[c] + 1);
    scale(relevance, n);
    for (int64_t c = 0; c < n; c++) redundancy[c] = 0.0f; /* no item is selected yet */
    for (int64_t k = 0; k < r->cut && k < n; k++) {
        const int64_t chosen = next_of(relevance, redundancy, n, r->mmr);
        items[k] = item[chosen];
        cosines(r, cosine, item, n, chosen, thread);
        for (int64_t c = 0; c < n; c++)
            if (k == 0 || cosine[c] > redundancy[c])
                redundancy[c] = redundancy[c] == INFINITY ? INFINITY : cosine[c];
        redundancy[chosen] = INFINITY;
    }
}

void rg_rerank_row(const rg_rerank *r, uint32_t *items, float *scores, const float *row,
                   int thread)
{
    const float *by = r->penalty != 0.0f ? penalise(r, row, thread) : row;
    uint32_t *item = r->item + thread * r->pool;
    float *number = r->number + thread * 3 * r->pool;
    const int64_t n = rg_topk(item, number, r->pool, by, r->model->n_items);
    if (r->mmr != 1.0f && n > 0)
        diversify(r, items, item, number, n, thread);
    else
        memcpy(items, item, (size_t)r->cut * sizeof *items);
    for (int64_t k = 0; k < r->cut; k++) {
        if (k >= n) items[k] = REGATTA_NONE;
        scores[k] = items[k] != REGATTA_NONE ? row[items[k]] : -INFINITY;
    }
}
