/* The validation slice: scores of a tile of users at a time, training items masked, the
 * best 20 compared with what was held out (docs/metrics.md defines both metrics). */
#include "fit/validation.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "base/topk.h"
#include "rank/metrics.h"
#include <math.h>
#include <omp.h>
#include <string.h>

enum { CUT = 20, TILE = 12 };

/* Marks what a user loses: the first places of a random order of its edges. */
static int64_t hold_out(uint8_t *keep, uint32_t *order, const rg_csr *rows, int64_t user,
                        double share, uint64_t seed)
{
    const int64_t n = rg_csr_degree(rows, user);
    const double r = rg_random_unit(seed, RG_STREAM_SPLIT, (uint64_t)user);
    int64_t n_holdout = (int64_t)(share * (double)n + r);
    if (n_holdout > n - 1) n_holdout = n - 1;
    if (n_holdout <= 0) return 0;
    for (int64_t k = 0; k < n; k++) order[k] = (uint32_t)k;
    rg_shuffle(order, n, seed, RG_STREAM_SPLIT, (uint32_t)user);
    for (int64_t k = 0; k < n_holdout; k++) keep[rows->offset[user] + order[k]] = 0;
    return n_holdout;
}

static int64_t widest_row(const rg_csr *rows)
{
    int64_t widest = 0;
    for (int64_t r = 0; r < rows->n_rows; r++)
        if (rg_csr_degree(rows, r) > widest) widest = rg_csr_degree(rows, r);
    return widest;
}

/* Which of `count` users are measured: an even sample in their random order. */
static regatta_status choose_users(regatta_ctx *ctx, rg_validation *v,
                                   const uint8_t *lost, const rg_csr *rows, int64_t count,
                                   int64_t max_users, uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    uint8_t *in = NULL;
    uint32_t *order = NULL;
    RG_NEW(ctx->mem, in, rows->n_rows);
    RG_NEW(ctx->mem, order, count);
    int64_t n = 0;
    for (int64_t r = 0; r < rows->n_rows; r++)
        if (lost[r]) order[n++] = (uint32_t)r;
    if (count > max_users) rg_shuffle(order, n, seed, RG_STREAM_SPLIT, UINT32_MAX - 1);
    v->n_users = count < max_users ? count : max_users;
    for (int64_t k = 0; k < v->n_users; k++) in[order[k]] = 1;
    RG_NEW(ctx->mem, v->user, v->n_users);
    n = 0;
    for (int64_t r = 0; r < rows->n_rows; r++)
        if (in[r]) v->user[n++] = (uint32_t)r;
done:
    rg_free(ctx->mem, order);
    rg_free(ctx->mem, in);
    return status;
}

/* The held-out items of the measured users. */
static regatta_status collect_items(regatta_ctx *ctx, rg_validation *v,
                                    const uint8_t *keep, const rg_csr *rows)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(ctx->mem, v->offset, v->n_users + 1);
    for (int64_t k = 0; k < v->n_users; k++) {
        int64_t n = 0;
        for (int64_t e = rows->offset[v->user[k]]; e < rows->offset[v->user[k] + 1]; e++)
            n += !keep[e];
        v->offset[k + 1] = v->offset[k] + n;
    }
    RG_NEW(ctx->mem, v->item, v->offset[v->n_users]);
    for (int64_t k = 0, n = 0; k < v->n_users; k++)
        for (int64_t e = rows->offset[v->user[k]]; e < rows->offset[v->user[k] + 1]; e++)
            if (!keep[e]) v->item[n++] = rows->target[e];
done:
    return status;
}

static int64_t row_floats(const rg_validation *v)
{
    return rg_panel_count(v->train->by_user->n_cols) * RG_PANEL;
}

/* Scores and scaled vectors of one thread's tile. */
static int64_t tile_floats(const rg_validation *v)
{
    return TILE * (row_floats(v) + v->dim);
}

static regatta_status create_workspace(regatta_ctx *ctx, rg_validation *v)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(ctx->mem, v->panels, rg_panel_floats(v->train->by_user->n_cols, v->dim));
    RG_NEW(ctx->mem, v->bias, row_floats(v));
    RG_NEW(ctx->mem, v->tile, ctx->threads * tile_floats(v));
    RG_NEW(ctx->mem, v->ndcg, v->n_users);
    RG_NEW(ctx->mem, v->recall, v->n_users);
done:
    return status;
}

regatta_status rg_validation_create(regatta_ctx *ctx, rg_validation **out,
                                    const regatta_graph *graph, double share,
                                    uint64_t seed, int64_t max_users, int64_t dim)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_validation *v = NULL;
    uint8_t *keep = NULL, *lost = NULL;
    uint32_t *order = NULL;
    const rg_csr *rows = graph->by_user;
    RG_NEW(ctx->mem, v, 1);
    v->mem = ctx->mem;
    v->threads = ctx->threads;
    v->dim = dim;
    rg_validation_reset(v, dim);
    RG_NEW(ctx->mem, keep, rows->n_edges);
    RG_NEW(ctx->mem, lost, rows->n_rows);
    RG_NEW(ctx->mem, order, widest_row(rows));
    memset(keep, 1, (size_t)rows->n_edges);
    int64_t count = 0;
    for (int64_t r = 0; r < rows->n_rows; r++) {
        const int64_t n_holdout = hold_out(keep, order, rows, r, share, seed);
        lost[r] = n_holdout > 0;
        count += lost[r];
        v->n_holdout += n_holdout;
    }
    RG_TRY(rg_bipartite_select(ctx, &v->train, graph, keep));
    RG_TRY(choose_users(ctx, v, lost, rows, count, max_users, seed));
    RG_TRY(collect_items(ctx, v, keep, rows));
    RG_TRY(create_workspace(ctx, v));
    *out = v;
    v = NULL;
done:
    rg_free(ctx->mem, keep);
    rg_free(ctx->mem, lost);
    rg_free(ctx->mem, order);
    rg_validation_free(v);
    return status;
}

static void measure_user(rg_validation *v, int64_t k, float *row)
{
    const rg_csr *rows = v->train->by_user;
    const int64_t user = v->user[k], n_items = rows->n_cols;
    uint32_t best[CUT];
    float score[CUT];
    for (int64_t e = rows->offset[user]; e < rows->offset[user + 1]; e++)
        row[rows->target[e]] = -INFINITY;
    rg_topk(best, score, CUT, row, n_items);
    regatta_metrics m = {.k = CUT};
    rg_metrics_user(&m, best, v->item + v->offset[k], v->offset[k + 1] - v->offset[k],
                    n_items - rg_csr_degree(rows, user));
    v->ndcg[k] = m.ndcg;
    v->recall[k] = m.recall;
}

/* Scores and measures users [first, last), at most TILE. */
static void measure_tile(rg_validation *v, const float *users, float scale, int64_t first,
                         int64_t last, float *tile)
{
    const int64_t ld = row_floats(v), dim = v->dim;
    float *scaled = tile + TILE * ld;
    for (int64_t k = first; k < last; k++)
        for (int64_t c = 0; c < dim; c++)
            scaled[(k - first) * dim + c] = scale * users[(int64_t)v->user[k] * dim + c];
    rg_panel_score(tile, ld, scaled, last - first, dim, v->panels, v->bias, 0,
                   ld / RG_PANEL);
    for (int64_t k = first; k < last; k++) measure_user(v, k, tile + (k - first) * ld);
}

double rg_validation_measure(void *state, const float *users, const float *items,
                             const float *bias, float scale)
{
    rg_validation *v = state;
    const int64_t n_items = v->train->by_user->n_cols;
    const int64_t n_tiles = rg_block_count(v->n_users, TILE);
    memcpy(v->bias, bias, (size_t)n_items * sizeof *bias);
    const int team = rg_threads_for(v->n_users * n_items * v->dim, v->threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t p = 0; p < rg_panel_count(n_items); p++)
        rg_panel_pack(v->panels, items, n_items, v->dim, p, p + 1);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t t = 0; t < n_tiles; t++) {
        const int64_t last = (t + 1) * TILE < v->n_users ? (t + 1) * TILE : v->n_users;
        measure_tile(v, users, scale, t * TILE, last,
                     v->tile + omp_get_thread_num() * tile_floats(v));
    }
    const double n = v->n_users > 0 ? (double)v->n_users : 1.0;
    v->last_ndcg = rg_sum(v->ndcg, v->n_users) / n;
    v->last_recall = rg_sum(v->recall, v->n_users) / n;
    if (isnan(v->best_ndcg) || v->last_ndcg > v->best_ndcg) {
        v->best_ndcg = v->last_ndcg;
        v->best_recall = v->last_recall;
    }
    return v->last_ndcg;
}

void rg_validation_reset(rg_validation *v, int64_t dim)
{
    v->dim = dim;
    v->last_ndcg = v->last_recall = v->best_ndcg = v->best_recall = (double)NAN;
}

void rg_validation_free(rg_validation *v)
{
    if (v == NULL) return;
    regatta_graph_free(v->train);
    rg_free(v->mem, v->user);
    rg_free(v->mem, v->offset);
    rg_free(v->mem, v->item);
    rg_free(v->mem, v->panels);
    rg_free(v->mem, v->bias);
    rg_free(v->mem, v->tile);
    rg_free(v->mem, v->ndcg);
    rg_free(v->mem, v->recall);
    rg_free(v->mem, v);
}
