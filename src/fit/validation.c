#include "fit/validation.h"
#include "base/rng.h"
#include "graph/interactions.h"
#include "graph/pair_marks.h"
#include <math.h>
#include <string.h>

/* Orders the first n edges of a user, those of the target domain: the latest first, or at
 * random. order[n]. */
static void order_edges(uint32_t *order, rg_interactions *latest, int64_t n, int64_t user,
                        uint64_t seed)
{
    if (latest != NULL) {
        rg_interactions_read(latest, user);
        for (int64_t k = latest->now.n - 1; k >= 0; k--)
            if (latest->position[k] < n) *order++ = latest->position[k];
        return;
    }
    for (int64_t k = 0; k < n; k++) order[k] = (uint32_t)k;
    rg_shuffle(order, n, seed, RG_STREAM_SPLIT, (uint32_t)user);
}

/* Marks the held-out edges of a user: the first of order_edges. */
static int64_t hold_out(uint8_t *keep, uint32_t *order, rg_interactions *latest,
                        const regatta_graph *graph, int64_t user,
                        const rg_validation_spec *spec)
{
    const int64_t n = rg_bipartite_own_degree(graph, user);
    const int64_t first = graph->by_user->offset[user];
    const double r = rg_random_unit(spec->seed, RG_STREAM_SPLIT, (uint64_t)user);
    int64_t n_holdout = (int64_t)(spec->share * (double)n + r);
    if (n_holdout > n - 1) n_holdout = n - 1;
    if (latest != NULL && spec->latest > 0 && n_holdout > spec->latest)
        n_holdout = spec->latest;
    if (n_holdout <= 0) return 0;
    order_edges(order, latest, n, user, spec->seed);
    for (int64_t k = 0; k < n_holdout; k++) keep[first + order[k]] = 0;
    return n_holdout;
}

/* Chooses the measured users of `count`: an even sample in their random order. */
static regatta_status choose_users(regatta_ctx *ctx, rg_validation *v,
                                   const uint8_t *lost, const rg_csr *rows, int64_t count,
                                   const rg_validation_spec *spec)
{
    regatta_status status = REGATTA_OK;
    uint8_t *in = NULL;
    uint32_t *order = NULL;
    RG_NEW(ctx->mem, in, rows->n_rows);
    RG_NEW(ctx->mem, order, count);
    int64_t n = 0;
    for (int64_t r = 0; r < rows->n_rows; r++)
        if (lost[r]) order[n++] = (uint32_t)r;
    const int64_t most = spec->max_users, n_users = count < most ? count : most;
    if (count > most) rg_shuffle(order, n, spec->seed, RG_STREAM_SPLIT, UINT32_MAX - 1);
    for (int64_t k = 0; k < n_users; k++) in[order[k]] = 1;
    RG_TRY(rg_holdout_create(ctx->mem, &v->holdout, n_users, v->n_holdout, v->is_latest));
    for (int64_t r = 0; r < rows->n_rows; r++)
        if (in[r]) v->holdout.user[v->holdout.n_users++] = (uint32_t)r;
done:
    rg_free(ctx->mem, order);
    rg_free(ctx->mem, in);
    return status;
}

/* Collects the held-out items of the measured users, and the time of the earliest. */
static void collect_items(rg_holdout *h, const uint8_t *keep, const regatta_graph *graph)
{
    const rg_csr *rows = graph->by_user;
    int64_t n = 0;
    for (int64_t k = 0; k < h->n_users; k++) {
        const int64_t user = h->user[k];
        for (int64_t e = rows->offset[user]; e < rows->offset[user + 1]; e++) {
            if (keep[e]) continue;
            if (h->at != NULL && (n == h->offset[k] || graph->time[e] < h->at[k]))
                h->at[k] = graph->time[e];
            h->item[n++] = rows->target[e];
        }
        h->offset[k + 1] = n;
    }
}

/* The mean of log2(1 + users) over the held-out items minus the mean over all items of
 * the same users, each user by the number of held-out items; in the target domain. */
static double popularity_shift(const uint8_t *keep, const regatta_graph *graph)
{
    const rg_csr *rows = graph->by_user;
    double shift = 0.0, n = 0.0;
    for (int64_t u = 0; u < rows->n_rows; u++) {
        const int64_t n_own = rg_bipartite_own_degree(graph, u);
        double all = 0.0, held = 0.0, n_held = 0.0;
        for (int64_t e = rows->offset[u]; e < rows->offset[u] + n_own; e++) {
            const double x =
                log2(1.0 + (double)rg_bipartite_own_users(graph, rows->target[e]));
            all += x;
            if (keep[e]) continue;
            held += x;
            n_held += 1.0;
        }
        if (n_held == 0.0) continue;
        shift += held - n_held * all / (double)n_own;
        n += n_held;
    }
    return n > 0.0 ? shift / n : 0.0;
}

regatta_status rg_validation_create(regatta_ctx *ctx, rg_validation **out,
                                    const regatta_graph *graph,
                                    const rg_validation_spec *spec)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_validation *v = NULL;
    uint8_t *keep = NULL, *lost = NULL;
    uint32_t *order = NULL;
    rg_interactions latest = {0};
    const rg_csr *rows = graph->by_user;
    RG_NEW(ctx->mem, v, 1);
    v->mem = ctx->mem;
    rg_validation_reset(v);
    RG_NEW(ctx->mem, keep, rows->n_edges);
    RG_NEW(ctx->mem, lost, rows->n_rows);
    RG_NEW(ctx->mem, order, rg_csr_widest(rows));
    v->is_latest = rg_interactions_timed(graph);
    if (v->is_latest) RG_TRY(rg_interactions_open(ctx, &latest, graph, 1));
    memset(keep, 1, (size_t)rows->n_edges);
    int64_t count = 0;
    for (int64_t r = 0; r < rows->n_rows; r++) {
        const int64_t n_holdout =
            hold_out(keep, order, v->is_latest ? &latest : NULL, graph, r, spec);
        lost[r] = n_holdout > 0;
        count += lost[r];
        v->n_holdout += n_holdout;
    }
    RG_TRY(rg_bipartite_select(ctx, &v->train, graph, keep));
    RG_TRY(choose_users(ctx, v, lost, rows, count, spec));
    collect_items(&v->holdout, keep, graph);
    rg_shown_before(v->train, &v->holdout);
    v->shift = popularity_shift(keep, graph);
    *out = v;
    v = NULL;
done:
    rg_free(ctx->mem, keep);
    rg_free(ctx->mem, lost);
    rg_free(ctx->mem, order);
    rg_interactions_close(&latest);
    rg_validation_free(v);
    return status;
}

void rg_validation_reset(rg_validation *v)
{
    v->best_ndcg = v->best_recall = (double)NAN;
}

void rg_validation_note(rg_validation *v, double ndcg, double recall)
{
    if (!isnan(v->best_ndcg) && !(ndcg > v->best_ndcg)) return;
    v->best_ndcg = ndcg;
    v->best_recall = recall;
}

void rg_validation_free(rg_validation *v)
{
    if (v == NULL) return;
    regatta_graph_free(v->train);
    rg_holdout_free(v->mem, &v->holdout);
    rg_free(v->mem, v);
}
