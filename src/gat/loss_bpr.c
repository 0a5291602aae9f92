/* Bayesian personalised ranking.
 *
 *   forward    x = z_ui - z_uj,  loss = (1/W) sum log(1 + exp(-x))
 *   backward   c = -1 / (W (1 + exp(x)))        dL/dx of one positive
 *              du += c scale (v_i - v_j)
 *              dv_i += c scale u, dv_j -= c scale u;  dbias_i += c, dbias_j -= c
 *
 * Rendle et al., "BPR: Bayesian personalized ranking from implicit feedback", UAI 2009.
 * The items' side is a gather: a counting sort lists for each item the positives that
 * name it, in order, and a thread owns an item's row. No atomics. */
#include "gat/loss_bpr.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/rng.h"
#include <math.h>
#include <string.h>

enum { TRIES = 32 }; /* random draws before a scan: dense users stay cheap and exact */

struct rg_bpr {
    rg_mem mem;
    int64_t max_edges, n_items;
    float *coef;      /* [max_edges] c of each positive */
    double *loss;     /* [max_edges] */
    uint32_t *row;    /* [max_edges] which user of the block */
    int64_t *first;   /* [n_items + 1] into `mention` */
    int64_t *cursor;  /* [n_items] */
    int64_t *mention; /* [2 max_edges] edge of an item; its complement as negative */
};

regatta_status rg_bpr_create(regatta_ctx *ctx, rg_bpr **out, int64_t max_edges,
                             int64_t n_items)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_bpr *s = NULL;
    RG_NEW(ctx->mem, s, 1);
    s->mem = ctx->mem;
    s->max_edges = max_edges;
    s->n_items = n_items;
    RG_NEW(ctx->mem, s->coef, max_edges);
    RG_NEW(ctx->mem, s->loss, max_edges);
    RG_NEW(ctx->mem, s->row, max_edges);
    RG_NEW(ctx->mem, s->first, n_items + 1);
    RG_NEW(ctx->mem, s->cursor, n_items);
    RG_NEW(ctx->mem, s->mention, 2 * max_edges);
    *out = s;
    s = NULL;
done:
    rg_bpr_free(s);
    return status;
}

static uint32_t draw_negative(const rg_csr *seen, uint32_t user, uint64_t seed,
                              uint64_t key)
{
    const uint64_t n_items = (uint64_t)seen->n_cols;
    if (rg_csr_degree(seen, user) >= seen->n_cols) return REGATTA_NONE;
    uint64_t j = 0;
    for (uint64_t t = 0; t < TRIES; t++) {
        j = rg_random_below(seed, RG_STREAM_NEGATIVES, key * TRIES + t, n_items);
        if (rg_csr_find(seen, user, (uint32_t)j) < 0) return (uint32_t)j;
    }
    while (rg_csr_find(seen, user, (uint32_t)j) >= 0) j = (j + 1) % n_items;
    return (uint32_t)j;
}

void rg_bpr_negatives(uint32_t *negative, const rg_csr *seen, const uint32_t *user,
                      const int64_t *offset, int64_t n, uint64_t seed, uint64_t step,
                      int threads)
{
    const uint64_t before = step * (uint64_t)seen->n_edges;
    const int team = rg_threads_for(4 * RG_SCALAR * offset[n], threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t r = 0; r < n; r++)
        for (int64_t e = offset[r]; e < offset[r + 1]; e++)
            negative[e] = draw_negative(seen, user[r], seed, before + (uint64_t)e);
}

/* Lists each item's mentions in order of edges. */
static void sort_mentions(rg_bpr *s, const uint32_t *item, const uint32_t *negative,
                          int64_t n_edges)
{
    memset(s->first, 0, (size_t)(s->n_items + 1) * sizeof *s->first);
    for (int64_t e = 0; e < n_edges; e++) {
        if (negative[e] == REGATTA_NONE) continue;
        s->first[(int64_t)item[e] + 1]++;
        s->first[(int64_t)negative[e] + 1]++;
    }
    for (int64_t j = 0; j < s->n_items; j++) s->first[j + 1] += s->first[j];
    memcpy(s->cursor, s->first, (size_t)s->n_items * sizeof *s->cursor);
    for (int64_t e = 0; e < n_edges; e++) {
        if (negative[e] == REGATTA_NONE) continue;
        s->mention[s->cursor[item[e]]++] = e;
        s->mention[s->cursor[negative[e]]++] = ~e;
    }
}

/* log(1 + exp(-x)) without overflow. */
static double soft_plus_negative(double x)
{
    return x > 0.0 ? log1p(exp(-x)) : -x + log1p(exp(x));
}

double rg_bpr_block(rg_bpr *s, float *du, float *dv, float *dbias, const float *u,
                    int64_t n, const float *v, const float *bias, float scale,
                    int64_t dim, const int64_t *offset, const uint32_t *item,
                    const uint32_t *negative, int threads)
{
    const int64_t n_edges = offset[n];
    const double per_edge = 1.0 / (double)(n_edges > 0 ? n_edges : 1);
    memset(du, 0, (size_t)(n * dim) * sizeof *du);
    const int team = rg_threads_for(4 * n_edges * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t r = 0; r < n; r++) {
        for (int64_t e = offset[r]; e < offset[r + 1]; e++) {
            s->row[e] = (uint32_t)r;
            s->loss[e] = 0.0;
            if (negative[e] == REGATTA_NONE) continue;
            const int64_t i = item[e], j = negative[e];
            const float *vi = v + i * dim, *vj = v + j * dim, *ur = u + r * dim;
            const double x = (double)scale * (double)(rg_vec_dot(ur, vi, dim) -
                                                      rg_vec_dot(ur, vj, dim)) +
                             (double)bias[i] - (double)bias[j];
            s->loss[e] = soft_plus_negative(x);
            s->coef[e] = (float)(-per_edge / (1.0 + exp(x)));
            rg_vec_axpy(du + r * dim, s->coef[e] * scale, vi, dim);
            rg_vec_axpy(du + r * dim, -s->coef[e] * scale, vj, dim);
        }
    }
    sort_mentions(s, item, negative, n_edges);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t j = 0; j < s->n_items; j++) {
        memset(dv + j * dim, 0, (size_t)dim * sizeof *dv);
        double sum = 0.0;
        for (int64_t t = s->first[j]; t < s->first[j + 1]; t++) {
            const int64_t m = s->mention[t], e = m < 0 ? ~m : m;
            const float c = m < 0 ? -s->coef[e] : s->coef[e];
            rg_vec_axpy(dv + j * dim, c * scale, u + (int64_t)s->row[e] * dim, dim);
            sum += (double)c;
        }
        dbias[j] = (float)sum;
    }
    return rg_sum(s->loss, n_edges) * per_edge;
}

void rg_bpr_free(rg_bpr *s)
{
    if (s == NULL) return;
    rg_free(s->mem, s->coef);
    rg_free(s->mem, s->loss);
    rg_free(s->mem, s->row);
    rg_free(s->mem, s->first);
    rg_free(s->mem, s->cursor);
    rg_free(s->mem, s->mention);
    rg_free(s->mem, s);
}
