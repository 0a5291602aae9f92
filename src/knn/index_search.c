/* One search: walk, widen the beam while a filter leaves too few, score the best in
 * floats. */
#include "base/find.h"
#include "knn/index_beam.h"
#include <math.h>

enum { WIDEST = 8, SCAN = 256 };

struct rg_index_work {
    rg_mem mem;
    const rg_index *index;
    int threads;
    int64_t k, widest;   /* rows wanted and beams at most */
    rg_index_walk *walk; /* [threads] */
    rg_beam *best;       /* [threads] of exact scores */
};

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

regatta_status rg_index_work_create(regatta_ctx *ctx, rg_index_work **out,
                                    const rg_index *index, int64_t k, int64_t effort,
                                    int threads)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_index_work *w = NULL;
    RG_NEW(ctx->mem, w, 1);
    w->mem = ctx->mem;
    w->index = index;
    w->threads = threads;
    w->k = smaller(k, index->n);
    w->widest = effort > 0 ? effort : RG_INDEX_EFFORT;
    w->widest = smaller(smaller(larger(w->widest, w->k), index->n) * WIDEST, index->n);
    w->widest = larger(w->widest, RG_WALK_SEEDS);
    RG_NEW(ctx->mem, w->walk, threads);
    RG_NEW(ctx->mem, w->best, threads);
    for (int t = 0; t < threads; t++) {
        RG_TRY(rg_index_walk_create(&w->walk[t], ctx->mem, index, w->widest));
        RG_NEW(ctx->mem, w->best[t].found, w->k + 1);
    }
    *out = w;
    w = NULL; /* ownership has moved to the caller */
done:
    rg_index_work_free(w); /* NULL unless we failed */
    return status;
}

void rg_index_work_free(rg_index_work *work)
{
    if (work == NULL) return;
    for (int t = 0; work->walk != NULL && t < work->threads; t++)
        rg_index_walk_free(&work->walk[t], work->mem);
    for (int t = 0; work->best != NULL && t < work->threads; t++)
        rg_free(work->mem, work->best[t].found);
    rg_free(work->mem, work->walk);
    rg_free(work->mem, work->best);
    rg_free(work->mem, work);
}

static int allowed(const rg_index_query *query, uint32_t row)
{
    if (query->allow != NULL && !(query->allow[row >> 5] >> (row & 31) & 1)) return 0;
    return rg_find_u32(query->skip, query->n_skip, row) < 0;
}

/* A batch of rows whose exact scores are computed together. */
typedef struct exact {
    rg_beam *best;
    const rg_index *index;
    const rg_index_rows *rows;
    const float *vector;
    uint32_t row[SCAN];
    int64_t m;
} exact;

static void exact_flush(exact *x)
{
    float score[SCAN];
    const float *bias = x->rows->bias;
    rg_rows_gather_dot(score, x->vector, &x->rows->rows, x->row, x->m);
    for (int64_t e = 0; e < x->m; e++) {
        const uint32_t row = x->row[e];
        const float plus = bias != NULL ? bias[row] : 0.0f;
        rg_beam_add(x->best, x->rows->scale * score[e] + plus, row);
    }
    x->m = 0;
}

static void exact_add(exact *x, uint32_t row)
{
    x->row[x->m++] = row;
    if (x->m == SCAN) exact_flush(x);
}

static int64_t count_allowed(const rg_beam *beam, const rg_index_query *query)
{
    int64_t n = 0;
    for (int64_t e = 0; e < beam->n; e++) n += allowed(query, beam->found[e].row);
    return n;
}

/* All rows that are allowed. */
static void take_all(exact *x, const rg_index_query *query)
{
    for (int64_t i = 0; i < x->index->n; i++)
        if (allowed(query, (uint32_t)i)) exact_add(x, (uint32_t)i);
    exact_flush(x);
}

/* Takes the best allowed rows of the beam: 1.5 times the requested number, because
 * codes change the order slightly. */
static void take_best(exact *x, const rg_index_query *query, const rg_beam *beam)
{
    int64_t left = x->best->size + x->best->size / 2 + 8;
    for (int64_t e = 0; e < beam->n && left > 0; e++) {
        if (!allowed(query, beam->found[e].row)) continue;
        exact_add(x, beam->found[e].row);
        left--;
    }
    exact_flush(x);
}

/* 1: the walk found enough. */
static int walk_enough(rg_index_walk *walk, const rg_index_rows *rows,
                       const rg_index_query *query, int64_t k, int64_t widest)
{
    const rg_index *index = walk->index;
    int64_t size = query->effort > 0 ? query->effort : RG_INDEX_EFFORT;
    size = smaller(larger(size, k) + query->n_skip, widest);
    if (size < k || size * 2 > index->n) return 0;
    rg_code_query_set(&walk->query, query->vector, index->dim, index->step);
    walk->query.factor *= rows->scale;
    walk->bias = rows->bias;
    for (;; size = smaller(2 * size, widest)) {
        rg_index_walk_begin(walk, smaller(RG_WALK_SEEDS, size), index->n_entries);
        rg_index_walk_run(walk, size);
        if (count_allowed(&walk->beam, query) >= k) return 1;
        if (size == widest) return 0;
    }
}

int64_t rg_index_search(const rg_index *index, const rg_index_rows *rows,
                        rg_index_work *work, int thread, const rg_index_query *query,
                        uint32_t *row, float *score)
{
    rg_index_walk *walk = &work->walk[thread];
    rg_beam *best = &work->best[thread];
    const int64_t k = smaller(query->k, work->k);
    exact x = {.best = best, .index = index, .rows = rows, .vector = query->vector};
    best->n = 0;
    best->size = k;
    if (k > 0 && walk_enough(walk, rows, query, k, work->widest)) {
        take_best(&x, query, &walk->beam);
    } else if (k > 0) {
        take_all(&x, query);
    }
    for (int64_t e = 0; e < best->n; e++) {
        row[e] = best->found[e].row;
        score[e] = best->found[e].score;
    }
    for (int64_t e = best->n; e < query->k; e++) {
        row[e] = REGATTA_NONE;
        score[e] = -INFINITY;
    }
    return best->n;
}
